"""What happens when: the ground truth of a clip, or what a model told of it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from course_lib.errors import TimelineError


@dataclass(frozen=True)
class Event:
    """One thing that happens. start, end in seconds; subject without article ("red car"); action as a present-tense
    verb phrase ("turns right")."""

    start: float
    end: float
    subject: str
    action: str

    @property
    def text(self) -> str:
        """The event as a sentence part: "the red car turns right"."""
        return f"the {self.subject} {self.action}"

    def overlaps(self, start: float, end: float) -> bool:
        return self.start < end and start < self.end


@dataclass(frozen=True)
class Timeline:
    """Events in order of their start, within [0, duration] seconds."""

    events: tuple[Event, ...]
    duration: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.duration) and self.duration > 0):
            raise TimelineError(f"The duration is {self.duration} s.", "Give the clip's length in seconds, above 0.")
        for e in self.events:
            if not (math.isfinite(e.start) and math.isfinite(e.end) and 0 <= e.start < e.end):
                raise TimelineError(
                    f'"{e.text}" runs from {e.start} to {e.end} s.', "Give 0 <= start < end, in seconds."
                )
            if e.end > self.duration + 0.5:
                raise TimelineError(
                    f'"{e.text}" ends at {e.end} s, but the clip ends at {self.duration} s.',
                    "Mend the event's end or the timeline's duration.",
                )
            if not e.subject.strip() or not e.action.strip():
                raise TimelineError(f"The event from {e.start} s has no subject or no action.", "Name both.")
        object.__setattr__(self, "events", tuple(sorted(self.events, key=lambda e: (e.start, e.end))))

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)

    def at(self, t: float) -> tuple[Event, ...]:
        """The events in progress at second t (start <= t < end)."""
        return tuple(e for e in self.events if e.start <= t < e.end)

    def after(self, event: Event) -> Event | None:
        """The event that starts next after `event` starts; None if it is the last."""
        i = self.events.index(event)
        return self.events[i + 1] if i + 1 < len(self.events) else None

    def before(self, event: Event) -> Event | None:
        """The event that starts last before `event` starts; None if it is the first."""
        i = self.events.index(event)
        return self.events[i - 1] if i > 0 else None

    def to_json(self) -> str:
        rows = ",\n".join("    " + json.dumps(asdict(e)) for e in self.events)
        body = f"[\n{rows}\n  ]" if rows else "[]"
        return f'{{\n  "duration": {json.dumps(self.duration)},\n  "events": {body}\n}}\n'

    def save(self, path: str | Path) -> None:
        Path(path).write_text(self.to_json(), encoding="utf-8")

    @classmethod
    def from_json(cls, text: str) -> Timeline:
        try:
            data = json.loads(text)
            events = tuple(
                Event(float(e["start"]), float(e["end"]), str(e["subject"]), str(e["action"])) for e in data["events"]
            )
            return cls(events, float(data["duration"]))
        except TimelineError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as problem:
            raise TimelineError(
                f"The text is not a timeline ({type(problem).__name__}: {problem}).",
                'Give {"duration": s, "events": [{"start": s, "end": s, "subject": "red car", "action": "stops"}]}.',
            ) from problem

    @classmethod
    def load(cls, path: str | Path) -> Timeline:
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise TimelineError(
                f"{path} cannot be read as a timeline ({problem}).", "Give a UTF-8 JSON file."
            ) from problem
        return cls.from_json(text)
