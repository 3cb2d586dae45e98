"""What happens in a clip, before anything is drawn: a cast, where each of them is, and one event after the other."""

from __future__ import annotations

import random
from itertools import pairwise

from course_lib.clipworld.moves import can_follow
from course_lib.clipworld.schedule import PAUSE, schedule
from course_lib.clipworld.script import Actor, Box, Step, Story
from course_lib.clipworld.stage import Stage, first_places
from course_lib.clipworld.words import ACTIONS, COLOURS

__all__ = ["KINDS", "Actor", "Box", "Step", "Story", "make_story"]

KINDS = ("story", "short", "repeated", "two", "near_colours", "empty")
VIEWS = ("road", "park")
NEAR = (("red", "orange"), ("orange", "yellow"), ("blue", "purple"), ("white", "yellow"), ("black", "purple"))
SCENE = 8  # events that are thought up together; longer stories are made of several such scenes
TRIES = 150  # for a scene, before the story is thought up anew

# Who takes part, and how likely.
CAST = {
    "road": (("car", 1.0), ("car", 1.0), ("car", 0.75), ("light", 0.85), ("person", 0.5), ("bird", 0.5)),
    "park": (("person", 1.0), ("dog", 0.9), ("ball", 0.92), ("bird", 0.95), ("person", 0.25), ("ball", 0.15)),
}
# How often each is thought of, tuned so that all 18 come out about equally often (tests hold the spread).
WEIGHTS = {
    "turns right": 0.98, "turns left": 1.0, "stops": 0.32, "drives up": 0.82, "drives down": 0.82, "drives away": 0.19,
    "turns red": 1.5, "turns green": 1.5, "walks": 0.66, "jumps": 0.62, "waves": 1.3, "sits down": 0.8,
    "picks up a box": 1.7, "runs": 2.45, "rolls": 1.78, "bounces": 1.79, "flies": 1.1, "lands": 2.11,
}  # fmt: skip

Span = tuple[float, float, bool]  # start, end, at the same time as the one before
Deed = tuple[int, str]  # actor, action


def make_story(seed: int, seconds: float = 30.0, kind: str = "story") -> Story:
    """The story of a seed: the same one on every machine, without drawing (thousands a second).

    kind: `story`, `short`, `repeated`, `two`, `empty` or `near_colours`. See `clipworld.make_scene`.

    Events are thought up in random order first and told only if they are possible one after the other; choosing each
    from what is possible at its time would make what follows guessable from what came before.
    """
    rng = random.Random(f"clipworld/{seed}/{seconds:g}/{kind}")
    view = rng.choice(VIEWS)
    spans = [] if kind == "empty" else _spans(rng, seconds, kind)
    while True:
        story = _tell(rng, seed, view, float(seconds), kind, spans)
        if story is not None and _keeps_promise(story):
            return story


def _keeps_promise(story: Story) -> bool:
    steps = story.steps
    if story.kind == "repeated":
        return len({(s.actor, s.action) for s in steps}) < len(steps)
    if story.kind == "two":
        return any(b.start < a.end for a, b in pairwise(steps))
    if story.kind == "near_colours":
        return len({s.actor for s in steps if s.actor < 2}) == min(2, len(steps))
    return True


def _tell(rng: random.Random, seed: int, view: str, seconds: float, kind: str, spans: list[Span]) -> Story | None:
    kinds, colours = _cast(rng, view, near=kind == "near_colours")
    able = [(i, a.present) for i, k in enumerate(kinds) for a in ACTIONS if view in a.views and k in a.kinds]
    if len(able) < min(len(spans), SCENE) + 2:
        return None
    part = _part(spans, 0, SCENE if kind != "two" else SCENE // 2)  # at once is harder to arrange
    stage, size, a = _first_scene(rng, view, kinds, colours, able, part, kind), SCENE // 2, len(part)
    while stage is not None and a < len(spans):
        part = _part(spans, a, size)
        done = {(s.actor, s.action) for s in stage.steps} if size > 1 else set()
        for _ in range(TRIES):
            tried = _play(stage, part, _deeds(rng, able, len(part), done, repeat=False))
            if tried is not None:
                stage, a, size = tried, a + len(part), SCENE // 2
                break
        else:
            if size == 1:
                return None
            size //= 2
    return None if stage is None else Story(seed, kind, view, seconds, stage.cast, tuple(stage.steps), stage.boxes())


def _in_order(view: str, kinds: list[str], deeds: list[Deed]) -> bool:
    """A quick look whether everybody's deeds can follow each other; `_play` has the last word."""
    last: dict[int, str] = {}
    for i, action in deeds:
        if i in last and not can_follow(view, kinds[i], last[i], action):
            return False
        last[i] = action
    return True


def _part(spans: list[Span], a: int, n: int) -> list[Span]:
    """n spans from the a-th on, one more where that goes on at the same time as the last."""
    more = len(spans) > a + n and spans[a + n][2]
    return spans[a : a + n + more]


def _first_scene(
    rng: random.Random,
    view: str,
    kinds: list[str],
    colours: list[str | None],
    able: list[Deed],
    spans: list[Span],
    kind: str,
) -> Stage | None:
    for _ in range(TRIES):
        deeds = _deeds(rng, able, len(spans), set(), repeat=kind == "repeated" and len(spans) > 1)
        if not _in_order(view, kinds, deeds):
            continue
        places = first_places(rng, view, kinds, dict(reversed(deeds)))
        stage = _play(Stage(rng, view, tuple(map(Actor, kinds, colours, places))), spans, deeds)
        if stage is not None:
            return stage
    return None


def _play(stage: Stage, spans: list[Span], deeds: list[Deed]) -> Stage | None:
    stage = stage.copy()
    step: Step | None = None
    for k, ((start, end, beside), (i, action)) in enumerate(zip(spans, deeds, strict=True)):
        then = next((later for j, later in deeds[k + 1 :] if j == i), None)
        step = stage.do(start, end, i, action, then, step if beside else None)
        if step is None:
            return None
    return stage


def _spans(rng: random.Random, seconds: float, kind: str) -> list[Span]:
    spans: list[Span] = []
    plan = list(schedule(rng, seconds, kind))
    surely = rng.randrange(len(plan))
    for k, (start, end) in enumerate(plan):
        spans.append((start, end, False))
        if kind == "two" and (k == surely or rng.random() < 0.4):
            begin = round(start + rng.uniform(0.3, 1.0), 1)
            finish = max(begin + 1.6, end + rng.uniform(-0.8, PAUSE))
            spans.append((begin, round(min(finish, seconds), 1), True))
    return spans


def _deeds(rng: random.Random, able: list[Deed], n: int, done: set[Deed], repeat: bool) -> list[Deed]:
    """n of the things that the cast is able to do, in any order; none done before unless nothing else is left."""
    fresh = [deed for deed in able if deed not in done] if done else able
    if len(fresh) < n:
        fresh = able * (1 + n // len(able))
    drawn = sorted((rng.expovariate(WEIGHTS.get(deed[1], 1.0)), k) for k, deed in enumerate(fresh))[:n]
    deeds = [fresh[k] for _, k in drawn]
    rng.shuffle(deeds)
    if repeat:
        a, b = sorted(rng.sample(range(n), 2))
        deeds[b] = deeds[a]
    return deeds


def _cast(rng: random.Random, view: str, near: bool) -> tuple[list[str], list[str | None]]:
    kinds = [kind for kind, chance in CAST[view] if rng.random() < chance][:5]
    while len(kinds) < 2:
        kinds.append(rng.choice(("dog", "ball", "person")))
    pair: list[str] = []
    if near:
        twin = "car" if view == "road" else rng.choice(("person", "dog", "ball"))
        kinds = [twin, twin] + [k for k in dict.fromkeys(kinds) if k != twin][:2]
        pair = rng.sample(rng.choice(NEAR), 2)
    left = {k: rng.sample(COLOURS, len(COLOURS)) for k in dict.fromkeys(kinds)}
    named = [None if k == "light" else left[k].pop() for k in kinds]
    return kinds, [*pair, *named[len(pair) :]]
