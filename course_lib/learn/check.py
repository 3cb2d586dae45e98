"""`check("2.pool", pool)`: is it right, and if not, why."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from course_lib.checks import check_of
from course_lib.checks.check import run
from course_lib.checks.manifest import Part, exercise_of, part_of
from course_lib.checks.outcome import Outcome
from course_lib.checks.stubs import stub_of
from course_lib.errors import ExerciseError
from course_lib.learn import record
from course_lib.learn.answer import InProcess
from course_lib.learn.progress import bar_of
from course_lib.progress import waiting
from course_lib.viz.checks import Shown

_put_off: list[dict[str, Any]] = []  # what is checked later: see put_off()


def check(part: str, answer: Any, seed: int | str | None = None) -> Shown | None:
    """Check an answer, and show what came of it.

    part: its id, "2.pool". answer: your function (7.claim: your dict). seed: draws the same inputs again; without it
    they are fresh.
    """
    if _put_off:
        _put_off[-1][part_of(part).id] = answer
        return None
    asked = part_of(part)
    outcome = outcome_of(asked, answer, seed)
    done = record.done()
    if asked.id not in done:  # nothing is recorded here
        return Shown(outcome, asked)
    return Shown(outcome, asked, hints=done[asked.id].hints, so_far=bar_of(exercise_of(asked.exercise), done))


def points(part: str, answer: Any) -> float:
    """The points of an answer. nbgrader reads them off this cell's output."""
    if _put_off:
        return 0.0
    return outcome_of(part_of(part), answer, None, noted=False).points


def outcome_of(part: Part, answer: Any, seed: int | str | None = None, noted: bool = True) -> Outcome:
    """Check an answer in this process, and note it in the learner's record."""
    function = answer if callable(answer) else _constant(part, answer)
    seed = secrets.randbelow(10**6) if seed is None else seed
    with waiting(f"checking {part.id}"):
        outcome = run(part, check_of(part), InProcess(function), seed, stub_of(part))
    if noted:
        record.note(part.id, "check", state=outcome.state, points=outcome.points, mistake=outcome.mistake, seed=seed)
    return outcome


def _constant(part: Part, value: Any) -> Callable[[], Any]:
    if not isinstance(value, dict | list | str | int | float):
        raise ExerciseError(f"check({part.id!r}, …) got {type(value).__name__}.", f"Give your {part.function}.")
    return lambda: value


@contextmanager
def put_off() -> Iterator[dict[str, Any]]:
    """Inside, `check` only notes which answer stands for which part: the notebook's cells run without being judged."""
    found: dict[str, Any] = {}
    _put_off.append(found)
    try:
        yield found
    finally:
        _put_off.remove(found)
