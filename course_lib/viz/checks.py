"""What a learner sees of a check, a hint, and their progress: as text, and in a notebook with colours and a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from course_lib.checks.manifest import Part
from course_lib.checks.outcome import Bars, Matrices, Outcome, Picture, Ticks
from course_lib.viz import palette
from course_lib.viz.page import picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOOKS = {  # state -> sign, colour of the edge: never the colour alone, and no text in it (too faint in one theme)
    "pass": ("✔", palette.PASS),
    "wrong": ("✘", palette.WRONG),
    "error": ("!", palette.WRONG),
    "not attempted": ("○", palette.NEUTRAL),
    "timeout": ("!", palette.WRONG),
    "crashed": ("!", palette.WRONG),
}
# The notebook's own colours where it has them, and else those around it, so that a dark theme stays dark.
BOX = (
    "border-left: 4px solid {colour}; padding: 4px 12px; margin: 4px 0; max-width: 52em; overflow-wrap: break-word;"
    "color: var(--jp-ui-font-color1, inherit);"
)
FOOT = "border-top: 1px solid var(--jp-border-color2, #8c959f); margin-top: 6px; padding-top: 4px;"
PROSE = "white-space: pre-wrap; word-break: normal; overflow-wrap: break-word; margin: 2px 0; font-family: inherit;"
MONO = "white-space: pre-wrap; word-break: normal; overflow-wrap: break-word; margin: 2px 0; font-family: monospace;"


class _InNotebook:
    """Something that a notebook shows as HTML and everything else as text."""

    def text(self) -> str:
        raise NotImplementedError

    def html(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}


@dataclass(frozen=True, repr=False)
class Shown(_InNotebook):
    """An outcome of a check, for its learner.

    again: whether it can be repeated here; on a page of grades it cannot. hints: how many of the part's were opened;
    so_far: the exercise as far as it is done. Both None where nothing is recorded, and on a page of grades.
    """

    outcome: Outcome
    part: Part
    again: bool = True
    hints: int | None = None
    so_far: Bar | None = None

    def text(self) -> str:
        o = self.outcome
        lines = [f"{LOOKS[o.state][0]} {o.part} · {self.part.title}: {self._verdict}"]
        lines += [f"  {line}" for line in o.message.splitlines()]
        if o.call:
            lines += [f"  {o.call}"]
        width = max((len(name) for name, value in self._compared), default=0)
        lines += [f"    {name.ljust(width)}  {value}" for name, value in self._compared]
        lines += [f"    {share:4.0%}  {name}" for name, share in o.criteria.items()]
        if o.picture is not None:
            lines += [f"  Picture: {o.picture.alt}"]
        lines += [f"  {line}" for line in self._next]
        if self.so_far is not None:
            lines += [f"  {self.so_far.line()}"]
        return "\n".join(lines)

    def html(self) -> str:
        o = self.outcome
        sign, colour = LOOKS[o.state]
        parts = [
            f'<div style="{BOX.format(colour=colour)}"><b><span aria-hidden="true">{sign}</span> '
            f"{escape(o.part)} · {escape(self.part.title)}: {escape(self._verdict)}</b>",
            *(f"<div>{_coded(line)}</div>" for line in o.message.splitlines()),
        ]
        if o.call:
            parts.append(f'<div style="{MONO}">{escape(o.call)}</div>')
        if self._compared:
            rows = "".join(
                f'<tr><td style="text-align: left; vertical-align: top">{name}</td>'
                f'<td style="text-align: left"><div style="{MONO}">{escape(value)}</div></td></tr>'
                for name, value in self._compared
            )
            parts.append(f"<table>{rows}</table>")
        parts += [f"<div>{share:.0%} {escape(name)}</div>" for name, share in o.criteria.items()]
        if o.picture is not None:
            parts.append(picture(png(o.picture), o.picture.alt))
        parts += [f"<div>{_coded(line)}</div>" for line in self._next]
        if self.so_far is not None:
            bar = self.so_far
            parts.append(f'<div style="{FOOT}">{escape(bar.name)}: {escape(bar.said)} {bar.html()}</div>')
        return "\n".join([*parts, "</div>"])

    @property
    def _verdict(self) -> str:
        o = self.outcome
        if o.state == "pass" or o.points:
            return f"{o.state}, {o.points:g} of {o.most:g} points"
        return f"an {o.state} in your code" if o.state == "error" else o.state

    @property
    def _compared(self) -> list[tuple[str, str]]:
        o = self.outcome
        return [(name, value) for name, value in (("yours", o.yours), ("expected", o.expected)) if value]

    @property
    def _next(self) -> list[str]:
        o = self.outcome
        if o.state == "pass" or not self.again:
            return []
        most = len(self.part.hints)
        used = "" if self.hints is None else f" ({min(self.hints, most)} of {most} used)"
        if o.state == "not attempted":
            return [f'A hint: `hint("{o.part}")`{used}.'] if used else []
        again = f'`check("{o.part}", {self.part.function}, seed={o.seed!r})`'
        return [f'A hint: `hint("{o.part}")`{used}. The same inputs again: {again}.']


@dataclass(frozen=True, repr=False)
class Said(_InNotebook):
    """A title and some lines; code keeps its line breaks."""

    title: str
    body: str
    code: bool = False

    def text(self) -> str:
        return f"{self.title}\n{self.body}"

    def html(self) -> str:
        body = f'<pre style="{MONO if self.code else PROSE}">{escape(self.body)}</pre>'
        return f'<div style="{BOX.format(colour=palette.RIGHT)}"><b>{escape(self.title)}</b>{body}</div>'


@dataclass(frozen=True)
class Bar:
    """An exercise with its chapter, as far as it is done. open: the parts that are not passed."""

    name: str
    points: float
    most: float
    passed: int
    parts: int
    hints: int
    revealed: int
    open: tuple[str, ...]

    @property
    def said(self) -> str:
        more = [f"{self.hints} hint{'s' * (self.hints != 1)}"] if self.hints else []
        more += [f"{self.revealed} solution{'s' * (self.revealed != 1)} opened early"] if self.revealed else []
        return ", ".join([f"{self.points:g} of {self.most:g} points", f"{self.passed} of {self.parts} parts", *more])

    def line(self, width: int = 0) -> str:
        """As text; width: of the name."""
        full = round(20 * self.points / self.most)
        return f"{self.name.ljust(width)}  {'█' * full}{'░' * (20 - full)}  {self.said}"

    def html(self) -> str:
        """The bar alone; its words stand beside it."""
        label = escape(f"{self.name}: {self.said}")
        return f'<progress max="{self.most:g}" value="{self.points:g}" aria-label="{label}"></progress>'


@dataclass(frozen=True, repr=False)
class ProgressShown(_InNotebook):
    bars: Sequence[Bar]

    def text(self) -> str:
        width = max((len(bar.name) for bar in self.bars), default=0)
        return "\n".join([*(bar.line(width) for bar in self.bars), self._whole])

    def html(self) -> str:
        rows = "".join(
            f'<tr><td style="text-align: left">{escape(bar.name)}</td><td style="text-align: left">{bar.html()}</td>'
            f'<td style="text-align: left">{escape(bar.said)}</td></tr>'
            for bar in self.bars
        )
        return (
            f'<div style="{BOX.format(colour=palette.RIGHT)}"><table>{rows}</table><b>{escape(self._whole)}</b></div>'
        )

    @property
    def _whole(self) -> str:
        points, most = sum(bar.points for bar in self.bars), sum(bar.most for bar in self.bars)
        following = next((part for bar in self.bars for part in bar.open), "")
        return f"{points:g} of {most:g} points." + (f" Next: {following}." if following else " All done.")


def png(shown: Picture) -> bytes:
    out = io.BytesIO()
    figure(shown).savefig(out, format="png", dpi=100)
    return out.getvalue()


def figure(shown: Picture) -> Figure:
    """What a failure looks like; at most 7 inches wide."""
    if isinstance(shown, Ticks):
        return _ticks(shown)
    return _matrices(shown) if isinstance(shown, Matrices) else _bars(shown)


LANES = ((palette.WRONG, "v"), (palette.RIGHT, "o"), (palette.INK, "|"))  # yours, expected, anything else


def _ticks(shown: Ticks) -> Figure:
    from matplotlib.figure import Figure

    rows = list(shown.rows.items())
    lanes = len(rows) + bool(shown.events)
    result = Figure(figsize=(7, 0.6 + 0.42 * lanes), layout="constrained", facecolor=palette.PAPER)
    axis = result.add_subplot()
    for y, (_, seconds) in enumerate(rows):
        colour, marker = LANES[min(y, 2)]
        axis.hlines(y, 0, shown.duration, color=palette.RULE, lw=1)
        axis.plot(list(seconds), [y] * len(seconds), marker, color=colour, markersize=6)
    for start, end, text in shown.events:
        axis.barh(len(rows), end - start, 0.7, left=start, color=palette.RULE, edgecolor=palette.SOFT)
        axis.text((start + end) / 2, len(rows), text, ha="center", va="center", fontsize=7, color=palette.INK)
    names = [name for name, _ in rows] + (["true"] if shown.events else [])
    axis.set_yticks(range(lanes), names)
    axis.set(xlabel=shown.unit, ylim=(lanes - 0.4, -0.6))
    axis.margins(x=0.02)
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.tick_params(axis="y", length=0)
    return result


def _matrices(shown: Matrices) -> Figure:
    import numpy as np
    from matplotlib.figure import Figure

    panels = {name: np.atleast_2d(np.asarray(values, dtype=float)) for name, values in shown.panels.items()}
    high, wide = (max(m.shape[i] for m in panels.values()) for i in (0, 1))
    stacked = wide > 3 * high
    down, across = (len(panels), 1) if stacked else (1, len(panels))
    labels = 0.12 + 0.09 * max(map(len, shown.columns), default=0)
    cell = min(0.3, (6.0 if stacked else 6.0 / len(panels)) / wide, 3.4 / high)
    size = (
        7.0 if stacked else min(7.0, max(2.2, cell * wide + 0.9) * len(panels)),
        down * (cell * high + 0.5 + labels),
    )
    result = Figure(figsize=size, layout="constrained", facecolor=palette.PAPER)
    low = min(m.min() for m in panels.values() if m.size)
    top = max(m.max() for m in panels.values() if m.size)
    for axis, (name, m) in zip(result.subplots(down, across, squeeze=False).flat, panels.items(), strict=True):
        axis.imshow(m, cmap="Blues", vmin=low - 0.05 * (top - low + 1e-9), vmax=top * 1.1 + 1e-9, aspect="equal")
        axis.set_title(name, fontsize=10)
        for i in range(m.shape[0]) if m.size <= 144 else ():
            for j in range(m.shape[1]):
                colour = palette.PAPER if m[i, j] > low + 0.6 * (top - low) else palette.INK
                axis.text(j, i, f"{m[i, j]:.3g}", ha="center", va="center", fontsize=7, color=colour)
        rows, columns = shown.rows, shown.columns
        axis.set_yticks(range(len(rows)), rows, fontsize=8) if len(rows) == m.shape[0] else axis.set_yticks([])
        if len(columns) == m.shape[1]:
            axis.set_xticks(range(len(columns)), columns, fontsize=8, rotation=90 if max(map(len, columns)) > 3 else 0)
        else:
            axis.set_xticks([])
        axis.tick_params(length=0)
    return result


def _bars(shown: Bars) -> Figure:
    from matplotlib.figure import Figure

    result = Figure(figsize=(7, 0.6 + 0.36 * len(shown.bars)), layout="constrained", facecolor=palette.PAPER)
    axis = result.add_subplot()
    for y, share in enumerate(shown.bars.values()):
        axis.barh(
            y, share, 0.7, color=palette.WRONG if y == 0 else palette.RIGHT, hatch="//" if y == 0 else "", edgecolor="w"
        )
        axis.text(share + 0.01, y, f"{share:.0%}", va="center", fontsize=9)
    if shown.mark:
        axis.axvline(shown.mark[1], color=palette.INK, lw=1, ls=":")
        axis.text(shown.mark[1], -0.62, shown.mark[0], ha="center", fontsize=8)
    axis.set_yticks(range(len(shown.bars)), list(shown.bars))
    axis.set(xlim=(0, 1.1), ylim=(len(shown.bars) - 0.4, -0.9))
    axis.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(axis="y", length=0)
    return result


def _coded(line: str) -> str:
    """Plain words as HTML; `code` between backticks in a fixed width."""
    pieces = escape(line).split("`")
    if len(pieces) % 2 == 0:
        return escape(line)
    return "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))
