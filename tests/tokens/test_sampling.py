"""When a model looks."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib.tokens.sampling import PAIR_GAP, tubelets, uniform


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
