"""What a story is made of: who, where at first, and who then does what on which way."""

from __future__ import annotations

from dataclasses import dataclass

from course_lib.clipworld.words import subject
from course_lib.timeline import Event, Timeline


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
