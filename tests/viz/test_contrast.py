"""Text can be read: WCAG AA contrast (4.5 to 1) of our own pages, panels, widgets and pictures, in light and in dark.

The colours are taken from where they are used: the style sheets' rules, and what is written on a drawn figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest

from course_lib.grade import pages
from course_lib.timeline import Event, Timeline
from course_lib.tokens.sampling import uniform
from course_lib.viz import attention, budget, checks, esm, race, style
from course_lib.viz.failures import _colour, _on
from course_lib.viz.timelines import timelines
from course_lib.viz.tokens import draw_budgets, draw_curves, draw_looks

AA, AA_SHAPE = 4.5, 3.0  # of text; of shapes that carry a meaning
Colour = tuple[float, float, float]
EVENTS = [Event(1, 4, "red car", "stops"), Event(6.1, 6.9, "light", "turns red"), Event(12, 15, "dog", "runs")]


def hexed(text: str) -> Colour:
    digits = text.lstrip("#")
    digits = "".join(2 * d for d in digits) if len(digits) == 3 else digits
    return tuple(int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))  # type: ignore[return-value]


def contrast(one: Colour, other: Colour) -> float:
    """As WCAG 2.2 defines it, from sRGB of 0 to 1."""

    def luminance(colour: Colour) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return float(np.dot([0.2126, 0.7152, 0.0722], linear))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def themes(css: str) -> Iterator[tuple[str, dict[str, Colour]]]:
    """The colours that a style sheet names, light and dark."""
    light, dark = (dict(re.findall(r"--(\w+): (#\w+)", part)) for part in css.split("@media (prefers-color-scheme", 1))
    yield "light", {name: hexed(value) for name, value in light.items()}
    yield "dark", {name: hexed(value) for name, value in {**light, **dark}.items()}


def text_colours(css: str) -> set[str]:
    return set(re.findall(r"(?<![-\w])color: var\(--(\w+)\)", css))


def backgrounds(css: str) -> set[str]:
    return set(re.findall(r"background: var\(--(\w+)\)", css))


def test_the_measure_is_the_one_of_the_guidelines() -> None:
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert contrast(hexed("#777"), hexed("#fff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("css", [style.STYLE, style.STYLE + pages.STYLE], ids=["report", "feedback"])
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_text_of_a_page_can_be_read_on_every_paper_of_it(css: str, theme: int) -> None:
    name, colours = list(themes(style.STYLE))[theme]
    papers = {"paper", *backgrounds(css)} & {"paper", "card", "badpaper"}
    texts = {"ink", *text_colours(css)} - {"paper"}
    assert {"soft", "bad", "ok"} <= texts and papers == {"paper", "card", "badpaper"}
    faint = {
        (text, paper): round(contrast(colours[text], colours[paper]), 2)
        for text in texts
        for paper in papers
        if contrast(colours[text], colours[paper]) < AA
    }
    assert not faint, f"too faint in {name}: {faint}"


NOTEBOOKS = {"light": hexed("#ffffff"), "dark": hexed("#111111")}  # JupyterLab's --jp-layout-color0


def test_panels_and_widgets_write_in_the_notebooks_own_colours_alone() -> None:
    css = esm.style("play.css")
    written = re.findall(r"(?<![-\w])color: ([^;}]+)", css + checks.BOX + checks.PROSE + checks.MONO + checks.FOOT)
    assert len(written) > 3
    for colour in written:
        assert re.fullmatch(r"var\(--(ink|soft)\)|inherit|var\(--jp-ui-font-color1, (inherit|black)\)", colour), colour
    own = re.findall(r"--(?:ink|soft): ([^;]+)", css)
    assert own == ["var(--jp-ui-font-color1, currentColor)", "var(--jp-ui-font-color2, currentColor)"]


@pytest.mark.parametrize("theme", NOTEBOOKS)
def test_edges_bars_and_hatches_stand_out_from_both_themes(theme: str) -> None:
    drawing = budget.view(budget.explore(16.0, EVENTS, fps=0.5)).drawing
    shapes = {colour for _, colour in checks.LOOKS.values()} | set(re.findall(r"--\w+: (#\w+)", drawing))
    assert len(shapes) >= 3
    for colour in shapes:
        assert contrast(hexed(colour), NOTEBOOKS[theme]) >= (AA_SHAPE if colour != checks.palette.NEUTRAL else 2.5)


def looked() -> attention.WordAttention:
    return attention.WordAttention(np.arange(4.0), ("what", "7", "the"), np.eye(3, 4) + 0.1, 2)


@pytest.mark.parametrize("share", [i / 40 for i in range(41)])
def test_a_number_in_a_matrix_can_be_read_on_every_shade(share: float) -> None:
    shade = tuple(c / 255 for c in _colour(share))
    assert contrast(hexed(_on(share)), shade) >= AA  # type: ignore[arg-type]


FIGURES = {
    "budget": lambda: budget.draw(budget.explore(16.0, EVENTS, fps=0.5)),
    "race": lambda: race.draw(race.race({"even": lambda n: uniform(16.0, n)}, EVENTS, 16.0, 4), 4),
    "looks": lambda: draw_looks({"few": [2, 13]}, EVENTS, 16.0),
    "curves": lambda: draw_curves([2, 8, 32], {"a": [(0.1, 0, 0.2)] * 3}, ("x", "y"), bend=1, tokens=100),
    "budgets": lambda: draw_budgets([("small", 1000, 4000)]),
    "attention": lambda: attention.draw_attention(looked()),
    "timelines": lambda: timelines(Timeline(tuple(EVENTS), 16.0), EVENTS[1:] + [Event(0, 1, "x", "y")], (1, 2)),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_word_on_a_picture_can_be_read_on_what_lies_behind_it(name: str) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import to_rgb
    from matplotlib.text import Text

    drawn = FIGURES[name]()
    canvas = FigureCanvasAgg(drawn)
    canvas.draw()
    texts = [t for t in drawn.findobj(Text) if t.get_text().strip() and t.get_visible()]
    boxes = [t.get_window_extent() for t in texts]
    if (engine := drawn.get_layout_engine()) is not None:
        engine.set(rect=(0, 0, 1, 1))
        drawn.set_layout_engine("none")  # the words are taken off where they stand
    for text in texts:
        text.set_alpha(0)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[::-1, :, :3] / 255
    assert texts
    for text, box in zip(texts, boxes, strict=True):
        behind = pixels[max(0, int(box.y0)) : int(box.y1) + 1, max(0, int(box.x0)) : int(box.x1) + 1].reshape(-1, 3)
        if len(behind):  # the most common colour: a line may cross
            found, often = np.unique(behind.round(2), axis=0, return_counts=True)
            paper = tuple(found[often.argmax()])
            assert contrast(to_rgb(text.get_color()), paper) >= AA, f"{text.get_text()!r} on {paper}"
