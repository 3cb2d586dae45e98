"""Shares with their intervals: how answers are counted, and what is drawn of them."""

import math

import numpy as np
import pytest

from course_lib.temporal.metrics import wilson
from course_lib.viz.breakdown import SERIES, Cell, Panel, breakdown_alt, by_value, cells, draw_breakdown

BY_KIND = Panel("a title", "kind", ("at", "order"), {"pocket": (Cell(9, 10), Cell(5, 10))})


def test_a_cell_tells_what_is_right_or_what_is_wrong_with_wilsons_interval():
    cell = Cell(19, 25)
    assert cell.share() == 0.76 and cell.share(wrong=True) == pytest.approx(0.24)
    assert cell.interval() == wilson(19, 25) and cell.interval(wrong=True) == wilson(6, 25)


def test_where_nothing_was_asked_there_is_no_share_and_the_interval_says_nothing():
    assert math.isnan(Cell(0, 0).share()) and Cell(0, 0).interval() == (0.0, 1.0)


def test_answers_are_counted_by_their_place_in_the_order_that_was_asked_for():
    found = cells(["at", "when", "at", "at"], [True, False, False, True], ("when", "at", "order"))
    assert found == (Cell(0, 1), Cell(2, 3), Cell(0, 0))


def test_an_answer_without_a_place_is_refused():
    with pytest.raises(ValueError, match="1 answers have no place, the first at 'count'"):
        cells(["at", "count"], [True, True], ("at",))


def test_values_fall_into_the_same_bins_as_numpys():
    rng = np.random.default_rng(0)
    edges = [0, 1.5, 3, 4, 6]
    values = [*rng.uniform(0, 6, 200), *map(float, edges)]
    right = [bool(v) for v in rng.integers(0, 2, len(values))]
    panel = by_value("", "length", edges, {"at": list(zip(values, right, strict=True))})
    asked, hit = (np.histogram(v, edges)[0] for v in (values, [v for v, ok in zip(values, right, strict=True) if ok]))
    assert [c.n for c in panel.series["at"]] == asked.tolist()
    assert [c.right for c in panel.series["at"]] == hit.tolist()
    assert panel.labels == ("0 to 1.5", "1.5 to 3", "3 to 4", "4 to 6") and panel.ordered


@pytest.mark.parametrize("value", [-0.1, 6.1, math.nan])
def test_a_value_outside_the_edges_is_refused(value):
    with pytest.raises(ValueError, match="lies outside of 0 to 6"):
        by_value("", "length", [0, 3, 6], {"at": [(value, True)]})


def test_the_words_tell_every_share():
    assert breakdown_alt([BY_KIND]) == (
        "Share of right answers with 95 % intervals. a title, by kind. pocket: at 90%, order 50%."
    )
    empty = Panel("b", "gap", ("0 to 1", "1 to 2"), {"order": (Cell(1, 4), Cell(0, 0)), "at": (Cell(0, 0),) * 2})
    assert breakdown_alt([empty], wrong=True).endswith("b, by gap. order: 0 to 1 75%; at: nothing asked.")


def dots(axis):
    """Series -> the heights of its dots, in percent."""
    return {line.get_marker(): [round(float(y), 6) for y in line.get_ydata()] for line in axis.lines}


def test_dots_lie_at_the_shares_and_bars_reach_to_the_ends_of_the_intervals():
    [axis] = draw_breakdown([BY_KIND]).axes
    assert dots(axis) == {"o": [90, 50]}
    bars = [segment[:, 1].tolist() for segment in axis.collections[0].get_segments()]
    assert np.allclose(bars, [[100 * v for v in wilson(9, 10)], [100 * v for v in wilson(5, 10)]])
    assert [t.get_text() for t in axis.get_xticklabels()] == ["at\nn 10", "order\nn 10"]


def test_the_error_is_the_other_way_up_and_says_so():
    [axis] = draw_breakdown([BY_KIND], wrong=True).axes
    assert dots(axis) == {"o": [10, 50]} and axis.get_ylabel() == "wrong, percent"


def test_a_place_where_nothing_was_asked_stays_empty_and_different_counts_are_told_as_a_range():
    two = {"at": (Cell(1, 2), Cell(0, 0)), "when": (Cell(3, 3), Cell(1, 4))}
    [axis] = draw_breakdown([Panel("t", "x", ("a", "b"), two)]).axes
    assert dots(axis) == {"o": [50], "s": [100, 25]}
    assert [t.get_text() for t in axis.get_xticklabels()] == ["a\nn 2 to 3", "b\nn 0 to 4"]


def test_a_series_looks_the_same_in_every_panel_and_the_legend_names_each_once():
    other = Panel("b", "frames", ("4", "8"), {"notime": (Cell(1, 4),) * 2, "pocket": (Cell(2, 4),) * 2}, ordered=True)
    figure = draw_breakdown([BY_KIND, other, BY_KIND], columns=2)
    shown = [axis for axis in figure.axes if axis.get_visible()]
    assert len(shown) == 3 and [set(dots(axis)) for axis in shown] == [{"o"}, {"o", "s"}, {"o"}]
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["pocket", "notime"]
    assert [line.get_linestyle() for line in shown[0].lines] == ["None"] and shown[1].lines[0].get_linestyle() == ":"


def test_more_series_than_can_be_told_apart_are_refused():
    many = {str(i): (Cell(1, 2),) for i in range(len(SERIES) + 1)}
    with pytest.raises(ValueError, match="more than can be told apart"):
        draw_breakdown([Panel("t", "x", ("a",), many)])
    assert len({c for c, _ in SERIES}) == len({m for _, m in SERIES}) == len(SERIES)


def test_nothing_is_cut_off(tmp_path):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = draw_breakdown([BY_KIND] * 4)
    FigureCanvasAgg(figure).draw()
    width, height = figure.canvas.get_width_height()
    box = figure.get_tightbbox().transformed(figure.dpi_scale_trans)
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
