"""A question about time in anybody's words, and what is right to answer it in a clip whose timeline is known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from course_lib.clipworld.questions import NOTHING, UNSEEN, Question, told_together
from course_lib.temporal.judge import judge
from course_lib.temporal.mentions import Mention, mentions
from course_lib.temporal.metrics import match
from course_lib.temporal.mitigate.reading import parse
from course_lib.temporal.naming import Name, lexicon
from course_lib.temporal.plain import plain
from course_lib.temporal.times import times
from course_lib.temporal.told import told_events
from course_lib.timeline import Event, Timeline

NEAR = 0.5  # seconds around an asked one: what happens there is accepted too; an event asked about is 3 s long or more
TIME_WORDS = re.compile(
    r"\b(?:when|seconds?|secs?|time|times|moment|part|before|after|first|last|earlier|later|next|then|order|start|end|"
    r"starts?|ends?|begin\w*|follow\w*|preced\w*|during|while|until)\b|\d:\d\d"
)
HOW_OFTEN = re.compile(r"\b(?:how many|how often|count|number of)\b")
_WHAT = re.compile(r"\W*(?:what|which|who|tell|describe|name|at|in|on)\b")
_AROUND = re.compile(r"\b(?:after|before|until|till|since|between|from|past|by|next|follow\w*)\b")
_WHEN = re.compile(r"\bwhen\b|\b(?:what|which|at what|in which) (?:second|time|moment|part)|\b(?:start|moment)\b")


@dataclass(frozen=True)
class Right:
    """What a clip says to a question. kind: of the question ("unread": only the answer's own times can be judged);
    questions: it, with each of the answers that are right; events: those that bear on it."""

    kind: str
    questions: tuple[Question, ...]
    events: tuple[Event, ...]


def about_time(question: str) -> bool:
    """Whether a question asks when, or in which order; how often is a count."""
    text = plain(question)
    return bool(TIME_WORDS.search(text)) and not HOW_OFTEN.search(text)


def right_answers(question: str, timeline: Timeline) -> Right:
    """The right answers to a question about time; kind "unread" for one that cannot be read."""
    kind, named, second = _read(question, timeline)
    whole = (0.0, timeline.duration)

    def asks(kind: str, *answers: str, seconds: tuple[float, float] = whole) -> tuple[Question, ...]:
        return tuple(Question(question, a, kind, seconds, answers, False) for a in answers)

    if kind == "unread":
        return Right(kind, (), ())
    meant = [m.means(lexicon(timeline), timeline.events) for m in named]
    if (second is not None and second >= timeline.duration) or not all(meant):
        return Right("unanswerable", asks("unanswerable", UNSEEN), ())
    if kind == "at" and second is not None:
        there = [e for e in timeline if e.overlaps(second - NEAR, second + NEAR)]
        idle = not timeline.at(second)
        answers = [*([told_together(there, "and")] if there else []), *(e.text for e in there)]
        answers += [NOTHING] if idle or not there else []
        low, high = (min((e.start for e in there), default=second), max((e.end for e in there), default=second))
        return Right(kind, asks(kind, *dict.fromkeys(answers), seconds=(low, max(high, low + NEAR))), tuple(there))
    if kind == "when":
        each = [
            asks(kind, f"from second {round(e.start)} to {round(e.end)}", seconds=(e.start, e.end)) for e in meant[0]
        ]
        return Right(kind, tuple(q for qs in each for q in qs), tuple(meant[0]))
    if kind in ("after", "before"):
        beside = [e for pivot in meant[0] for e in _beside(timeline, pivot, kind)]
        answers = [e.text for e in beside] or [NOTHING]
        return Right(kind, asks(kind, *dict.fromkeys(answers)), (*beside, *meant[0]))
    firsts = [(a, b) for a in meant[0] for b in meant[1] if a.start != b.start]
    if kind == "relation":
        answers = ["before" if a.start < b.start else "after" for a, b in firsts]
    else:
        answers = [min(pair, key=lambda e: e.start).text for pair in firsts]
    return Right("order", asks("order", *dict.fromkeys(answers)), tuple(e for pair in firsts for e in pair))


def contradicted(answer: str, right: Right, timeline: Timeline) -> bool:
    """Whether what happens contradicts the answer. Words in which nothing can be read contradict nothing."""
    if right.kind == "unread":
        return bool(_own_times(answer, timeline))
    verdicts = [judge(q, answer, timeline) for q in right.questions]
    return not any(v.ok for v in verdicts) and any(v.kind != "unread" for v in verdicts)


def bearing(answer: str, right: Right, timeline: Timeline) -> tuple[Event, ...]:
    """The events of the clip that can show that the answer is wrong; none where any of them can."""
    if right.kind == "unread":
        return tuple(_own_times(answer, timeline))
    words = lexicon(timeline)
    named = [e for m in mentions(plain(answer), words, timeline.duration) for e in m.means(words, timeline.events)]
    return (*right.events, *named)


def _own_times(answer: str, timeline: Timeline) -> list[Event]:
    """True events that an answer puts at a wrong time of its own accord."""
    return [e for _, e in match(told_events(answer, timeline.duration, timeline), timeline.events).moved]


def _beside(timeline: Timeline, pivot: Event, kind: str) -> list[Event]:
    """What comes next, or came last. Of two at once both: the one that starts next, and what starts with it."""
    other = timeline.after(pivot) if kind == "after" else timeline.before(pivot)
    if other is None:
        return []
    return [e for e in timeline if e is not pivot and e.overlaps(other.start, other.end)]


def _read(question: str, timeline: Timeline) -> tuple[str, Sequence[Mention], float | None]:
    """(kind, the events that it names, the second that it names)."""
    text = plain(question)
    named = mentions(text, lexicon(timeline), timeline.duration)
    asked = parse(question, tuple(timeline.events))
    kind = asked.kind if asked else ""
    if kind in ("summary", "frames", "times", "events"):
        return "unread", (), None
    spans = times(text, timeline.duration)
    if asked is None:
        kind = _loosely(text, named, len(spans))
        who = [name for *_, name in lexicon(timeline).subjects(text)]
        if kind == "at" and who and not _doing(who, spans[0].start, timeline):
            return "unread", (), None  # "what does the ball do at second 7?", which does nothing then
    needs = {"at": 0, "after": 1, "before": 1, "when": 1, "first": 2, "relation": 2}
    if kind in ("after", "before") and not named and spans:  # "What happens at second 8? What happens after?"
        return "unread", (), None
    if kind not in needs or len(named) != needs[kind] or (kind == "at" and not spans):
        return "unread", (), None
    return kind, named, spans[0].start if kind == "at" else None


def _doing(who: Sequence[Name], second: float, timeline: Timeline) -> bool:
    words = lexicon(timeline)
    there = [e for e in timeline if e.overlaps(second - NEAR, second + NEAR)]
    return any(name.fits(words.name(e.subject)) is not None for name in who for e in there)


def _loosely(text: str, named: Sequence[Mention], timed: int) -> str:
    if len(named) == 2:
        return "relation" if "before or after" in text else "first" if re.search(r"\b(?:first|earlier)\b", text) else ""
    if len(named) == 1 and not timed:
        if re.search(r"\b(?:after|next|follow\w*)\b", text):
            return "after"
        if re.search(r"\b(?:before|preced\w*)\b", text):
            return "before"
        return "when" if _WHEN.search(text) else ""
    return "at" if timed == 1 and not named and _WHAT.match(text) and not _AROUND.search(text) else ""
