"""Judge an answer about time against a timeline by words alone: no model is asked, and what decided is told."""

from __future__ import annotations

import dataclasses
import re

from course_lib.clipworld.questions import Question
from course_lib.temporal import stance
from course_lib.temporal.case import LONGEST_READ, Case, read, refused, say
from course_lib.temporal.judge_choice import judge_choice
from course_lib.temporal.judge_event import judge_event, judge_nothing
from course_lib.temporal.judge_summary import judge_summary
from course_lib.temporal.judge_yes_no import judge_yes_no
from course_lib.temporal.mentions import mentions
from course_lib.temporal.metrics import TOLERANCE, same_time
from course_lib.temporal.plain import count, plain
from course_lib.temporal.times import Span, times
from course_lib.temporal.verdict import Verdict, right, wrong
from course_lib.timeline import Event, Timeline

BARE_NOTHING = re.compile(r"\W*nothing(?: else| more)?(?: happen\w*| occurs)?(?: next| then| after\w*)?\W*")


def judge(question: Question, answer: str, timeline: Timeline, tolerance: float = TOLERANCE) -> Verdict:
    """Whether `answer` is right, and if not, which kind of temporal failure it is (see `verdict.FAILURES`).

    The question's `answer` and `accepted` say what is right, the timeline what else happens and when. A twin is judged
    by its form: a choice by letter, number or words, a yes or no however it is said. tolerance:
    seconds by which a told start may miss. Any text has a verdict: an empty one, a novel, another language, the prompt
    back.
    """
    answer = re.sub(r"(\d{15})\d+", r"\1", answer[:LONGEST_READ])  # no number that long is a count or a time
    if question.form == "choice":
        return judge_choice(question, answer, timeline, lambda q, a: judge(q, a, timeline, tolerance))
    case = read(question, answer, timeline)
    kind = question.kind
    if not re.search(r"\w", case.text):
        return wrong("skipped", "The answer is empty.")
    if question.answer.lower() in ("yes", "no"):
        return judge_yes_no(case)
    if kind == "unanswerable":
        return _unanswerable(case)
    if kind == "summary":
        return judge_summary(case, answer, tolerance)
    if kind == "when":
        return _when(case, tolerance)
    if kind == "count":
        return _count(case)
    if question.answer.lower() in ("before", "after"):
        return _one_word(case)
    if stance.nothing_happens(plain(question.answer)):
        return judge_nothing(case)
    return judge_event(case)


def _one_word(case: Case) -> Verdict:
    """before / after."""
    expected = case.question.answer.lower()
    text = re.sub(r"\bbefore or after\b", " ", case.text)  # the question's own words
    found = re.search(
        r"\b(?:happens|occurs|comes|is|was|seen|turns?|does|did)?[ ,]*\b(before|after|earlier|later)\b", text
    )
    said = {"earlier": "before", "later": "after"}.get(found[1], found[1]) if found else None
    if found and len(case.heard) >= 2 and said:  # "the B stops before the A turns": seen from the other event
        said = _turned_round(case, said)
    if said is None:
        if verdict := refused(case):
            return verdict
        return wrong("unread", f'"{case.text[:60]}" says neither; right is {say(case)}.', case.text[:60])
    if said == expected:
        return right(f'Right: "{said}".', said)
    return wrong("order", f'It says "{said}"; right is "{expected}".', said)


def _turned_round(case: Case, said: str) -> str:
    asked = mentions(plain(case.question.text), case.words)
    first, last = case.heard[0], case.heard[-1]
    if (
        asked
        and (last.relation in ("before", "after"))
        and (first.action, first.name) != (asked[0].action, asked[0].name)
    ):
        if (last.action, last.name) == (asked[0].action, asked[0].name):
            return "after" if said == "before" else "before"
    return said


def _when(case: Case, tolerance: float) -> Verdict:
    bare = re.fullmatch(r"\W*(\d+(?:\.\d+)?)(?: ?(?:-|to) ?(\d+(?:\.\d+)?))?\W*", case.text)
    if bare:  # asked for a time, it gives a number
        case = dataclasses.replace(case, text=f"from {bare[1]} to {bare[2]}" if bare[2] else f"second {bare[1]}")
    spans = times(case.text, case.timeline.duration)
    none: list[Span | None] = [None]
    own = [m.when for m in case.heard if m.when and any(e in case.asked for e in case.true(m))]
    span = (own or spans or none)[0]
    if span is None:
        if verdict := refused(dataclasses.replace(case, heard=())):
            return verdict
        return wrong("unread", "It gives no time; right is " + say(case) + ".", case.text[:60])
    said = case.text[slice(*span.place)] if span in spans else f"{span.start:g} to {span.end:g}"
    low, high = case.question.evidence
    asked = [e for e in case.asked if e.overlaps(low, high)] or [Event(low, high, "it", "happens")]
    off = min((span.start - e.start for e in asked), key=abs)
    if span.point:
        ok = any(e.start - tolerance <= span.start <= e.end for e in asked)
        off = 0.0 if any(e.start <= span.start <= e.end for e in asked) else off
    else:
        told = Event(span.start, span.end, "it", "happens")
        ok = any(same_time(told, e, tolerance) for e in asked)
    if ok:
        return right(f'Right: "{said}".', said, off_by=round(off, 2))
    side = "late" if off > 0 else "early"
    return wrong("shifted", f'"{said}" begins {abs(off):.1f} s too {side}; right is {say(case)}.',
                 said, off_by=round(off, 2))  # fmt: skip


def _count(case: Case) -> Verdict:
    expected = count(case.question.answer)
    said = count(case.text)
    if said is None:
        said = len(case.told) if case.told and "event" in case.question.text.lower() else None
    if said is None:
        if verdict := refused(case):
            return verdict
        return wrong("unread", f'"{case.text[:60]}" says neither; right is {say(case)}.', case.text[:60])
    if said == expected:
        return right(f"Right: {said}.", str(said))
    kind = "invented" if said > (expected or 0) else "skipped"
    return wrong(kind, f"It counts {said}; right is {expected}.", str(said))


def _unanswerable(case: Case) -> Verdict:
    said = stance.cannot_know(case.text)
    if not said and not BARE_NOTHING.fullmatch(case.text):  # "nothing happens" after it takes it for granted
        said = stance.denies(case.text)
    if not said and "0" in case.question.accepted and count(case.text) == 0:  # how often: not at all
        said = "0"
    claimed = [m for m in case.told if not case.true(m)]
    if said and not claimed:
        return right(f'Right: it says "{said}".', said)
    words = (claimed or case.told)[0].said if case.told else case.text[:60]
    return wrong("false_confident", f'"{words}" is told, but nothing of the kind can be known.', words)
