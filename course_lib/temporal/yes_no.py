"""Yes-no twins of questions: always a pair in the same words, one of which is right and one of which is wrong."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from course_lib.clipworld.questions import NOTHING, Question
from course_lib.temporal.absent import FRAMES, absent_events, num_frames
from course_lib.temporal.asking import put
from course_lib.temporal.case import Case, read
from course_lib.temporal.distractors import other_times
from course_lib.temporal.judge import judge
from course_lib.temporal.mentions import mentions
from course_lib.temporal.plain import plain
from course_lib.temporal.times import times
from course_lib.temporal.told import spoken
from course_lib.timeline import Event, Timeline

AT = "Does the {a_s} {a_base} at second {t}?"
NEIGHBOUR = "Does the {{b_s}} {{b_base}} right {kind} the {{a_s}} {{a_present}}?"
ORDER = "Does the {a_s} {a_base} before the {b_s} {b_present}?"
WHEN = "Is the {{a_s}} {{a_gerund}} {range}?"
TIMES = "Does the {{a_s}} {{a_base}} exactly {n} time{s} in the video?"
EVENTS = "Is {n} the exact number of events in the video?"
FRAMES_SHOW = "Can the {{a_s}} be seen {{a_gerund}} in frames {f} to {g}?"
THERE = "Does the {a_s} {a_base} in the video?"
SECOND = "Is there a second {t} in the video?"
ANYTHING_AT = "Does anything happen at second {t}?"
ANYTHING_BESIDE = "Does anything happen {kind} the {{a_s}} {{a_present}}?"
ANYTHING_IN = "Does anything happen in frames {f} to {g}?"

Pair = tuple[str, str]  # the question to which yes is right, and that to which no is


def yes_no(questions: Sequence[Question], timeline: Timeline, rng: random.Random) -> list[Question]:
    """Of every question a pair, first in either order: one whose right answer is yes and one whose is no.

    Both in the same phrasing; the no is about another event, time or number of the same clip where there is one, else
    about an event that is not in it. Where nothing happens, "does anything happen" is asked there and where something
    does. form "yes-no", options ("yes", "no"), kind as before. Left out are summaries, questions that have a form
    already, and those for which the timeline has no pair (nothing ever happens, frames past the end).
    """
    makers: dict[str, Callable[[_Asked], Pair | None]] = {
        "at": _at, "after": _beside, "before": _beside, "order": _order, "when": _when, "count": _count,
        "frames": _frames, "unanswerable": _unanswerable,
    }  # fmt: skip
    asked = []
    for q in questions:
        if q.form != "open" or q.kind not in makers:
            continue
        if pair := makers[q.kind](_Asked(q, timeline, rng)):
            q = replace(q, evidence=(0.0, timeline.duration)) if q.answer == NOTHING else q  # asked elsewhere too
            two = [_said(q, text, answer) for text, answer in zip(pair, ("yes", "no"), strict=True)]
            rng.shuffle(two)
            asked += two
    return asked


def _said(question: Question, text: str, answer: str) -> Question:
    return replace(question, text=text, answer=answer, accepted=(answer,), form="yes-no", options=("yes", "no"))


class _Asked:
    """A question with its timeline, and what else could be said in its place."""

    def __init__(self, question: Question, timeline: Timeline, rng: random.Random) -> None:
        self.question, self.timeline, self.rng = question, timeline, rng
        self.case: Case = read(question, "", timeline)

    @property
    def right(self) -> Event | None:
        """One of the events that the right answer names."""
        shown = self.case.accepted[-1] if self.case.accepted and self.question.kind == "frames" else self.case.expected
        return self.rng.choice(shown) if shown else None

    def another(self, *but: Event) -> Event:
        """An event that is wrong as an answer: of the clip if there is one, else one that does not happen."""
        there = [
            e for e in self.timeline
            if e not in but and e.text not in self.question.answer
            and not judge(self.question, e.text, self.timeline).ok
        ]  # fmt: skip
        return self.rng.choice(there) if there else absent_events(self.timeline, self.rng, 1)[0]

    @property
    def nothing(self) -> bool:
        return self.question.answer == NOTHING


def _at(asked: _Asked) -> Pair | None:
    spans = times(plain(asked.question.text), asked.timeline.duration)
    if not spans:
        return None
    t = spans[0].start
    if asked.nothing:
        busy = [s for e in asked.timeline for s in range(math.ceil(e.start + 0.4), math.floor(e.end - 0.4) + 1)]
        return (put(ANYTHING_AT, t=asked.rng.choice(busy)), put(ANYTHING_AT, t=t)) if busy else None
    right = asked.right
    return (put(AT, right, t=t), put(AT, asked.another(), t=t)) if right else None


def _beside(asked: _Asked) -> Pair | None:
    """After, before."""
    kind, pivot = asked.question.kind, asked.case.asked[0] if asked.case.asked else None
    if pivot is None:
        return None
    if asked.nothing:
        side = asked.timeline.after if kind == "after" else asked.timeline.before
        told = [e.text for e in asked.timeline]
        inner = [e for e in asked.timeline if side(e) is not None and told.count(e.text) == 1]
        template = ANYTHING_BESIDE.format(kind=kind)
        return (put(template, asked.rng.choice(inner)), put(template, pivot)) if inner else None
    template, right = NEIGHBOUR.format(kind=kind), asked.right
    return (put(template, pivot, right), put(template, pivot, asked.another(pivot))) if right else None


def _order(asked: _Asked) -> Pair | None:
    if len(asked.case.asked) < 2:
        return None
    first, then = sorted(asked.case.asked[:2], key=lambda e: e.start)
    return put(ORDER, first, then), put(ORDER, then, first)


def _when(asked: _Asked) -> Pair | None:
    q = asked.question
    event = asked.case.asked[0] if asked.case.asked else None
    other = next((r for r in other_times(q, asked.timeline, asked.rng) if not judge(q, r, asked.timeline).ok), None)
    if event is None or other is None:
        return None
    return put(WHEN.format(range=q.answer), event), put(WHEN.format(range=other), event)


def _count(asked: _Asked) -> Pair | None:
    n, rng = int(asked.question.answer), asked.rng
    if not asked.case.asked:  # of all events
        other = n + rng.choice([d for d in (-2, -1, 1, 2) if n + d >= 0])
        return EVENTS.format(n=n), EVENTS.format(n=other)
    told = [e.text for e in asked.timeline]
    others = [e for e in asked.timeline if told.count(e.text) != n] or absent_events(asked.timeline, rng, 1)
    template = TIMES.format(n=n, s="" if n == 1 else "s")
    return put(template, asked.case.asked[0]), put(template, rng.choice(others))


def _frames(asked: _Asked) -> Pair | None:
    found, n = FRAMES.search(asked.question.text), num_frames(asked.question, asked.timeline)
    if found is None or n is None:
        return None
    f, g, length = int(found[1]), int(found[2]), asked.timeline.duration
    if asked.nothing:
        shown = [
            i for e in asked.timeline for i in range(1, n + 1)
            if e.start + 0.3 <= (i - 0.5) * length / n < e.end - 0.3
        ]  # fmt: skip
        if not shown:
            return None
        i = asked.rng.choice(shown)
        first = max(1, min(n - (g - f), i - asked.rng.randint(0, g - f)))
        return ANYTHING_IN.format(f=first, g=first + g - f), ANYTHING_IN.format(f=f, g=g)
    right, template = asked.right, FRAMES_SHOW.format(f=f, g=g)
    return (put(template, right), put(template, asked.another())) if right else None


def _unanswerable(asked: _Asked) -> Pair | None:
    timeline, rng, text = asked.timeline, asked.rng, plain(asked.question.text)
    there = {(e.subject, e.action) for e in timeline}
    named = [m for m in mentions(text, asked.case.words) if m.name is not None and not asked.case.true(m)]
    if not named and any(s.start >= timeline.duration for s in times(text)):
        t = next(s.start for s in times(text) if s.start >= timeline.duration)
        return put(SECOND, t=rng.randint(0, math.ceil(timeline.duration) - 1)), put(SECOND, t=t)
    if not there or not named:
        return None
    absent = Event(0.0, 1.0, spoken(named[0].name), named[0].action)
    return put(THERE, rng.choice(timeline.events)), put(THERE, absent)
