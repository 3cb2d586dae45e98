"""Draw in the unit square with whole pixels, so that every machine sets the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

from PIL import Image, ImageDraw

Point = tuple[float, float]
Ink = tuple[int, int, int] | tuple[int, int, int, int]


class Pen:
    """Draws on an RGB image. scale: pixels a unit; left, top: where the unit square's corner is, in pixels."""

    def __init__(self, image: Image.Image, scale: float, left: float, top: float) -> None:
        self.scale, self.left, self.top = scale, left, top
        self.draw = ImageDraw.Draw(image, "RGBA")

    def at(self, p: Point) -> tuple[int, int]:
        return round(self.left + p[0] * self.scale), round(self.top + p[1] * self.scale)

    def poly(self, points: Sequence[Point], ink: Ink) -> None:
        s, left, top = self.scale, self.left, self.top
        self.draw.polygon([(round(left + x * s), round(top + y * s)) for x, y in points], fill=ink)

    def oval(self, x: float, y: float, rx: float, ry: float, ink: Ink) -> None:
        s, left, top = self.scale, self.left, self.top
        self.draw.ellipse(
            (
                round(left + (x - rx) * s),
                round(top + (y - ry) * s),
                round(left + (x + rx) * s),
                round(top + (y + ry) * s),
            ),
            fill=ink,
        )

    def disc(self, p: Point, r: float, ink: Ink) -> None:
        self.oval(p[0], p[1], r, r, ink)

    def box(self, x0: float, y0: float, x1: float, y1: float, ink: Ink) -> None:
        self.draw.rectangle((*self.at((x0, y0)), *self.at((x1, y1))), fill=ink)

    def limb(self, points: Sequence[Point], width: float, ink: Ink) -> None:
        """A line with round joints and ends."""
        s, left, top = self.scale, self.left, self.top
        px = [(round(left + x * s), round(top + y * s)) for x, y in points]
        w = max(1, round(width * s))
        self.draw.line(px, fill=ink, width=w)
        r = w / 2
        for x, y in px:
            self.draw.ellipse((round(x - r), round(y - r), round(x + r), round(y + r)), fill=ink)


def joint(a: Point, b: Point, first: float, second: float, side: int) -> Point:
    """Where the knee is between hip a and foot b. side: -1 or 1, to which side it bends."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    d = min(max(hypot(dx, dy), 1e-6), first + second - 1e-6)
    along = (first * first - second * second + d * d) / (2 * d)
    off = max(first * first - along * along, 0.0) ** 0.5 * side
    n = max(hypot(dx, dy), 1e-6)
    ux, uy = dx / n, dy / n
    return a[0] + ux * along - uy * off, a[1] + uy * along + ux * off
