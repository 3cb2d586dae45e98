"""Rows of bars and ticks over an axis of seconds, as HTML that play.css styles: it fits any width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import numpy as np

from course_lib.timeline import Event
from course_lib.viz import palette


def sheet(rows: Iterable[str]) -> str:
    """Rows under each other, with the palette's colours."""
    return f'<div style="--right: {palette.RIGHT}; --wrong: {palette.WRONG}">{"".join(rows)}</div>'


def called(event: Event) -> str:
    """An event in a sentence: "the car stops (1.0 to 4.0 s)"."""
    return f"{event.text} ({event.start:.1f} to {event.end:.1f} s)"


def row(name: str, body: str, value: str = "", kind: str = "line", more: str = "") -> str:
    """A name, a track of `body` (HTML), and a value; name and value are plain text. kind and more: classes of the
    track and of the row."""
    return (
        f'<div class="track-row {more}"><div class="name">{escape(name)}</div><div class="track {kind}">{body}</div>'
        f'<div class="value">{escape(value)}</div></div>'
    )


def ticks(seconds: Sequence[float] | np.ndarray, duration: float) -> str:
    """A stroke at each of the seconds."""
    strokes = "".join(f"M{100 * second / duration:.2f} 1V9" for second in seconds)
    return f'<svg viewBox="0 0 100 10" preserveAspectRatio="none"><path d="{strokes}"/></svg>'


def events(events: Sequence[Event], seen: Sequence[bool], duration: float, chosen: Event | None = None) -> str:
    """Bars, those not seen hatched under a sign. chosen: the one that counts; the others stand back."""
    bars = []
    for event, ok in zip(events, seen, strict=True):
        left, wide = 100 * event.start / duration, 100 * (min(event.end, duration) - event.start) / duration
        kind = f"event{'' if ok else ' missed'}{'' if chosen in (None, event) else ' other'}"
        bars.append(f'<div class="{kind}" style="left: {left:.2f}%; width: {wide:.2f}%"></div>')
        if not ok and chosen in (None, event):
            bars.append(f'<span class="sign" style="left: {left + wide / 2:.2f}%">✘</span>')
    return "".join(bars)


def axis(duration: float, unit: str = "s") -> str:
    """The numbers under a row."""
    step = next((s for s in (1, 2, 5, 10, 20, 30, 60, 120, 300, 600) if duration / s <= 6), duration / 6)
    whole = int(duration / step + 1e-9)
    marks = [(100 * k * step / duration, f"{k * step:g}") for k in range(whole + 1)]
    if duration - whole * step < step / 2:  # too near to the end's own
        marks = marks[:-1]
    return row("", labels([*marks, (100.0, f"{duration:g} {unit}")]), kind="labels")


def labels(marks: Iterable[tuple[float, str]]) -> str:
    """Texts at places in percent."""
    return "".join(
        f'<span class="{"last" if place > 92 else "first" if place < 2 else ""}" style="left: {place:.2f}%">'
        f"{escape(text)}</span>"
        for place, text in marks
    )


def logarithmic(value: float, span: tuple[float, float], marks: Iterable[float] = ()) -> str:
    """A bar on a logarithmic axis over `span`, with marks."""
    bar = f'<div class="bar" style="left: 0; width: {place(value, span):.2f}%"></div>'
    return bar + "".join(f'<div class="mark" style="left: {place(mark, span):.2f}%"></div>' for mark in marks)


def place(value: float, span: tuple[float, float]) -> float:
    """Where a value lies on a logarithmic axis, in percent."""
    low, high = np.log10(span)
    return float(100 * (np.log10(np.clip(value, *span)) - low) / (high - low))
