"""Which events are seen."""

from __future__ import annotations

import math

import numpy as np
import pytest

from course_lib.timeline import Event
from course_lib.tokens.recall import elbow, expected_recall, frames_inside, recall_by_length, seen
from course_lib.tokens.sampling import uniform


def event(start: float, end: float) -> Event:
    return Event(start, end, "red car", "stops")


EVENTS = [event(0, 2), event(2, 2.5), event(3, 7)]


def test_an_event_is_seen_when_a_frame_falls_into_it_its_start_included_and_its_end_not() -> None:
    assert frames_inside(EVENTS, [0.5, 1, 2, 3, 6.9, 7]).tolist() == [2, 1, 2]
    assert seen(EVENTS, [2.5]).tolist() == [False, False, False]
    assert seen(EVENTS, [0.5, 1, 2]).tolist() == [True, True, False]
    assert seen(EVENTS, [0.5, 1, 2], at_least=2).tolist() == [True, False, False]
    assert seen(EVENTS, []).tolist() == [False, False, False]
    assert seen([], [1.0]).tolist() == []
    with pytest.raises(ValueError, match="at least 0 frames"):
        seen(EVENTS, [1.0], at_least=0)


def test_recall_is_told_for_each_stretch_of_lengths() -> None:
    short, middle, long = recall_by_length(EVENTS, [True, False, True], [0, 1, 3, 3.5])
    assert (short.events, short.seen, short.recall) == (1, 0, 0)
    assert (middle.shortest, middle.longest, middle.events, middle.recall) == (1, 3, 1, 1)
    assert long.events == 0 and math.isnan(long.recall)
    with pytest.raises(ValueError, match="3 events, but 1"):
        recall_by_length(EVENTS, [True], [0, 1])


def test_a_random_event_is_seen_as_often_as_expected() -> None:
    starts = np.random.default_rng(0).uniform(0, 29, 4000)
    events = [event(s, s + 1) for s in starts]
    for num in (4, 16, 29):
        assert seen(events, uniform(30, num)).mean() == pytest.approx(expected_recall(1.0, 30, num), abs=0.03)
    assert expected_recall(1.0, 30, 40) == 1


def test_the_elbow_is_where_a_curve_lies_farthest_above_its_chord() -> None:
    assert elbow([0, 1, 2, 3, 4], [0, 3, 4, 4.5, 5]) == 1  # above the chord: 0, 1.75, 1.5, 0.75, 0
    assert elbow([0, 10, 40], [0.1, 0.9, 1.0]) == 1
    for x, y in (([0, 1], [0, 1]), ([0, 1, 2], [1, 2, 1]), ([1, 1, 1], [0, 1, 2])):
        with pytest.raises(ValueError, match="no elbow"):
            elbow(x, y)
