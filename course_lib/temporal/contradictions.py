"""Contradictions: two answers of a model that cannot both be true, whatever the clip shows. No label is needed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from course_lib.clipworld import phrasings as say
from course_lib.clipworld.controls import BACKWARDS
from course_lib.clipworld.questions import Question
from course_lib.temporal.asking import AFTER_TWICE, AT_TWICE, past_the_end, put
from course_lib.temporal.case import read
from course_lib.temporal.controls import reversed_clip
from course_lib.temporal.judge import judge
from course_lib.temporal.judge_event import answering
from course_lib.temporal.mentions import Mention
from course_lib.temporal.metrics import TOLERANCE, same_time
from course_lib.temporal.naming import lexicon
from course_lib.temporal.times import times
from course_lib.temporal.told import spoken
from course_lib.timeline import Event, Timeline

if TYPE_CHECKING:
    from course_lib.video import Clip

RULES = {
    "round trip": "what comes after the event before e must be e",
    "two ways round": "which of a and b is first must not depend on which is named first",
    "two phrasings": "the same question in other words must have the same answer",
    "two looks": "the same second, looked at in other frames, must show the same",
    "past the end": "a second that the clip does not have must not be described",
    "backwards": "the clip played backwards must swap before and after",
    "summary order": "an order question must agree with the summary",
    "summary time": "a when question must agree with the summary",
}
T = TypeVar("T")
Ask = Callable[["Clip", Sequence[str]], list[str]]


@dataclass(frozen=True)
class Contradiction:
    """rule: one of RULES. kind: of failure, as in FAILURES. asked: the (question, answer) pairs that cannot all be
    true. seconds: where in the clip to look. off_by: seconds between two told times, if that is what contradicts."""

    rule: str
    kind: str
    why: str
    asked: tuple[tuple[str, str], ...]
    seconds: tuple[float, ...]
    off_by: float | None = None


@dataclass(frozen=True)
class Checked:
    """What was held against each other: the contradictions, and how many checks were made, by rule."""

    contradictions: tuple[Contradiction, ...]
    checks: dict[str, int]


def contradictions(ask: Ask, clip: Clip, told: Sequence[Event], each: int = 4, again: Clip | None = None) -> Checked:
    """Ask about the events that the model told itself (with times), and hold its answers against each other.

    ask: (clip, questions) -> answers. again: the same clip in other frames, for the rule "two looks". Events told twice
    in the same words are left out: "after the car stops" would have two readings. At most `each` checks of a rule; with
    fewer than two told events only the second past the end is asked.
    """
    texts = [e.text for e in told]
    events = [e for e in told if texts.count(e.text) == 1 and e.start < clip.duration]
    events = [Event(e.start, min(e.end, clip.duration), e.subject, e.action) for e in events if e.end > e.start]
    check = _Check(ask, clip, Timeline(tuple(e for e in events if e.end > e.start), clip.duration), each)
    check.run()
    if again is not None:
        check.two_looks(again)
    return Checked(tuple(check.found), check.checks)


class _Check:
    """The rules share their answers, so that all first questions go to the model in one batch."""

    def __init__(self, ask: Ask, clip: Clip, told: Timeline, each: int) -> None:
        self.ask, self.clip, self.told, self.each = ask, clip, told, each
        self.words = lexicon(told)
        self.answers: dict[str, str] = {}
        self.found: list[Contradiction] = []
        self.checks: dict[str, int] = {}

    def run(self) -> None:
        events = self.told.events
        spread = _spread(events, self.each)
        pairs = _spread(list(itertools.pairwise(events)), self.each)
        pairs = [(a, b) for a, b in pairs if b.start - a.start > 0.5]
        last = past_the_end(self.clip.duration)
        later = [e for e in spread if e is not events[0]]
        first = [put(say.BEFORE[1], e) for e in later]
        first += [put(say.ORDER_FIRST[0], x, y) for a, b in pairs for x, y in ((a, b), (b, a))]
        first += [put(template, e, t=_middle(e)) for e in spread for template in (*AFTER_TWICE, *AT_TWICE)]
        first += [put(say.WHEN[0], e) for e in spread] + [last.text]
        self._ask(first)
        for e in later:
            self._round_trip(e)
        for a, b in pairs:
            self._two_ways_round(a, b)
            self._summary_order(a, b)
        for e in spread:
            self._two_phrasings([put(template, e) for template in AFTER_TWICE], "after", e)
            self._two_phrasings([put(template, t=_middle(e)) for template in AT_TWICE], "at", e)
            self._summary_time(e)
        self._past_the_end(last)
        self._backwards(pairs)

    def _ask(self, questions: list[str]) -> None:
        new = [q for q in dict.fromkeys(questions) if q not in self.answers]
        if new:
            self.answers |= dict(zip(new, self.ask(self.clip, new), strict=True))

    def _named(self, question: str, kind: str, answer: str | None = None) -> list[Mention]:
        """The events that an answer puts forward; none if it refuses or cannot be read."""
        asked = Question(question, "", kind, (0.0, self.clip.duration), (), False)
        case = read(asked, self.answers[question] if answer is None else answer, self.told)
        return answering(case) if case.told else []

    def _is(self, m: Mention, e: Event) -> bool:
        """Whether a naming can mean an event that was told."""
        return e in m.means(self.words, [e])

    def _add(
        self, rule: str, kind: str, why: str, questions: Sequence[str], *at: Event, off_by: float | None = None
    ) -> None:
        asked = tuple((q, self.answers[q]) for q in questions)
        seconds = tuple(sorted({round(_middle(e), 1) for e in at}))
        self.found.append(Contradiction(rule, kind, why, asked, seconds, off_by))

    def _count(self, rule: str) -> None:
        self.checks[rule] = self.checks.get(rule, 0) + 1

    def _round_trip(self, e: Event) -> None:
        back = put(say.BEFORE[1], e)
        named = self._named(back, "before")
        if len(named) != 1 or named[0].name is None:
            return
        m = named[0]
        p = next((x for x in self.told if self._is(m, x)), None) or Event(e.start, e.end, spoken(m.name), m.action)
        if p.overlaps(e.start, e.end) and p in self.told.events:
            return
        self._count("round trip")
        forth = put(say.AFTER[2], p)
        if p.text == e.text:
            self._add("round trip", "order", f'"{e.text}" is said to come before itself.', [back], e)
            return
        self._ask([forth])
        then = self._named(forth, "after")
        if then and not any(self._is(x, e) for x in then):
            why = f'Before "{e.text}" comes "{p.text}", it says; but after "{p.text}" comes "{then[0].said}".'
            self._add("round trip", "order", why, [back, forth], e, p)

    def _two_ways_round(self, a: Event, b: Event) -> None:
        one, other = put(say.ORDER_FIRST[0], a, b), put(say.ORDER_FIRST[0], b, a)
        x, y = self._named(one, "order"), self._named(other, "order")
        if not (x and y):
            return
        self._count("two ways round")
        firsts = {e.text for m in (x[0], y[0]) for e in (a, b) if self._is(m, e)}
        if firsts == {a.text, b.text}:
            why = f'Asked both ways round, it puts "{x[0].said}" first, and then "{y[0].said}".'
            self._add("two ways round", "order", why, [one, other], a, b)

    def _summary_order(self, a: Event, b: Event) -> None:
        question = put(say.ORDER_FIRST[0], a, b)
        named = self._named(question, "order")
        if not named or b.start - a.start <= TOLERANCE:
            return
        self._count("summary order")
        if self._is(named[0], b) and not self._is(named[0], a):
            why = f'The summary has "{a.text}" ({a.start:g} s) before "{b.text}" ({b.start:g} s); asked, it says no.'
            self._add("summary order", "order", why, [question], a, b)

    def _two_phrasings(self, ways: list[str], kind: str, e: Event) -> None:
        x, y = (self._named(question, kind) for question in ways)
        if not (x and y):
            return
        self._count("two phrasings")
        if not any(m.action == n.action and _alike(m, n) for m in x for n in y):
            why = f'The same question in other words: "{x[0].said}", and then "{y[0].said}".'
            self._add("two phrasings", "invented", why, ways, e)

    def _summary_time(self, e: Event) -> None:
        question = put(say.WHEN[0], e)
        case = read(Question(question, "", "when", (e.start, e.end), (), False), self.answers[question], self.told)
        spans = times(case.text, self.clip.duration)
        if not spans:
            return
        self._count("summary time")
        told = Event(spans[0].start, max(spans[0].end, spans[0].start + 1.0), e.subject, e.action)
        if not same_time(told, e, 2 * TOLERANCE) and not told.overlaps(e.start, e.end):
            off = round(told.start - e.start, 2)
            why = f'The summary has "{e.text}" at {e.start:g} s; asked when, it says {told.start:g} s.'
            self._add("summary time", "shifted", why, [question], e, off_by=off)

    def two_looks(self, again: Clip) -> None:
        """Hold what is said of the middle of each told event against what is said of it in the other frames."""
        events = _spread(self.told.events, self.each)
        asked = [put(AT_TWICE[0], t=_middle(e)) for e in events]
        for e, question, answer in zip(events, asked, self.ask(again, asked) if asked else [], strict=True):
            x, y = self._named(question, "at"), self._named(question, "at", answer)
            if not (x and y):
                continue
            self._count("two looks")
            if not any(m.action == n.action and _alike(m, n) for m in x for n in y):
                why = f'The same second in other frames: "{x[0].said}", and then "{y[0].said}".'
                pair = ((question, self.answers[question]), (f"(other frames) {question}", answer))
                self.found.append(Contradiction("two looks", "invented", why, pair, (round(_middle(e), 1),)))

    def _past_the_end(self, question: Question) -> None:
        self._count("past the end")
        verdict = judge(question, self.answers[question.text], self.told)
        if not verdict.ok and verdict.words:
            why = f'The clip ends at {self.clip.duration:.1f} s, and "{verdict.words[0]}" is told of a later second.'
            self._add("past the end", "false_confident", why, [question.text])

    def _backwards(self, pairs: list[tuple[Event, Event]]) -> None:
        """Only events that still have a name when played backwards: somebody who walks, but not a car that turns."""
        nameable = [(a, b) for a, b in pairs if a.action in BACKWARDS and b.action in BACKWARDS and a.end <= b.start]
        both = [(p, tuple(Event(e.start, e.end, e.subject, BACKWARDS[e.action]) for e in p)) for p in nameable]
        # A bird that lands and then flies does the same twice when played backwards: no question tells them apart.
        both = [(p, back) for p, back in both if back[0].text != back[1].text]
        if not both:
            return
        named, seen = [p for p, _ in both], [back for _, back in both]
        asked = [put(say.ORDER_FIRST[0], a, b) for a, b in seen]
        answers = self.ask(reversed_clip(self.clip), asked)
        for (a, b), (back_a, back_b), question, answer in zip(named, seen, asked, answers, strict=True):
            forward = put(say.ORDER_FIRST[0], a, b)
            x, y = self._named(forward, "order"), self._named(question, "order", answer)
            if not (x and y):
                continue
            self._count("backwards")
            for e, back in ((a, back_a), (b, back_b)):
                if self._is(x[0], e) and back in y[0].means(self.words, [back_a, back_b]):
                    why = f'"{x[0].said}" comes first, it says, of the clip forwards and of the clip backwards.'
                    pair = ((forward, self.answers[forward]), (f"(backwards) {question}", answer))
                    seconds = tuple(sorted(round(_middle(e), 1) for e in (a, b)))
                    self.found.append(Contradiction("backwards", "order", why, pair, seconds))
                    break


def _middle(e: Event) -> float:
    return round((e.start + e.end) / 2)


def _alike(m: Mention, n: Mention) -> bool:
    if m.name is None or n.name is None:
        return True
    return m.name.fits(n.name) is not None or n.name.fits(m.name) is not None


def _spread(items: Sequence[T], n: int) -> list[T]:
    """n of the items, evenly over all of them."""
    if len(items) <= n:
        return list(items)
    return [items[round(i * (len(items) - 1) / max(1, n - 1))] for i in range(n)]
