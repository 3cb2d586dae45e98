"""Where each judged answer lies on the confusion picture: at its true and at its told time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from course_lib.temporal.case import Case, read
from course_lib.temporal.judge_event import answering
from course_lib.temporal.metrics import match
from course_lib.temporal.report import Probe, ProbeReport
from course_lib.temporal.times import times
from course_lib.temporal.told import told_events
from course_lib.timeline import Event, Timeline

EVENT_KINDS = ("at", "after", "before", "order")  # answered by an event


@dataclass(frozen=True)
class Point:
    """true, told: seconds. true None: there is nothing of the kind in the clip; told None: nothing was told; both None:
    told of nothing, at no time. kind: "right" or of failure. text: the event that is told, or that was left out. n: how
    many answers lie here."""

    true: float | None
    told: float | None
    kind: str
    text: str
    n: int = 1


@dataclass(frozen=True)
class Confusion:
    """events: the true ones. unplaced: judged answers without a place on a time axis (counts, right refusals, …)."""

    duration: float
    events: tuple[Event, ...]
    points: tuple[Point, ...]
    unplaced: int


def confusion_data(probes: ProbeReport | Sequence[Probe], timeline: Timeline | None = None) -> Confusion:
    """Where each judged answer lies: the start of what is true against the start of what is told.

    probes: a report that has a timeline, or judged probes with the timeline that they were judged against. A summary is
    a point an event. Where the truth is that nothing more happens, the clip's end stands for it (its beginning, for
    nothing before; the second that was asked about, for an idle one). Raises ValueError without a timeline: then
    nothing is known to be true.
    """
    if isinstance(probes, ProbeReport):
        return confusion_data(probes.probes, probes.timeline)
    if timeline is None:
        raise ValueError("Without a timeline no time is known to be true.")
    placed: Counter[Point] = Counter()
    unplaced = 0
    for probe in probes:
        points = list(_places(probe, timeline))
        placed.update(points)
        unplaced += not points
    merged = (Point(p.true, p.told, p.kind, p.text, n) for p, n in placed.items())
    inf = math.inf
    order = sorted(merged, key=lambda p: (p.true if p.true is not None else -inf,
                                          p.told if p.told is not None else -inf, p.kind, p.text))  # fmt: skip
    return Confusion(timeline.duration, timeline.events, tuple(order), unplaced)


def _places(probe: Probe, timeline: Timeline) -> Iterable[Point]:
    kind = probe.question.kind
    if kind == "summary":
        return _of_summary(probe, timeline)
    if getattr(probe.question, "form", "open") not in ("", "open", None):
        return ()  # a letter, or yes: no event is told
    if kind == "when":
        return _of_when(probe)
    if kind == "unanswerable":
        return _of_unanswerable(probe, timeline)
    return _of_event(probe, timeline) if kind in EVENT_KINDS else ()


def _of_summary(probe: Probe, timeline: Timeline) -> Iterable[Point]:
    told = told_events(probe.answer, timeline.duration, timeline)
    if not told:
        for m in probe.verdict.mistakes:
            if m.kind == "skipped":
                yield Point(m.event.start, None, "skipped", m.event.text)
        return
    found = match(told, timeline.events)
    yield from (Point(e.start, t.start, "right", t.text) for t, e in found.pairs)
    yield from (Point(e.start, t.start, "shifted", t.text) for t, e in found.moved)
    yield from (Point(None, e.start, "invented", e.text) for e in found.invented)
    yield from (Point(e.start, None, "skipped", e.text) for e in found.missed)


def _of_when(probe: Probe) -> Iterable[Point]:
    v, true = probe.verdict, probe.question.evidence[0]
    if v.off_by is not None:
        yield Point(true, round(true + v.off_by, 2), v.kind or "right", probe.question.text)
    elif v.kind:
        yield Point(true, None, v.kind, probe.question.text)


def _of_unanswerable(probe: Probe, timeline: Timeline) -> Iterable[Point]:
    if probe.verdict.ok:
        return
    case = read(probe.question, probe.answer, timeline)
    m = case.told[0] if case.told else None
    spans = times(case.text, timeline.duration)
    told = spans[0].start if spans else next((e.start for e in (case.true(m) if m else [])), None)
    yield Point(None, told, str(probe.verdict.kind), m.said if m else _short(probe.answer))


def _of_event(probe: Probe, timeline: Timeline) -> Iterable[Point]:
    v, case = probe.verdict, read(probe.question, probe.answer, timeline)
    true = _true_second(case)
    named = answering(case)
    said = named[0].said if named else _short(probe.answer)
    if v.ok:
        yield Point(true, true, "right", probe.question.answer)
    elif v.kind == "invented":
        yield Point(None, true, "invented", said)  # told for the second that was asked about
    elif v.kind in ("skipped", "false_abstain", "unread"):
        yield Point(true, None, v.kind, probe.question.answer)
    elif v.kind and (fits := [e for m in named[:1] for e in case.true(m)]):
        told = min(fits, key=lambda e: abs(e.start - true))
        yield Point(true, told.start, v.kind, told.text)
    elif v.kind:  # "before" for "after": the same two events, the other way round
        yield Point(true, max((e.start for e in case.asked if e.start != true), default=None), v.kind, said)


def _true_second(case: Case) -> float:
    low, high = case.question.evidence
    if case.expected:
        return case.expected[0].start
    kind = case.question.kind  # nothing happens: in an idle second, after the last event, before the first
    return high if kind == "after" else low if kind in ("before", "order") else round((low + high) / 2, 2)


def _short(text: str) -> str:
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= 40 else text[:39] + "…"
