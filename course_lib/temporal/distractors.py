"""Wrong answers that are worth offering: other events, times and numbers, of the same clip before any others."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from course_lib.clipworld.questions import Question, told_together
from course_lib.temporal.absent import absent_events
from course_lib.temporal.case import read
from course_lib.timeline import Event, Timeline

FIRST = "Which of these happens first?"
TRIES = 60  # random options that are thought of before a question is given up


def asks_for(question: Question) -> str:
    """What a question asks for: "event", "first" (event), "time", "number" or "story". Of an unanswerable one its words
    tell."""
    by_kind = {"order": "first", "when": "time", "count": "number", "summary": "story"}
    if question.kind != "unanswerable":
        return by_kind.get(question.kind, "event")
    text = question.text.lower()
    if re.match(r"when\b|at what|from when|find the moment|in which seconds|give the start", text):
        return "time"
    return "number" if re.match(r"how many|how often|count|number of|times the|what is the number", text) else "event"


def first_of_all(question: Question, timeline: Timeline) -> tuple[Question, list[str]] | None:
    """Which happens first, of all options: those that come later, the one that the question names before others."""
    asked = read(question, "", timeline).asked
    if len(asked) < 2:
        return None
    first = min(asked, key=lambda e: e.start)
    told = [e.text for e in timeline]
    later = [e for e in timeline if e.start >= first.start + 0.5 and told.count(e.text) == 1]
    later.sort(key=lambda e: e not in asked)
    opened = replace(question, text=FIRST, answer=first.text, accepted=(first.text,))
    return opened, [e.text for e in later]


def other_events(question: Question, timeline: Timeline, rng: random.Random, n: int) -> list[str]:
    """As many events as the right answer tells, of the same clip, then with one that is not in it."""
    case = read(question, "", timeline)
    joint = "then" if question.kind == "frames" else "and"
    right, k = list(case.expected), max(1, len(case.expected))
    events = [e for e in timeline if question.kind not in ("after", "before") or e not in case.asked]
    told = [told_together(right[::-1], joint)] if k > 1 and question.kind == "frames" else []
    if k <= len(events):
        for _ in range(TRIES):
            told.append(told_together(sorted(rng.sample(events, k), key=lambda e: e.start), joint))
    for e in absent_events(timeline, rng, n):
        told.append(told_together([e, *right[1:]], joint))
    return told


def other_times(question: Question, timeline: Timeline, rng: random.Random) -> list[str]:
    """Ranges of seconds other than the right one: of the clip's other events, then as long as the right one."""
    low, high = question.evidence
    length = high - low if question.kind == "when" else rng.uniform(1.5, 4)
    events = list(timeline)
    rng.shuffle(events)
    for _ in range(TRIES):
        start = rng.uniform(0, max(0.0, timeline.duration - length))
        events.append(Event(start, start + length, "it", "happens"))
    return [f"from second {round(e.start)} to {round(e.end)}" for e in events]


def other_numbers(question: Question, rng: random.Random, n: int) -> list[str]:
    """Numbers next to the right one, which is as often the smallest as the greatest of them where it can be."""
    right = int(question.answer) if question.answer.isdigit() else 0
    least = right - rng.randint(0, min(right, n))
    return [str(i) for i in range(least, least + n + 1)] + [str(least + n + 1)]
