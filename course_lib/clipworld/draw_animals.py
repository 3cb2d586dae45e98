"""Dogs, birds and balls, seen from the side."""

from __future__ import annotations

import math

from course_lib.clipworld.choreography import Pose
from course_lib.clipworld.draw_person import hop_height
from course_lib.clipworld.looks import RGB, Looks, shade
from course_lib.clipworld.pen import Pen, Point, joint

DOG = 0.55  # a dog's length, shares of a person's height
FLAP = 0.36  # seconds a wingbeat
BOUNCE = 0.9


def draw_dog(pen: Pen, pose: Pose, colour: RGB, looks: Looks) -> None:
    L, f, act = looks.person * DOG, pose.facing, pose.action
    x, ground = pose.x, pose.y
    lift = pitch = 0.0
    sit = pose.seated
    strides = [0.0, 0.0, 0.0, 0.0]
    raised = [0.0] * 4
    if act == "runs":
        phase = pose.travelled / (0.75 * L) * math.pi
        for k, shift in enumerate((0.0, 0.5, 2.6, 3.1)):
            strides[k] = 0.26 * math.cos(phase + shift)
            raised[k] = 0.16 * max(0.0, -math.sin(phase + shift))
        lift = 0.07 * abs(math.sin(phase + 0.3))
        pitch = 0.12 * math.sin(phase)
    elif act == "jumps":
        h = hop_height(pose.clock, pose.length, 0.85)
        lift, pitch = 0.75 * h, 0.45 * h
        strides = [-0.12 * h, -0.08 * h, 0.16 * h, 0.2 * h]
        raised = [0.75 * h, 0.75 * h, 0.9 * h, 0.95 * h]
    rear = (x - 0.3 * L * f, ground - (0.42 * (1 - sit) + 0.15 * sit + lift - pitch * 0.3) * L)
    front = (x + (0.3 - 0.1 * sit) * L * f, ground - (0.44 + 0.03 * sit + lift + pitch * 0.3) * L)
    if looks.shadows or lift:
        pen.oval(x + 0.02 * looks.sun, ground, 0.42 * L, 0.07 * L, (0, 0, 0, 70))
    dark, edge = shade(colour, -0.3), shade(colour, -0.42)
    wag = math.sin(pose.clock * 9) * 0.1 if act else 0.0
    tail = (rear[0] - 0.24 * L * f, rear[1] - (0.2 + wag) * L)
    pen.limb([rear, tail], 0.1 * L, edge)
    pen.limb([rear, tail], 0.07 * L, colour)
    for k in (0, 2, 1, 3):
        hip = rear if k < 2 else front
        base = hip[0] + ((-0.03 if k % 2 else 0.06) + (0.2 * sit if k < 2 else 0.0)) * L * f
        foot = (base + strides[k] * L * f, ground - raised[k] * L)
        knee = joint(hip, foot, 0.25 * L, 0.25 * L, f if k < 2 else -f)
        pen.limb([hip, knee, foot], 0.115 * L, edge if k % 2 == 0 else dark)
    pen.limb([rear, front], 0.35 * L, edge)
    pen.limb([rear, front], 0.3 * L, colour)
    pen.limb([(p[0], p[1] - 0.08 * L) for p in (rear, front)], 0.07 * L, shade(colour, 0.16))
    _dog_head(pen, pose, front, L, colour, edge)


def _dog_head(pen: Pen, pose: Pose, front: Point, L: float, colour: RGB, edge: RGB) -> None:
    f, act = pose.facing, pose.action
    drop = 0.26 if act == "sits down" else 0.06 if act == "runs" else 0.0  # looks down while it sits down
    head = (front[0] + 0.2 * L * f, front[1] - (0.26 - drop) * L)
    pen.limb([front, head], 0.19 * L, edge)
    pen.limb([front, head], 0.15 * L, colour)
    pen.disc(head, 0.165 * L, edge)
    pen.disc(head, 0.145 * L, colour)
    snout = (head[0] + 0.2 * L * f, head[1] + 0.05 * L)
    pen.limb([head, snout], 0.13 * L, colour)
    pen.disc((snout[0] + 0.04 * L * f, snout[1] - 0.02 * L), 0.045 * L, (24, 20, 22))
    pen.disc((head[0] + 0.07 * L * f, head[1] - 0.04 * L), 0.028 * L, (24, 20, 22))
    flop = 0.1 if act in ("runs", "jumps") else 0.0
    pen.limb(
        [
            (head[0] - 0.06 * L * f, head[1] - 0.1 * L),
            (head[0] - (0.12 + flop) * L * f, head[1] + (0.08 - 2 * flop) * L),
        ],
        0.085 * L,
        edge,
    )
    pen.limb(
        [(front[0] + 0.02 * L * f, front[1] - 0.12 * L), (front[0] + 0.12 * L * f, front[1] - 0.02 * L)],
        0.05 * L,
        (170, 60, 50),
    )


def draw_ball(pen: Pen, pose: Pose, colour: RGB, looks: Looks) -> None:
    r = looks.person * 0.155
    x, y = pose.x, pose.y - r
    rx = ry = r
    if pose.action == "bounces":
        h = bounce_height(pose.clock, pose.length)
        y -= h * looks.person * 0.85
        squash = max(0.0, 1 - h * 9) * 0.22
        rx, ry = r * (1 + squash), r * (1 - squash)
        y += r * squash
        wide = 1 - 0.45 * h
    else:
        wide = 1.0
    pen.oval(x + 0.015 * looks.sun, pose.y, r * wide, r * 0.25 * wide, (0, 0, 0, 85))
    pen.oval(x, y, rx, ry, shade(colour, -0.35))
    pen.oval(x, y, rx * 0.93, ry * 0.93, colour)
    spin = pose.travelled * pose.facing / r + looks.seed % 7
    stripe = (250, 250, 250) if sum(colour) < 600 else (70, 76, 92)

    def to(px: float, py: float) -> Point:
        return x + rx * (px * math.cos(spin) - py * math.sin(spin)), y + ry * (
            px * math.sin(spin) + py * math.cos(spin)
        )

    # a band across and a spot on each side: turning shows at any size
    pen.poly([to(px, py) for px, py in ((-0.91, -0.2), (0.91, -0.2), (0.91, 0.2), (-0.91, 0.2))], stripe)
    pen.disc(to(0.0, 0.6), 0.17 * r, stripe)
    pen.oval(x - rx * 0.32, y - ry * 0.42, rx * 0.2, ry * 0.15, (255, 255, 255, 150))


def bounce_height(clock: float, length: float) -> float:
    period = length / max(1, round(length / BOUNCE))
    c = clock % period / period
    return 4 * c * (1 - c)


def draw_bird(pen: Pen, pose: Pose, colour: RGB, looks: Looks, view: str) -> None:
    size = 0.062
    x, y, f = pose.x, pose.y, pose.facing
    edge, light = shade(colour, -0.4), shade(colour, 0.22)
    if pose.flying:
        far = pose.ground if view == "park" else y + 0.13
        pen.oval(x + 0.03 * looks.sun, far, size * 0.8, size * 0.22, (0, 0, 0, 60))
    else:
        y -= size * 0.75
        for k in (-0.15, 0.2):
            pen.limb([(x + k * size, y + 0.4 * size), (x + k * size, y + 0.75 * size)], 0.1 * size, (190, 130, 50))
    tilt = 0.0 if pose.flying else -0.45 * f
    if pose.action == "lands":
        tilt = -0.3 * f
    c, s = math.cos(tilt), math.sin(tilt)

    def to(px: float, py: float) -> Point:
        px *= f
        return x + size * (c * px - s * py), y + size * (s * px + c * py)

    beat = math.sin(2 * math.pi * pose.clock / FLAP)
    if pose.flying:
        far_tip = to(-0.35, -1.25 * beat - 0.1)
        pen.poly([to(-0.55, -0.15), far_tip, to(0.45, -0.2)], edge)
    pen.poly([to(-0.6, -0.12), to(-1.35, -0.32), to(-1.42, 0.12), to(-0.6, 0.2)], edge)
    pen.limb([to(-0.42, 0.02), to(0.42, -0.06)], 0.78 * size, edge)
    pen.limb([to(-0.42, 0.02), to(0.42, -0.06)], 0.66 * size, colour)
    head = to(0.78, -0.32)
    pen.disc(head, 0.39 * size, edge)
    pen.disc(head, 0.34 * size, colour)
    pen.poly([to(1.08, -0.42), to(1.5, -0.24), to(1.06, -0.14)], (246, 170, 30))
    pen.disc(to(0.88, -0.4), 0.085 * size, (250, 250, 250) if sum(colour) < 260 else (20, 20, 20))
    if pose.flying:
        tip = to(-0.45, -1.55 * beat - 0.05)
        pen.poly([to(-0.7, -0.05), to(-0.95, -0.9 * beat - 0.05), tip, to(0.25, -0.75 * beat), to(0.5, -0.1)], edge)
        pen.poly(
            [
                to(-0.6, -0.05),
                to(-0.8, -0.82 * beat - 0.05),
                to(-0.45, -1.35 * beat),
                to(0.15, -0.65 * beat),
                to(0.4, -0.1),
            ],
            light,
        )
    else:
        pen.poly([to(0.3, -0.2), to(-0.2, 0.3), to(-1.05, 0.08), to(-0.4, -0.25)], edge)
        pen.poly([to(0.2, -0.14), to(-0.2, 0.2), to(-0.85, 0.05), to(-0.35, -0.18)], light)
