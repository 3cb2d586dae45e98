"""Control clips: the story of a seed shown backwards, standing still, or in pieces, and what is then true.

`reversed`: shown from its end. The timeline is mirrored and names what is seen: what looks alike both ways keeps its
name, up becomes down, a landing becomes a flight; events that have no name backwards (a car that backs round the
corner, somebody getting up) are left out. `frozen`: one picture, taken while nothing happens: the timeline is empty.
`shuffled`: pieces of about 2 s in another order; the timeline lists the parts of events as they are shown, parts under
half a second left out.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from course_lib.clipworld.story import Story
from course_lib.timeline import Event, Timeline

CONTROLS = ("reversed", "frozen", "shuffled")
PIECE = 2.0
SEEN = 0.5  # seconds of an event that must be in a piece to count

BACKWARDS = {
    **{a: a for a in ("walks", "runs", "jumps", "waves", "rolls", "bounces", "flies")},
    "drives up": "drives down",
    "drives down": "drives up",
    "lands": "flies",
}

Clock = Callable[[float], float]


def control(story: Story, kind: str) -> tuple[Timeline, Clock]:
    """The true timeline of what is shown, and which second of the story is shown at second t."""
    if kind == "reversed":
        return _reversed(story)
    if kind == "frozen":
        return _frozen(story)
    if kind == "shuffled":
        return _shuffled(story)
    return story.timeline, lambda t: t


def _reversed(story: Story) -> tuple[Timeline, Clock]:
    end = story.duration
    events = [
        Event(max(0.0, round(end - e.end, 3)), round(end - e.start, 3), e.subject, BACKWARDS[e.action])
        for e in story.timeline
        if e.action in BACKWARDS
    ]
    return Timeline(tuple(events), end), lambda t: end - t


def _frozen(story: Story) -> tuple[Timeline, Clock]:
    starts = [s.start for s in story.steps] + [story.duration]
    ends = [0.0] + [s.end for s in story.steps]
    pauses = [(a, b) for a, b in zip(ends, starts, strict=True) if b - a >= 0.2]
    a, b = random.Random(f"frozen/{story.seed}").choice(pauses)
    return Timeline((), story.duration), lambda t: (a + b) / 2


def _shuffled(story: Story) -> tuple[Timeline, Clock]:
    n = max(2, round(story.duration / PIECE))
    piece = story.duration / n
    order = list(range(n))
    rng = random.Random(f"shuffled/{story.seed}")
    while order == list(range(n)):
        rng.shuffle(order)
    parts: list[Event] = []
    for shown, told in enumerate(order):
        a = told * piece
        for e in story.timeline:
            begin, end = max(e.start, a), min(e.end, a + piece)
            if end - begin >= SEEN:
                shift = shown * piece - a
                parts.append(Event(round(begin + shift, 3), round(end + shift, 3), e.subject, e.action))
    return Timeline(_joined(parts), story.duration), lambda t: order[min(int(t / piece), n - 1)] * piece + t % piece


def _joined(parts: list[Event]) -> tuple[Event, ...]:
    """Parts of one event that happen to follow each other are one again."""
    done: list[Event] = []
    for e in sorted(parts, key=lambda e: e.start):
        last = done[-1] if done else None
        if last and (last.subject, last.action) == (e.subject, e.action) and e.start - last.end < 0.01:
            done[-1] = Event(last.start, e.end, e.subject, e.action)
        else:
            done.append(e)
    return tuple(done)
