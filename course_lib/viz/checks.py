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

LOOKS = {  # state -> sign, colour: never the colour alone
    "pass": ("✔", "#00664a"),
    "wrong": ("✘", "#b34700"),
    "error": ("!", "#b34700"),
    "not attempted": ("○", palette.SOFT),
    "timeout": ("!", "#b34700"),
    "crashed": ("!", "#b34700"),
}
# The notebook's own colours where it has them, so that a dark theme stays dark.
BOX = (
    "border-left: 4px solid {colour}; padding: 4px 12px; margin: 4px 0; max-width: 52em;"
    "color: var(--jp-ui-font-color1, #1b1f24);"
)
PROSE = "white-space: pre-wrap; margin: 2px 0; font-family: inherit;"
MONO = "white-space: pre-wrap; overflow-wrap: break-word; margin: 2px 0; font-family: monospace;"


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
    """An outcome of a check, for its learner. again: whether it can be repeated here; on a page of grades it cannot."""

    outcome: Outcome
    part: Part
    again: bool = True

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
        return "\n".join(lines)

    def html(self) -> str:
        o = self.outcome
        sign, colour = LOOKS[o.state]
        parts = [
            f'<div style="{BOX.format(colour=colour)}"><b><span aria-hidden="true" style="color: {colour}">{sign}'
            f"</span> {escape(o.part)} · {escape(self.part.title)}: {escape(self._verdict)}</b>",
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
        if o.state in ("pass", "not attempted") or not self.again:
            return []
        again = f'`check("{o.part}", {self.part.function}, seed={o.seed!r})`'
        return [f'A hint: `hint("{o.part}")`. The same inputs again: {again}.']


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


@dataclass(frozen=True, repr=False)
class ProgressShown(_InNotebook):
    bars: Sequence[Bar]

    def text(self) -> str:
        width = max((len(bar.name) for bar in self.bars), default=0)
        lines = []
        for bar in self.bars:
            full = round(20 * bar.points / bar.most)
            lines.append(f"{bar.name.ljust(width)}  {'█' * full}{'░' * (20 - full)}  {bar.said}")
        return "\n".join([*lines, self._whole])

    def html(self) -> str:
        rows = "".join(
            f'<tr><td style="text-align: left">{escape(bar.name)}</td><td style="text-align: left">'
            f'<progress max="{bar.most:g}" value="{bar.points:g}" aria-label="{escape(bar.name)}: {escape(bar.said)}">'
            f'</progress></td><td style="text-align: left">{escape(bar.said)}</td></tr>'
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
