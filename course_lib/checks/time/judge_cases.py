"""What 6.judge is asked: every kind of failure for every kind of question, on fresh timelines."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from course_lib.checks.check import Case
from course_lib.checks.outcome import Ticks
from course_lib.checks.time.draw import Event, absent, all_once, labels, listed, story

Question = dict[str, Any]


def cases(rng: Random) -> list[Case]:
    made = _of(rng, story(rng, most=5, fits=all_once))
    made += _of(rng, story(rng, fewest=5, fits=all_once))
    made += _of_repeated(rng, story(rng, "repeated", 5, fits=_apart))
    return made + _of_two(rng, story(rng, "two", 5, 12, fits=lambda s: all_once(s) and bool(_overlapping(s))))


def _case(question: Question, answer: str | None, timeline: list[Event], tolerance: float) -> Case:
    call = f"FUNCTION({question}, {answer!r}, timeline, {tolerance}), with this timeline:\n{listed(timeline)}"
    return Case((question, answer, timeline, tolerance), call)


def _of(rng: Random, events: list[Event]) -> list[Case]:
    """Every kind of failure for every kind of question."""
    tolerance = rng.choice([0.6, 1.1, 1.6])  # events have one decimal: with 0.05 more a second is on no edge
    words, never = [e["what"] for e in events], absent(rng, events)
    asked: list[tuple[Question, str | None]] = []
    for e in rng.sample(events, 2):
        middle, before = round((e["start"] + e["end"]) / 2, 1), round(e["start"] - 0.45, 2)
        far = [f["what"] for f in events if not f["start"] - 2 <= middle <= f["end"] + 2]
        asked += [({"kind": "at", "second": middle}, answer) for answer in (e["what"], never, None, rng.choice(far))]
        asked += [({"kind": "at", "second": max(0.05, before)}, e["what"])]
    late = {"kind": "at", "second": 30.0 + rng.randint(5, 20)}
    asked += [(late, rng.choice(words)), (late, never), (late, None)]
    for kind in ("after", "before"):
        row = words if kind == "after" else words[::-1]
        i = rng.randrange(1, len(row) - 2)
        beside = {"kind": kind, "what": row[i]}
        asked += [(beside, a) for a in (row[i + 1], row[i - 1], row[i + 2], row[i], never, None)]
        asked += [({"kind": kind, "what": never}, a) for a in (row[0], never, None)]
        asked += [({"kind": kind, "what": row[-1]}, a) for a in (row[0], row[-2], row[-1], None)]
    return [_case(question, answer, events, tolerance) for question, answer in asked]


def _apart(events: list[Event]) -> bool:
    """Whether exactly one event comes twice, at least two others between, and somebody else first or last."""
    words = [e["what"] for e in events]
    twice = [i for i, w in enumerate(words) if words.count(w) > 1]
    return len(twice) == 2 and twice[1] - twice[0] >= 3


def _of_repeated(rng: Random, events: list[Event]) -> list[Case]:
    words = [e["what"] for e in events]
    first, second = (i for i, w in enumerate(words) if words.count(w) > 1)
    asked: list[tuple[Question, str | None]] = [
        ({"kind": "at", "second": round((events[i]["start"] + events[i]["end"]) / 2, 1)}, words[i])
        for i in (first, second)
    ]
    asked += [({"kind": "after", "what": words[first + 1]}, words[first])]  # there on both sides, next on none
    asked += [({"kind": "before", "what": words[second - 1]}, words[first])]
    return [_case(question, answer, events, 0.6) for question, answer in asked]


def _overlapping(events: list[Event]) -> list[int]:
    """Places of events that go on while the next one begins, with two behind that one."""
    return [i for i in range(len(events) - 2) if events[i + 1]["start"] + 0.2 < events[i]["end"]]


def _of_two(rng: Random, events: list[Event]) -> list[Case]:
    i = rng.choice(_overlapping(events))
    a, b, c = (events[i + k]["what"] for k in range(3))
    both = round(min(events[i]["end"], events[i + 1]["end"]) - 0.1, 2)
    asked: list[tuple[Question, str | None]] = [({"kind": "at", "second": both}, w) for w in (a, b)]
    asked += [({"kind": "after", "what": a}, b), ({"kind": "before", "what": b}, a), ({"kind": "after", "what": a}, c)]
    return [_case(question, answer, events, 0.6) for question, answer in asked]


def picture(args: tuple[Any, ...], yours: Any, expected: Any) -> Ticks | None:
    question, answer, timeline, _ = args

    def middles(what: str | None) -> list[float]:
        return [(e["start"] + e["end"]) / 2 for e in timeline if e["what"] == what]

    asked = [question["second"]] if question["kind"] == "at" else middles(question["what"])
    rows: dict[str, Sequence[float]] = {"answer": middles(answer), "asked": asked}
    return Ticks(rows, max(30.0, *asked, 0.0), labels(timeline)) if len(timeline) < 9 else None
