"""Late days, and what they cost."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from course_lib.grade.journal import GradeError
from course_lib.grade.records import Grade, Submission
from course_lib.grade.standing import UNGRADED

Days = Mapping[tuple[str, str], float]  # (student, exercise) -> days; "" stands for all exercises


def read_late(path: Path) -> dict[tuple[str, str], float]:
    """The days of a CSV with the columns student, days and, where it differs, exercise ("1" or "1_frames"). Raises
    GradeError naming the line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise GradeError(
            f"{path} cannot be read as CSV ({problem}).", "Give UTF-8 with the columns student,days."
        ) from problem
    found = {}
    for number, row in enumerate(rows, 2):
        try:
            days = float(row["days"])
            student = row["student"].strip()
            if not (math.isfinite(days) and days >= 0 and student):
                raise ValueError
        except (KeyError, TypeError, ValueError, AttributeError):
            raise GradeError(f"Line {number} of {path} is no late student.", "Give student,days: Ann,1.5") from None
        found[student, (row.get("exercise") or "").strip()] = days
    return found


def days_of(submission: Submission, days: Days) -> float:
    """As the list says, for this exercise or for all; else as the LMS's zip says, which knows late from in time."""
    exercise = submission.exercise
    keys = [(submission.student, name) for name in (exercise, exercise.split("_", 1)[0], "")]
    return next((days[key] for key in keys if key in days), submission.late_days)


def strangers(days: Days, submissions: list[Submission]) -> list[str]:
    """Lines of the list that name nobody, or no exercise, of this class: mostly a name that is written otherwise."""
    known = {(s.student, name) for s in submissions for name in (s.exercise, s.exercise.split("_", 1)[0], "")}
    return [", ".join(filter(None, key)) for key in days if key not in known]


def with_penalty(grade: Grade, days: float, percent: float) -> Grade:
    """The grade with `percent` of its points taken off for each day begun; said in its message and to its student, and
    its parts as they were. Nothing is taken off what could not be graded."""
    if not days or not percent or grade.state in UNGRADED:
        return grade
    begun, off = math.ceil(days), min(100.0, percent * math.ceil(days))
    points = round(grade.points * (1 - off / 100), 2)
    said = f"{off:g}% off for {begun} day{'s' * (begun != 1)} late"
    note = f"{said}: {points:g} points instead of {grade.points:g}."
    return replace(grade, points=points, message=f"{grade.message}; {said}", notes=(*grade.notes, note))
