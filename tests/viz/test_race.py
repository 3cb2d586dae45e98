"""Which sampler saw the short event: the data, and the drawing of it."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from course_lib.errors import CourseError
from course_lib.timeline import Event
from course_lib.tokens.sampling import uniform
from course_lib.viz import twin
from course_lib.viz.race import alt_text, race, view, widget

EVENTS = [Event(1, 4, "red car", "stops"), Event(6.1, 6.9, "light", "turns red")]
SAMPLERS = {"uniform": lambda n: uniform(16.0, n), "early <b>": lambda n: np.arange(n) * 0.1}


@pytest.fixture(scope="module")
def raced():
    return race(SAMPLERS, EVENTS, 16.0, most=12)


def test_more_frames_can_see_less_and_the_race_says_with_how_many(raced) -> None:
    assert raced.needed("uniform", 1) == (6, [7, 8, 10, 12])  # of 6 frames, one is at 6.7 s; of 7, at 5.7 and 8 s
    assert raced.found("uniform", 11).tolist() == [True, True]


def test_a_number_is_needed_only_where_some_number_is_enough(raced) -> None:
    for event in (None, 0, 1):
        first, again = raced.needed("uniform", event)
        counts = raced.counts("uniform", event)
        assert (first is None) == (not counts.any())
        assert [n for n in range(1, 13) if not counts[n - 1] and first and n > first] == again
    assert raced.needed("early <b>") == (None, [])


def test_the_view_names_who_saw_what_counts(raced) -> None:
    whole, one = view(raced, 11), view(raced, 11, event=0)
    assert whole.said == "With 11 frames, 1 of 2 samplers saw all events: uniform."
    assert one.said == "With 11 frames, 2 of 2 samplers saw that the red car stops (1.0 to 4.0 s): uniform, early <b>."
    assert "missed it" not in one.drawing and "missed it" in view(raced, 1, event=1).drawing
    assert "early &lt;b&gt;" in one.drawing and "<b>" not in one.drawing
    assert whole.alt == alt_text(raced, 11) and "early <b> misses the light turns red" in whole.alt


def test_one_number_of_frames_is_marked_in_every_strip(raced) -> None:
    assert view(raced, 3).drawing.count(" now") == 2


def test_a_race_without_samplers_or_events_is_refused() -> None:
    for samplers, events, most in (({}, EVENTS, 3), (SAMPLERS, [], 3), (SAMPLERS, EVENTS, 0)):
        with pytest.raises(CourseError, match="at least one of each"):
            race(samplers, events, 16.0, most)


def test_the_widget_answers_both_of_its_controls_and_its_twin_is_its_beginning(raced, monkeypatch) -> None:
    shown = []
    monkeypatch.setattr(twin, "show", lambda *what: shown.append(what))
    widget(raced, 40)  # more than it was run with
    [(play, png, alt)] = shown
    assert play.values == {"frames": 12, "event": "all events"} and alt == alt_text(raced, 12)
    assert Image.open(BytesIO(png)).width > 700
    play.values = {"frames": 1, "event": play.controls[1]["options"][2]}
    assert play.said == "With 1 frame, 0 of 2 samplers saw that the light turns red (6.1 to 6.9 s)."
