"""`hint("2.pool")` and `solution("2.pool")`."""

from __future__ import annotations

from course_lib.checks.manifest import part_of
from course_lib.checks.stubs import solution_of
from course_lib.learn import record
from course_lib.viz.checks import Said

STEPS = ("the idea", "the shape of the solution", "pseudocode")


def hint(part: str, number: int | None = None) -> Said:
    """The next of three hints: the idea, the shape of the solution, pseudocode.

    number: that one again, 1 to 3. Without a record (COURSE_RECORD=off) the next is always the first.
    """
    asked = part_of(part)
    had = record.done().get(asked.id, record.Done()).hints
    which = min(had, len(asked.hints) - 1) if number is None else min(max(number, 1), len(asked.hints)) - 1
    if had <= which:
        record.note(asked.id, "hint", number=which + 1)
    last = (
        ""
        if which + 1 < len(asked.hints)
        else f'\nThat was the last one. solution("{asked.id}", reveal=True) opens the solution.'
    )
    return Said(
        f"Hint {which + 1} of {len(asked.hints)} for {asked.id}, {STEPS[which]}:", asked.hints[which] + last, which == 2
    )


def solution(part: str, reveal: bool = False) -> Said:
    """The solution: after a pass, or with reveal=True, which is recorded."""
    asked = part_of(part)
    did = record.done().get(asked.id, record.Done())
    if did.passed:
        return Said(f"The solution of {asked.id}; you passed it:", solution_of(asked), code=True)
    if not reveal and not did.revealed:
        hints = "" if did.hints >= len(asked.hints) else f' There are hints left: hint("{asked.id}").'
        return Said(
            f"The solution of {asked.id} opens after a pass.",
            f'To see it before: solution("{asked.id}", reveal=True). That is recorded.{hints}',
        )
    if not did.revealed:
        record.note(asked.id, "revealed")
    return Said(
        f"The solution of {asked.id}, opened before it was passed; your record says so:", solution_of(asked), code=True
    )
