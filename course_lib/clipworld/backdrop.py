"""What does not move: ground, sky, trees, road, and their texture. Drawn once for a scene and a size."""

from __future__ import annotations

import random

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from course_lib.clipworld.looks import RGB, Looks, mix, shade
from course_lib.clipworld.pen import Pen

FAR = 3.0  # how far beyond the unit square the ground goes on, for wide pictures


def texture(image: Image.Image, seed: int, strength: int) -> Image.Image:
    """Blotches and grain over a picture. Whole numbers only, so that every machine agrees."""
    w, h = image.size
    rng = np.random.Generator(np.random.PCG64(seed))
    blots = Image.fromarray(rng.integers(0, 256, (h // 60 + 2, w // 60 + 2), dtype=np.uint8))
    grain = Image.fromarray(rng.integers(0, 256, (h // 3 + 1, w // 3 + 1), dtype=np.uint8))
    coarse = np.asarray(blots.resize((w, h), Image.Resampling.BICUBIC), np.int16) - 128
    fine = np.asarray(grain.resize((w, h), Image.Resampling.BILINEAR), np.int16) - 128
    change = (coarse * strength // 2 + fine * (strength // 2 + 1)) >> 7
    pixels: NDArray[np.int16] = np.asarray(image, np.int16) + change[..., None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def draw_road(pen: Pen, looks: Looks) -> None:
    look = looks
    lines = shade(look.asphalt, 0.62)
    kerb = shade(look.asphalt, 0.34)
    left, right = look.cx - look.half, look.cx + look.half
    top, bottom = look.cy - look.half, look.cy + look.half
    pen.box(-FAR, -FAR, 1 + FAR, 1 + FAR, look.ground)
    _plants(pen, look)
    for grow, ink in ((0.05, shade(look.ground, 0.3)), (0.012, kerb), (0.0, look.asphalt)):
        pen.box(left - grow, -FAR, right + grow, 1 + FAR, ink)
        pen.box(-FAR, top - grow, 1 + FAR, bottom + grow, ink)
        if look.half < 0.25:
            _corners(pen, look, grow, ink)
    if look.camera:
        _worn(pen, look)
    if look.markings:
        _markings(pen, look, lines)


def _worn(pen: Pen, look: Looks) -> None:
    """What a traffic camera sees of a bare road: tracks, mended patches, seams, more lanes, uneven light."""
    rng = random.Random(look.seed * 13 + 5)
    dark, pale = shade(look.asphalt, -0.3), shade(look.asphalt, 0.3)
    for k in (-0.6, 0.15, 0.7):
        x = look.cx + k * look.half
        pen.box(x - 0.03, -FAR, x + 0.03, 1 + FAR, (*dark, 40))
    for _ in range(rng.randint(0, 5)):
        x, y, w, h = rng.uniform(-0.2, 1.1), rng.uniform(-0.1, 1.1), rng.uniform(0.04, 0.2), rng.uniform(0.04, 0.2)
        pen.box(x, y, x + w, y + h, (*rng.choice((dark, pale)), rng.randint(20, 60)))
    for _ in range(rng.randint(0, 3)):
        x, y = rng.uniform(-0.1, 1.1), rng.uniform(-0.1, 1.1)
        bend = [(x + 0.25 * j, y + rng.uniform(-0.03, 0.03)) for j in range(-4, 6)]
        pen.limb(bend if rng.random() < 0.5 else [(b, a) for a, b in bend], 0.006, (*dark, 110))
    if rng.random() < 0.4:
        for side in (-1, 1):
            x = look.cx + side * 2 * look.lane
            dashes = rng.random() < 0.6
            for k in range(-20, 40):
                pen.box(x - 0.006, k * 0.12, x + 0.006, k * 0.12 + (0.06 if dashes else 0.13), (*pale, 190))
    if rng.random() < 0.5:
        start = rng.choice((0.0, 0.5, 1.0))
        for k in range(8):
            edges = sorted((start + 0.12 * k * look.sun, look.sun * FAR + 0.5))
            pen.box(edges[0], -FAR, edges[1], 1 + FAR, (0, 0, 0, 7))


def _corners(pen: Pen, look: Looks, grow: float, ink: RGB) -> None:
    """Rounded kerbs: at each corner of the crossing the road widens in a curve, as far as a turning car cuts it."""
    r = 0.15
    for sx in (-1, 1):
        for sy in (-1, 1):
            x, y = look.cx + sx * (look.half + grow), look.cy + sy * (look.half + grow)
            arc = [(0.0, 1.0), (0.076, 0.617), (0.293, 0.293), (0.617, 0.076), (1.0, 0.0)]
            pen.poly([(x - sx * 0.02, y - sy * 0.02), *((x + sx * r * a, y + sy * r * b) for a, b in arc)], ink)


def _markings(pen: Pen, look: Looks, ink: RGB) -> None:
    for k in range(-30, 50):
        a, b = k * 0.09, k * 0.09 + 0.05
        if not look.cy - look.half - 0.1 < b < look.cy + look.half + 0.15:
            pen.box(look.cx - 0.005, a, look.cx + 0.005, b, ink)
        if not look.cx - look.half - 0.1 < b < look.cx + look.half + 0.15:
            pen.box(a, look.cy - 0.005, b, look.cy + 0.005, ink)
    if look.markings == 2:
        for k in range(7):
            d = (k - 3) * look.half * 0.27
            for s in (-1, 1):
                y = look.cy + s * (look.half + 0.045)
                pen.box(look.cx + d - 0.012, y - 0.025, look.cx + d + 0.012, y + 0.025, ink)
                x = look.cx + s * (look.half + 0.045)
                pen.box(x - 0.025, look.cy + d - 0.012, x + 0.025, look.cy + d + 0.012, ink)


def _plants(pen: Pen, look: Looks) -> None:
    rng = random.Random(look.seed * 31 + 7)
    for _ in range(0 if look.camera else 26):
        x, y, r = rng.uniform(-0.6, 1.6), rng.uniform(-0.6, 1.6), rng.uniform(0.02, 0.05)
        if min(abs(x - look.cx), abs(y - look.cy)) < look.half + 0.08 + r:
            continue
        tone = mix(look.ground, (64, 110, 60), rng.uniform(0.35, 0.75))
        pen.disc((x + 0.012 * look.sun, y + 0.012), r, (0, 0, 0, 50))
        pen.disc((x, y), r, shade(tone, -0.15))
        pen.disc((x - r * 0.2 * look.sun, y - r * 0.2), r * 0.72, tone)
        pen.disc((x - r * 0.3 * look.sun, y - r * 0.3), r * 0.35, shade(tone, 0.15))


def draw_park(pen: Pen, looks: Looks) -> None:
    look = looks
    rng = random.Random(look.seed * 17 + 3)
    for k in range(12):
        y0 = look.horizon * k / 12
        pen.box(-FAR, y0 if k else -FAR, 1 + FAR, look.horizon, mix(look.sky, (255, 255, 255), 0.055 * k))
    for _ in range(rng.randint(1, 4)):
        x, y, r = rng.uniform(-0.3, 1.3), rng.uniform(0.03, 0.16), rng.uniform(0.02, 0.035)
        for dx, dr in ((-1.3, 0.7), (0.0, 1.0), (1.4, 0.75)):
            pen.oval(x + dx * r, y, r * dr * 1.5, r * dr * 0.8, (255, 255, 255, 90))
    hill = mix(look.grass, look.sky, 0.55)
    for _ in range(6):
        pen.oval(rng.uniform(-0.6, 1.6), look.horizon + 0.06, rng.uniform(0.25, 0.5), rng.uniform(0.09, 0.15), hill)
    pen.box(-FAR, look.horizon, 1 + FAR, 1 + FAR, shade(look.grass, -0.06))
    for k in range(1, 8):
        pen.box(
            -FAR,
            look.horizon + (1 - look.horizon) * k / 8,
            1 + FAR,
            1 + FAR,
            mix(shade(look.grass, -0.06), shade(look.grass, 0.1), k / 7),
        )
    for _ in range(rng.randint(3, 6)):
        _tree(pen, look, rng.uniform(-0.5, 1.5), look.horizon + rng.uniform(0.015, 0.05), rng.uniform(0.1, 0.17), rng)
    if look.path:
        y = look.horizon + 0.1
        pen.box(-FAR, y, 1 + FAR, y + 0.055, mix(look.grass, (214, 196, 160), 0.75))
        pen.box(-FAR, y, 1 + FAR, y + 0.008, mix(look.grass, (150, 130, 100), 0.7))
    if rng.random() < 0.6:
        _bench(pen, rng.uniform(0.2, 0.8), look.horizon + 0.16)
    _branch_tree(pen, look)
    for _ in range(24):
        x, y = rng.uniform(-0.5, 1.5), rng.uniform(look.horizon + 0.08, 1.05)
        pen.poly(
            [(x - 0.008, y), (x - 0.004, y - 0.018), (x, y), (x + 0.005, y - 0.022), (x + 0.009, y)],
            shade(look.grass, -0.16),
        )


def _tree(pen: Pen, look: Looks, x: float, y: float, h: float, rng: random.Random) -> None:
    leaf = mix((70, 130, 70), look.grass, rng.uniform(0.1, 0.5))
    pen.oval(x + 0.03 * look.sun, y, h * 0.45, 0.012, (0, 0, 0, 40))
    pen.limb([(x, y), (x, y - h * 0.5)], h * 0.12, (110, 84, 62))
    for dx, dy, r in ((-0.28, 0.75, 0.3), (0.28, 0.75, 0.3), (0.0, 1.0, 0.36), (0.0, 0.7, 0.33)):
        pen.disc((x + dx * h, y - dy * h), r * h, shade(leaf, -0.12))
    pen.disc((x - 0.1 * h * look.sun, y - 1.0 * h), 0.27 * h, leaf)
    pen.disc((x - 0.22 * h * look.sun, y - 0.8 * h), 0.18 * h, shade(leaf, 0.12))


def _bench(pen: Pen, x: float, y: float) -> None:
    wood, iron = (150, 108, 70), (70, 70, 74)
    pen.oval(x, y, 0.1, 0.01, (0, 0, 0, 50))
    for s in (-0.075, 0.075):
        pen.box(x + s - 0.006, y - 0.11, x + s + 0.006, y, iron)
    for dy in (0.105, 0.08, 0.045):
        pen.box(x - 0.095, y - dy, x + 0.095, y - dy + 0.016, wood)


def _branch_tree(pen: Pen, look: Looks) -> None:
    """A trunk at the edge with one bare branch: a bird's place."""
    s = look.branch_side
    trunk = (112, 86, 64)
    x, y = 0.5 + s * 0.56, look.horizon + 0.1
    tip = 0.5 + s * 0.27
    leaf = mix((84, 140, 74), look.grass, 0.25)
    pen.limb([(x, y), (x, -0.2)], 0.08, trunk)
    pen.limb([(x - 0.02 * s, y - 0.02), (x - 0.02 * s, -0.2)], 0.02, shade(trunk, 0.14))
    pen.limb(
        [(x, look.horizon - 0.07), (0.5 + s * 0.4, look.horizon - 0.135), (tip, look.horizon - 0.14)], 0.018, trunk
    )
    for dx, dy, r in ((0.07, 0.0, 0.1), (0.0, 0.08, 0.1), (0.12, 0.1, 0.1), (-0.06, 0.02, 0.06)):
        pen.disc((x + s * dx, dy - 0.03), r, shade(leaf, -0.14))
        pen.disc((x + s * dx - 0.02 * look.sun, dy - 0.05), r * 0.7, leaf)
