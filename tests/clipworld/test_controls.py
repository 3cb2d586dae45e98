"""Control clips tell the truth about what they show."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np

from course_lib.clipworld import Scene, make_scene
from course_lib.clipworld.controls import BACKWARDS, PIECE


def _quiet(seed: int, kind: str) -> Scene:
    scene = make_scene(seed, kind=kind)
    scene.__dict__["looks"] = dataclasses.replace(scene.looks, noise=0)
    return scene


def test_a_reversed_clip_shows_the_story_from_its_end() -> None:
    for seed in range(3):
        forth, back = _quiet(seed, "story").render([4.0, 21.5], 48), _quiet(seed, "reversed").render([26.0, 8.5], 48)
        assert (forth == back).all()


def test_a_reversed_timeline_names_what_is_seen_backwards() -> None:
    seen = set()
    for seed in range(60):
        story, back = make_scene(seed).timeline, make_scene(seed, kind="reversed").timeline
        kept = [e for e in story if e.action in BACKWARDS]
        assert len(back) == len(kept)
        for e, r in zip(reversed(kept), back):
            assert (r.subject, r.action) == (e.subject, BACKWARDS[e.action])
            assert abs(r.start - (30 - e.end)) < 1e-6 and abs(r.end - (30 - e.start)) < 1e-6
            seen.add((e.action, r.action))
    assert {("drives up", "drives down"), ("drives down", "drives up"), ("lands", "flies"), ("waves", "waves")} <= seen


def test_a_frozen_clip_is_one_picture_in_which_nothing_happens() -> None:
    for seed in range(6):
        frozen = _quiet(seed, "frozen")
        frames = frozen.render([0.0, 3.0, 14.7, 30.0], 48)
        assert (frames == frames[0]).all()
        assert len(frozen.timeline) == 0
        told = frozen._clock(0.0)
        assert not make_scene(seed).timeline.at(told)


def test_a_shuffled_clip_shows_every_second_once_in_another_order() -> None:
    for seed in range(10):
        scene = make_scene(seed, kind="shuffled")
        told = [scene._clock(t) for t in np.arange(0.05, 30, 0.1)]
        assert np.allclose(sorted(told), np.arange(0.05, 30, 0.1))
        assert told != sorted(told)
        jumps = sum(abs(b - a - 0.1) > 1e-6 for a, b in pairwise(told))
        assert 2 <= jumps <= 30 / PIECE


def test_a_shuffled_timeline_lists_what_is_in_progress_at_each_second() -> None:
    for seed in range(20):
        story, scene = make_scene(seed).timeline, make_scene(seed, kind="shuffled")
        for e in scene.timeline:
            for t in np.linspace(e.start + 0.01, e.end - 0.01, 5):
                assert (e.subject, e.action) in [(o.subject, o.action) for o in story.at(scene._clock(float(t)))]
        shown = sum(e.end - e.start for e in scene.timeline)
        assert 0.75 < shown / sum(e.end - e.start for e in story) <= 1.001
