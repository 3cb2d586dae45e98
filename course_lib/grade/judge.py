"""One submission: its cells into a sandbox, its answers through the checks, a grade out."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import course_lib
from course_lib.checks import check_of
from course_lib.checks.answer import Raised
from course_lib.checks.check import run
from course_lib.checks.manifest import ROOT, Exercise, Part, exercise_of
from course_lib.checks.outcome import Outcome
from course_lib.checks.stubs import stub_of
from course_lib.grade.records import Grade, State, Submission
from course_lib.grade.session import Broken, Session

CELL_SECONDS = 30  # for all cells of a notebook together
PART_SECONDS = 30


class Opens(Protocol):
    """A sandbox, or what stands in for one."""

    def open(self, *, torch: bool = True) -> Session: ...
    def expect(self, torch: bool) -> None: ...


class Sandboxed:
    """An `Answer` (checks.answer) that runs on the other side of a session."""

    own = False

    def __init__(self, session: Session, part: Part, source: str) -> None:
        self.session, self.part, self.source = session, part, source

    def __call__(self, *args: Any) -> Any:
        return self.session.call(self.part.id, args)

    @property
    def changed(self) -> tuple[int, ...]:
        return self.session.changed


@cache
def checks_digest() -> str:
    """Of everything that decides a grade: the checks' code and the manifest."""
    digest = hashlib.sha256((ROOT / "course.toml").read_bytes())
    for path in sorted((Path(course_lib.__file__).parent / "checks").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def seed_of(salt: str, exercise: str, student: str) -> str:
    """What a student's inputs are drawn from. The salt keeps it from being known beforehand."""
    return hashlib.sha256(f"{salt}/{exercise}/{student}".encode()).hexdigest()[:16]


def row(
    submission: Submission, state: State, message: str, seed: str, parts: Sequence[dict[str, Any]] = (),
    seconds: float = 0.0,
) -> Grade:  # fmt: skip
    """A grade of a submission by the checks and the library as they are."""
    return Grade(
        submission.student, submission.exercise, state, round(sum(part["points"] for part in parts), 2),
        exercise_of(submission.exercise).points, tuple(parts), submission.hints, message, seed, submission.digest,
        checks_digest(), course_lib.__version__, round(seconds, 3), submission.notes,
    )  # fmt: skip


def rejected(submission: Submission, salt: str) -> Grade:
    """The grade of one that cannot be run."""
    seed = seed_of(salt, submission.exercise, submission.student)
    return row(submission, "rejected", submission.rejected, seed)


def grade(submission: Submission, sandbox: Opens, salt: str, seed: str | None = None) -> Grade:
    """Grade one submission. seed: instead of the student's own (a regrade with other inputs). Raises SandboxError or
    SandboxGone where the sandbox fails, which is nobody's 0."""
    if submission.rejected:
        return rejected(submission, salt)
    exercise, began = exercise_of(submission.exercise), time.monotonic()
    seed = seed or seed_of(salt, exercise.id, submission.student)
    parts = _Parts(submission, exercise, sandbox, seed).outcomes()
    states = [part["state"] for part in parts]
    state: State = "timeout" if "timeout" in states else "crashed" if "crashed" in states else "graded"
    return row(submission, state, _message(parts), seed, parts, time.monotonic() - began)


def wants_torch(submission: Submission) -> bool:
    """Whether its process needs torch: its exercise names it, or the notebook itself."""
    return _names_torch(exercise_of(submission.exercise).text) or any(
        name in source for _, source in submission.cells for name in ("torch", "transformers")
    )


@cache
def _names_torch(text: Path) -> bool:
    return not text.is_file() or "torch" in text.read_text(encoding="utf-8")


def _message(parts: Sequence[dict[str, Any]]) -> str:
    right = sum(part["state"] == "pass" for part in parts)
    rest = [
        f"{part['part']}: {part['state']}" + (f" ({part['mistake']})" if part["mistake"] else "")
        for part in parts
        if part["state"] != "pass"
    ]
    return "; ".join([f"{right} of {len(parts)} parts right", *rest])


class _Parts:
    """The outcomes of a submission's parts. A process that breaks costs the part that broke it, and no other."""

    def __init__(self, submission: Submission, exercise: Exercise, sandbox: Opens, seed: str) -> None:
        self.submission, self.exercise, self.sandbox, self.seed = submission, exercise, sandbox, seed
        self.sources = dict(submission.cells)
        self.part_cells = set(submission.part_cells.values())
        self.torch = wants_torch(submission)

    def outcomes(self) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        while left := [part for part in self.exercise.parts if part.id not in found]:
            try:
                found |= self._together(left, self.submission.cells)
            except Broken:
                # A cell broke it before anything was asked: each part alone, with the cells that are no part's.
                for part in left:
                    found |= self._alone(part)
        return [found[part.id] for part in self.exercise.parts]

    def _together(self, parts: Sequence[Part], cells: Sequence[tuple[str, str]]) -> dict[str, dict[str, Any]]:
        """Of as many of `parts` as one process answers; the one that breaks it is among them. Raises Broken if the
        cells do."""
        found = {}
        with self.sandbox.open(torch=self.torch) as session:
            session.deadline(CELL_SECONDS)
            failed = session.run(cells)
            for part in parts:
                try:
                    found[part.id] = self._outcome(part, session, failed).to_dict()
                except Broken as end:
                    found[part.id] = self._broken(part, end)
                    break
        return found

    def _alone(self, part: Part) -> dict[str, dict[str, Any]]:
        mine = self.submission.part_cells.get(part.id)
        cells = [(name, text) for name, text in self.submission.cells if name not in self.part_cells or name == mine]
        try:
            return self._together([part], cells)
        except Broken as end:
            return {part.id: self._broken(part, end)}

    def _outcome(self, part: Part, session: Session, failed: dict[str, Raised]) -> Outcome:
        cell = self.submission.part_cells.get(part.id)
        if cell is None:
            return Outcome(
                part.id, "not attempted", 0.0, part.points, "Its cell is not in the notebook.", seed=self.seed
            )
        if cell in failed:
            return Outcome(part.id, "error", 0.0, part.points, failed[cell].shown, seed=self.seed)
        session.deadline(max(PART_SECONDS, part.seconds))
        return run(part, check_of(part), Sandboxed(session, part, self.sources[cell]), self.seed, stub_of(part))

    def _broken(self, part: Part, end: Broken) -> dict[str, Any]:
        state: Any = end.state
        why = f"It did not finish: {end.why}."
        return Outcome(part.id, state, 0.0, part.points, why, seed=self.seed).to_dict()
