"""Pictures of what a check found wrong, as SVG.

They are written here and not drawn by matplotlib: that takes a tenth of a second a picture and a second to load, and a
class's feedback has hundreds. As an image of its own a picture runs nothing, whatever a student put into it.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from course_lib.checks.outcome import Bars, Matrices, Picture, Ticks
from course_lib.viz import palette

WIDTH = 680  # pixels, at most
LETTER = 0.58  # of a font's size, what a letter takes on average
LIGHT, DARK = (240, 246, 251), (8, 72, 122)  # the smallest and the largest number of a matrix
MOST_WRITTEN = 144  # numbers of a matrix that are written into it


def svg(shown: Picture) -> str:
    """A picture, at most WIDTH wide. Raises ValueError for numbers that no axis holds."""
    if isinstance(shown, Ticks):
        return _ticks(shown)
    return _matrices(shown) if isinstance(shown, Matrices) else _bars(shown)


def _ticks(shown: Ticks) -> str:
    """A row of marks for each name over one axis; the events, as boxes, in a row beneath them."""
    names = [*shown.rows, *(["true"] if shown.events else [])]
    left, right, row = _beside(names), WIDTH - 24, 40
    bottom = 12 + row * len(names)
    values = [s for seconds in shown.rows.values() for s in seconds]
    ends = [end for _, end, _ in shown.events]
    low, high = min([0.0, *values]), max([shown.duration, *values, *ends])
    place = _scale(low, high, left, right)
    parts = []
    for i, (name, seconds) in enumerate(shown.rows.items()):
        y = 12 + row * (i + 0.5)
        parts += [_name(name, left, y), _line(place(0.0), y, place(shown.duration), y)]
        parts += [_mark(i, place(s), y) for s in seconds]
    for start, end, text in shown.events:
        y = bottom - row
        x, wide = place(start), max(2.0, place(end) - place(start))
        parts.append(_box(x, y + 8, wide, row - 16, palette.RULE, palette.SOFT))
        parts.append(_text(x + wide / 2, y + row / 2, text, min(12.0, max(7.0, wide / (LETTER * len(text or " "))))))
    if shown.events:
        parts.append(_name("true", left, bottom - row / 2))
    for at in _nice(low, high):
        parts += [_line(place(at), bottom, place(at), bottom + 4), _text(place(at), bottom + 14, f"{at:g}", 12)]
    parts += [_line(left, bottom, right, bottom), _text((left + right) / 2, bottom + 32, shown.unit, 12)]
    return _picture(WIDTH, bottom + 44, parts)


def _mark(lane: int, x: float, y: float) -> str:
    """Yours a triangle, the expected a disc, anything else a stroke: no two alike without their colours."""
    if lane == 0:
        return f'<path d="M{x - 5:.1f} {y - 5:.1f}h10l-5 10z" fill="{palette.WRONG}"/>'
    if lane == 1:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{palette.RIGHT}"/>'
    return _line(x, y - 7, x, y + 7, palette.INK, 2)


def _matrices(shown: Matrices) -> str:
    """The panels beside each other, or one under the other where they are wide; small numbers written into them."""
    import numpy as np

    panels = {name: np.atleast_2d(np.asarray(values, dtype=float)) for name, values in shown.panels.items()}
    high, wide = (max(1, *(m.shape[i] for m in panels.values())) for i in (0, 1))
    stacked = wide > 3 * high or len(panels) > 3
    across = 1 if stacked else len(panels)
    left = _beside(shown.rows) if shown.rows else 8
    written = max(m.size for m in panels.values()) <= MOST_WRITTEN
    longest = max((len(f"{x:.3g}") for m in panels.values() for x in m.flat), default=1) if written else 1
    cell = min(max(28.0, 7 * longest + 8.0), ((WIDTH - 8) / across - left - 8) / wide, 340 / high)
    turned = max(map(len, shown.columns), default=0) * 12 * LETTER > cell
    labels = (max(map(len, shown.columns), default=0) * 12 * LETTER + 10 if turned else 20) if shown.columns else 6
    panel_wide, panel_high = left + cell * wide + 8, 30 + cell * high + labels
    whole = [x for m in panels.values() if m.size for x in (m.min(), m.max())] or [0.0]
    shade = _scale(min(whole), max(whole), 0.0, 1.0)
    parts = []
    for k, (name, m) in enumerate(panels.items()):
        x0 = left + panel_wide * (k % across)
        y0 = 30 + panel_high * (k if stacked else 0)
        parts.append(_text(x0 + cell * m.shape[1] / 2, y0 - 14, name, 13, "middle", weight="bold"))
        parts.append(_shades(m, shade, x0, y0, cell))
        if written:
            for i, j in np.ndindex(m.shape):
                size = min(12.0, cell / (LETTER * longest) * 0.95)
                x, y = x0 + cell * (j + 0.5), y0 + cell * (i + 0.5)
                parts.append(_text(x, y, f"{m[i, j]:.3g}", size, colour=_on(shade(m[i, j]))))
        if len(shown.rows) == m.shape[0]:
            parts += [_name(label, x0, y0 + cell * (i + 0.5)) for i, label in enumerate(shown.rows)]
        if len(shown.columns) == m.shape[1]:
            y = y0 + cell * m.shape[0] + (4 if turned else 12)
            for j, label in enumerate(shown.columns):
                parts.append(_column(x0 + cell * (j + 0.5), y, label, turned))
    down = len(panels) if stacked else 1
    return _picture(max(120.0, panel_wide * across + 8), panel_high * down + 8, parts)


def _shades(m: Any, shade: Any, x: float, y: float, cell: float) -> str:
    """A matrix as an image of one pixel a number."""
    import numpy as np
    from PIL import Image

    if not m.size:
        return ""
    pixels = np.array([[_colour(shade(v)) for v in row] for row in m], np.uint8)  # [H, W, 3]
    Image.fromarray(pixels).save(out := io.BytesIO(), "PNG")
    data = base64.b64encode(out.getvalue()).decode()
    high, wide = m.shape
    return (
        f'<image x="{x:.1f}" y="{y:.1f}" width="{cell * wide:.1f}" height="{cell * high:.1f}" '
        f'preserveAspectRatio="none" style="image-rendering: pixelated" href="data:image/png;base64,{data}"/>'
    )


def _colour(share: float) -> tuple[int, ...]:
    return tuple(round(a + share * (b - a)) for a, b in zip(LIGHT, DARK, strict=True))


def _on(share: float) -> str:
    """Black or white, whichever is read better on a shade: at least 4.5 to 1 (WCAG 2.2, relative luminance)."""
    linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in _colour(share)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if luminance > 0.179 else "#ffffff"


def _column(x: float, y: float, label: str, turned: bool) -> str:
    if not turned:
        return _text(x, y, label, 12, "middle")
    return f'<g transform="translate({x:.1f} {y:.1f}) rotate(-90)">{_text(0, 0, label, 12, "end")}</g>'


def _bars(shown: Bars) -> str:
    """Shares, the first of which is yours and hatched; the share to be reached, if there is one, as a line over all."""
    left, right, row, top = _beside(shown.bars), WIDTH - 60, 34, 26 if shown.mark else 8
    place, bottom = _scale(0.0, 1.0, left, right), top + row * len(shown.bars)
    parts = []
    for i, (name, share) in enumerate(shown.bars.items()):
        y, wide = top + row * i, place(min(1.0, max(0.0, share))) - left
        fill = "url(#hatch)" if i == 0 else palette.RIGHT
        parts += [_name(name, left, y + row / 2), _box(left, y + 5, wide, row - 10, fill, "none")]
        parts.append(_text(left + wide + 6, y + row / 2, f"{share:.0%}", 13, "start"))
    if shown.mark:
        name, share = shown.mark
        x = place(share)
        parts.append(_line(x, top - 6, x, bottom, palette.INK, 1.5, "3 3"))
        parts.append(_text(x, top - 14, name, 12, "middle" if x < WIDTH - 120 else "end"))
    for share in (0.0, 0.5, 1.0):
        parts += [_line(place(share), bottom, place(share), bottom + 4)]
        parts.append(_text(place(share), bottom + 14, f"{share:.0%}", 12))
    parts.append(_line(left, bottom, right, bottom))
    return _picture(WIDTH, bottom + 26, parts)


def _scale(low: float, high: float, start: float, end: float) -> Any:
    """From numbers to places. Raises ValueError where the numbers are too large for it."""
    span = float(high) - float(low)
    if not math.isfinite(span):
        raise ValueError(f"no axis holds {low} to {high}")
    return lambda value: start + (end - start) * ((value - low) / span if span else 0.5)


def _nice(low: float, high: float) -> list[float]:
    """Five to ten round numbers from low to high."""
    span = high - low
    if not span or not math.isfinite(1 / span):
        return [low]
    power = 10.0 ** math.floor(math.log10(span))
    step = next(power * s for s in (0.1, 0.2, 0.5, 1.0) if span / (power * s) <= 10)
    first = math.ceil(low / step)
    return [round(i * step, 12) for i in range(first, first + 11) if i * step <= high]


def _beside(names: Iterable[str]) -> float:
    """The room that names need on the left."""
    return 18 + 13 * LETTER * max(map(len, names), default=0)


def _name(text: str, left: float, y: float) -> str:
    return _text(left - 8, y, text, 13, "end")


def _text(
    x: float, y: float, text: str, size: float, anchor: str = "middle", colour: str = palette.INK, weight: str = ""
) -> str:
    bold = f' font-weight="{weight}"' if weight else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" dy="0.35em" font-size="{size:.1f}" text-anchor="{anchor}" fill="{colour}"'
        f"{bold}>{escape(text)}</text>"
    )


def _line(
    x1: float, y1: float, x2: float, y2: float, colour: str = palette.RULE, width: float = 1.0, dashes: str = ""
) -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width:g}"'
        f"{dashed}/>"
    )


def _box(x: float, y: float, wide: float, high: float, fill: str, stroke: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{fill}" stroke="{stroke}"/>'


HATCH = (
    f'<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="6" height="6" fill="{palette.WRONG}"/><rect width="2" height="6" fill="{palette.PAPER}"/>'
    f"</pattern></defs>"
)


def _picture(wide: float, high: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high:.0f}" '
        f'viewBox="0 0 {wide:.0f} {high:.0f}" font-family="system-ui, DejaVu Sans, Arial, sans-serif">'
        f'{HATCH}<rect width="100%" height="100%" fill="{palette.PAPER}"/>{"".join(parts)}</svg>'
    )
