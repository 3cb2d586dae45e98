"""What an answer means: which events, which time, which number; so that answers in other words can be compared."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

from course_lib.clipworld.questions import Question
from course_lib.temporal import stance
from course_lib.temporal.case import Case, read
from course_lib.temporal.judge_event import answering
from course_lib.temporal.mentions import Mention
from course_lib.temporal.metrics import TOLERANCE, same_time
from course_lib.temporal.mitigate.reading import Asked
from course_lib.temporal.plain import count
from course_lib.temporal.times import times
from course_lib.timeline import Event, Timeline

_JUDGED_AS = {"first": "order", "relation": "order", "times": "count", "events": "count"}
_BARE = re.compile(r"\W*(\d+(?:\.\d+)?)(?: ?(?:-|to) ?(\d+(?:\.\d+)?))?\W*")
_SIDE = re.compile(r"\W*(?:it (?:\w+ ){0,2})?(before|after)\W*")


@dataclass(frozen=True)
class Meaning:
    """kind: "events" (named), "time" (span: from and to second), "number" or "side" (value), "nothing" (happens),
    "unseen" (refused or denied), "words" (none of these), "empty"."""

    kind: str
    named: tuple[Mention, ...] = ()
    span: tuple[float, float] = (0.0, 0.0)
    value: str = ""

    @property
    def read(self) -> bool:
        return self.kind not in ("words", "empty")


def meaning(question: str, asked: Asked, answer: str, duration: float) -> Meaning:
    """What `answer` says to the question. duration: seconds of the clip."""
    named = tuple(dataclasses.replace(e, start=0.0, end=duration) for e in (asked.a, asked.b) if e is not None)
    as_question = Question(question, "", _JUDGED_AS.get(asked.kind, asked.kind), (0.0, duration), (), False)
    case = read(as_question, answer, Timeline(named, duration))
    if not re.search(r"\w", case.text):
        return Meaning("empty")
    if found := _value(asked, case, duration):
        return found
    if asked.kind in ("at", "after", "before", "first") and case.told:
        return Meaning("events", tuple(answering(case)))
    if case.told and asked.kind != "when":
        return Meaning("words", value=case.text)
    if stance.nothing_happens(case.text):
        return Meaning("nothing")
    if stance.cannot_know(case.text) or stance.denies(case.text):
        return Meaning("unseen")
    return Meaning("words", value=case.text)


def _value(asked: Asked, case: Case, duration: float) -> Meaning | None:
    if asked.kind == "when":
        if bare := _BARE.fullmatch(case.text):
            return Meaning("time", span=(float(bare[1]), float(bare[2] or bare[1])))
        if spans := times(case.text, duration):
            return Meaning("time", span=(spans[0].start, spans[0].end))
    if asked.kind in ("times", "events") and (number := count(case.text)) is not None:
        return Meaning("number", value=str(number))
    if asked.kind == "relation" and (side := _SIDE.fullmatch(case.text)):
        return Meaning("side", value=side[1])
    return None


def agree(x: Meaning, y: Meaning) -> bool:
    """Whether two answers mean the same: the same events (a naming that says less agrees), about the same time."""
    if x.kind != y.kind or x.kind == "empty":
        return False
    if x.kind == "events":
        return all(any(alike(m, n) for n in y.named) for m in x.named) and all(
            any(alike(m, n) for m in x.named) for n in y.named
        )
    if x.kind == "time":
        a, b = (Event(m.span[0], max(m.span[1], m.span[0] + 1e-3), "it", "happens") for m in (x, y))
        return same_time(a, b) or same_time(b, a) or abs(a.start - b.start) <= TOLERANCE
    return x.value == y.value


def alike(m: Mention, n: Mention) -> bool:
    if m.action != n.action:
        return False
    return m.name is None or n.name is None or m.name.fits(n.name) is not None or n.name.fits(m.name) is not None
