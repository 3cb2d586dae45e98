"""Clips that differ in what a plan for them should be, and how much of their events a plan sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

FRAMES = (2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128)
SIZES = (56, 84, 112, 168, 224, 280, 336, 448)  # pixels, whole numbers of tokens
TOKEN = 28  # pixels: patches of 14, pooled by 2
DURATION = 30.0
EXAMPLE_STORIES, HELD_OUT_STORIES = range(500), range(500, 1500)  # no story is both known and scored
# About the share of the picture's height that clipworld draws them at.
HEIGHTS = {"person": 0.3, "light": 0.26, "car": 0.22, "dog": 0.17, "bird": 0.15, "ball": 0.11}

Event = dict[str, float]
Clip = list[Event]
Plan = tuple[int, int]  # frames, size


@dataclass(frozen=True)
class Situation:
    """name: for a message. kind: of clipworld's stories; of `short` ones, the short events alone. zoom: how much larger
    or smaller than drawn, and budget, in tokens: from and to; held_out: clips that plans are scored on."""

    name: str
    kind: str
    zoom: tuple[float, float]
    budget: tuple[int, int]
    held_out: int


EXAMPLES = 50  # clips to choose a plan by: as many in each situation, so that their number tells nothing
SITUATIONS = (
    Situation("short events, filmed from near by", "short", (1.1, 2.6), (300, 1200), 100),
    Situation("long events, filmed from some way off", "story", (0.6, 1.6), (300, 1200), 30),
    Situation("short events, filmed from far away", "short", (0.5, 0.9), (2000, 6000), 100),
)


@cache
def _happenings(kind: str, seed: int) -> tuple[tuple[float, float, float], ...]:
    """Start, end and height of the events of a story; cached, since a story takes milliseconds to think up."""
    from course_lib.clipworld.story import make_story
    from course_lib.clipworld.words import kind_and_colour

    return tuple(
        (e.start, e.end, HEIGHTS[kind_and_colour(e.subject)[0]])
        for e in make_story(seed, DURATION, kind).timeline
        if kind != "short" or e.end - e.start < DURATION / 16
    )


def clips_of(rng: Random, situation: Situation, zoom: float, stories: range, count: int) -> list[Clip]:
    clips = []
    for seed in rng.sample(stories, count):
        nearer = zoom * rng.uniform(0.8, 1.2)
        found = _happenings(situation.kind, seed)
        clips.append([{"start": a, "end": b, "height": round(nearer * height, 3)} for a, b, height in found])
    return clips


class Scores:
    """How much of some clips' events the plans see."""

    def __init__(self, clips: Sequence[Clip]) -> None:
        import numpy as np

        from course_lib.timeline import Event as Happening
        from course_lib.tokens.recall import seen
        from course_lib.tokens.sampling import uniform

        events = [event for clip in clips for event in clip]
        happenings = [Happening(e["start"], e["end"], "somebody", "does something") for e in events]
        self.looked_at = {frames: seen(happenings, uniform(DURATION, frames)) for frames in FRAMES}
        heights = np.array([e["height"] for e in events])
        self.large = {size: heights * (size // TOKEN) >= 1 - 1e-9 for size in SIZES}

    def __call__(self, plan: Plan) -> float:
        return float((self.looked_at[plan[0]] & self.large[plan[1]]).mean())

    def timed(self, plan: Plan) -> float:
        return float(self.looked_at[plan[0]].mean())

    def sized(self, plan: Plan) -> float:
        return float(self.large[plan[1]].mean())


def tokens_of(plan: Plan) -> int:
    return plan[0] * (plan[1] // TOKEN) ** 2
