"""Pixels: the same ones for the same seed, whatever the size or the company of other frames."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from course_lib.clipworld import SceneError, make_scene
from course_lib.clipworld.camera import HADAMARD, compress
from course_lib.clipworld.controls import CONTROLS
from course_lib.clipworld.looks import PAINT, TINTS, mix
from course_lib.clipworld.pen import joint
from course_lib.clipworld.story import KINDS

# Frames of eight seeds, at two sizes; it changes when anything about the pictures does.
PIXELS = "e57af383a6841328b044285302ec3e6f0977ff196eb65fd61b62879edfdaa712"


def test_the_same_seed_gives_the_same_pixels_on_every_machine() -> None:
    digest = hashlib.sha256()
    for seed in range(8):
        for size in (64, (90, 160)):
            digest.update(make_scene(seed).render([2.5, 11.1, 23.7], size).tobytes())
    assert digest.hexdigest() == PIXELS


def test_a_frame_does_not_depend_on_the_frames_around_it() -> None:
    for seed in range(4):
        scene = make_scene(seed)
        many = scene.render([1.0, 5.0, 5.04, 20.0], 96)
        assert (make_scene(seed).render([5.0], 96)[0] == many[1]).all()
        assert (scene.render([20.0, 5.0], 96)[1] == many[1]).all()


def test_a_render_has_the_size_that_was_asked_for() -> None:
    scene = make_scene(3)
    assert scene.render([1, 2], 96).shape == (2, 96, 96, 3)
    assert scene.render([1.0], (90, 160)).shape == (1, 90, 160, 3)
    assert scene.render([1.0], (161, 91)).shape == (1, 161, 91, 3)
    assert scene.render([], 32).shape == (0, 32, 32, 3)
    assert scene.render([Fraction(1, 3)], 32).dtype == np.uint8


def test_a_wide_picture_shows_the_square_one_undistorted_in_its_middle() -> None:
    for seed in range(40, 46):
        scene = make_scene(seed)
        square, wide = scene.render([8.0], 128)[0].astype(int), scene.render([8.0], (128, 224))[0].astype(int)
        difference = np.abs(wide[:, 48:176] - square).mean()
        other_place = np.abs(wide[:, 20:148] - square).mean()
        assert difference < 14 and difference < 0.75 * other_place, seed


def test_times_outside_the_clip_show_its_ends() -> None:
    scene = make_scene(1)
    assert (scene.render([-3.0], 48) == scene.render([0.0], 48)).mean() > 0.2
    assert scene.render([1e9], 48).shape == (1, 48, 48, 3)


def test_every_kind_and_length_can_be_drawn() -> None:
    for kind in (*KINDS, *CONTROLS):
        for seconds in (5, 120):
            scene = make_scene(2, seconds, kind)
            assert scene.timeline.duration == scene.duration == seconds
            assert scene.render([0.0, seconds / 2, seconds], 32).std() > 5


def test_looks_differ_from_seed_to_seed() -> None:
    means = {tuple(make_scene(seed).render([0.0], 32).mean((0, 1, 2)).round()) for seed in range(20)}
    assert len(means) > 15


def test_colours_stay_apart_in_every_light_and_at_the_strongest_grey() -> None:
    for tint in TINTS:
        shown = {}
        for name, rgb in PAINT.items():
            grey = round(sum(rgb) / 3)
            shown[name] = np.array(mix(rgb, (grey, grey, grey), 0.3)) * tint
        for a in shown:
            assert all(np.abs(shown[a] - shown[b]).sum() > 75 for b in shown if b != a), (a, tint)


@pytest.mark.parametrize(
    ("arguments", "names"),
    [({"kind": "comedy"}, "comedy"), ({"seconds": 1.0}, "1.0 s"), ({"seconds": 1e6}, "1000000")],
)
def test_a_scene_that_cannot_be_made_says_why(arguments: dict, names: str) -> None:
    with pytest.raises(SceneError, match=names):
        make_scene(1, **arguments)


@pytest.mark.parametrize("size", [4, (4, 100), 5000, (100, 5000)])
def test_a_size_that_cannot_be_drawn_is_refused(size: int | tuple[int, int]) -> None:
    with pytest.raises(SceneError, match="pixels"):
        make_scene(1).render([0.0], size)


def test_a_scene_asks_questions_about_its_own_timeline() -> None:
    assert len(make_scene(5).questions(random.Random(0))) > 0


def test_compression_keeps_the_picture_and_loses_detail() -> None:
    frame = make_scene(40).render([3.0], 96)[0]
    soft, hard = compress(frame, 1).astype(int), compress(frame, 4).astype(int)
    assert compress(frame, 1).shape == frame.shape
    assert np.abs(soft - frame).mean() < np.abs(hard - frame).mean() < 16
    assert np.array_equal(HADAMARD @ HADAMARD, 8 * np.eye(8))
    odd = frame[:93, :90]
    assert compress(odd, 2).shape == odd.shape


def test_a_knee_is_a_leg_s_length_from_hip_and_foot() -> None:
    knee = joint((0.0, 0.0), (0.3, 0.4), 0.3, 0.3, 1)
    assert np.hypot(*knee) == pytest.approx(0.3)
    assert np.hypot(knee[0] - 0.3, knee[1] - 0.4) == pytest.approx(0.3)
    assert np.isfinite(joint((0.0, 0.0), (5.0, 0.0), 0.3, 0.3, 1)).all()  # out of reach


def test_clipworld_loads_neither_torch_nor_av() -> None:
    code = "import sys, course_lib.clipworld; print([m for m in ('torch', 'transformers', 'av') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout.strip() == "[]"
