"""One question with its answer, read: what every kind of judging looks at."""

from __future__ import annotations

import re
from dataclasses import dataclass

from course_lib.clipworld.questions import Question
from course_lib.temporal import stance
from course_lib.temporal.mentions import Mention, mentions
from course_lib.temporal.naming import Lexicon, lexicon
from course_lib.temporal.plain import plain
from course_lib.temporal.times import times
from course_lib.temporal.verdict import Verdict, wrong
from course_lib.timeline import Event, Timeline

LONGEST_READ = 8_000  # characters; what a runaway model writes beyond that is not read


@dataclass(frozen=True)
class Case:
    """The fields are read once; `told` and `true` are what the answer asserts and what that can mean."""

    question: Question
    timeline: Timeline
    words: Lexicon
    text: str  # the answer, plain
    heard: tuple[Mention, ...]  # every event that it names
    expected: tuple[Event, ...]  # events of the timeline that the right answer names
    accepted: tuple[tuple[Event, ...], ...]
    asked: tuple[Event, ...]  # events of the timeline that the question names

    @property
    def told(self) -> list[Mention]:
        return [m for m in self.heard if m.told]

    def true(self, m: Mention) -> list[Event]:
        return m.means(self.words, self.timeline.events)


def read(question: Question, answer: str, timeline: Timeline) -> Case:
    """Read a question and its answer against a timeline. The prompt given back before the answer is left out."""
    words = lexicon(timeline)
    text = stance.conclusion(plain(answer[:LONGEST_READ]))
    asked_text = plain(question.text)
    if text.startswith(asked_text) and len(asked_text) > 10:
        text = text[len(asked_text) :].strip()
    right, *also = (_events(a, words, timeline, question) for a in dict.fromkeys((question.answer, *question.accepted)))
    return Case(
        question=question,
        timeline=timeline,
        words=words,
        text=text,
        heard=mentions(text, words, timeline.duration),
        expected=right,
        accepted=tuple(also),
        asked=_asked(question, words, timeline),
    )


def _events(text: str, words: Lexicon, timeline: Timeline, question: Question | None) -> tuple[Event, ...]:
    """The events of the timeline that a text of ours names, whether told or referred to; the nearest to the evidence
    where several have the same words."""
    found: list[Event] = []
    for m in mentions(plain(text), words, timeline.duration):
        fits = m.means(words, timeline.events)
        if question is not None:
            low, high = question.evidence
            fits = sorted(fits, key=lambda e: (-(min(e.end, high) - max(e.start, low)), e.start))[:1]
        found += [e for e in fits if e not in found]
    return tuple(found)


def _asked(question: Question, words: Lexicon, timeline: Timeline) -> tuple[Event, ...]:
    """The events that a question is about, by name, or by time ("What action occurs at … What happens after?")."""
    named = _events(question.text, words, timeline, None)
    if named or question.kind not in ("after", "before"):
        return named
    return tuple(e for s in times(plain(question.text), timeline.duration) for e in timeline.at(s.start))


def refused(case: Case) -> Verdict | None:
    """The verdict on an answer that tells nothing although the clip shows it; None if it tells something."""
    if case.told:
        return None
    if said := stance.cannot_know(case.text):
        return wrong("false_abstain", f'It refuses ("{said}"), though the clip shows {say(case)}.', said)
    if said := stance.denies(case.text):
        return wrong("skipped", f'It denies ("{said}") what the clip shows: {say(case)}.', said)
    return None


def unmatched(case: Case) -> Verdict:
    """No event, no refusal: words of something else, or none that can be read."""
    somebody = case.words.subjects(case.text)
    said = case.text[:60]
    if somebody or re.search(r"\b(?:the|a|an|is|are|and|of|to)\b", case.text):
        return wrong("invented", f'"{said}" names no event of the clip; right is {say(case)}.', said)
    return wrong("unread", f'"{said}" has no words that can be matched; right is {say(case)}.', said)


def say(case: Case) -> str:
    return f'"{case.question.answer}"'
