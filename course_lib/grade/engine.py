"""Many submissions: what is not graded yet, spread over processes or machines, into the journal."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import course_lib
from course_lib.grade.journal import Journal
from course_lib.grade.judge import Opens, checks_digest, grade, rejected, row, seed_of, wants_torch
from course_lib.grade.records import Grade, Submission
from course_lib.grade.sandbox import SandboxError
from course_lib.progress import progress
from course_lib.scale import ScaleError, map_work

BATCH = 50  # submissions of a task on a cluster: its start is paid once
A_WORKER = 100  # submissions for which a process pays off
SMALL_BATCH = 4  # on one machine, so that a kill costs little
_sandboxes: dict[bool, Opens] = {}  # of this process: one, started when it is first needed


@dataclass(frozen=True)
class Run:
    """How to grade. salt: of the journal. unsafe: without a sandbox. reseed: text that draws other inputs for all."""

    salt: str
    unsafe: bool = False
    reseed: str = ""


def grade_all(
    submissions: Sequence[Submission], journal: Journal, run: Run, workers: int | None = None,
    scheduler: str | None = None, again: Callable[[Submission], bool] = lambda submission: False,
) -> list[Grade]:  # fmt: skip
    """Grade what the journal does not have yet, or what `again` names; the newest grade of every submission.

    workers: processes of this machine, else as many as pay off; scheduler: a dask scheduler, whose workers have this
    package and a sandbox. A worker that dies costs its batch another try. Raises SandboxError before anything is
    begun if there is no sandbox.
    """
    checks, version = checks_digest(), course_lib.__version__
    left = [s for s in submissions if again(s) or not journal.has(s, checks, version)]
    for submission in (s for s in left if s.rejected):
        journal.add(rejected(submission, run.salt))
    left = [s for s in left if not s.rejected]
    if scheduler is None and left:
        sandbox_of(run.unsafe)  # in this process, even if others grade: the refusal comes at once
    size = BATCH if scheduler else SMALL_BATCH
    batches = [tuple(left[i : i + size]) for i in range(0, len(left), size)]
    graded: set[tuple[str, str]] = set()
    work = partial(grade_batch, run)
    # A process takes two seconds to start, in which another grades fifty.
    found = map_work(work, batches, scheduler, workers or min(os.cpu_count() or 1, 1 + len(left) // A_WORKER))
    try:
        for _, grades in progress(
            found, "grading", total=len(left), unit="submissions", amount=lambda pair: len(pair[0])
        ):
            for one in grades:
                journal.add(one)
                graded.add((one.student, one.exercise))
    except ScaleError as problem:
        if not graded and scheduler:
            raise  # there is no cluster
        for submission in left:
            if (submission.student, submission.exercise) not in graded:
                journal.add(_failed(submission, run, f"its worker died ({problem.what})"))
    return journal.latest({(s.student, s.exercise) for s in submissions})


def grade_batch(run: Run, batch: Sequence[Submission]) -> list[Grade]:
    """The grades of a batch, in a sandbox that this process keeps. The grader's own failure is a state of its own."""
    if any(map(wants_torch, batch)):  # it takes a second to start, while others are graded
        with suppress(SandboxError):  # which comes again where it is opened
            sandbox_of(run.unsafe).expect(torch=True)
    return [_grade_or_say(submission, run) for submission in batch]


def _grade_or_say(submission: Submission, run: Run) -> Grade:
    for attempt in (1, 2):
        try:
            seed = seed_of(run.reseed, submission.exercise, submission.student) if run.reseed else None
            return grade(submission, sandbox_of(run.unsafe), run.salt, seed)
        except Exception as problem:  # the grader's fault: never a student's 0, and tried once more in a new sandbox
            _forget(run.unsafe)
            if attempt == 2:
                return _failed(submission, run, f"{type(problem).__name__}: {problem}")
    raise AssertionError


def _failed(submission: Submission, run: Run, why: str) -> Grade:
    message = f"The grader failed, not the student: {' '.join(why.split())[:300]}."
    seed = seed_of(run.salt, submission.exercise, submission.student)
    return row(submission, "infrastructure", message, seed)


def sandbox_of(unsafe: bool) -> Opens:
    """This process's sandbox. Raises SandboxError."""
    if unsafe not in _sandboxes:
        if unsafe:
            from course_lib.grade.local import Unsafe

            _sandboxes[unsafe] = Unsafe()
        else:
            from course_lib.grade.sandbox import Sandbox

            _sandboxes[unsafe] = Sandbox()
    return _sandboxes[unsafe]


def _forget(unsafe: bool) -> None:
    sandbox = _sandboxes.pop(unsafe, None)
    if sandbox is not None and hasattr(sandbox, "close"):
        sandbox.close()


@atexit.register
def _close_all() -> None:
    for unsafe in list(_sandboxes):
        _forget(unsafe)
