"""What a learner sees of a check, a hint, and their progress: as text, and in a notebook with colours and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from course_lib.checks.manifest import Part
from course_lib.checks.outcome import Outcome
from course_lib.viz import palette
from course_lib.viz.failures import svg
from course_lib.viz.page import picture

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
            parts.append(picture(svg(o.picture).encode(), o.picture.alt, "svg+xml"))
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


def _coded(line: str) -> str:
    """Plain words as HTML; `code` between backticks in a fixed width."""
    pieces = escape(line).split("`")
    if len(pieces) % 2 == 0:
        return escape(line)
    return "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))
