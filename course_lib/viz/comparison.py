"""What mitigations gain: a forest plot, all kinds together and each for itself, with what they cost beside it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.temporal.comparison import Comparison
from course_lib.temporal.comparison_shown import gain, share, times
from course_lib.temporal.paired import Score
from course_lib.viz import palette
from course_lib.viz.page import page, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Dot:
    """A share or a gain with its interval (None: too few clips), all 0 to 1; mark: "", "helps" or "hurts"."""

    mean: float
    low: float | None
    high: float | None
    mark: str = ""


@dataclass(frozen=True)
class Row:
    """A line of the picture. dots: one a panel (None: no such question). beside: texts right of the panels."""

    name: str
    role: str
    dots: tuple[Dot | None, ...]
    beside: tuple[str, ...]


@dataclass(frozen=True)
class Forest:
    """panels: "all" and the kinds of question; rows; columns: titles of the texts beside."""

    panels: tuple[str, ...]
    rows: tuple[Row, ...]
    columns: tuple[str, ...]


def comparison_data(c: Comparison) -> Forest:
    """The gains of the mitigations over the plain model, and under them those of the baselines.

    Without mitigations: the shares right, a row a way of asking, the plain model first.
    """
    panels = ("all", *c.plain.kinds)

    def scores(name: str) -> list[Score]:
        return [c[name].overall, *(c[name].kinds[k] for k in c.plain.kinds)]

    if not c.mitigations:
        ways = (c.plain, *c.baselines)
        shown = [Row(w.title, w.role, tuple(map(_share, scores(w.name))), (share(w.overall),)) for w in ways]
        return Forest(panels, tuple(shown), ("right, all",))
    rows = []
    for w in (*c.mitigations, *c.baselines):
        costs = (times(c.ratio(w, "tokens")), times(c.ratio(w, "seconds")))
        rows.append(Row(w.title, w.role, tuple(map(_gain, scores(w.name))), (gain(w.overall), *costs)))
    return Forest(panels, tuple(rows), ("gain, all", "tokens", "seconds"))


def _share(score: Score) -> Dot | None:
    return None if score.share is None else Dot(score.share, score.low, score.high)


def _gain(score: Score) -> Dot | None:
    if score.gain is None:
        return None
    mark = "helps" if score.helps else "hurts" if score.hurts else ""
    return Dot(score.gain, score.gain_low, score.gain_high, mark)


def comparison_alt(c: Comparison) -> str:
    """What the picture shows, in words."""
    data = comparison_data(c)
    what = "Gain in percentage points" if c.mitigations else "Share right"
    rows = "; ".join(f"{row.name} {row.beside[0]}" for row in data.rows)
    return f"{what} on all questions, with 95 % intervals: {rows}. {c.headline()}"


WIDTH, NAME, ROW = 12.5, 1.45, 0.3  # inches
BESIDE = {"gain, all": 1.65, "right, all": 1.2, "tokens": 0.65, "seconds": 0.7}


def draw_comparison(c: Comparison, title: str = "") -> Figure:
    """A matplotlib figure: a panel for all questions and one for each kind, a row a mitigation, baselines under them.

    Blue and a filled circle: surely better; vermilion and a diamond: surely worse; grey and hollow: the interval holds
    zero, or there are too few clips for one.
    """
    from matplotlib.figure import Figure

    data, gains = comparison_data(c), bool(c.mitigations)
    beside = sum(BESIDE[column] for column in data.columns)
    top, foot = 0.85, 0.95
    split = 0.16 if any(r.role == "baseline" for r in data.rows) else 0.0
    tall = ROW * len(data.rows) + split
    height = top + tall + foot
    figure = Figure(figsize=(WIDTH, height), facecolor=palette.PAPER)
    y = _heights(data, split)
    room = WIDTH - 0.2 - NAME - beside - 0.2
    wide = room / (len(data.panels) + 0.6)  # the first, of all questions, is wider
    x = 0.2 + NAME
    limits = _limits(data, gains)
    for i, panel in enumerate(data.panels):
        width = wide * (1.6 if i == 0 else 1.0)
        axis = figure.add_axes(((x + 0.09) / WIDTH, foot / height, (width - 0.18) / WIDTH, tall / height))
        axis.set_title(panel, fontsize=9, color=palette.INK, weight="bold" if i == 0 else "normal", pad=5)
        _panel(axis, [row.dots[i] for row in data.rows], y, tall, limits, gains)
        if i == 0:
            axis.set_xlabel("percentage points" if gains else "percent right", fontsize=8.5, color=palette.SOFT)
        x += width
    for row, at in zip(data.rows, y, strict=True):
        level = (foot + tall - at) / height
        weight = "normal" if row.role == "baseline" else "bold"
        colour = palette.SOFT if row.role == "baseline" else palette.INK
        name: dict[str, Any] = {"ha": "right", "va": "center", "fontsize": 9.5, "color": colour, "weight": weight}
        figure.text((0.1 + NAME) / WIDTH, level, row.name, **name)
        right = x
        for column, text in zip(data.columns, row.beside, strict=True):
            right += BESIDE[column]
            figure.text(right / WIDTH, level, text, ha="right", va="center", fontsize=9, color=colour)
    right = x
    for column in data.columns:
        right += BESIDE[column]
        figure.text(right / WIDTH, (foot + tall + 0.1) / height, column, ha="right", fontsize=9, color=palette.SOFT)
    title = title or f"{c.model}: " + ("gain over the model as it is" if gains else "share right, by kind of question")
    figure.text(0.2 / WIDTH, 1 - 0.24 / height, title, fontsize=12, weight="bold", color=palette.INK, va="center")
    figure.text(0.2 / WIDTH, 0.28 / height, _caption(c), fontsize=8.5, color=palette.SOFT, va="center")
    return figure


def _caption(c: Comparison) -> str:
    known = c.plain.overall.low is not None
    spans = "bars: 95 % intervals over clips" if known else "too few seeds for intervals"
    read = "; blue: surely better, vermilion diamond: surely worse, arrowhead: off the scale" if c.mitigations else ""
    return f"{c.questions} questions on {c.clips} clips of {c.seconds:g} s ({', '.join(c.scene_kinds)}); {spans}{read}."


def _heights(data: Forest, split: float) -> list[float]:
    """Inches from the top of the panels to the middle of each row; baselines stand a little apart."""
    return [ROW * (i + 0.5) + (split if row.role == "baseline" else 0.0) for i, row in enumerate(data.rows)]


def _limits(data: Forest, gains: bool) -> tuple[float, float]:
    if not gains:
        return -3.0, 103.0
    dots = [d for row in data.rows if row.role == "mitigation" for d in row.dots if d is not None]
    ends = [100 * abs(v) for d in dots for v in (d.mean, d.low, d.high) if v is not None]
    far = min(100.0, max([5.0, *ends]) * 1.08)
    return -far, far  # baselines beyond are shown by an arrow at the edge


def _panel(
    axis: Axes, dots: Sequence[Dot | None], y: Sequence[float], tall: float, limits: tuple[float, float], gains: bool
) -> None:
    axis.set(xlim=limits, ylim=(tall, 0), yticks=[])
    axis.tick_params(colors=palette.SOFT, labelsize=8, length=2)
    for side, spine in axis.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(palette.RULE)
    if gains:
        axis.locator_params(axis="x", nbins=4)
    else:
        axis.set_xticks([0, 50, 100])
    for at in y:
        axis.axhline(at, color=palette.RULE, linewidth=0.5, zorder=0)
    if gains:
        axis.axvline(0, color=palette.SOFT, linewidth=0.9, zorder=1)
    for dot, at in zip(dots, y, strict=True):
        if dot is not None:
            _dot(axis, dot, at, limits, gains)


def _dot(axis: Axes, dot: Dot, at: float, limits: tuple[float, float], gains: bool) -> None:
    colour, shape = {"helps": (palette.RIGHT, "o"), "hurts": (palette.WRONG, "D")}.get(dot.mark, (palette.TRUE, "o"))
    mean = 100 * dot.mean
    if dot.low is not None and dot.high is not None:
        axis.plot([100 * dot.low, 100 * dot.high], [at, at], color=colour, linewidth=1.6, zorder=2)
    if not limits[0] <= mean <= limits[1]:
        edge = limits[0] if mean < limits[0] else limits[1]
        axis.plot([edge], [at], marker="<" if mean < limits[0] else ">", color=colour, markersize=7, clip_on=False)
        return
    filled = colour if dot.mark or not gains else palette.PAPER
    axis.plot(
        [mean], [at], marker=shape, color=colour, markerfacecolor=filled, markersize=6, markeredgewidth=1.3, zorder=3,
        clip_on=False,
    )  # fmt: skip


def write_comparison(c: Comparison, folder: str | Path) -> list[Path]:
    """Write report.json, report.html (all in one file) and report.png into `folder` (made if missing)."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    draw_comparison(c).savefig(out, format="png", dpi=140)
    body = [
        f"<h1>{escape(c.model)}: questions about time</h1>",
        picture(out.getvalue(), comparison_alt(c)),
        c._repr_html_(),
    ]
    paths = [folder / name for name in ("report.json", "report.html", "report.png")]
    paths[0].write_text(c.to_json(), encoding="utf-8")
    paths[1].write_text(page(f"{c.model}: questions about time", body), encoding="utf-8")
    paths[2].write_bytes(out.getvalue())
    return paths
