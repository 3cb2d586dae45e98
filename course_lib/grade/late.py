"""Late days, and what they cost."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from pathlib import Path

from course_lib.grade.journal import GradeError
from course_lib.grade.records import Grade


def read_late(path: Path) -> dict[tuple[str, str], float]:
    """(student, exercise) -> days, of a CSV with the columns student, days and, where it differs, exercise ("" in the
    key: all). Raises GradeError naming the line."""
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


def with_penalty(grade: Grade, days: float, percent: float) -> Grade:
    """The grade with `percent` of its points taken off for each day begun; said in its message, and its parts as they
    were. Nothing is taken off what could not be graded."""
    if not days or not percent or grade.state in ("rejected", "infrastructure"):
        return grade
    off = min(100.0, percent * math.ceil(days))
    points = round(grade.points * (1 - off / 100), 2)
    return replace(grade, points=points, message=f"{grade.message}; {off:g}% off for {math.ceil(days)} days late")
