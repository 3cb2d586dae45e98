"""Pictures of frames on their way to tokens, and the budget to play with."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from course_lib.timeline import Event
from course_lib.tokens.sampling import uniform
from course_lib.viz import budget, palette, twin
from course_lib.viz.tokens import FAINT, draw_budgets, draw_curves, draw_kept, draw_looks, draw_pictures

EVENTS = [Event(1, 4, "red car", "stops"), Event(6.1, 6.9, "light", "turns red"), Event(12, 15, "dog", "runs")]


def rgb(colour: str) -> tuple[float, ...]:
    from matplotlib.colors import to_rgb

    return to_rgb(colour)


def words(figure) -> list[str]:
    """All that is written on a figure."""
    from matplotlib.text import Text

    return [t.get_text() for t in figure.findobj(Text) if t.get_text()]


def bars(axis):
    return [(p.get_x(), p.get_x() + p.get_width(), p.get_hatch()) for p in axis.patches]


def test_pictures_are_shown_pixel_for_pixel_under_their_titles() -> None:
    shown = {f"number {i}": np.full((4, 6, 3), 40 * i, np.uint8) for i in range(5)}
    figure = draw_pictures(shown, most=3)
    with_picture = [axis for axis in figure.axes if axis.images]
    assert [axis.get_title() for axis in with_picture] == list(shown)
    assert len(figure.axes) == 6  # two rows of three
    for axis, picture in zip(with_picture, shown.values(), strict=True):
        assert np.array_equal(axis.images[0].get_array(), picture)
        assert axis.images[0].get_interpolation() == "nearest"


def test_a_sampler_that_misses_an_event_has_it_hatched_and_counted() -> None:
    axis = draw_looks({"few": [2, 5, 13], "many": uniform(16, 32)}, EVENTS, 16.0).axes[0]
    few, many = bars(axis)[:3], bars(axis)[3:]
    assert [hatch is not None for _, _, hatch in few] == [False, True, False]
    assert all(hatch is None for _, _, hatch in many)
    assert few[1][:2] == pytest.approx((6.1, 6.9))
    assert [t.get_text() for t in axis.texts] == ["2 of 3", "3 of 3"]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["few", "many"]
    assert list(axis.lines[0].get_xdata()) == [2, 5, 13]


def test_patches_that_were_left_out_are_faded_and_the_others_untouched() -> None:
    frames = np.full((2, 4, 4, 3), 100, np.uint8)
    keep = np.array([[[True, True], [True, True]], [[True, False], [False, False]]])
    figure = draw_kept(frames, keep, [0.5, 1.5])
    first, second = (np.asarray(axis.images[0].get_array()) for axis in figure.axes)
    assert (first == 100).all()
    assert (second[:2, :2] == 100).all()
    assert (second[2:] == int(255 - 155 * FAINT)).all() and (second[:2, 2:] == second[2, 2]).all()
    assert [axis.get_title() for axis in figure.axes] == ["0.5 s: 4 of 4", "1.5 s: 1 of 4"]


def test_curves_carry_their_intervals_an_elbow_and_a_second_axis_of_tokens() -> None:
    points = [(0.1, 0.0, 0.2), (0.8, 0.7, 0.9), (1.0, 0.9, 1.0)]
    figure = draw_curves([2, 8, 32], {"once": points, "twice": points}, ("frames", "seen"), bend=1, tokens=100)
    axis = figure.axes[0]
    assert list(axis.lines[0].get_ydata()) == [0.1, 0.8, 1.0]
    assert len(axis.collections) == 2  # the intervals
    assert {"once", "twice", "elbow", "200", "800", "3,200", "tokens, at 100 a frame"} <= set(words(figure))


def test_budgets_are_bars_beside_the_context_that_they_fill() -> None:
    axis = draw_budgets([("small", 1000, 4000), ("large", 30_000, 20_000)]).axes[0]
    assert [p.get_width() for p in axis.patches] == [1000, 30_000]
    assert [t.get_text() for t in axis.texts] == ["1,000 (25%)", "30,000 (150%)"]
    assert [line.get_xdata()[0] for line in axis.lines] == [4000, 20_000]
    assert axis.get_xlim()[1] > 30_000


def test_a_choice_becomes_frames_events_tokens_and_a_cost() -> None:
    data = budget.explore(16.0, EVENTS, fps=0.5, size=224, pooling=4)
    assert data.seconds.tolist() == [1, 3, 5, 7, 9, 11, 13, 15]
    assert data.seen == (True, False, True) and data.missed == (EVENTS[1],)
    assert data.per_frame == 16 and data.tokens == 8 * 16
    assert data.attention == pytest.approx((8 * 16 / (16 * 64)) ** 2)
    assert budget.explore(16.0, EVENTS).attention == 1


def test_averages_drop_the_rest_of_a_grid_that_pooling_does_not_divide() -> None:
    assert budget.explore(16.0, [], size=280, pooling=3).per_frame == 6**2  # of 20 x 20 patches
    assert len(budget.explore(0.4, [], fps=1).seconds) == 1


@pytest.mark.parametrize("wrong", [{"fps": 0}, {"pooling": 0}, {"size": 13}, {"size": 28, "pooling": 4}])
def test_what_leaves_nothing_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match=r"above 0|nothing is left"):
        budget.explore(16.0, EVENTS, **wrong)


def test_the_picture_of_a_budget_says_what_is_missed_and_what_it_costs() -> None:
    data = budget.explore(16.0, EVENTS, fps=0.5)
    figure = budget.draw(data)
    events, tokens, attention = figure.axes
    assert [hatch is not None for _, _, hatch in bars(events)] == [False, True, False]
    assert events.patches[0].get_facecolor()[:3] == pytest.approx(rgb(palette.RIGHT))
    assert list(events.lines[0].get_xdata()) == data.seconds.tolist()
    assert {"missed", "2 of 3", "8", "512", "0.25 x"} <= set(words(figure))
    assert "8 frames of 224 px, pooled by 2: 64 tokens each" in words(figure)
    assert 10 ** bars(tokens)[0][1] == pytest.approx(512) and 10 ** bars(attention)[0][1] == pytest.approx(0.25)
    text = budget.alt_text(data)
    assert "the light turns red (6.1 to 6.9 s)" in text and "512 tokens" in text
    assert "misses: none" in budget.alt_text(budget.explore(16.0, EVENTS, fps=4))


@pytest.mark.parametrize("extreme", [{"fps": 0.05, "size": 112, "pooling": 4}, {"fps": 4, "size": 448, "pooling": 1}])
def test_nothing_that_the_sliders_can_be_set_to_lies_outside_the_picture(extreme) -> None:
    for duration in (30.0, 600.0):
        for axis in budget.draw(budget.explore(duration, EVENTS, **extreme)).axes[1:]:
            low, high = axis.get_xlim()
            assert all(low <= right <= high for _, right, _ in bars(axis))
            assert bars(axis)[0][0] >= low


def test_the_drawing_that_a_slider_changes_says_the_same_as_the_picture() -> None:
    few = budget.view(budget.explore(16.0, EVENTS, fps=0.5))
    assert few.said == (
        "8 frames, 512 tokens: 64 a frame. Attention costs 0.25 times the usual. It sees 2 of 3 events and misses: "
        "the light turns red (6.1 to 6.9 s)."
    )
    assert few.drawing.count('class="event missed"') == few.drawing.count('class="sign"') == 1
    assert few.alt == budget.alt_text(budget.explore(16.0, EVENTS, fps=0.5))
    one = budget.view(budget.explore(0.4, [Event(0, 0.3, "<b>", "&")], fps=1))
    assert one.said.startswith("1 frame, 64 tokens") and "<b>" not in one.drawing


@pytest.mark.parametrize("extreme", [{"fps": 0.05, "size": 112, "pooling": 4}, {"fps": 4, "size": 448, "pooling": 1}])
def test_nothing_of_the_drawing_lies_outside_it(extreme) -> None:
    drawing = budget.view(budget.explore(30.0, EVENTS, **extreme)).drawing
    places = [float(place) for place in re.findall(r"(?:left|width): ([-0-9.]+)%?", drawing)]
    assert len(places) > 10 and min(places) >= 0 and max(places) <= 100


def test_a_slider_that_is_moved_changes_drawing_and_words(monkeypatch) -> None:
    shown = []
    monkeypatch.setattr(twin, "show", lambda widget, png, alt: shown.append((widget, png, alt)))
    budget.widget(16.0, EVENTS, fps=0.5)
    [(explorer, png, alt)] = shown
    assert Image.open(BytesIO(png)).size == (700, 300) and "misses: the light turns red" in alt
    assert [c["name"] for c in explorer.controls] == ["fps", "size", "pooling"] and explorer.values["fps"] == 0.5
    before = explorer.drawing
    explorer.values = {"fps": 4.0, "size": 112, "pooling": 4}
    assert "64 frames, 256 tokens" in explorer.said and "misses: none" in explorer.alt and explorer.drawing != before


def test_neither_the_tokens_nor_the_pictures_load_widgets_or_matplotlib_before_they_are_used() -> None:
    code = (
        "import sys, json, course_lib.viz.budget, course_lib.viz.race, course_lib.viz.tokens;"
        "import course_lib.tokens.samplers;"
        "print(json.dumps([m for m in ('ipywidgets', 'anywidget', 'matplotlib', 'av') if m in sys.modules]))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == []
