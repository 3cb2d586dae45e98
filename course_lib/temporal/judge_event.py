"""Judge an answer that names events: at, after, before, order, frames."""

from __future__ import annotations

import itertools
import re

from course_lib.temporal import stance
from course_lib.temporal.case import Case, refused, say, unmatched
from course_lib.temporal.mentions import Mention, mentions
from course_lib.temporal.plain import plain
from course_lib.temporal.times import times
from course_lib.temporal.verdict import Verdict, right, wrong
from course_lib.timeline import Event


def judge_event(case: Case) -> Verdict:
    """Questions whose answer is an event: at, after, before, order, frames."""
    nothing_too = any(stance.nothing_happens(plain(a)) for a in case.question.accepted)
    if nothing_too and not case.told and (idle := stance.nothing_happens(case.text)):
        return right(f'Right: "{idle}".', idle)
    if verdict := refused(case):
        return verdict
    named = answering(case)
    if not named:
        return unmatched(case)
    wanted = {e.text for e in case.expected} | {e.text for a in case.accepted for e in a}
    got: list[Event] = []
    open_who = False
    for m in named:
        fits = case.true(m)
        hits = [e for e in fits if e.text in wanted]
        if not fits:
            return wrong("invented", f'"{m.said}" is nowhere in the clip; right is {say(case)}.', m.said)
        if not hits:
            return _misplaced(case, m, fits)
        open_who = open_who or len({e.text for e in fits}) > 1
        got.append(_next_of(hits, got, case.question.evidence))
    said = tuple(m.said for m in named)
    texts = {e.text for e in got}
    enough = [a for a in (case.expected, *case.accepted) if a and {e.text for e in a} <= texts]
    if not enough:
        missing = next(e for e in case.expected if e.text not in texts)
        return wrong("skipped", f'"{missing.text}" is left out.', *said, score=len(texts) / len(case.expected))
    if case.question.kind == "frames" and (swapped := swapped_pair(got)):
        return wrong("order", f'"{swapped[0].text}" is told before "{swapped[1].text}", but comes after it.', *said)
    if open_who:
        return right("Right, but it does not say which one.", *said, score=0.5)
    return right(f'Right: "{said[0]}".', *said)


def _next_of(hits: list[Event], got: list[Event], evidence: tuple[float, float]) -> Event:
    """Which of several events with the same words is meant: one near the evidence that was not told yet, in order."""
    shown = [e for e in hits if e.overlaps(*evidence)] or hits
    fresh = [e for e in shown if e not in got] or shown
    return next((e for e in fresh if not got or e.start >= got[-1].start), fresh[0])


def answering(case: Case) -> list[Mention]:
    """The mentions that answer: not the event asked about, not the scene before it; those told as at once together."""
    kind = case.question.kind
    told = case.told
    if kind == "at" and (seconds := times(plain(case.question.text), case.timeline.duration)):
        timed = [m for m in told if m.when and m.when.start - 1 <= seconds[0].start <= m.when.end + 1]
        elsewhere = [m for m in told if m.when and m not in timed]
        told = timed or [m for m in told if m not in elsewhere] or told
    if kind in ("after", "before"):
        asked = [i for i, m in enumerate(told) if any(e in case.asked for e in case.true(m))]
        expected = [m for m in told if any(e.text == x.text for e in case.true(m) for x in case.expected)]
        if asked and not (expected and all(told[i] in expected for i in asked)):
            rest = told[asked[-1] + 1 :] if kind == "after" else told[: asked[0]][::-1]
            rest = rest or [m for i, m in enumerate(told) if i not in asked]
            told = _group(rest if kind == "after" else rest[:1]) or told
    if kind == "order":
        return _earliest(case, told)
    if kind == "frames":
        return told
    group = _group(told)
    if kind == "after" and case.expected:  # "the light went red and the car halted afterwards": what comes later still
        last = max(e.start for e in case.expected)
        group = group[:1] + [m for m in group[1:] if not any(e.start > last for e in case.true(m))]
    return group


def _group(told: list[Mention]) -> list[Mention]:
    """The first mention and those that are told as at once with it."""
    group = told[:1]
    for m in told[1:]:
        if not m.joint:
            break
        group.append(m)
    return group


def _earliest(case: Case, told: list[Mention]) -> list[Mention]:
    """Which event an answer puts first: "A", "A, then B", "B happens after A", "first A", "the former"."""
    options = mentions(plain(case.question.text), case.words)
    if (
        not told
        and options
        and (
            said := re.search(r"\b(former|latter|first (?:one|option|event)|second (?:one|option|event))\b", case.text)
        )
    ):
        return [options[0 if said[1].split()[0] in ("former", "first") else -1]]
    for i, m in enumerate(case.heard):
        if m.relation in ("after", "following", "once", "since") and not m.denied:
            return [m]
        before = case.text[case.heard[i - 1].place[1] if i else 0 : m.place[0]]
        behind = case.text[m.place[1] : case.heard[i + 1].place[0] if i + 1 < len(case.heard) else None]
        if m.told and (
            re.search(r"\bfirst(?:ly)?\b[^.]*$", before) or re.match(r"[^.;]*?\b(?:first|earlier)\b", behind)
        ):
            return [m]
        if m.told and re.match(r"[^.;]*?\b(?:later|second|last)\b", behind):
            others = [o for o in case.told if o.action != m.action or o.name != m.name]
            return others[:1] or [m]
    timed = sorted((m for m in told if m.when), key=lambda m: m.when.start if m.when else 0.0)
    return (timed if len(timed) > 1 else told)[:1]


def swapped_pair(got: list[Event]) -> tuple[Event, Event] | None:
    for a, b in itertools.pairwise(got):
        if b.end <= a.start:
            return a, b
    return None


def _misplaced(case: Case, m: Mention, fits: list[Event]) -> Verdict:
    """An event of the clip, told where another one belongs."""
    kind, (low, high) = case.question.kind, case.question.evidence
    nearest = min(fits, key=lambda e: _distance(e, low, high))
    if kind == "order":
        return wrong("order", f'"{m.said}" is not the first; right is {say(case)}.', m.said)
    if kind in ("after", "before") and case.asked:
        pivot = case.asked[0]
        early = [e for e in fits if e.start < pivot.start]
        late = [e for e in fits if e.start > pivot.start]
        if (kind == "after" and early and not late) or (kind == "before" and late and not early):
            return wrong(
                "order", f'"{m.said}" is {"before" if kind == "after" else "after"} it; right is {say(case)}.', m.said
            )
        if (kind == "after" and late) or (kind == "before" and early):
            return wrong("skipped", f'"{m.said}" is not the next one {kind}; {say(case)} is left out.', m.said)
    start = case.expected[0].start if case.expected and kind not in ("at", "frames") else None
    off = nearest.start - start if start is not None else _distance(nearest, low, high, signed=True)
    return wrong("shifted", f'"{m.said}" is {abs(off):.1f} s off; right is {say(case)}.', m.said, off_by=round(-off, 2))


def _distance(e: Event, low: float, high: float, signed: bool = False) -> float:
    """Seconds from the stretch [low, high] to the event; 0 if they touch. Signed: negative if the event is earlier."""
    gap = e.start - high if e.start > high else e.end - low if e.end < low else 0.0
    return gap if signed else abs(gap)


def judge_nothing(case: Case) -> Verdict:
    """Where nothing happens: an idle second, after the last event, before the first."""
    if said := stance.nothing_happens(case.text) or (not case.told and stance.denies(case.text)):
        return right(f'Right: "{said}".', said)
    if not case.told and (said := stance.cannot_know(case.text)):
        return wrong("false_abstain", f'It refuses ("{said}"), though the clip shows that nothing happens.', said)
    named = answering(case)
    if not named:
        return unmatched(case)
    m = named[0]
    fits = case.true(m)
    if not fits:
        return wrong("invented", f'"{m.said}" is nowhere in the clip; nothing happens there.', m.said)
    if case.question.kind in ("after", "before"):
        if any(e in case.asked for e in fits):
            return wrong(
                "shifted", f'"{m.said}" is what was asked about; nothing happens {case.question.kind} it.', m.said
            )
        return wrong("order", f'"{m.said}" happens on the other side; nothing happens {case.question.kind}.', m.said)
    low, high = case.question.evidence
    nearest = min(fits, key=lambda e: _distance(e, low, high))
    off = _distance(nearest, low, high, signed=True)
    return wrong(
        "shifted", f'"{m.said}" is {abs(off):.1f} s off; nothing happens there.', m.said, off_by=round(-off, 2)
    )
