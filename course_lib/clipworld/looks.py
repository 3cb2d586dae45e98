"""How a scene looks: everything about a picture that the story does not decide. Drawn from the seed alone."""

from __future__ import annotations

import random
from dataclasses import dataclass

RGB = tuple[int, int, int]

PAINT: dict[str, RGB] = {
    "red": (214, 38, 38),
    "blue": (38, 92, 214),
    "green": (34, 160, 74),
    "yellow": (244, 208, 40),
    "white": (242, 242, 240),
    "black": (34, 34, 40),
    "orange": (244, 128, 24),
    "purple": (140, 60, 184),
}


def mix(a: RGB, b: RGB, share: float) -> RGB:
    """a with `share` (0 to 1) of b."""
    return tuple(round(x + (y - x) * share) for x, y in zip(a, b, strict=True))  # type: ignore[return-value]


def shade(colour: RGB, by: float) -> RGB:
    """Lighter for by > 0 (1 is white), darker for by < 0 (-1 is black)."""
    return mix(colour, (255, 255, 255) if by > 0 else (0, 0, 0), abs(by))


@dataclass(frozen=True)
class Looks:
    """Lengths are shares of the picture's shorter side; the picture is the square 0..1, y downward."""

    seed: int
    camera: bool  # like footage of a traffic camera: bare wide road, muted cars
    # road
    cx: float  # centre of the crossing
    cy: float
    lane: float  # from the road's middle to a lane's middle
    half: float  # half the road's width
    asphalt: RGB
    ground: RGB
    markings: int  # 0 none, 1 dashes, 2 dashes, edge lines and zebra
    car_length: float
    tall: float  # how much larger things near the lower edge look (oblique camera)
    light_at: tuple[float, float]
    # park
    horizon: float
    depths: tuple[float, ...]  # where each of the cast stands, y of the feet
    sky: RGB
    grass: RGB
    path: bool
    branch_side: int  # -1 left, 1 right
    # both
    person: float  # height
    sun: int  # -1 or 1: side the shadows fall to
    shadows: bool
    grain: int  # texture of the ground, 0 to 20 levels
    tint: tuple[float, float, float]
    muted: float  # share of grey in the paints
    zoom: float  # side of the square that the camera shows
    drift: float  # slow zoom, amplitude
    jitter: float  # shaking hand
    offset: tuple[float, float]
    noise: int  # sensor noise, levels
    blur: float  # radius, shares of a 96 px picture's pixel
    blocks: int  # strength of block compression, 0 none

    def paint(self, colour: str | None) -> RGB:
        rgb = PAINT[colour or "white"]
        grey = round(sum(rgb) / 3)
        return mix(rgb, (grey, grey, grey), self.muted)


TINTS = (
    (1.0, 1.0, 1.0), (1.0, 1.0, 1.0), (1.04, 1.0, 0.94), (0.95, 0.99, 1.04),
    (0.9, 0.87, 0.92), (1.03, 0.94, 0.84), (0.84, 0.87, 0.96), (0.93, 0.93, 0.93),
)  # fmt: skip


def make_looks(seed: int, view: str, cast: int) -> Looks:
    """The look of a seed. view: `road` or `park`; cast: how many actors need a depth to stand at."""
    rng = random.Random(f"looks/{seed}")
    u = rng.uniform
    camera = view == "road" and rng.random() < 0.35
    grey = rng.choice((96, 104, 116, 130, 146, 160)) + rng.randint(-8, 8)
    warm = rng.randint(-4, 8)
    ground = rng.choice(
        ((126, 158, 96), (146, 166, 108), (168, 160, 128), (178, 172, 160), (116, 148, 106), (188, 176, 140))
    )
    asphalt = (grey + warm // 2, grey, grey - warm)
    cx, cy = 0.5 + u(-0.03, 0.03), 0.5 + u(-0.03, 0.03)
    lane = u(0.075, 0.09) if not camera else u(0.08, 0.13)
    first = u(0.6, 0.66)
    depths = [first + (0.955 - first) * i / max(1, cast - 1) for i in range(cast)]
    rng.shuffle(depths)
    side = rng.choice((-1, 1))
    return Looks(
        seed=seed,
        camera=camera,
        cx=cx,
        cy=cy,
        lane=lane,
        half=rng.choice((u(0.28, 0.36), 0.6, 0.6)) if camera else lane * 2 + u(-0.005, 0.02),
        asphalt=asphalt,
        ground=mix(asphalt, ground, 0.35) if camera else ground,
        markings=rng.choice((0, 0, 0, 1)) if camera else rng.choice((0, 1, 2, 2)),
        car_length=u(0.195, 0.25) if camera else u(0.185, 0.225),
        tall=u(0.0, 0.25) if camera else u(0.0, 0.1),
        light_at=(cx + rng.choice((-1, 1)) * u(0.26, 0.3), rng.choice((0.345, 0.99))),
        horizon=u(0.37, 0.45),
        depths=tuple(depths),
        sky=rng.choice(((150, 200, 240), (176, 212, 240), (196, 216, 232), (222, 206, 196), (206, 212, 220))),
        grass=rng.choice(((128, 176, 92), (150, 184, 100), (112, 160, 96), (170, 178, 110), (140, 168, 120))),
        path=rng.random() < 0.6,
        branch_side=rng.choice((-1, 1)),
        person=u(0.32, 0.365) if view == "park" else u(0.22, 0.26),
        sun=side,
        shadows=rng.random() < 0.85,
        grain=rng.choice((3, 4, 6, 8, 11)),
        tint=rng.choice(TINTS),
        muted=u(0.12, 0.3) if camera else u(0.0, 0.12),
        zoom=u(0.97, 1.04),
        drift=rng.choice((0.0, 0.0, 0.01, 0.02)),
        jitter=rng.choice((0.0, 0.0, 0.0, 0.002, 0.005)),
        offset=(u(-0.012, 0.012), u(-0.012, 0.012)),
        noise=rng.choice((0, 2, 4, 6, 9)),
        blur=rng.choice((0.0, 0.0, 0.0, 0.2, 0.4)),
        blocks=rng.choice((0, 0, 0, 1, 2)),
    )
