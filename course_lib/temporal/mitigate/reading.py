"""A question as a program reads it: its kind, the events it names and the second it names.

Only what is in one of clipworld's phrasings, to the word, is read. A question with anything more to it ("answer with A
or B", "at night") is left to the model, because a paraphrase would lose what was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from course_lib.clipworld import phrasings as say
from course_lib.temporal.mentions import mentions
from course_lib.temporal.naming import lexicon
from course_lib.temporal.plain import plain
from course_lib.temporal.told import spoken
from course_lib.timeline import Event

TEMPLATES: dict[str, tuple[str, ...]] = {
    "at": say.AT,
    "after": say.AFTER,
    "before": (*say.BEFORE, say.BEFORE_SAME_SUBJECT),
    "first": say.ORDER_FIRST,
    "relation": say.ORDER_RELATION,
    "when": say.WHEN,
    "times": say.COUNT_TIMES,
    "events": say.COUNT_EVENTS,
    "summary": say.SUMMARY,
    "frames": say.FRAMES,
}
LONGEST_QUESTION = 400  # characters; a longer one is in none of the phrasings
_FIELD = re.compile(r"(the \{[ab]_s\}[^{}]*\{[ab]_\w+\}|\{t\}|\{clock\}|\{a_kind\})")


@dataclass(frozen=True)
class Asked:
    """kind: one of TEMPLATES: "first" asks which of a and b is first, "relation" whether a is before or after b,
    "times" how often a happens, "events" how many events there are. a, b: the events it names, without their times
    (0 to 1). t: the second it names. frames: the first and the last that it asks about, counted from 1."""

    kind: str
    a: Event | None = None
    b: Event | None = None
    t: float | None = None
    frames: tuple[int, int] | None = None


def parse(question: str, vocabulary: Iterable[Event] = ()) -> Asked | None:
    """The question read; None if it is in none of the phrasings, or names what cannot be read.

    vocabulary: events whose words to look for beside clipworld's.
    """
    return _parse(question, tuple(vocabulary)) if len(question) <= LONGEST_QUESTION else None


@lru_cache(maxsize=1024)
def _parse(question: str, vocabulary: tuple[Event, ...]) -> Asked | None:
    text = plain(question)
    for kind, patterns in _PATTERNS.items():
        for pattern in patterns:
            if not (found := pattern.fullmatch(text)):
                continue
            parts = found.groupdict()
            a, b = (_event(named, vocabulary) if (named := parts.get(key)) else None for key in ("a", "b"))
            if (a is None) == (not parts.get("a")) and (b is None) == (not parts.get("b")):
                frames = (int(parts["f"]), int(parts["g"])) if "f" in parts else None
                return Asked(kind, a, b, _second(parts), frames)
    return None


def _event(text: str, vocabulary: tuple[Event, ...]) -> Event | None:
    """The one event that the text names from its first word to its last."""
    named = mentions(text, lexicon(vocabulary))
    if len(named) != 1 or named[0].name is None or named[0].denied:
        return None
    m = named[0]
    whole = text[: m.place[0]] in ("", "the ") and m.place[1] == len(text)
    return Event(0.0, 1.0, spoken(m.name), m.action) if whole else None


def _second(parts: dict[str, str | None]) -> float | None:
    if clock := parts.get("clock"):
        minutes, seconds = clock.split(":")
        return 60.0 * int(minutes) + int(seconds)
    return float(parts["t"] or 0) if parts.get("t") else None


def _pattern(template: str) -> re.Pattern[str]:
    out = []
    for part in _FIELD.split(template.lower().rstrip("?.: ")):
        if part == "{t}":
            out.append(r"(?P<t>\d+(?:\.\d+)?)")
        elif part == "{clock}":
            out.append(r"(?P<clock>\d+:\d\d)")
        elif part == "{a_kind}":
            out.append(r"\w+")
        elif part.startswith("the {"):
            out.append(f"(?P<{part[5]}>the .+?)")
        else:
            out.append(re.escape(part))
    return re.compile("".join(out) + r"[?.: ]*")


def _frames_pattern(template: str) -> re.Pattern[str]:
    numbers = {"f": 9001, "g": 9002, "h": 9003, "h1": 9001, "n": 9002}  # stand in, so that `plain` keeps their places
    text = re.escape(plain(template.format(**numbers)).rstrip("?.: "))
    for number, name in ((9001, "f"), (9002, "g")):
        *rest, last = text.split(str(number))
        text = r"\d+".join(rest) + rf"(?P<{name}>\d+)" + last
    return re.compile(text.replace("9003", r"\d+") + r"[?.: ]*")


_PATTERNS = {
    kind: tuple(_frames_pattern(t) if kind == "frames" else _pattern(t) for t in templates)
    for kind, templates in TEMPLATES.items()
}
