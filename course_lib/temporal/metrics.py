"""Numbers over events and verdicts: event F1, invented share, pairwise order, and intervals for how sure they are."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from course_lib.temporal.naming import lexicon
from course_lib.timeline import Event

TOLERANCE = 1.5  # seconds; 16 frames of 30 s lie 1.9 s apart, so a start cannot be told much closer
MIN_IOU = 0.5


def iou(a: Event, b: Event) -> float:
    """Intersection over union of two stretches of time, 0 to 1."""
    both = min(a.end, b.end) - max(a.start, b.start)
    return max(0.0, both) / max(a.end - a.start + b.end - b.start - max(0.0, both), 1e-9)


def same_time(told: Event, true: Event, tolerance: float = TOLERANCE) -> bool:
    """Whether a told time is right: IoU of at least 0.5, or the start within `tolerance` seconds.

    A told stretch more than 3 times as long as the true one plus 2 tolerances is too vague to be right by its start:
    "from 0 to 30" is no answer.
    """
    if iou(told, true) >= MIN_IOU:
        return True
    vague = told.end - told.start > 3 * (true.end - true.start) + 2 * tolerance
    return abs(told.start - true.start) <= tolerance and not vague


@dataclass(frozen=True)
class Matched:
    """told and true events paired. pairs: (told, true) same in words and time; moved: same in words, wrong in time;
    invented: told, of nobody; missed: true, not told at all."""

    pairs: tuple[tuple[Event, Event], ...]
    moved: tuple[tuple[Event, Event], ...]
    invented: tuple[Event, ...]
    missed: tuple[Event, ...]

    @property
    def num_told(self) -> int:
        return len(self.pairs) + len(self.moved) + len(self.invented)

    @property
    def num_true(self) -> int:
        return len(self.pairs) + len(self.moved) + len(self.missed)

    @property
    def precision(self) -> float:
        return len(self.pairs) / self.num_told if self.num_told else float(not self.num_true)

    @property
    def recall(self) -> float:
        return len(self.pairs) / self.num_true if self.num_true else float(not self.num_told)

    @property
    def f1(self) -> float:
        """2 x right / (told + true); 1 when both are empty."""
        return 2 * len(self.pairs) / total if (total := self.num_told + self.num_true) else 1.0

    @property
    def invented_share(self) -> float:
        return len(self.invented) / self.num_told if self.num_told else 0.0


def match(told: Sequence[Event], true: Sequence[Event], tolerance: float = TOLERANCE) -> Matched:
    """Pair told events with true ones, each at most once: same words and right time first, best overlap before worse;
    then same words at a wrong time, nearest first. A naming that says less ("the car") matches by action and kind."""
    words = lexicon(true)
    same = []
    for i, t in enumerate(told):
        name = None if t.subject == "something" else words.name(t.subject)
        for e in words.resolve(name, t.action, true):
            same.append((i, e))
    index = {id(e): j for j, e in enumerate(true)}
    free_told, free_true = set(range(len(told))), set(range(len(true)))

    def take(cost: Callable[[Event, Event], tuple[float, float] | None]) -> tuple[tuple[Event, Event], ...]:
        costs = [(c, i, index[id(e)]) for i, e in same if (c := cost(told[i], e)) is not None]
        taken = []
        for _, i, j in sorted(costs):
            if i in free_told and j in free_true:
                free_told.remove(i)
                free_true.remove(j)
                taken.append((told[i], true[j]))
        return tuple(taken)

    pairs = take(lambda a, b: (-iou(a, b), abs(a.start - b.start)) if same_time(a, b, tolerance) else None)
    moved = take(lambda a, b: (abs(a.start - b.start), 0.0))
    return Matched(pairs, moved, tuple(told[i] for i in sorted(free_told)), tuple(true[j] for j in sorted(free_true)))


def order_score(told: Sequence[Event], true: Sequence[Event]) -> float | None:
    """The share of true pairs of events (a starts before b) that are told in that order; a pair with an event that is
    not told counts as wrong. None with fewer than two events."""
    found = match(told, true, tolerance=math.inf)
    start = {id(e): t.start for t, e in [*found.pairs, *found.moved]}
    asked = [(a, b) for a in true for b in true if a.start < b.start]
    if not asked:
        return None
    return sum(id(a) in start and id(b) in start and start[id(a)] < start[id(b)] for a, b in asked) / len(asked)


def wilson(right: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The 95% interval of a share (Wilson, 1927); (0, 1) for n = 0."""
    if n == 0:
        return 0.0, 1.0
    p = right / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def bootstrap(values: Sequence[float], seed: int = 0, rounds: int = 1000) -> tuple[float, float]:
    """The 95% percentile interval of a mean, the values (one a clip) drawn with replacement; (nan, nan) for none."""
    if not values:
        return math.nan, math.nan
    rng = random.Random(seed)
    n = len(values)
    means = sorted(sum(rng.choices(values, k=n)) / n for _ in range(rounds))
    return means[round(0.025 * (rounds - 1))], means[round(0.975 * (rounds - 1))]
