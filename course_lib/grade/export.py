"""Grades for others: CSV, Canvas, Moodle, Gradescope, nbgrader; and pages for people.

What could not be graded is never a bare 0: in the CSV its state stands beside it, elsewhere its cell is empty.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from course_lib.checks.manifest import exercise_of
from course_lib.grade.records import Grade, Submission
from course_lib.grade.standing import scored

COLUMNS = ("student", "exercise", "points", "max_points", "state", "hints", "message")
MOST_CHARACTERS = 2000  # of a cell
# What a spreadsheet takes for a formula (OWASP, "CSV Injection"; the wide forms where they are typed), also behind
# quotes and spaces, and behind what separates cells in other countries' spreadsheets.
FORMULA = re.compile(r"""(^|[;|])([\s"'`]*)(?=[=+\-@＝＋－＠])""")


def write(grades: Sequence[Grade], submissions: Sequence[Submission], out: Path, formats: Sequence[str]) -> list[Path]:
    """Write grades.csv, the feedback pages, the overview, and the other formats that are named; the files that an
    instructor opens. Each is written beside and then moved, so that a kill leaves the old one."""
    from course_lib.grade.overview import overview

    students = _by_student(grades)
    written = [_put(out / "grades.csv", table(COLUMNS, _rows(grades)))]
    if "canvas" in formats:
        written.append(_put(out / "canvas.csv", canvas(grades)))
    if "moodle" in formats:
        for name, text in moodle(grades).items():
            written.append(_put(out / "moodle" / f"{name}.csv", text))
    if "gradescope" in formats:
        for grade in grades:
            path = out / "gradescope" / grade.exercise / f"{slug(grade.student)}.json"
            _put(path, json.dumps(gradescope(grade), indent=1))
        written.append(out / "gradescope")
    if "nbgrader" in formats:
        from course_lib.grade.nbgrader_book import write_book

        written.append(write_book(grades, out / "gradebook.db"))
    written.append(_feedback(students, out / "feedback"))
    links = {student: f"feedback/{slug(student)}.html" for student in students}
    written.append(_put(out / "overview.html", overview(grades, submissions, links)))
    return written


def _by_student(grades: Sequence[Grade]) -> dict[str, list[Grade]]:
    students = defaultdict(list)
    for grade in grades:
        students[grade.student].append(grade)
    return students


def _feedback(students: dict[str, list[Grade]], folder: Path) -> Path:
    """A page for each student. One whose grades are those that it was made from stays: its pictures take longest."""
    from course_lib.grade import pages
    from course_lib.progress import progress

    for student, grades in progress(students.items(), "feedback pages", total=len(students), unit="pages"):
        path, source = folder / f"{slug(student)}.html", pages.source_of(grades)
        if not (path.is_file() and source in path.read_text(encoding="utf-8", errors="replace")[-200:]):
            _put(path, pages.feedback(student, grades))
    return folder


def slug(student: str) -> str:
    """A file name for a student: readable, harmless on every system, and different for different students."""
    plain = re.sub(r"[^A-Za-z0-9-]+", "-", student).strip("-")[:40] or "student"
    return f"{plain}-{hashlib.sha256(student.encode(errors='surrogatepass')).hexdigest()[:8]}"


def plain(text: str) -> str:
    """Text as one printable line, of at most MOST_CHARACTERS."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= MOST_CHARACTERS else f"{line[:MOST_CHARACTERS]}…"


def cell(value: Any) -> Any:
    """A value as it may stand in a table that a spreadsheet opens: what begins like a formula gets an apostrophe."""
    if not isinstance(value, str):
        return "" if value is None else value
    return FORMULA.sub(r"\1'\2", plain(value))


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return file.getvalue()


def _rows(grades: Sequence[Grade]) -> Iterable[Sequence[Any]]:
    for g in grades:
        yield g.student, g.exercise, f"{g.points:g}", f"{g.max_points:g}", g.state, g.hints, g.message


def _score(grade: Grade) -> str:
    return f"{grade.points:g}" if scored(grade) else ""


def _number(student: str) -> str:
    """What an LMS calls a student, where the zip of their submissions says it: "leeann_1234" is 1234."""
    found = re.search(r"_([1-9]\d*)$", student)
    return found[1] if found else ""


def canvas(grades: Sequence[Grade]) -> str:
    """Canvas' gradebook, to import: a column for each exercise, the points possible below the names. A student is found
    by the id of Canvas' zip, else by the name. A column goes to the assignment of its name, or to a new one.

    Source: Canvas guides, "How do I import grades in the Gradebook"; canvas-lms, lib/gradebook_importer.rb.
    """
    names = list(dict.fromkeys(g.exercise for g in grades))
    columns = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", *names)
    rows: list[Sequence[Any]] = [
        ("Points Possible", "", "", "", "", *(f"{exercise_of(name).points:g}" for name in names))
    ]
    for student, its in _by_student(grades).items():
        points = {g.exercise: _score(g) for g in its}
        rows.append((student, _number(student), "", "", "", *(points.get(name, "") for name in names)))
    return table(columns, rows)


def moodle(grades: Sequence[Grade]) -> dict[str, str]:
    """Moodle's grading worksheet of each exercise (an assignment there), with the message as its comment, in which
    nothing is markup. Moodle takes a row by its identifier, "Participant 12", which its zip of submissions says; a row
    without one is passed over. An empty grade is passed over too.

    Source: Moodle docs, "Offline grading worksheet"; moodle, mod/assign/feedback/offline/importgradeslib.php.
    """
    columns = ("Identifier", "Full name", "Grade", "Maximum grade", "Last modified (grade)", "Feedback comments")
    sheets = {}
    for name in dict.fromkeys(g.exercise for g in grades):
        rows = []
        for g in (g for g in grades if g.exercise == name):
            number, comment = _number(g.student), escape(f"{g.state}: {g.message}", quote=False)
            person = g.student.removesuffix(f"_{number}") if number else g.student
            identifier = f"Participant {number}" if number else ""
            rows.append((identifier, person, _score(g), f"{g.max_points:g}", "", comment))
        sheets[name] = table(columns, rows)
    return sheets


def gradescope(grade: Grade) -> dict[str, Any]:
    """results.json of Gradescope's autograder. What could not be graded has no score but its reason, so that Gradescope
    asks for a look. A penalty is in the score of the whole, which counts before those of the tests.

    Source: Gradescope autograder documentation, "Autograder Specifications", output format.
    """
    tests = []
    for part in grade.parts:
        test = {
            "name": part["part"], "max_score": part["most"], "output": f"{part['state']}: {part['message']}",
            "output_format": "text", "status": "passed" if part["state"] == "pass" else "failed",
        }  # fmt: skip
        judged = part["state"] not in ("timeout", "crashed")
        tests.append({"score": part["points"], **test} if judged and scored(grade) else test)
    result: dict[str, Any] = {
        "output": "\n".join([f"{grade.state}: {grade.message}", *grade.notes]), "output_format": "text",
        "visibility": "after_published", "execution_time": grade.seconds, "tests": tests,
        "extra_data": {"state": grade.state, "checks": grade.checks, "version": grade.version},
    }  # fmt: skip
    return {"score": grade.points, **result} if scored(grade) else result


def _put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text, encoding="utf-8", errors="replace")  # half a surrogate pair, in what a student wrote
    beside.replace(path)
    return path
