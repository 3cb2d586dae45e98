"""What was graded, in one SQLite file: after a kill at any moment the next run goes on from it.

A row for each (student, exercise, submission, checks, version): the digest of the file that was handed in, that of the
checks that judged it, and the library's version. One process writes. A row is on the disk before the next is begun.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.grade.records import Grade, Submission

FORMAT = "course-grades-1"
TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS grades (
    student TEXT NOT NULL, exercise TEXT NOT NULL,
    submission TEXT NOT NULL, checks TEXT NOT NULL, version TEXT NOT NULL,
    state TEXT NOT NULL, points REAL NOT NULL, max_points REAL NOT NULL, grade TEXT NOT NULL,
    written TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    PRIMARY KEY (student, exercise, submission, checks, version)
);
"""


class GradeError(CourseError):
    """Submissions, a journal or a format that cannot be used."""


class Journal:
    """`with Journal(path) as journal:`. salt: drawn when the file is made; with it, what a student is asked cannot be
    computed from their name. Raises GradeError for a file that is no journal, or one that another run is writing."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            # With an exclusive lock SQLite refuses a second writer at once, and needs no shared memory beside the file.
            self.file = sqlite3.connect(self.path, timeout=1, isolation_level=None)
            self.file.execute("PRAGMA locking_mode = EXCLUSIVE")
            self.file.execute("PRAGMA journal_mode = WAL")
            self.file.execute("PRAGMA synchronous = FULL")
            self.file.executescript(TABLES)
            self.file.execute("INSERT OR IGNORE INTO about VALUES ('format', ?)", (FORMAT,))
            self.file.execute("INSERT OR IGNORE INTO about VALUES ('salt', ?)", (secrets.token_hex(16),))
            about = dict(self.file.execute("SELECT name, value FROM about"))
        except sqlite3.DatabaseError as problem:
            if "locked" in str(problem):
                raise GradeError(
                    f"{path} is being written by another run.", "Wait for it, or give another --out."
                ) from problem
            if isinstance(problem, sqlite3.OperationalError):  # of the disk, not of what is in the file
                raise GradeError(
                    f"{path} cannot be written ({problem}).",
                    "Check the disk and its permissions, or give another --out.",
                ) from problem
            raise GradeError(
                f"{path} is no journal of grades ({problem}).", "Give another --out, or move it away."
            ) from problem
        if about.get("format") != FORMAT:
            raise GradeError(f"{path} has the format {about.get('format')!r}.", f"This version reads {FORMAT!r}.")
        self.salt = about["salt"]

    def add(self, grade: Grade) -> None:
        """Keep a grade; when this returns it is on the disk. One of the same submission, checks and version goes."""
        row = (
            grade.student, grade.exercise, grade.submission, grade.checks, grade.version, grade.state,
            grade.points, grade.max_points, json.dumps(grade.to_dict()),
        )  # fmt: skip
        try:
            with self.file:
                self.file.execute(
                    "INSERT OR REPLACE INTO grades (student, exercise, submission, checks, version, state, points, "
                    "max_points, grade) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    row,
                )
        except sqlite3.OperationalError as problem:  # a full disk, or one that has gone
            raise GradeError(
                f"{self.path} cannot be written ({problem}).",
                "Mend that and run the same command again: it goes on with what is left.",
            ) from problem

    def has(self, submission: Submission, checks: str, version: str) -> bool:
        """Whether it was graded: with these checks, by this version, and not lost to a failure of the grader."""
        found = self.file.execute(
            "SELECT state FROM grades "
            "WHERE student = ? AND exercise = ? AND submission = ? AND checks = ? AND version = ?",
            (submission.student, submission.exercise, submission.digest, checks, version),
        ).fetchone()
        return found is not None and found[0] != "infrastructure"

    def latest(self, only: Iterable[tuple[str, str]] | None = None) -> list[Grade]:
        """The newest grade of each student and exercise, ordered by both. only: these (student, exercise) pairs."""
        wanted = None if only is None else set(only)
        rows = self.file.execute("SELECT student, exercise, grade FROM grades ORDER BY written, rowid")
        newest = {(s, e): g for s, e, g in rows if wanted is None or (s, e) in wanted}
        return [Grade.from_dict(json.loads(newest[key])) for key in sorted(newest)]

    def close(self) -> None:
        self.file.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
