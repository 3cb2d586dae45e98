"""What happens when: the ground truth of a clip, or what a model told of it."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from course_lib.errors import TimelineError

GRACE = 0.5  # seconds by which an event may outlast the clip: durations are rounded
FORM = 'Give {"duration": s, "events": [{"start": s, "end": s, "subject": "red car", "action": "stops"}]}.'


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
    """Events in order of their start, within [0, duration] seconds.

    Events may overlap: both are going on (two at once), and `at` gives both. No events: nothing happens, all clip long.
    An event may outlast the clip by half a second, but must begin within it. Raises TimelineError for any other that
    cannot be: not finite, negative, without length, past the end, without a name, or one listed twice.
    """

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
            if e.end > self.duration + GRACE or e.start >= self.duration:
                raise TimelineError(
                    f'"{e.text}" runs from {e.start} to {e.end} s, but the clip ends at {self.duration} s.',
                    "Mend the event's times or the timeline's duration.",
                )
            if not (re.search(r"\w", e.subject) and re.search(r"\w", e.action)):
                raise TimelineError(f"The event from {e.start} s has no subject or no action.", "Name both.")
        if len(set(self.events)) < len(self.events):
            twice = max(self.events, key=self.events.count)
            raise TimelineError(f'"{twice.text}" from {twice.start} s is listed twice.', "List it once.")
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
        """The timeline of a JSON text. An article before a subject ("a cyclist") is left out, spaces are made single.

        Raises TimelineError naming the event and the field that is missing, of the wrong type, or cannot be.
        """
        try:
            data = json.loads(text)
        except (TypeError, ValueError, RecursionError) as problem:
            raise TimelineError(f"The text is not a timeline ({type(problem).__name__}: {problem}).", FORM) from problem
        if not isinstance(data, dict) or not isinstance(data.get("events"), list):
            raise TimelineError("The text is not a timeline (it has no list of events).", FORM)
        events = []
        for i, row in enumerate(data["events"], 1):
            if not isinstance(row, dict):
                raise TimelineError(f"Event {i} of the timeline is {_shown(row)}.", FORM)
            start, end = (_seconds(row, key, f"event {i}") for key in ("start", "end"))
            subject, action = (_words(row, key, f"event {i}") for key in ("subject", "action"))
            events.append(Event(start, end, re.sub(r"^(?:a|an|the) (?=\S)", "", subject, flags=re.I), action))
        return cls(tuple(events), _seconds(data, "duration", "the timeline"))

    @classmethod
    def load(cls, path: str | Path) -> Timeline:
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except FileNotFoundError as problem:
            raise TimelineError(
                f"{path} does not exist (looked for in {Path.cwd()}).", "Give a timeline's JSON file."
            ) from problem
        except (OSError, ValueError) as problem:
            raise TimelineError(
                f"{path} cannot be read as a timeline ({problem}).", "Give a UTF-8 JSON file."
            ) from problem
        return cls.from_json(text)


def _seconds(row: dict[str, Any], key: str, where: str) -> float:
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TimelineError(f'The "{key}" of {where} is {_shown(value)}.', "Give a number of seconds.")
    try:
        return float(value)
    except OverflowError:
        return math.inf  # refused like any other time that is not finite


def _words(row: dict[str, Any], key: str, where: str) -> str:
    value = row.get(key)
    if not isinstance(value, str):
        raise TimelineError(f'The "{key}" of {where} is {_shown(value)}.', 'Give words, such as "red car" or "stops".')
    words = " ".join(value.split())
    if odd := [c for c in words if unicodedata.category(c) in ("Cc", "Cs")]:
        raise TimelineError(f'The "{key}" of {where} has the control character U+{ord(odd[0]):04X}.', "Leave it out.")
    return words


def _shown(value: Any) -> str:
    """A JSON value on one short line, for a message; "missing" for none."""
    if value is None:
        return "missing"
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
