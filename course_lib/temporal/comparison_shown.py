"""A comparison as tables: in a terminal, and as HTML in Jupyter and in the report."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from course_lib.temporal.paired import FEWEST, Score
from course_lib.temporal.verdict import FAILURES

if TYPE_CHECKING:
    from rich.console import RenderableType

    from course_lib.temporal.comparison import Comparison, Way

# Colours of the surroundings, so that light and dark both stay readable; green and red never alone: with an arrow.
STYLE = """<style>
.comparison { color: inherit; font-size: .95em; }
.comparison table { border-collapse: collapse; margin: .3em 0 1em; background: transparent; color: inherit; }
.comparison caption { text-align: left; font-weight: 600; padding: .2em 0; color: inherit; caption-side: top; }
.comparison th, .comparison td { text-align: right; padding: .25em .7em; border: 0; color: inherit;
  border-bottom: 1px solid rgba(128, 128, 128, .35); white-space: nowrap; background: transparent; }
.comparison th:first-child, .comparison td:first-child { text-align: left; }
.comparison .helps { font-weight: 700; box-shadow: inset 3px 0 0 #0072B2; }
.comparison .hurts { font-weight: 700; box-shadow: inset 3px 0 0 #D55E00; }
.comparison .scroll { overflow-x: auto; }
.comparison .note { opacity: .8; }
</style>"""


@dataclass(frozen=True)
class Cell:
    """mark: "", "helps" or "hurts"."""

    text: str
    mark: str = ""


@dataclass(frozen=True)
class Grid:
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def grids(c: Comparison) -> list[Grid]:
    """What both show: accuracy by kind beside the baselines, each mitigation's gain and cost, its gain by kind and by
    kind of scene, and the failures."""
    out = [_accuracy(c)]
    if c.mitigations:
        out += [_gains(c), _by(c, "kinds", "Gain by kind of question, percentage points")]
    if c.mitigations and len(c.scene_kinds) > 1:
        out.append(_by(c, "scenes", "Gain by kind of scene, percentage points"))
    return [*out, _failures(c)]


def notes(c: Comparison) -> list[str]:
    """What one must know to read the numbers."""
    lines = [
        f"{c.questions} questions on {c.clips} clips of {c.seconds:g} s ({', '.join(c.scene_kinds)}), "
        f"{len(c.seeds)} seeds from {min(c.seeds)} to {max(c.seeds)}; the same questions for all."
    ]
    if len(c.seeds) < FEWEST:
        lines.append(f"Fewer than {FEWEST} seeds: too few for intervals, and none are given.")
    else:
        lines.append("In brackets 95 % intervals, seeds redrawn with all their questions (paired bootstrap).")
    if c.mitigations and len(c.seeds) >= FEWEST:
        lines.append("↑ ↓: the interval lies above, below zero. One in twenty does so by chance where nothing changed.")
    return lines


def terminal(c: Comparison) -> RenderableType:
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    parts: list[RenderableType] = [Text(c.headline(), style="bold")]
    for grid in grids(c):
        table = Table(
            title=grid.title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False,
            show_edge=False, padding=(0, 1),
        )  # fmt: skip
        for i, name in enumerate(grid.head):
            table.add_column(Text(name), justify="right" if i else "left", no_wrap=not i)
        for row in grid.rows:
            styles = {"helps": "bold blue", "hurts": "bold red"}
            table.add_row(*(Text(cell.text, styles.get(cell.mark, "")) for cell in row))
        parts += [Text(""), table]
    return Group(*parts, Text(""), *(Text(line) for line in notes(c)))


def html(c: Comparison) -> str:
    """Needs nothing beside it; every text is escaped."""
    parts = [STYLE, '<div class="comparison">', f"<p><b>{escape(c.model)}</b>: {escape(c.headline())}</p>"]
    for grid in grids(c):
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in grid.head)
        rows = "".join(
            "<tr>" + "".join(f"<td{_class(cell)}>{escape(cell.text)}</td>" for cell in row) + "</tr>"
            for row in grid.rows
        )
        table = f"<table><caption>{escape(grid.title)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
        parts.append(f'<div class="scroll">{table}</table></div>')
    parts += [f'<p class="note">{escape(line)}</p>' for line in notes(c)]
    return "\n".join([*parts, "</div>"])


def _class(cell: Cell) -> str:
    return f' class="{cell.mark}"' if cell.mark else ""


def _accuracy(c: Comparison) -> Grid:
    ways = (c.plain, *c.baselines)
    kinds = [(k, [w.kinds[k] for w in ways]) for k in c.plain.kinds]
    rows = [(k, scores) for k, scores in [*kinds, ("all", [w.overall for w in ways])]]
    return Grid(
        "Right, by kind of question",
        ("", "n", *(w.title for w in ways)),
        tuple((Cell(k), Cell(str(s[0].n)), *(Cell(share(x)) for x in s)) for k, s in rows),
    )


def _gains(c: Comparison) -> Grid:
    def row(w: Way) -> tuple[Cell, ...]:
        costs = (c.ratio(w, what) for what in ("tokens", "seconds", "frames", "calls"))
        gained = _gain(w.overall) if w.role != "plain" else Cell("")
        where = ", ".join(w.hurts) if w.role == "mitigation" else ""
        return (Cell(w.title), Cell(share(w.overall)), gained, *(Cell(times(x)) for x in costs), Cell(where))

    return Grid(
        "Gain in percentage points, and cost a question",
        ("", "right", "gain", "tokens", "seconds", "frames", "calls", "hurts at"),
        tuple(row(w) for w in c.ways),
    )


def _by(c: Comparison, what: str, title: str) -> Grid:
    groups = getattr(c.plain, what)
    rows = ((Cell(g), Cell(str(groups[g].n)), *(_gain(getattr(w, what)[g], 0) for w in c.mitigations)) for g in groups)
    return Grid(title, ("", "n", *(w.title for w in c.mitigations)), tuple(rows))


def _failures(c: Comparison) -> Grid:
    seen = [kind for kind in FAILURES if any(kind in w.failures for w in c.ways)]
    rows = ((Cell(w.title), *(Cell(str(w.failures.get(k, 0))) for k in seen)) for w in c.ways)
    return Grid("Wrong answers, by kind of failure", ("", *seen), tuple(rows))


def share(score: Score) -> str:
    """ "86% (82 to 89)"; without an interval "86%"; "–" for no question."""
    if score.share is None:
        return "–"
    if score.low is None or score.high is None:
        return f"{score.share:.0%}"
    return f"{score.share:.0%} ({100 * score.low:.0f} to {100 * score.high:.0f})"


def gain(score: Score, digits: int = 1) -> str:
    """ "+4.2 (+1.0 to +7.5)" in percentage points."""
    if score.gain is None:
        return "–"
    given = [x for x in (score.gain, score.gain_low, score.gain_high) if x is not None]
    mean, *ends = (f"{round(100 * x, digits) + 0.0:+.{digits}f}" for x in given)  # + 0.0: no "-0"
    return f"{mean} ({ends[0]} to {ends[1]})" if len(ends) == 2 else mean


def times(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.2g}x" if ratio < 10 else f"{ratio:.0f}x"


def _gain(score: Score, digits: int = 1) -> Cell:
    mark = "helps" if score.helps else "hurts" if score.hurts else ""
    return Cell(gain(score, digits) + {"helps": " ↑", "hurts": " ↓"}.get(mark, ""), mark)
