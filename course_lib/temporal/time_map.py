"""The same pictures at other times: halves swapped, backwards, one event at half speed; and what is then true."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from course_lib.clipworld.controls import BACKWARDS
from course_lib.temporal.footage import Footage
from course_lib.timeline import Event, Timeline
from course_lib.video import Clip


@dataclass(frozen=True)
class TimeMap:
    """timeline: of what is shown. source: which second of the footage is shown at second t. name: for a person."""

    timeline: Timeline
    source: Callable[[float], float]
    name: str


def shown(footage: Footage, world: TimeMap) -> Footage:
    """Footage through a time map. A frame has the second at which it is shown, not that at which it was taken."""
    duration, source = world.timeline.duration, f"{footage.source} ({world.name})"

    def look(at: Sequence[float], size: int | None) -> Clip:
        seconds = np.clip(np.asarray(at, dtype=np.float64), 0.0, duration)
        taken = footage.look([min(max(world.source(float(t)), 0.0), footage.duration) for t in seconds], size)
        return replace(taken, seconds=seconds, duration=duration, source=source)

    return Footage(source, duration, look)


def swapped(timeline: Timeline, cut: float) -> TimeMap:
    """What comes after second `cut` first, then what came before it. No event may be in progress at the cut."""
    end = timeline.duration
    moved = [(e, -cut if e.start >= cut else end - cut) for e in timeline]
    return TimeMap(
        Timeline(tuple(_at(e, e.start + by, e.end + by) for e, by in moved), end),
        lambda t: t + cut if t < end - cut else t - (end - cut),
        f"halves swapped at {cut:g} s",
    )


def backwards(timeline: Timeline) -> TimeMap:
    """From the end. Events that have no name backwards are left out of the timeline, as in clipworld's `reversed`."""
    end = timeline.duration
    named = [replace(e, action=BACKWARDS[e.action]) for e in timeline if e.action in BACKWARDS]
    events = tuple(_at(e, max(0.0, end - e.end), end - e.start) for e in named)
    return TimeMap(Timeline(events, end), lambda t: end - t, "backwards")


def slowed(timeline: Timeline, event: Event, factor: float = 2.0) -> TimeMap:
    """One event `factor` times as long, and all that comes later later. No other may overlap it."""
    start, end = event.start, event.end
    more = (end - start) * (factor - 1)

    def source(t: float) -> float:
        if t <= start:
            return t
        return start + (t - start) / factor if t < end + more else t - more

    def moved(e: Event) -> Event:
        if e == event:
            return _at(e, e.start, e.end + more)
        return _at(e, e.start + more, e.end + more) if e.start >= end else e

    name = f'"{event.text}" {factor:g} times as long'
    return TimeMap(Timeline(tuple(map(moved, timeline)), timeline.duration + more), source, name)


def _at(event: Event, start: float, end: float) -> Event:
    return replace(event, start=round(start, 3), end=round(end, 3))
