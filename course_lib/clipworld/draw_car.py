"""Cars from above, with the lights that tell what they do."""

from __future__ import annotations

import math
from collections.abc import Callable

from course_lib.clipworld.choreography import Pose
from course_lib.clipworld.looks import RGB, Looks, shade
from course_lib.clipworld.pen import Pen, Point

Onto = Callable[[list[Point]], list[Point]]  # from shares of the car's length to the unit square

BRAKE = (255, 24, 16)
AMBER = (255, 170, 0)
BLINK = 0.7  # seconds; lit for 70% of it, so that of two looks half a second apart one sees it lit


def _rounded(w: float, front: float, back: float, nose: float, tail: float) -> list[Point]:
    """The outline of a car: half width w, from -back to front along it, corners cut by nose and tail."""
    return [
        (-w + nose, front), (w - nose, front), (w - nose * 0.3, front - nose * 0.4), (w, front - nose * 1.4),
        (w, -back + tail), (w - tail * 0.4, -back + tail * 0.2), (w - tail, -back), (-w + tail, -back),
        (-w + tail * 0.4, -back + tail * 0.2), (-w, -back + tail), (-w, front - nose * 1.4),
        (-w + nose * 0.3, front - nose * 0.4),
    ]  # fmt: skip


# Shares of the car's length: half width, roof's front and back end, nose, tail.
BODIES = {
    "sedan": (0.225, 0.06, -0.3, 0.13, 0.09),
    "hatchback": (0.235, 0.08, -0.43, 0.12, 0.07),
    "van": (0.245, 0.24, -0.46, 0.07, 0.04),
}


def body_of(looks: Looks, i: int) -> str:
    return tuple(BODIES)[(looks.seed // 3 + i * 2) % 3]


def draw_car(pen: Pen, pose: Pose, colour: RGB, body: str, looks: Looks) -> None:
    w, roof0, roof1, nose, tail = BODIES[body]
    size = looks.car_length * (1 + looks.tall * (pose.y - 0.5)) * {"van": 1.06, "hatchback": 0.93}.get(body, 1.0)
    c, s = math.cos(pose.heading), math.sin(pose.heading)
    x0, y0 = pose.x, pose.y

    def to(points: list[Point], dx: float = 0.0, dy: float = 0.0) -> list[Point]:
        return [(x0 + dx + size * (c * x + s * y), y0 + dy + size * (s * x - c * y)) for x, y in points]

    outline = _rounded(w, 0.5, 0.5, nose, tail)
    if looks.shadows:
        pen.poly(to(outline, 0.016 * looks.sun, 0.014), (0, 0, 0, 80))
    if pose.action == "drives away":
        _puffs(pen, pose, size, c, s, looks)
    for wx, wy in ((-1, 0.3), (1, 0.3), (-1, -0.3), (1, -0.3)):  # wheels just show
        a, b = wx * (w + 0.012), wx * (w - 0.05)
        pen.poly(to([(a, wy - 0.075), (a, wy + 0.075), (b, wy + 0.075), (b, wy - 0.075)]), (18, 18, 20))
    pen.poly(to(outline), shade(colour, -0.28))
    pen.poly(to(_rounded(w - 0.02, 0.485, 0.485, nose, tail)), colour)
    hood = [(-w * 0.55, 0.44), (w * 0.1, 0.46), (w * 0.05, roof0 + 0.12), (-w * 0.6, roof0 + 0.12)]
    pen.poly(to(hood), shade(colour, 0.16))
    glass = (40, 52, 66)
    g = w - 0.035
    pen.poly(to([(-g, roof0 + 0.1), (g, roof0 + 0.1), (g, roof1 - 0.03), (-g, roof1 - 0.03)]), glass)
    r = w - 0.062
    pen.poly(to([(-r, roof0), (r, roof0), (r, roof1 + 0.06), (-r, roof1 + 0.06)]), shade(colour, 0.07))
    pen.poly(to([(-r, roof0), (-r * 0.2, roof0), (-r * 0.35, roof1 + 0.06), (-r, roof1 + 0.06)]), shade(colour, 0.22))
    glint = [(-g * 0.8, 0.088), (-g * 0.3, 0.088), (-g * 0.45, 0.02), (-g * 0.85, 0.02)]
    pen.poly(to([(x, roof0 + y) for x, y in glint]), (110, 134, 156))
    for side in (-1, 1):
        a, b = side * (w - 0.03), side * (w - 0.12)
        pen.poly(to([(a, 0.44), (b, 0.49), (b, 0.455), (a, 0.4)]), (250, 246, 214))
        pen.poly(to([(a, -0.44), (b, -0.485), (b, -0.455), (a, -0.41)]), (120, 16, 20))
    if pose.action == "stops":
        _brake_lights(pen, to, w, size)
    if pose.action in ("turns right", "turns left") and pose.clock % BLINK < 0.7 * BLINK:
        _indicator(pen, to, w, size, 1 if pose.action == "turns right" else -1)


def _brake_lights(pen: Pen, to: Onto, w: float, size: float) -> None:
    for side in (-1, 1):
        (p,) = to([(side * (w - 0.06), -0.49)])
        pen.disc(p, 0.17 * size, (*BRAKE, 90))
        pen.disc(p, 0.115 * size, (*BRAKE, 150))
    a, b = to([(-w + 0.05, -0.47), (w - 0.05, -0.47)])
    pen.limb([a, b], 0.05 * size, (200, 10, 10))
    for side in (-1, 1):
        (p,) = to([(side * (w - 0.06), -0.48)])
        pen.disc(p, 0.062 * size, (255, 110, 96))


def _indicator(pen: Pen, to: Onto, w: float, size: float, side: int) -> None:
    for y in (0.43, -0.43):
        (p,) = to([(side * (w - 0.01), y)])
        pen.disc(p, 0.15 * size, (*AMBER, 110))
        pen.disc(p, 0.085 * size, (255, 186, 20))
        pen.disc(p, 0.04 * size, (255, 240, 180))


def _puffs(pen: Pen, pose: Pose, size: float, c: float, s: float, looks: Looks) -> None:
    """Exhaust: puffs left behind every 0.17 s, that grow and fade. On light ground they are dark."""
    tone = 60 if sum(looks.asphalt) > 3 * 128 else 235
    for k in range(6):
        age = pose.clock % 0.17 + 0.17 * k
        if age > pose.clock + 0.17:
            break
        back = 0.52 + 0.62 * age
        side = 0.12 + (0.05 if k % 2 else -0.06) * age
        x = pose.x + size * (c * side - s * back)
        y = pose.y + size * (s * side + c * back)
        pen.disc((x, y), size * (0.07 + 0.17 * age), (tone, tone, tone, max(0, round(190 - 165 * age))))
