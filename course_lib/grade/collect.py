"""A class's submissions: of all that lies in a folder or a zip, one notebook for each student and each exercise."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from course_lib.checks.manifest import exercises
from course_lib.grade.journal import GradeError
from course_lib.grade.layouts import RECORD, Found, find
from course_lib.grade.read import exercise_of_part, read_notebook, short
from course_lib.grade.records import Submission

MOST_NAMED = 5  # files in a note
MOST_LINE = 10_000  # characters of a line of a record
NOTHING = "No notebook of this exercise was handed in."


def collect(path: Path) -> list[Submission]:
    """One submission for each student and each exercise that anybody handed in, ordered by both. Raises GradeError."""
    files: dict[tuple[str, str], tuple[Found, Submission, list[str]]] = {}
    hints: dict[str, dict[str, int]] = {}
    lost: dict[str, list[str]] = defaultdict(list)
    for found in find(path):
        if found.name.endswith(RECORD):
            hints[found.student] = _hints(found.data)
            continue
        read = read_notebook(found.student, found.name, found.data, found.damage)
        if read.exercise:
            key = found.student, read.exercise
            files[key] = _better(files.get(key), replace(found, data=None), read)  # a class's bytes fit in no memory
        else:
            lost[found.student] += read.notes
    best = {key: _with_lost(_told(*several), lost) for key, several in files.items()}
    students = {student for student, _ in best} | {*lost}
    handed_in = [e.id for e in exercises() if any(key[1] == e.id for key in best)]
    if not handed_in:
        names = ", ".join(e.id for e in exercises())
        raise GradeError(f"No notebook in {path} is one of the exercises.", f"They are called {names} (.ipynb).")
    rows = []
    for student in sorted(students):
        for exercise in handed_in:
            one = best.get((student, exercise)) or _with_lost(Submission(student, exercise, rejected=NOTHING), lost)
            record = hints.get(student)
            of_it = [n for part, n in (record or {}).items() if exercise_of_part(part) == exercise]
            used = None if record is None else sum(of_it)
            rows.append(replace(one, hints=used))
    return rows


def _better(
    before: tuple[Found, Submission, list[str]] | None, found: Found, read: Submission
) -> tuple[Found, Submission, list[str]]:
    """The newest of a student's notebooks of one exercise that can be read, and the names of the others."""
    if before is None:
        return found, read, []
    one, other = sorted(
        [before[:2], (found, read)], key=lambda pair: (not pair[1].rejected, pair[0].when, pair[0].name)
    )
    return *other, [*before[2], one[0].name]


def _told(found: Found, chosen: Submission, others: Sequence[str]) -> Submission:
    if others:
        what = f"You handed in {len(others) + 1} notebooks of this exercise."
        note = f"{what} Graded: the newest, {short(found.name)}; not {_some(sorted(map(short, others)), ', ')}."
        chosen = replace(chosen, notes=(*chosen.notes, note))
    return replace(chosen, late_days=1.0 if found.late else 0.0)


def _some(names: Sequence[str], between: str) -> str:
    more = [f"and {len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
    return between.join([*names[:MOST_NAMED], *more])


def _with_lost(one: Submission, lost: Mapping[str, Sequence[str]]) -> Submission:
    """A note, or the reason, of files by the same student that could not be told to be any exercise."""
    if not lost.get(one.student):
        return one
    mine = [_some(lost[one.student], " ")]
    if one.rejected == NOTHING:
        return replace(one, rejected=" ".join([NOTHING, *mine]))
    return replace(one, notes=(*one.notes, *mine))


def _hints(data: bytes | None) -> dict[str, int]:
    """Part -> hints used, of a record that was handed in; whatever is not one counts for nothing."""
    used: dict[str, set[int]] = defaultdict(set)
    for line in (data or b"").splitlines()[:100_000]:
        try:
            row = json.loads(line[:MOST_LINE])
            if row["what"] == "hint":
                used[str(row["part"])].add(int(row["number"]))
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError):  # a number may be Infinity
            continue
    return {part: len(numbers) for part, numbers in used.items()}
