"""People: a skeleton that a few joints move, dressed in the colour that names them."""

from __future__ import annotations

import math

from course_lib.clipworld.choreography import Pose
from course_lib.clipworld.looks import RGB, Looks, shade
from course_lib.clipworld.pen import Pen, Point, joint

SKIN = ((246, 206, 172), (224, 172, 130), (176, 122, 84), (120, 80, 56))
HAIR = ((50, 36, 28), (110, 72, 40), (30, 28, 30), (196, 160, 96), (150, 150, 150))
TROUSERS = ((66, 74, 92), (96, 84, 72), (58, 60, 62), (112, 112, 116))
BOX = (176, 126, 72)
HOP = 0.8  # seconds
WAVE = 0.75
LIFT = 0.4  # share of picking up after which the box rises


def hop_height(clock: float, length: float, hop: float = HOP) -> float:
    """0 on the ground to 1; a whole number of hops fits into the event."""
    period = length / max(1, round(length / hop))
    c = clock % period / period
    return max(0.0, 4 * (c - 0.12) * (1 - c) / 0.7744) if c > 0.12 else 0.0


def draw_box(pen: Pen, x: float, y: float, size: float) -> None:
    """A cardboard box; x, y is the middle of its lower edge."""
    h = size / 2
    pen.box(x - h, y - size * 0.85, x + h, y, shade(BOX, -0.25))
    pen.box(x - h * 0.92, y - size * 0.8, x + h * 0.92, y - size * 0.06, BOX)
    pen.box(x - h * 0.92, y - size * 0.8, x + h * 0.92, y - size * 0.68, shade(BOX, 0.25))
    pen.box(x - h * 0.18, y - size * 0.8, x + h * 0.18, y - size * 0.06, shade(BOX, 0.4))


def draw_person(pen: Pen, pose: Pose, colour: RGB, looks: Looks, i: int, box_x: float | None) -> None:
    """box_x: where the box stands that is being picked up."""
    H, f, act, u = looks.person, pose.facing, pose.action, pose.u
    seed = looks.seed + 5 * i
    skin, hair, legs = SKIN[seed % 4], HAIR[seed // 4 % 5], TROUSERS[seed // 2 % 4]
    x, ground = pose.x, pose.y
    lift = crouch = lean = 0.0
    feet: list[Point] = [(x - 0.05 * H * f, ground), (x + 0.06 * H * f, ground)]
    hip_y = 0.47
    swing = 0.0
    walking = act == "walks"
    if walking:
        phase = pose.travelled / (0.42 * H) * math.pi
        feet = [
            (x + 0.2 * H * f * math.cos(p), ground - max(0.0, -math.sin(p)) * 0.09 * H)
            for p in (phase, phase + math.pi)
        ]
        swing = math.cos(phase)
        hip_y -= 0.025 * abs(math.cos(phase))
        lean = 0.06
    elif act == "jumps":
        lift = hop_height(pose.clock, pose.length)
        crouch = 0.0 if lift else 0.09
        feet = [
            (fx + (-0.05 if k == 0 else 0.07) * H * f * lift, fy - lift * 0.34 * H) for k, (fx, fy) in enumerate(feet)
        ]
        lift *= 0.3
    elif act == "picks up a box":
        bend = min(1.0, u / LIFT) if u < LIFT else max(0.0, 1 - (u - LIFT) / (1 - LIFT))
        lean, crouch = 1.05 * bend, 0.2 * bend
    if pose.seated:
        crouch += 0.36 * pose.seated
        lean += 0.75 * math.sin(math.pi * pose.seated)
        feet = [(fx + 0.27 * H * f * pose.seated, fy) for fx, fy in feet]
    hip = (x - 0.1 * H * f * pose.seated - 0.05 * H * f * crouch, ground - (hip_y - crouch + lift) * H)
    up = (math.sin(lean) * f, -math.cos(lean))
    shoulder = (hip[0] + up[0] * 0.33 * H, hip[1] + up[1] * 0.33 * H)
    head = (hip[0] + up[0] * 0.45 * H + 0.012 * H * f, hip[1] + up[1] * 0.45 * H)
    hands, box = _hands(pose, shoulder, H, swing, box_x)

    if looks.shadows or lift:
        pen.oval(x + 0.02 * looks.sun, ground, 0.15 * H, 0.035 * H, (0, 0, 0, 70))
    sleeve, dark = shade(colour, -0.14), shade(legs, -0.2)
    order = (0, 1) if f > 0 else (1, 0)
    a, b = order
    _arm(pen, shoulder, hands[a], H, f, shade(colour, -0.32), skin)
    for k in order:
        knee = joint(hip, feet[k], 0.255 * H, 0.255 * H, -f)
        tone = dark if k == a else legs
        pen.limb([hip, knee, feet[k]], 0.095 * H, tone)
        pen.limb([feet[k], (feet[k][0] + 0.07 * H * f, feet[k][1])], 0.055 * H, (40, 34, 34))
    pen.limb([hip, shoulder], 0.215 * H, shade(colour, -0.3))
    pen.limb([hip, shoulder], 0.185 * H, colour)
    pen.limb([(p[0] - 0.035 * H * f, p[1]) for p in (hip, shoulder)], 0.05 * H, shade(colour, 0.14))
    pen.disc(head, 0.1 * H, hair)
    pen.oval(head[0] + 0.026 * H * f, head[1] + 0.018 * H, 0.078 * H, 0.08 * H, skin)
    pen.disc((head[0] + 0.06 * H * f, head[1] + 0.0), 0.014 * H, (40, 30, 30))
    if box is not None:
        draw_box(pen, box[0], box[1], BOX_SIZE * H)
    _arm(pen, shoulder, hands[b], H, f, sleeve, skin)


BOX_SIZE = 0.25


def _hands(
    pose: Pose, shoulder: Point, H: float, swing: float, box_x: float | None
) -> tuple[list[Point], Point | None]:
    """Both hands, and the lower edge of a carried box."""
    f, act, u = pose.facing, pose.action, pose.u
    sx, sy = shoulder
    reach = 0.34 * H
    hands = [(sx - 0.09 * H * f, sy + reach * 0.92), (sx + 0.06 * H * f, sy + reach * 0.94)]
    box: Point | None = None
    if act == "walks":
        hands = [(sx - 0.19 * H * f * k, sy + reach * 0.82) for k in (swing, -swing)]
    elif act == "jumps":
        high = hop_height(pose.clock, pose.length)
        hands = [(sx + k * 0.2 * H, sy - reach * 0.75 * high + reach * 0.5 * (1 - high)) for k in (-1, 1)]
    if pose.seated:
        rest = (sx + 0.22 * H * f, sy + 0.2 * H)
        if pose.seated < 1:  # arms out for balance: clearly not yet sitting
            rest = (sx + 0.3 * H * f, sy + 0.02 * H)
        hands = [(rest[0] - 0.03 * H * f, rest[1]), rest]
    if act == "picks up a box" and box_x is not None:
        low = pose.y - 0.17 * H
        if u < LIFT:
            k = u / LIFT
            box = (box_x, pose.y)
            hands = [(h[0] + (box_x - h[0]) * k, h[1] + (low - h[1]) * k) for h in hands]
        else:
            k = (u - LIFT) / (1 - LIFT)
            box = (box_x + (sx + 0.2 * H * f - box_x) * k, pose.y - 0.5 * H * k)
            hands = [(box[0] - 0.03 * H * f, box[1] - 0.12 * H), (box[0], box[1] - 0.08 * H)]
    elif pose.holding:
        box = (sx + 0.2 * H * f, sy + 0.31 * H)
        hands = [(box[0] - 0.03 * H * f, box[1] - 0.12 * H), (box[0], box[1] - 0.08 * H)]
    if act == "waves":
        side = math.sin(2 * math.pi * pose.clock / WAVE)
        near = 1 if f > 0 else 0
        hands[near] = (sx + (0.1 * f + 0.15 * side) * H, sy - 0.33 * H)
    return hands, box


def _arm(pen: Pen, shoulder: Point, hand: Point, H: float, f: int, sleeve: RGB, skin: RGB) -> None:
    d = math.hypot(hand[0] - shoulder[0], hand[1] - shoulder[1])
    reach = 0.185 * H if d < 0.36 * H else d / 2 + 0.005 * H
    elbow = joint(shoulder, hand, reach, reach, f)
    pen.limb([shoulder, elbow, hand], 0.07 * H, sleeve)
    pen.disc(hand, 0.045 * H, skin)
