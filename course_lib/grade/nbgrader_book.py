"""nbgrader's gradebook, written through its own API."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from course_lib.checks.manifest import exercise_of
from course_lib.grade.journal import GradeError
from course_lib.grade.records import Grade


def write_book(grades: Sequence[Grade], path: Path) -> Path:
    """Assignments, students and scores into gradebook.db: an assignment for each exercise, a grade for each part. What
    could not be graded gets a submission that still needs manual grading, and no score. Raises GradeError."""
    try:
        # It looks for alembic on the PATH, where the environment's own folder need not be.
        os.environ["PATH"] = f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ.get('PATH', '')}"
        from nbgrader.api import Gradebook
    except ImportError as problem:
        raise GradeError("nbgrader is not installed.", "Install it: pip install nbgrader") from problem
    with Gradebook(f"sqlite:///{path}") as book:
        for name in dict.fromkeys(grade.exercise for grade in grades):
            book.update_or_create_assignment(name)
            book.update_or_create_notebook(name, name)
            for part in exercise_of(name).parts:
                book.update_or_create_grade_cell(
                    f"{part.cell}-points", name, name, max_score=float(part.points), cell_type="code"
                )
        for grade in grades:
            book.update_or_create_student(grade.student)
            book.update_or_create_submission(grade.exercise, grade.student)
            scores = {part["part"].replace(".", "-"): part["points"] for part in grade.parts}
            for part in exercise_of(grade.exercise).parts:
                row = book.find_grade(f"{part.cell}-points", grade.exercise, grade.exercise, grade.student)
                row.auto_score = scores.get(part.cell)
                row.needs_manual_grade = part.cell not in scores
        book.db.commit()
    return path
