"""Grades for others: CSV, Canvas, Moodle, Gradescope, nbgrader; and pages for people.

What could not be graded is never a bare 0: in the CSV its state stands beside it, elsewhere its cell is empty.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from course_lib.checks.manifest import exercise_of
from course_lib.grade.records import Grade, Submission

COLUMNS = ("student", "exercise", "points", "max_points", "state", "hints", "message")
UNGRADED = ("rejected", "infrastructure")


def write(grades: Sequence[Grade], submissions: Sequence[Submission], out: Path, formats: Sequence[str]) -> list[Path]:
    """Write grades.csv, the feedback pages, the overview, and the other formats that are named; the files that an
    instructor opens. Each is written beside and then moved, so that a kill leaves the old one."""
    from course_lib.grade import pages

    written = [_put(out / "grades.csv", table(COLUMNS, _rows(grades)))]
    if "canvas" in formats:
        written.append(_put(out / "canvas.csv", canvas(grades)))
    if "moodle" in formats:
        written.append(_put(out / "moodle.csv", moodle(grades)))
    if "gradescope" in formats:
        for grade in grades:
            name = f"{slug(grade.student)}.json"
            _put(out / "gradescope" / grade.exercise / name, json.dumps(gradescope(grade), indent=1))
        written.append(out / "gradescope")
    if "nbgrader" in formats:
        from course_lib.grade.nbgrader_book import write_book

        written.append(write_book(grades, out / "gradebook.db"))
    for student in dict.fromkeys(grade.student for grade in grades):
        mine = [grade for grade in grades if grade.student == student]
        _put(out / "feedback" / f"{slug(student)}.html", pages.feedback(student, mine))
    written.append(out / "feedback")
    written.append(_put(out / "overview.html", pages.overview(grades, submissions)))
    return written


def slug(student: str) -> str:
    """A file name for a student: readable, harmless on every system, and different for different students."""
    plain = re.sub(r"[^A-Za-z0-9-]+", "-", student).strip("-")[:40] or "student"
    return f"{plain}-{hashlib.sha256(student.encode()).hexdigest()[:8]}"


def cell(value: Any) -> Any:
    """A value as it may stand in a table that a spreadsheet opens: what begins like a formula gets an apostrophe."""
    if not isinstance(value, str):
        return "" if value is None else value
    text = " ".join(value.split())
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return file.getvalue()


def _rows(grades: Sequence[Grade]) -> Iterable[Sequence[Any]]:
    for g in grades:
        yield g.student, g.exercise, f"{g.points:g}", f"{g.max_points:g}", g.state, g.hints, g.message


def canvas(grades: Sequence[Grade]) -> str:
    """Canvas' gradebook, to import: a column for each exercise, the points possible below the names. A student is named
    by what the zip of their submissions says; "lee_1234" becomes the id 1234.

    Source: Canvas LMS guides, "How do I import grades in the Gradebook".
    """
    names = list(dict.fromkeys(g.exercise for g in grades))
    most = {name: exercise_of(name).points for name in names}
    columns = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", *names)
    rows: list[Sequence[Any]] = [("    Points Possible", "", "", "", "", *(f"{most[n]:g}" for n in names))]
    for student in dict.fromkeys(g.student for g in grades):
        mine = {g.exercise: g for g in grades if g.student == student}
        number = re.search(r"_(\d+)$", student)
        points = ["" if n not in mine or mine[n].state in UNGRADED else f"{mine[n].points:g}" for n in names]
        rows.append((student, number[1] if number else "", "", "", "", *points))
    return table(columns, rows)


def moodle(grades: Sequence[Grade]) -> str:
    """Moodle's grading worksheet, a row for each student and exercise, with the message as its comment.

    Source: Moodle docs, "Assignment quick guide: offline grading worksheet".
    """
    columns = ("Full name", "Assignment", "Grade", "Maximum grade", "Feedback comments")
    rows = [
        (
            g.student,
            g.exercise,
            "" if g.state in UNGRADED else f"{g.points:g}",
            f"{g.max_points:g}",
            f"{g.state}: {g.message}",
        )
        for g in grades
    ]
    return table(columns, rows)


def gradescope(grade: Grade) -> dict[str, Any]:
    """results.json of Gradescope's autograder specification; what could not be graded has no score but its reason."""
    tests = [
        {
            "name": part["part"], "score": part["points"], "max_score": part["most"], "output": part["message"],
            "output_format": "text", "status": "passed" if part["state"] == "pass" else "failed",
        }
        for part in grade.parts
    ]  # fmt: skip
    result: dict[str, Any] = {
        "output": f"{grade.state}: {grade.message}", "output_format": "text", "visibility": "after_published",
        "execution_time": grade.seconds, "tests": tests,
        "extra_data": {"state": grade.state, "seed": grade.seed, "checks": grade.checks},
    }  # fmt: skip
    return result if grade.state in UNGRADED else {"score": grade.points, **result}


def _put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
    return path
