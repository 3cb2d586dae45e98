"""Where an actor can go from where it is: the rules that keep a story possible.

A place is a word. Cars: `in:S` (waiting at the crossing, come from the south, heading up), `out:N` (past the crossing,
heading up), … People on the road: `p0` `p1` (pavement above, left and right), `p2` `p3` (below). Birds on the road:
`b0` to `b3` (corners). Park: `s0` to `s4` from left to right, `branch`. A light: `red`, `green`. Out of the picture:
`off`, and in a move `off:N`, `off:L`, … for the side that is crossed; `off:far` is the side away from the branch.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

OPPOSITE = {"N": "S", "S": "N", "E": "W", "W": "E", "L": "R", "R": "L"}
RIGHT = {"S": "E", "E": "N", "N": "W", "W": "S"}  # come from the south and turn right: out to the east
LEFT = {side: OPPOSITE[out] for side, out in RIGHT.items()}

CAR_PLACES = tuple(f"{way}:{side}" for way in ("in", "out") for side in "NESW")
PAVEMENT = ("p0", "p1", "p2", "p3")
CORNERS = ("b0", "b1", "b2", "b3")
SLOTS = ("s0", "s1", "s2", "s3", "s4")

Move = tuple[str, str]


@cache
def can_follow(view: str, kind: str, action: str, then: str) -> bool:
    """Whether anybody of `kind` can do `then` next after `action`, from some place, with nobody in the way."""
    places = {
        "car": CAR_PLACES,
        "light": ("red", "green"),
        "bird": CORNERS if view == "road" else ("branch", *SLOTS[1:4]),
    }.get(kind, PAVEMENT if view == "road" else SLOTS)
    return any(
        moves(view, kind, then, after(dst), (), 0.0)
        for place in (*places, "off")[: None if kind != "light" else 2]
        for _, dst in moves(view, kind, action, place, (), 0.0)
    )


def after(dst: str) -> str:
    """The place where a move to dst leaves one."""
    return "off" if dst.startswith("off") else dst


def moves(view: str, kind: str, action: str, place: str, taken: Collection[str], seconds: float) -> list[Move]:
    """The (from, to) moves with which an actor of `kind` at `place` can do `action` in `seconds`; empty if it cannot.

    taken: the places where somebody is, this actor's own included.
    """
    if kind == "car":
        return _car(action, place, taken, seconds)
    if kind == "light":
        lamp = action.split()[-1]
        return [(place, lamp)] if place != lamp else []
    if kind == "bird":
        return _bird(action, place, taken)
    if action in ("walks", "runs", "rolls"):
        return _across(view, place, taken, 3 if action == "runs" else 2)
    return [(place, place)] if place != "off" else []


def _car(action: str, place: str, taken: Collection[str], seconds: float) -> list[Move]:
    way, _, side = place.partition(":")
    found: list[Move] = []
    if action in ("turns right", "turns left"):
        if way == "in":
            found = [(place, "out:" + (RIGHT if action == "turns right" else LEFT)[side])]
    elif action == "stops":
        if place == "off":
            found = [(f"off:{s}", f"in:{s}") for s in "NESW"]
    elif action in ("drives up", "drives down"):
        a, b = ("S", "N") if action == "drives up" else ("N", "S")
        if f"out:{b}" in taken:
            found = []
        elif place == f"in:{a}":
            found = [(place, f"out:{b}")]
        elif place == "off" and f"in:{a}" not in taken:
            found = [(f"off:{a}", f"out:{b}"), (f"off:{a}", f"off:{b}")]
            if seconds <= 3.0:  # so short a way would be too slow to see in more time
                found.append((f"off:{a}", f"in:{a}"))
    elif action == "drives away":
        if way == "out":
            found = [(place, f"off:{side}")]
        elif way == "in" and f"out:{OPPOSITE[side]}" not in taken:
            found = [(place, f"off:{OPPOSITE[side]}")]
    return [(a, b) for a, b in found if b not in taken]


def _bird(action: str, place: str, taken: Collection[str]) -> list[Move]:
    if action == "flies":
        if place == "off":
            return [("off:L", "off:R"), ("off:R", "off:L")]
        near_left, near_right = place in ("b0", "b2", "s1"), place in ("b1", "b3", "s3")
        if place == "branch":
            return [(place, "off:far")]
        return [(place, f"off:{side}") for side in "LR" if not (near_left if side == "L" else near_right)]
    if action == "lands" and place == "off":
        return [(f"off:{s}", to) for s in "LR" for to in (*SLOTS[1:4], "branch") if to not in taken]
    return []


def _across(view: str, place: str, taken: Collection[str], far: int) -> list[Move]:
    """Along the ground, far enough to be seen moving. In the park the sides of the picture count as places -1 and 5."""
    if view == "road":
        if place == "off":
            found = [("off:L", "p1"), ("off:R", "p0"), ("off:L", "p3"), ("off:R", "p2")]
        else:
            i = PAVEMENT.index(place)
            found = [(place, "off:L" if i % 2 else "off:R"), (place, PAVEMENT[i ^ 1])]
        return [(a, b) for a, b in found if b not in taken]
    steps = {**{s: i for i, s in enumerate(SLOTS)}, "off:L": -1, "off:R": len(SLOTS)}
    starts = ("off:L", "off:R") if place == "off" else (place,)
    return [(a, b) for a in starts for b in steps if abs(steps[a] - steps[b]) >= far and b not in taken]
