"""Fresh timelines as plain events, and how they are written and drawn for a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from course_lib.clipworld.story import make_story

Event = dict[str, Any]  # {"start", "end", "what"}


def story(
    rng: Random, kind: str = "story", fewest: int = 4, most: int = 8, fits: Callable[[list[Event]], bool] = bool
) -> list[Event]:
    """The events of a story of clipworld that has as many and fits, in order of their start."""
    while True:
        timeline = make_story(rng.randrange(10**9), 30.0, kind).timeline
        events = [{"start": e.start, "end": e.end, "what": e.text} for e in timeline]
        if fewest <= len(events) <= most and fits(events):
            return events


def all_once(events: list[Event]) -> bool:
    return len({e["what"] for e in events}) == len(events)


def absent(rng: Random, events: Sequence[Event]) -> str:
    """Words of an event that these do not have."""
    told = {e["what"] for e in events}
    return str(rng.choice([e["what"] for e in story(rng, fits=lambda s: any(e["what"] not in told for e in s))
                           if e["what"] not in told]))  # fmt: skip


def listed(events: Sequence[Event]) -> str:
    """One short line each, as a person would note them down."""
    return "\n".join(f"  {e['start']:g} to {e['end']:g} s: {e['what']}" for e in events) or "  (none)"


def labels(events: Sequence[Event]) -> list[tuple[float, float, str]]:
    """What a picture writes into its bars: "red car / turns right", "person / picks up"."""
    drawn = []
    for e in events:
        words = e["what"].removeprefix("the ").split()
        cut = 3 if words[1:2] == ["in"] else 1 if words[0] == "light" else 2
        who = words[0] if cut == 3 else " ".join(words[:cut])
        drawn.append((e["start"], e["end"], f"{who}\n{' '.join(words[cut : cut + 2])}"))
    return drawn
