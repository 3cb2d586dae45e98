"""Who is where while a story is told, and whether somebody can do something now."""

from __future__ import annotations

import random

from course_lib.clipworld.moves import CAR_PLACES, CORNERS, PAVEMENT, SLOTS, after, moves
from course_lib.clipworld.script import Actor, Box, Step

AWAY = {"car": 0.3, "light": 0.0, "bird": 0.45}  # chance to be out of the picture at first
ON_STAGE = ("turns right", "turns left", "jumps", "waves", "sits down", "picks up a box", "bounces", "drives away")
ENTRANCES = ("stops", "lands")


def first_places(rng: random.Random, view: str, kinds: list[str], first: dict[int, str]) -> list[str]:
    """Where each of a cast is at second 0, so that it can do its first action (first: actor -> action)."""
    free = {
        "car": rng.sample(CAR_PLACES, len(CAR_PLACES)),
        "bird": ["branch", *CORNERS] if view == "park" else rng.sample(CORNERS, 4),
        "ground": rng.sample(PAVEMENT if view == "road" else SLOTS, 4 if view == "road" else 5),
    }
    places = []
    for i, kind in enumerate(kinds):
        action = first.get(i)
        if kind == "light":
            other = {"turns red": "green", "turns green": "red"}
            places.append(other[action] if action else rng.choice(("red", "green")))
        elif action in ENTRANCES or (action not in ON_STAGE and rng.random() < AWAY.get(kind, 0.2)):
            places.append("off")
        else:
            spots = free.get(kind, free["ground"])
            fits = [p for p in spots if _fits(action, p)]
            places.append(fits[0] if fits else "off")
            if fits:
                spots.remove(fits[0])
    return places


def _fits(action: str | None, place: str) -> bool:
    if action in ("turns right", "turns left"):
        return place.startswith("in")
    if action in ("drives up", "drives down"):
        return place == ("in:S" if action == "drives up" else "in:N")
    return True


class Stage:
    """The state of a story. `do` plays one event if that is possible."""

    def __init__(self, rng: random.Random, view: str, cast: tuple[Actor, ...]) -> None:
        self.rng, self.view, self.cast = rng, view, cast
        self.place = [a.place for a in cast]
        self.holding: set[int] = set()
        self.seated: set[int] = set()
        self.emptied: set[str] = set()  # places whose box is gone
        self.steps: list[Step] = []

    def copy(self) -> Stage:
        other = Stage(self.rng, self.view, self.cast)
        other.place, other.steps = [*self.place], [*self.steps]
        other.holding, other.seated, other.emptied = {*self.holding}, {*self.seated}, {*self.emptied}
        return other

    def do(
        self, start: float, end: float, i: int, action: str, then: str | None, beside: Step | None = None
    ) -> Step | None:
        """Actor i does it, if it can, and so that it can do `then` later. beside: somebody's event still going on."""
        kind, place = self.cast[i].kind, self.place[i]
        taken = {p for p in self.place if p != "off"}
        if beside is not None:
            if i == beside.actor or kind == self.cast[beside.actor].kind == "car":
                return None
            taken |= {beside.src, beside.dst}
        if action == "sits down" and i in self.seated:
            return None
        if action == "picks up a box" and (i in self.holding or i in self.seated or place in self.emptied):
            return None
        ways = moves(self.view, kind, action, place, taken, end - start)
        if then is not None:
            ways = [w for w in ways if moves(self.view, kind, then, after(w[1]), (), 0.0)]
        if not ways:
            return None
        step = Step(start, end, i, action, *self.rng.choice(ways))
        self.steps.append(step)
        self.place[i] = after(step.dst)
        if action != "waves":  # which one can do seated
            (self.seated.add if action == "sits down" else self.seated.discard)(i)
        if action == "picks up a box":
            self.holding.add(i)
            self.emptied.add(place)
        return step

    def boxes(self) -> tuple[Box, ...]:
        """The boxes that are picked up, and now and then one more: a box does not give away what will happen."""
        if self.view != "park":
            return ()
        side = {"s0": 1, "s4": -1}
        found = [
            Box(s.src, side.get(s.src) or self.rng.choice((-1, 1)), k)
            for k, s in enumerate(self.steps)
            if s.action == "picks up a box"
        ]
        spare = [s for s in SLOTS if s not in {b.place for b in found}]
        if self.rng.random() < (0.25 if found else 0.8):
            place = self.rng.choice(spare)
            found.append(Box(place, side.get(place) or self.rng.choice((-1, 1)), None))
        return tuple(found)
