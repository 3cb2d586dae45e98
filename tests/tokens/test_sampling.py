"""When a model looks."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib.tokens.sampling import PAIR_GAP, in_pairs, tubelets, uniform


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


@pytest.mark.parametrize("num", [1, 2, 8, 16, 32, 64])
@pytest.mark.parametrize("duration", [5.0, 15.0, 30.0, 120.0])
def test_tubelets_are_known_for_pairs_and_evenly_spaced_frames_are_not(num: int, duration: float):
    gap = duration / num
    if abs(gap - 1.0) > 0.2:  # pairs half a second apart, once a second: evenly spaced frames
        assert in_pairs(tubelets(uniform(duration, num), duration))
    if num > 2:
        assert not in_pairs(uniform(duration, num))
