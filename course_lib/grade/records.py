"""What is graded, and what came of it: plain data that every part of grading shares."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

State = Literal["graded", "timeout", "crashed", "rejected", "infrastructure"]
# graded: every part was judged. timeout, crashed: a part's process ended before it was judged; the others count.
# rejected: the notebook cannot be read, or is missing; message says why. infrastructure: the grader failed, not the
# student: the row is graded again by the next run, and is no 0.
STATES: tuple[State, ...] = ("graded", "timeout", "crashed", "rejected", "infrastructure")


@dataclass(frozen=True)
class Submission:
    """One student's notebook of one exercise, as it was handed in.

    student: as the folder or the LMS names them. exercise: "2_tokens". cells: (cell id, source) of its code cells, in
    order. part_cells: part id -> the cell that answers it. notes: what was odd about the file and how it was read, for
    the student. rejected: why it cannot be graded, "" if it can. digest: of its bytes (sha256), "" if there are
    none. hints: used, as far as a record was handed in with it; None if not known. late_days: as far as it is known.
    """

    student: str
    exercise: str
    cells: tuple[tuple[str, str], ...] = ()
    part_cells: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    rejected: str = ""
    digest: str = ""
    hints: int | None = None
    late_days: float = 0.0


@dataclass(frozen=True)
class Grade:
    """A row of the journal. parts: for each part of the exercise, in order, `Outcome.to_dict()` of its check (its state
    may also be "timeout" or "crashed"). seed: of (course, exercise, student); with it `--replay` draws the same inputs.
    checks, version: the digest of the checks' code, and of the library. seconds: of wall time. message: one line."""

    student: str
    exercise: str
    state: State
    points: float
    max_points: float
    parts: tuple[dict[str, Any], ...] = ()
    hints: int | None = None
    message: str = ""
    seed: str = ""
    submission: str = ""
    checks: str = ""
    version: str = ""
    seconds: float = 0.0
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> Grade:
        return cls(**{**row, "parts": tuple(row["parts"]), "notes": tuple(row["notes"])})
