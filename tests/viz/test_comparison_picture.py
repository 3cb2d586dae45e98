"""The forest plot of a comparison: what is in it, and that it is drawn."""

import json
from dataclasses import replace

import pytest
from PIL import Image

from course_lib.temporal.comparison import Comparison
from course_lib.temporal.paired import Score
from course_lib.temporal.ways import Way
from course_lib.viz.comparison import comparison_alt, comparison_data, draw_comparison, write_comparison


def way(name, role, gain=None, half=0.02, tokens=100.0):
    def score(mean):
        if mean is None:
            return Score(100, 0.5, 0.45, 0.55)
        return Score(100, 0.5 + mean, 0.4, 0.6, mean, mean - half, mean + half)

    cost = None if name == "constant" else {"tokens": tokens, "frames": 32.0, "calls": 1.0}
    kinds = {"at": score(gain), "when": score(None if gain is None else -gain)}
    return Way(
        name, role, score(gain), kinds, {"story": score(gain)}, {"order": 3}, cost, None if cost is None else 0.1
    )


@pytest.fixture
def c():
    ways = (
        way("none", "plain"), way("vote", "mitigation", 0.1, tokens=300.0), way("denser", "mitigation", 0.01),
        way("constant", "baseline", -0.4), way("frozen", "baseline", -0.3),
    )  # fmt: skip
    return Comparison("<b>pocket</b>", tuple(range(20)), ("story",), 30.0, ("at", "when"), 2, 0, 20, 100, ways)


def test_a_row_has_its_gains_with_their_verdicts_and_its_cost(c):
    data = comparison_data(c)
    assert data.panels == ("all", "at", "when")
    assert [row.name for row in data.rows] == ["vote", "denser", "constant answer", "single frame"]
    vote, denser = data.rows[:2]
    assert [dot.mark for dot in vote.dots] == ["helps", "helps", "hurts"]
    assert [dot.mark for dot in denser.dots] == ["", "", ""]
    assert vote.beside == ("+10.0 (+8.0 to +12.0)", "3x", "1x")
    assert data.rows[2].beside[1:] == ("–", "–")


def test_without_mitigations_it_is_the_shares_beside_their_baselines(c):
    data = comparison_data(replace(c, ways=tuple(w for w in c.ways if w.role != "mitigation")))
    assert [row.name for row in data.rows] == ["as it is", "constant answer", "single frame"]
    assert data.rows[0].dots[0].mean == 0.5
    assert data.rows[0].beside == ("50% (45 to 55)",)


def shown(figure):
    markers = [line.get_marker() for axis in figure.axes for line in axis.lines]
    return markers, [t.get_text() for t in figure.texts], [axis.get_title() for axis in figure.axes]


def test_better_and_worse_differ_in_shape_and_what_is_off_the_scale_points_there(c):
    markers, texts, panels = shown(draw_comparison(c))
    assert panels == ["all", "at", "when"]
    assert "o" in markers and "D" in markers and "<" in markers and ">" in markers
    assert {"vote", "denser", "single frame", "gain, all", "tokens", "seconds"} <= set(texts)


def test_gains_without_intervals_are_drawn_hollow_and_nothing_is_called_sure(c):
    few = replace(c, ways=tuple(
        replace(w, overall=Score(5, 0.5, gain=w.overall.gain),
                kinds={k: Score(0, None) if k == "when" else Score(5, 0.5, gain=s.gain) for k, s in w.kinds.items()})
        for w in c.ways
    ))  # fmt: skip
    data = comparison_data(few)
    assert all(row.dots[2] is None for row in data.rows)
    assert {dot.mark for row in data.rows for dot in row.dots[:2]} == {""}
    _, texts, _ = shown(draw_comparison(few))
    assert any("too few seeds for intervals" in t for t in texts)


def test_the_report_is_written_as_data_as_a_page_and_as_a_picture(c, tmp_path):
    paths = write_comparison(c, tmp_path / "new")
    assert [p.name for p in paths] == ["report.json", "report.html", "report.png"]
    assert json.loads(paths[0].read_text())["model"] == "<b>pocket</b>"
    html = paths[1].read_text()
    assert "&lt;b&gt;pocket&lt;/b&gt;" in html and "<b>pocket" not in html
    assert 'alt="Gain in percentage points' in html and 'src="data:image/png' in html
    with Image.open(paths[2]) as image:
        assert image.size[0] > 1200


def test_the_words_for_those_who_cannot_see_it_hold_the_numbers(c):
    assert "vote +10.0 (+8.0 to +12.0); denser +1.0 (-1.0 to +3.0)" in comparison_alt(c)
