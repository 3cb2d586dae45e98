"""Which events the sampled frames show, and from how many frames on more of them show little more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from course_lib.timeline import Event


def frames_inside(events: Iterable[Event], seconds: Sequence[float] | np.ndarray) -> np.ndarray:
    """How many of the sampled seconds fall into each event (start <= t < end): int [number of events]."""
    times = np.asarray(seconds, dtype=np.float64)
    return np.array([int(((times >= e.start) & (times < e.end)).sum()) for e in events], dtype=int)


def seen(events: Iterable[Event], seconds: Sequence[float] | np.ndarray, at_least: int = 1) -> np.ndarray:
    """Whether at least so many sampled frames fall into each event: bool [number of events].

    at_least: 1 for a glimpse; 2 for what needs a before and an after, such as a direction. Raises ValueError below 1.
    """
    if at_least < 1:
        raise ValueError(f"seen in at least {at_least} frames: at least 1")
    return frames_inside(events, seconds) >= at_least


@dataclass(frozen=True)
class Recalled:
    """Events of a length in [shortest, longest) seconds: how many there are, and how many of them were seen."""

    shortest: float
    longest: float
    events: int
    seen: int

    @property
    def recall(self) -> float:
        """The share that was seen; nan without events."""
        return self.seen / self.events if self.events else float("nan")


def recall_by_length(
    events: Sequence[Event], was_seen: Sequence[bool] | np.ndarray, edges: Sequence[float]
) -> list[Recalled]:
    """Recall for each stretch of event lengths between neighbouring `edges` (seconds, rising).

    events and was_seen of any number of clips, one after the other. Raises ValueError where their numbers differ.
    """
    if len(events) != len(was_seen):
        raise ValueError(f"{len(events)} events, but {len(was_seen)} of them are seen or not")
    lengths = np.array([e.end - e.start for e in events])
    rows = []
    for low, high in pairwise(edges):
        inside = (lengths >= low) & (lengths < high)
        rows.append(Recalled(float(low), float(high), int(inside.sum()), int(np.asarray(was_seen)[inside].sum())))
    return rows


def expected_recall(length: float, duration: float, num: int) -> float:
    """The chance that an event at a random place holds one of `num` even moments: length x num / duration, up to 1."""
    return min(1.0, length * num / duration)


def elbow(x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray) -> int:
    """The index at which a rising curve bends: where it lies farthest above the line from its first to its last point.

    x rising. Raises ValueError for fewer than 3 points or a curve without extent. Source: Kneedle (Satopää et al.,
    2011), without its smoothing.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if x.shape != y.shape or len(x) < 3 or x[-1] == x[0] or y[-1] == y[0]:
        raise ValueError(f"no elbow in a curve of {len(x)} points from {y[:1]} to {y[-1:]}")
    return int(((y - y[0]) / (y[-1] - y[0]) - (x - x[0]) / (x[-1] - x[0])).argmax())
