"""Free text -> the events that it tells, with their times."""

from __future__ import annotations

import re
from collections.abc import Iterable

from course_lib.temporal.mentions import mentions
from course_lib.temporal.naming import Lexicon, Name, lexicon
from course_lib.temporal.plain import plain
from course_lib.temporal.stance import REFUSAL
from course_lib.temporal.times import times
from course_lib.timeline import Event

MARK_SECONDS = 1.0  # "at 0:05" names that second
_OPEN = re.compile(
    r"\b(?:a|an|the|one|another) (?P<who>(?:[a-z'-]+ ){0,4}?[a-z'-]+?) (?P<does>(?:is|are|was|were) (?:\w+ly )?\w+ing|"
    r"[a-z]{2,}(?<![su])s)\b(?P<rest>[^.;,\n]{0,60})"
)


def told_events(text: str, duration: float, vocabulary: Iterable[Event] | None = None) -> tuple[Event, ...]:
    """The events that a free text tells with times, in order of their start.

    text: as a model wrote it (markdown, `0:05`, `five seconds`, ranges, lists). duration: seconds of the clip, for
    "the last 5 seconds". vocabulary: events (or a Timeline) whose words to look for beside clipworld's; a naming that
    can mean just one of them takes its exact words. A time given as a mark ("at 0:05") is that second, 1 s long.
    Events that the text denies, refers to ("after the car turned, …") or gives no time for are left out; `mentions`
    has those. A timed sentence in words of nobody's vocabulary is read as "the <subject> <verb …>". Times are as
    told, also past the end.
    """
    known = list(vocabulary or ())
    words = lexicon(known)
    body = plain(text)
    events = []
    heard: list[tuple[int, int]] = []
    for m in mentions(body, words, duration):
        heard.append(m.place)
        if m.denied or m.when is None or (m.relation is not None and m.relation not in ("when",)):
            continue
        meant = {(e.subject, e.action) for e in m.means(words, known)}
        subject, action = meant.pop() if len(meant) == 1 else (spoken(m.name), m.action)
        end = m.when.end if not m.when.point else m.when.start + MARK_SECONDS
        events.append(Event(m.when.start, end, subject, action))
    events += _open_words(body, duration, words, heard)
    return tuple(dict.fromkeys(sorted(events, key=lambda e: (e.start, e.end))))


def spoken(name: Name | None) -> str:
    """A Name in clipworld's manner: "red car", "person in red", "light"; "something" without a name."""
    if name is None:
        return "something"
    shades = sorted(name.marks, key=lambda w: (w not in ("light", "dark", "bright", "pale", "deep"), w))
    if name.kind == "person" and shades:
        return f"person in {' '.join(shades)}"
    return " ".join([*shades, name.kind])


def _open_words(body: str, duration: float, words: Lexicon, heard: list[tuple[int, int]]) -> list[Event]:
    """Timed sentences without a known action: "0:04 - 0:09: a cyclist rides past the shop"."""
    events = []
    for line in re.finditer(r"[^.;\n]+(?:\.(?=\d)[^.;\n]+)*", body):
        if any(line.start() <= place[0] < line.end() for place in heard) or REFUSAL.search(line[0]):
            continue
        spans = times(line[0], duration)
        if not spans:
            continue
        rest = line[0]
        for span in reversed(spans):
            rest = rest[: span.place[0]] + " , " + rest[span.place[1] :]
        if not (found := _OPEN.search(rest)):
            continue
        end = spans[0].end if not spans[0].point else spans[0].start + MARK_SECONDS
        action = re.sub(r"^(?:is|are|was|were) (?:\w+ly )?", "", f"{found['does']}{found['rest']}".strip(" ,:-()[]"))
        action = re.sub(r"\s*(?:,|\b(?:at|from|between|around|until)\b\s*(?:,|$)).*$", "", action).strip()
        names = words.subjects(found["who"])
        events.append(Event(spans[0].start, end, spoken(names[-1][2]) if names else found["who"], action))
    return events
