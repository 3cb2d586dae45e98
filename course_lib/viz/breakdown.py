"""Shares of right (or wrong) answers, each with its interval: by kind of question, by length, gap, frames, position."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_lib.temporal.metrics import wilson
from course_lib.viz import palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

# Colour and marker of the series, in their order; no two alike in either.
SERIES = (
    ("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "^"), ("#CC79A7", "D"), ("#E69F00", "v"), ("#56B4E9", "P"),
    ("#5B6770", "X"),
)  # fmt: skip
WIDTH, TALL = 7.4, 2.5  # inches: of the figure, of a row of panels


@dataclass(frozen=True)
class Cell:
    """`right` of `n` answers are right; n = 0: nothing was asked."""

    right: int
    n: int

    def share(self, wrong: bool = False) -> float:
        """Of right answers, or of wrong ones; nan where nothing was asked."""
        return (self.n - self.right if wrong else self.right) / self.n if self.n else math.nan

    def interval(self, wrong: bool = False) -> tuple[float, float]:
        """95 % interval of that share, by Wilson. It takes the answers for independent of each other."""
        return wilson(self.n - self.right if wrong else self.right, self.n)


@dataclass(frozen=True)
class Panel:
    """across: what the horizontal axis shows. labels: of its places. series: a name -> one cell a place. ordered: the
    places are steps of one quantity, so that a line joins them."""

    title: str
    across: str
    labels: tuple[str, ...]
    series: Mapping[str, tuple[Cell, ...]]
    ordered: bool = False


def cells(places: Sequence[object], right: Sequence[bool], order: Sequence[object]) -> tuple[Cell, ...]:
    """Answers counted by their place, one cell for each of `order`. places, right: [N], one an answer.

    Raises ValueError for a place that is not in `order`: no answer is left out unseen.
    """
    if lost := [p for p in places if p not in order]:
        raise ValueError(f"{len(lost)} answers have no place, the first at {lost[0]!r}; places: {list(order)}")
    oks = [[ok for p, ok in zip(places, right, strict=True) if p == place] for place in order]
    return tuple(Cell(sum(flags), len(flags)) for flags in oks)


def by_value(
    title: str, across: str, edges: Sequence[float], answers: Mapping[str, Sequence[tuple[float, bool]]]
) -> Panel:
    """A panel over a quantity. answers: a name -> (value, whether it is right) of each answer.

    Place i holds the values with edges[i] <= value < edges[i + 1], the last one its upper edge too, as in
    `numpy.histogram`. Raises ValueError for a value outside the edges.
    """
    places = list(range(len(edges) - 1))
    series = {}
    for name, pairs in answers.items():
        where = [_place(value, edges) for value, _ in pairs]
        series[name] = cells(where, [ok for _, ok in pairs], places)
    labels = tuple(f"{a:g} to {b:g}" for a, b in itertools.pairwise(edges))
    return Panel(title, across, labels, series, ordered=True)


def _place(value: float, edges: Sequence[float]) -> int:
    if not edges[0] <= value <= edges[-1]:
        raise ValueError(f"{value:g} lies outside of {edges[0]:g} to {edges[-1]:g}")
    return min(sum(value >= edge for edge in edges[1:]), len(edges) - 2)


def breakdown_alt(panels: Sequence[Panel], wrong: bool = False) -> str:
    """Every number of the picture, in words."""
    what = "wrong" if wrong else "right"
    parts = []
    for panel in panels:
        lines = []
        for name, row in panel.series.items():
            told = [f"{label} {cell.share(wrong):.0%}" for label, cell in zip(panel.labels, row, strict=True) if cell.n]
            lines.append(f"{name}: {', '.join(told) or 'nothing asked'}")
        parts.append(f"{panel.title}, by {panel.across}. {'; '.join(lines)}.")
    return f"Share of {what} answers with 95 % intervals. " + " ".join(parts)


def draw_breakdown(panels: Sequence[Panel], wrong: bool = False, columns: int = 2) -> Figure:
    """A matplotlib figure, `columns` panels side by side: a dot a share, a bar its 95 % interval, n under each place.

    wrong: draw the share of wrong answers, the error. A place where nothing was asked stays empty.
    """
    from matplotlib.figure import Figure

    columns = min(columns, len(panels))
    rows = math.ceil(len(panels) / columns)
    figure = Figure(figsize=(WIDTH, TALL * rows + 0.35), facecolor=palette.PAPER, layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    names = list(dict.fromkeys(name for panel in panels for name in panel.series))
    if len(names) > len(SERIES):
        raise ValueError(f"{len(names)} series are more than can be told apart; give at most {len(SERIES)}")
    looks = dict(zip(names, SERIES, strict=False))
    for i, axis in enumerate(grid.flat):
        if i < len(panels):
            _draw(axis, panels[i], looks, wrong)
            axis.set_ylabel(f"{'wrong' if wrong else 'right'}, percent" if i % columns == 0 else "", fontsize=8.5)
        else:
            axis.set_visible(False)
    figure.legend(
        handles=[_handle(name, *looks[name]) for name in names], loc="outside upper center", ncols=len(names),
        frameon=False, fontsize=8.5, handletextpad=0.2, columnspacing=1.2,
    )  # fmt: skip
    return figure


def _draw(axis: Axes, panel: Panel, looks: Mapping[str, tuple[str, str]], wrong: bool) -> None:
    room = 0.72 / len(panel.series)  # between the series of one place
    for k, (name, row) in enumerate(panel.series.items()):
        colour, marker = looks[name]
        asked = [(i, cell) for i, cell in enumerate(row) if cell.n]
        x = [i + room * (k - (len(panel.series) - 1) / 2) for i, _ in asked]
        y = [100 * cell.share(wrong) for _, cell in asked]
        ends = [cell.interval(wrong) for _, cell in asked]
        axis.vlines(x, [100 * low for low, _ in ends], [100 * high for _, high in ends], color=colour, linewidth=1.5)
        style = ":" if panel.ordered else ""
        axis.plot(x, y, linestyle=style, linewidth=0.9, marker=marker, color=colour, markersize=5)
    axis.set_title(panel.title, fontsize=9.5, color=palette.INK)
    axis.set_xlabel(panel.across, fontsize=8.5, color=palette.SOFT)
    ticks = [f"{label}\nn {_asked([row[i] for row in panel.series.values()])}" for i, label in enumerate(panel.labels)]
    axis.set_xticks(range(len(ticks)), ticks)
    axis.set(xlim=(-0.6, len(ticks) - 0.4), ylim=(-4, 104), yticks=(0, 25, 50, 75, 100))
    axis.tick_params(labelsize=8, colors=palette.INK, length=2)
    axis.grid(axis="y", color=palette.RULE, linewidth=0.5)
    axis.set_axisbelow(True)
    for side, spine in axis.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(palette.RULE)


def _asked(row: Sequence[Cell]) -> str:
    """How many answers a place holds: "80", or "70 to 71" where the series differ."""
    counts = sorted({cell.n for cell in row})
    return f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"


def _handle(name: str, colour: str, marker: str) -> Line2D:
    from matplotlib.lines import Line2D

    return Line2D([], [], linestyle="", marker=marker, color=colour, markersize=6, label=name)
