"""When a model looks."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib.tokens.sampling import PAIR_GAP, in_pairs, tubelets, uniform
from course_lib.video import Clip


def test_moments_are_the_middles_of_equal_parts() -> None:
    assert uniform(8, 4).tolist() == [1, 3, 5, 7]


@pytest.mark.parametrize(("duration", "num"), [(0, 4), (8, 0), (-1, 2)])
def test_no_clip_and_no_moments_are_refused(duration: float, num: int) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        uniform(duration, num)


def test_the_frames_of_a_tubelet_lie_around_its_moment() -> None:
    pairs = tubelets(uniform(30, 16), 30).reshape(16, 2)
    np.testing.assert_allclose(pairs.mean(axis=1), uniform(30, 16))
    np.testing.assert_allclose(np.diff(pairs, axis=1), PAIR_GAP)


def test_the_frames_of_a_tubelet_stay_inside_a_short_clip() -> None:
    for duration in (0.04, 0.3, 1.0):
        pairs = tubelets(uniform(duration, 8), duration)
        assert pairs.min() >= 0 and pairs.max() <= duration and (np.diff(pairs.reshape(8, 2)) > 0).all()


FILMS = [  # frames a second, moments, seconds: those with frames enough
    (fps, num, duration)
    for fps in (12.5, 15.0, 25.0, 30.0, 1000.0)
    for num in (1, 2, 8, 16, 24, 32)
    for duration in (5.0, 12.0, 15.0, 16.0, 24.0, 30.0, 32.0, 120.0)
    if duration / num >= 6 / fps
]


@pytest.mark.parametrize(("fps", "num", "duration"), FILMS)
def test_tubelets_are_known_for_pairs_and_evenly_spaced_frames_are_not(fps: float, num: int, duration: float):
    """Taken from a film of so many frames a second, so a little off. Pairs that lie as close as their own frames can be
    known only by the clip's word for it."""

    def film(seconds: np.ndarray, pairs: bool | None = None) -> Clip:
        shown = np.minimum(np.round(seconds * fps) / fps, duration)
        return Clip(np.zeros((len(shown), 8, 8, 3), np.uint8), shown, duration, "grey", pairs=pairs)

    pairs = tubelets(uniform(duration, num), duration)
    assert in_pairs(film(pairs, pairs=True)) and not in_pairs(film(pairs, pairs=False))
    if duration / num > 2.5 * PAIR_GAP:
        assert in_pairs(film(pairs))
    if num > 2:
        assert not in_pairs(film(uniform(duration, num)))


def test_an_odd_number_of_frames_is_no_pairs_whatever_the_clip_says():
    assert not in_pairs(Clip(np.zeros((3, 8, 8, 3), np.uint8), np.arange(3.0), 5.0, "grey", pairs=True))
