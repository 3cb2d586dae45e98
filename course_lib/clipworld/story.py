"""What happens in a clip, before anything is drawn: a cast, where each of them is, and one event after the other."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise

from course_lib.clipworld.moves import CAR_PLACES, CORNERS, PAVEMENT, SLOTS, moves
from course_lib.clipworld.schedule import PAUSE, SHOT_FRAMES, schedule
from course_lib.clipworld.words import ACTION, ACTIONS, COLOURS, subject
from course_lib.timeline import Event, Timeline

KINDS = ("story", "short", "repeated", "two", "near_colours", "empty")
VIEWS = ("road", "park")
NEAR = (("red", "orange"), ("orange", "yellow"), ("blue", "purple"), ("white", "yellow"), ("black", "purple"))
LONG = 45.0  # seconds from which on a small cast may run out of new things to do, and does something again
REPEATABLE = 0.5  # chance that a `repeated` story tries an earlier event again

# Who takes part, and how likely.
CAST = {
    "road": (("car", 1.0), ("car", 1.0), ("car", 0.6), ("light", 0.85), ("person", 0.45), ("bird", 0.45)),
    "park": (
        ("person", 1.0),
        ("dog", 0.9),
        ("ball", 0.92),
        ("bird", 0.95),
        ("person", 0.2),
        ("ball", 0.15),
        ("dog", 0.1),
    ),
}
# How often each is tried, tuned so that all 18 come out about equally often (tests hold the spread).
WEIGHTS = {
    "turns right": 1.66, "turns left": 1.69, "stops": 1.61, "drives up": 4.31, "drives down": 4.17, "drives away": 0.03,
    "turns red": 0.46, "turns green": 0.46, "walks": 0.29, "jumps": 0.85, "waves": 1.52, "sits down": 0.85,
    "picks up a box": 1.82, "runs": 1.26, "rolls": 1.18, "bounces": 2.07, "flies": 0.4, "lands": 4.85,
}  # fmt: skip


@dataclass(frozen=True)
class Actor:
    kind: str
    colour: str | None
    place: str  # at second 0

    @property
    def name(self) -> str:
        return subject(self.kind, self.colour)


@dataclass(frozen=True)
class Step:
    """One event with the way it takes: actor is an index into the cast; src, dst are places of `moves`."""

    start: float
    end: float
    actor: int
    action: str
    src: str
    dst: str


@dataclass(frozen=True)
class Box:
    """A box on the ground at a park place, on one side (-1 left, 1 right) of whoever stands there.

    step: the index of the event that picks it up; None for one that stays.
    """

    place: str
    side: int
    step: int | None


@dataclass(frozen=True)
class Story:
    seed: int
    kind: str
    view: str
    duration: float
    cast: tuple[Actor, ...]
    steps: tuple[Step, ...]
    boxes: tuple[Box, ...] = ()

    @property
    def timeline(self) -> Timeline:
        return Timeline(
            tuple(Event(s.start, s.end, self.cast[s.actor].name, s.action) for s in self.steps), self.duration
        )


def make_story(seed: int, seconds: float = 30.0, kind: str = "story") -> Story:
    """The story of a seed: the same one on every machine, without drawing (thousands a second).

    kind: `story`, `short`, `repeated`, `two`, `empty` or `near_colours`. See `clipworld.make_scene`.
    """
    rng = random.Random(f"clipworld/{seed}/{seconds:g}/{kind}")
    for _ in range(40):
        story = _tell(rng, seed, float(seconds), kind)
        if _keeps_promise(story):
            break
    return story


def _keeps_promise(story: Story) -> bool:
    steps = story.steps
    if story.kind == "empty":
        return True
    if story.kind == "repeated":
        return len({(s.actor, s.action) for s in steps}) < len(steps)
    if story.kind == "two":
        return any(b.start < a.end for a, b in pairwise(steps))
    if story.kind == "near_colours":
        return len({s.actor for s in steps if s.actor < 2}) == min(2, len(steps))
    if story.kind == "short" and all(s.end - s.start >= story.duration / SHOT_FRAMES for s in steps):
        return False
    return len(steps) >= max(1, int(story.duration * 4 / 30))


def _tell(rng: random.Random, seed: int, seconds: float, kind: str) -> Story:
    view = rng.choice(VIEWS)
    cast = _cast(rng, view, near=kind == "near_colours")
    stage = _Stage(rng, view, cast, encore=seconds > LONG)
    for start, end in () if kind == "empty" else schedule(rng, seconds, kind):
        first = stage.play(start, end, repeat=kind == "repeated" and rng.random() < REPEATABLE)
        if kind == "two" and first is not None and rng.random() < 0.6:
            begin = round(start + rng.uniform(0.3, 1.0), 1)
            finish = max(begin + 1.6, end + rng.uniform(-0.8, PAUSE))
            stage.play(begin, round(min(finish, seconds), 1), beside=first)
    return Story(seed, kind, view, seconds, cast, tuple(stage.steps), stage.boxes())


def _cast(rng: random.Random, view: str, near: bool) -> tuple[Actor, ...]:
    likely = CAST[view]
    kinds = [kind for kind, chance in likely if rng.random() < chance][:5]
    while len(kinds) < 2:
        kinds.append("car" if view == "road" else rng.choice(("dog", "ball", "person")))
    colours: dict[str, list[str]] = {k: rng.sample(COLOURS, len(COLOURS)) for k in dict.fromkeys(kinds)}
    if near:
        twin = "car" if view == "road" else rng.choice(("person", "dog", "ball"))
        kinds = [twin, twin] + [k for k in dict.fromkeys(kinds) if k != twin][:2]
        colours[twin] = rng.sample(rng.choice(NEAR), 2)
    free = {
        "car": sorted(
            rng.sample(CAR_PLACES, len(CAR_PLACES)), key=lambda p: p.startswith("out") and rng.random() < 0.6
        ),
        "light": ["red", "green"] if rng.random() < 0.5 else ["green", "red"],
        "bird": ["branch", *CORNERS] if view == "park" else rng.sample(CORNERS, 4),
        "ground": rng.sample(PAVEMENT if view == "road" else SLOTS, 4 if view == "road" else 5),
    }
    away = {"car": 0.3, "light": 0.0, "bird": 0.6, "ball": 0.12}
    cast = []
    for kind in kinds:
        places = free["ground"] if kind not in free or kind == "ground" else free[kind]
        place = "off" if rng.random() < away.get(kind, 0.2) else places.pop(0)
        cast.append(Actor(kind, None if kind == "light" else colours[kind].pop(), place))
    return tuple(cast)


class _Stage:
    """Who is where while the story is told."""

    def __init__(self, rng: random.Random, view: str, cast: tuple[Actor, ...], encore: bool) -> None:
        self.rng, self.view, self.cast, self.encore = rng, view, cast, encore
        self.place = [a.place for a in cast]
        self.holding: set[int] = set()
        self.seated: set[int] = set()
        self.steps: list[Step] = []
        self.actions = [
            a.present for a in ACTIONS if view in a.views and any(k in {c.kind for c in cast} for k in a.kinds)
        ]

    def play(self, start: float, end: float, repeat: bool = False, beside: Step | None = None) -> Step | None:
        """Choose and do one event; None if nobody can do anything new. beside: one that is still going on."""
        done = {(s.actor, s.action) for s in self.steps}
        options = self._options(end - start, beside)
        fresh = [o for o in options if repeat == ((o[0], o[1]) in done)]
        if not fresh and (repeat or self.encore):
            fresh = options
        if not fresh:
            return None
        action = _weighted(self.rng, sorted({o[1] for o in fresh}))
        actor = self.rng.choice(sorted({o[0] for o in fresh if o[1] == action}))
        src, dst = self.rng.choice([o[2:] for o in fresh if o[:2] == (actor, action)])
        step = Step(start, end, actor, action, src, dst)
        self.steps.append(step)
        self.place[actor] = "off" if dst.startswith("off") else dst
        if action != "waves":  # which one can do seated
            (self.seated.add if action == "sits down" else self.seated.discard)(actor)
        if action == "picks up a box":
            self.holding.add(actor)
        return step

    def _options(self, seconds: float, beside: Step | None) -> list[tuple[int, str, str, str]]:
        taken = {p for p in self.place if p != "off"}
        if beside is not None:
            taken |= {beside.src, beside.dst}
        found = []
        for i, actor in enumerate(self.cast):
            if beside is not None and (i == beside.actor or actor.kind == self.cast[beside.actor].kind == "car"):
                continue
            for action in self.actions:
                if actor.kind not in ACTION[action].kinds:
                    continue
                if (action == "sits down" and i in self.seated) or (action == "picks up a box" and self._no_box(i)):
                    continue
                found += [(i, action, *m) for m in moves(self.view, actor.kind, action, self.place[i], taken, seconds)]
        return found

    def _no_box(self, i: int) -> bool:
        """One box for each place and each pair of hands; nobody sitting reaches it."""
        used = {s.src for s in self.steps if s.action == "picks up a box"}
        return i in self.holding or i in self.seated or self.place[i] in used

    def boxes(self) -> tuple[Box, ...]:
        if self.view != "park":
            return ()
        side = {"s0": 1, "s4": -1}
        found = [
            Box(s.src, side.get(s.src) or self.rng.choice((-1, 1)), k)
            for k, s in enumerate(self.steps)
            if s.action == "picks up a box"
        ]
        spare = [s for s in SLOTS if s not in {b.place for b in found}]
        if self.rng.random() < (0.2 if found else 0.5):  # so that a box does not give away what will happen
            place = self.rng.choice(spare)
            found.append(Box(place, side.get(place) or self.rng.choice((-1, 1)), None))
        return tuple(found)


def _weighted(rng: random.Random, actions: list[str]) -> str:
    return rng.choices(actions, [WEIGHTS.get(a, 1.0) for a in actions])[0]
