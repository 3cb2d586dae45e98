"""nbgrader's gradebook, written through its own API."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from course_lib.checks.manifest import exercise_of
from course_lib.grade.journal import GradeError
from course_lib.grade.records import Grade
from course_lib.grade.standing import scored


def write_book(grades: Sequence[Grade], path: Path) -> Path:
    """Assignments, students and scores into gradebook.db: an assignment for each exercise, a grade for each part.

    A part that was not judged has no score and waits for manual grading. A penalty for lateness is nbgrader's own. What
    the book has besides (manual scores, comments) stays. Raises GradeError.
    """
    with tempfile.TemporaryDirectory() as folder, _alembic():
        book = Path(folder) / "gradebook.db"
        if path.is_file():
            shutil.copyfile(path, book)
        try:
            from nbgrader.api import Gradebook
        except ImportError as problem:
            raise GradeError("nbgrader is not installed.", "Install it: pip install nbgrader") from problem
        from sqlalchemy.exc import DatabaseError, SAWarning

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of how nbgrader itself creates a submission
            try:
                with Gradebook(f"sqlite:///{book}") as opened:
                    _fill(opened, grades)
            except DatabaseError as problem:
                raise GradeError(f"{path} is no gradebook of nbgrader.", "Move it away.") from problem
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.part")
        shutil.copyfile(book, beside)  # the temporary folder may be on another disk
        beside.replace(path)
    return path


@contextmanager
def _alembic() -> Iterator[None]:
    """nbgrader looks for alembic on the PATH, where the environment's own folder need not be."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = f"{os.path.dirname(sys.executable)}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _fill(book: Any, grades: Sequence[Grade]) -> None:
    for name in dict.fromkeys(grade.exercise for grade in grades):
        book.update_or_create_assignment(name)
        book.update_or_create_notebook(name, name)
        for part in exercise_of(name).parts:
            book.update_or_create_grade_cell(
                f"{part.cell}-points", name, name, max_score=float(part.points), cell_type="code"
            )
    for grade in grades:
        name, student = grade.exercise, grade.student
        book.update_or_create_student(student)
        book.update_or_create_submission(name, student)
        judged = {
            row["part"]: row["points"] for row in grade.parts if row["state"] not in ("timeout", "crashed")
        }  # fmt: skip
        for part in exercise_of(name).parts:
            row = book.find_grade(f"{part.cell}-points", name, name, student)
            row.auto_score = judged.get(part.id) if scored(grade) else None
            row.needs_manual_grade = row.auto_score is None
        whole = round(sum(row["points"] for row in grade.parts), 2)
        penalty = max(0.0, whole - grade.points) if scored(grade) else 0.0
        book.find_submission_notebook(name, name, student).late_submission_penalty = penalty
    book.db.commit()
