"""Where every actor is, and in what posture, at any second of a story."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from course_lib.clipworld.looks import Looks
from course_lib.clipworld.story import Step, Story

COAST = 1.6  # seconds that somebody is still drawn beyond the picture's edge, before coming in and after going out
RISE = 0.6  # seconds that getting up from a seat takes, in the pause before the next event
SITTING = ("sits down", "waves")  # after and during these one stays seated


@dataclass
class Pose:
    """x, y: where it stands (birds: where it is). heading: clockwise from up, radians (cars); facing: -1 left, 1 right.

    action: what it is doing (None: nothing), u: how far it is in that (0 to 1), clock: seconds since that began,
    length: seconds that takes. travelled: way made so far. depth: later drawn when larger.
    """

    x: float
    y: float
    heading: float = 0.0
    facing: int = 1
    action: str | None = None
    u: float = 0.0
    clock: float = 0.0
    length: float = 1.0
    travelled: float = 0.0
    seated: float = 0.0
    holding: bool = False
    lit: str = ""
    ground: float = 0.0  # birds: y of the ground below
    flying: bool = False
    depth: float = 0.0


def slot_x(place: str) -> float:
    return 0.17 + 0.165 * int(place[1])


Path = Callable[[float], tuple[float, float, float]]  # u -> x, y, heading


class Choreography:
    """The way through a story, for one look. `poses(t)` costs microseconds."""

    def __init__(self, story: Story, looks: Looks) -> None:
        self.story, self.looks = story, looks
        self.steps = [[s for s in story.steps if s.actor == i] for i in range(len(story.cast))]
        self._paths: dict[Step, Path] = {}

    def poses(self, t: float) -> list[Pose | None]:
        """One pose for each of the cast; None for who is out of the picture."""
        return [self._pose(i, t) for i in range(len(self.story.cast))]

    def _pose(self, i: int, t: float) -> Pose | None:
        actor, steps = self.story.cast[i], self.steps[i]
        past = [s for s in steps if s.start <= t]
        coming = steps[len(past)] if len(past) < len(steps) else None
        gone = past[-1].end if past else -COAST
        if coming and coming.src.startswith("off") and t > max(coming.start - COAST, (gone + coming.start) / 2):
            return self._on_way(i, coming, t, past)
        if not past:
            return None if actor.place == "off" else self._resting(i, actor.place, t, past, coming)
        last = past[-1]
        if t < last.end or (last.dst.startswith("off") and t < last.end + COAST):
            return self._on_way(i, last, t, past)
        return None if last.dst.startswith("off") else self._resting(i, last.dst, t, past, coming)

    def _on_way(self, i: int, step: Step, t: float, past: list[Step]) -> Pose:
        kind, length = self.story.cast[i].kind, step.end - step.start
        u = (t - step.start) / length
        path = self._paths.get(step) or self._paths.setdefault(step, self._path(kind, i, step))
        x, y, heading = path(u)
        x0, y0, _ = path(0.0)
        pose = Pose(x, y, heading, action=step.action if 0 <= u < 1 else None, u=min(max(u, 0.0), 1.0))
        pose.clock, pose.length, pose.travelled = t - step.start, length, math.hypot(x - x0, y - y0)
        pose.flying = kind == "bird"
        pose.facing = self._facing(i, [*past, step] if step not in past else past)
        self._dress(i, pose, t, past)
        if step.action == "sits down":
            pose.seated = pose.u
        return pose

    def _resting(self, i: int, place: str, t: float, past: list[Step], coming: Step | None) -> Pose:
        x, y, heading = self.spot(i, place)
        pose = Pose(x, y, heading, facing=self._facing(i, past))
        self._dress(i, pose, t, past)
        if pose.seated and coming is not None and coming.action not in SITTING:  # gets up for what comes next
            pose.seated = min(1.0, max(0.0, (coming.start - t) / min(RISE, coming.start - past[-1].end)))
        return pose

    def _dress(self, i: int, pose: Pose, t: float, past: list[Step]) -> None:
        """What stays with an actor from one event to the next."""
        actor = self.story.cast[i]
        pose.depth = pose.y
        if actor.kind == "light":
            pose.lit, pose.depth = past[-1].dst if past else actor.place, 2.0 if pose.y > 0.9 else pose.y
        if actor.kind == "bird":
            pose.ground, pose.depth = self.looks.depths[i], 3.0 if pose.flying else pose.y
        if actor.kind == "car":
            pose.depth = -1.0
        if [s.action for s in past if s.action not in SITTING[1:]][-1:] == ["sits down"]:
            pose.seated = 1.0
        if actor.kind == "person":
            pose.holding = any(s.action == "picks up a box" and s.end <= t for s in past)

    def _facing(self, i: int, past: list[Step]) -> int:
        for step in reversed(past):
            if step.action == "picks up a box":
                return next(b.side for b in self.story.boxes if b.place == step.src)
            if step.src != step.dst:
                return 1 if self.spot(i, step.dst)[0] > self.spot(i, step.src)[0] else -1
        return 1 if (self.looks.seed + i) % 2 else -1

    def spot(self, i: int, place: str) -> tuple[float, float, float]:
        """x, y, heading of a place for the i-th of the cast."""
        look, kind = self.looks, self.story.cast[i].kind
        way, _, side = place.partition(":")
        if kind == "light":
            return *look.light_at, 0.0
        if kind == "car":
            return self._car_spot(way, side)
        if way == "off":
            side = ("R" if look.branch_side < 0 else "L") if side == "far" else side
            x = -0.015 if side == "L" else 1.015
            return x, look.depths[i], 0.0
        if way[0] == "p":
            n = int(way[1])
            return 0.07 + 0.86 * (n % 2), 0.305 if n < 2 else 0.88, 0.0
        if way[0] == "b" and way != "branch":
            n = int(way[1])
            return 0.09 + 0.82 * (n % 2), 0.06 if n < 2 else 0.96, 0.0
        if way == "branch":
            return 0.5 + look.branch_side * 0.33, look.horizon - 0.145, 0.0
        return slot_x(way), look.depths[i], 0.0

    def _car_spot(self, way: str, side: str) -> tuple[float, float, float]:
        look = self.looks
        coming = way in ("in", "off")  # `off` gives the lane on which one comes in
        turns = {"S": 0, "W": 1, "N": 2, "E": 3}[side] + (0 if coming else 2)
        out = 0.5 if way == "off" else 0.34
        lane = look.lane if coming else -look.lane
        x, y = {
            "S": (look.cx + lane, 0.5 + out),
            "N": (look.cx - lane, 0.5 - out),
            "W": (0.5 - out, look.cy + lane),
            "E": (0.5 + out, look.cy - lane),
        }[side]
        return x, y, turns % 4 * math.pi / 2

    def _path(self, kind: str, i: int, step: Step) -> Path:
        if kind == "car":
            return self._car_path(i, step)
        x0, y0, _ = self.spot(i, step.src)
        x1, y1, _ = self.spot(i, step.dst)
        if kind == "bird":
            return self._bird_path(step, (x0, y0), (x1, y1))
        if self.story.view == "road" and step.src != step.dst:
            y0 = y1 = y1 if step.src.startswith("off") else y0
        return lambda u: (x0 + (x1 - x0) * u, y0, 0.0)

    def _bird_path(self, step: Step, a: tuple[float, float], b: tuple[float, float]) -> Path:
        wild = (self.looks.seed * 7919 + round(step.start * 10)) % 100 / 100
        high = 0.1 + 0.14 * wild if self.story.view == "park" else 0.2 + 0.6 * wild
        if step.action == "lands":  # from the upper corner down to its place
            start = 0.14 if a[0] < b[0] else 0.86
            start += 0.25 * (b[0] - start) * wild

            def down(u: float) -> tuple[float, float, float]:
                x = start + (b[0] - start) * u
                return x, -0.02 + (b[1] + 0.02) * (u if u < 0 else u * (1.15 - 0.15 * u)), 0.0

            return down
        rises = not step.src.startswith("off")

        def over(u: float) -> tuple[float, float, float]:
            y = high + (a[1] - high) * max(0.0, 1 - 1.6 * max(u, 0.0)) ** 1.5 if rises else high
            edge = 1.03 if b[0] > a[0] else -0.03
            begin = a[0] if rises else 1 - edge
            return begin + (edge - begin) * u, y + 0.02 * math.sin(5 * u + wild), 0.0

        return over

    def _car_path(self, i: int, step: Step) -> Path:
        look = self.looks
        x0, y0, h0 = self.spot(i, step.src)
        x1, y1, _ = self.spot(i, step.dst)
        east, south = round(math.sin(h0)), -round(math.cos(h0))
        if step.dst.startswith("off"):  # that spot is on the lane of those who come in: over to the other lane, and out
            x1, y1 = (2 * look.cx - x1, y1) if south else (x1, 2 * look.cy - y1)
            x1, y1 = x1 + 0.08 * east, y1 + 0.08 * south
        if step.src.startswith("off"):
            x0, y0 = x0 - 0.04 * east, y0 - 0.04 * south
        if step.action.startswith("turns"):
            sign = 1 if step.action == "turns right" else -1

            def curve(u: float) -> tuple[float, float, float]:
                c, s = math.cos(u * math.pi / 2), math.sin(u * math.pi / 2)
                if south:
                    return x1 + (x0 - x1) * c, y0 + (y1 - y0) * s, h0 + sign * u * math.pi / 2
                return x0 + (x1 - x0) * s, y1 + (y0 - y1) * c, h0 + sign * u * math.pi / 2

            return curve
        pace = PACE.get(step.action, lambda u: u)

        def along(u: float) -> tuple[float, float, float]:
            k = pace(u)
            return x0 + (x1 - x0) * k, y0 + (y1 - y0) * k, h0

        return along


def _brake(u: float) -> float:
    v = u / 0.62
    return 2 * v if v < 0 else 1.0 if v > 1 else 1 - (1 - v) ** 2


def _speed_up(u: float) -> float:
    return u**1.7 if u < 1 else 1 + 1.7 * (u - 1)


PACE: dict[str, Callable[[float], float]] = {"stops": _brake, "drives away": _speed_up}
