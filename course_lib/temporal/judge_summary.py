"""Judge a summary: which events it tells, leaves out, makes up, or puts at a wrong time."""

from __future__ import annotations

from course_lib.temporal import stance
from course_lib.temporal.case import LONGEST_READ, Case, refused, unmatched
from course_lib.temporal.judge_event import swapped_pair
from course_lib.temporal.metrics import match
from course_lib.temporal.told import MARK_SECONDS, told_events
from course_lib.temporal.verdict import Mistake, Verdict, right
from course_lib.timeline import Event


def judge_summary(case: Case, answer: str, tolerance: float) -> Verdict:
    told = told_events(answer[:LONGEST_READ], case.timeline.duration, case.timeline)
    true = case.timeline.events
    if not true and not told:
        said = stance.nothing_happens(case.text)
        return right(f'Right: "{said}".', said) if said else unmatched(case)
    if not told and case.told:  # events, but no times: judged by what happens and in which order
        return _untimed(case)
    if not told:
        return refused(case) or unmatched(case)
    found = match(told, true, tolerance)
    mistakes = [Mistake("invented", e) for e in found.invented]
    mistakes += [Mistake("shifted", t, round(t.start - e.start, 2)) for t, e in found.moved]
    mistakes += [Mistake("skipped", e) for e in found.missed]
    return _of_mistakes(mistakes, found.f1, found.num_true)


def _untimed(case: Case) -> Verdict:
    left = list(case.timeline.events)
    mistakes, got = [], []
    for m in case.told:
        fits = [e for e in case.true(m) if e in left]
        if fits:
            got.append(fits[0])
            left.remove(fits[0])
        elif not case.true(m):
            name = " ".join([*sorted(m.name.marks), m.name.kind]) if m.name else "something"
            mistakes.append(Mistake("invented", Event(0.0, MARK_SECONDS, name, m.action)))
    mistakes += [Mistake("skipped", e) for e in left]
    if swapped := swapped_pair(got):
        mistakes.insert(0, Mistake("order", swapped[0]))
    total = len(got) + len(mistakes) + len(left)
    return _of_mistakes(mistakes, 2 * len(got) / max(1, len(got) + total), len(case.timeline))


def _of_mistakes(mistakes: list[Mistake], score: float, n: int) -> Verdict:
    if not mistakes:
        return right(f"Right: all {n} events at their times.", score=score)
    worst = mistakes[0]
    why = "; ".join(
        f'{m.kind} "{m.event.text}"' + (f" ({m.off_by:+.1f} s)" if m.off_by is not None else "") for m in mistakes[:4]
    )
    why += f"; and {len(mistakes) - 4} more" if len(mistakes) > 4 else ""
    off = worst.off_by if worst.kind == "shifted" else None
    return Verdict(False, worst.kind, why + ".", score, off, tuple(m.event.text for m in mistakes), tuple(mistakes))
