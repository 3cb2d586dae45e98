"""A disk that is full, a folder that is being written."""

import sqlite3

import pytest
from handed_in import submission

from course_lib.grade.journal import GradeError, Journal
from course_lib.grade.records import Grade


def test_a_journal_on_a_full_disk_says_so_and_keeps_what_it_has(tmp_path):
    def row(student, message):
        return Grade(student, submission().exercise, "graded", 1.0, 2.0, message=message)

    with Journal(tmp_path / "j.sqlite") as journal:
        journal.add(row("ann", ""))
        [[pages]] = journal.file.execute("PRAGMA page_count")
        journal.file.execute(f"PRAGMA max_page_count = {pages + 2}")  # SQLite's own full disk
        with pytest.raises(GradeError, match=r"cannot be written .*full"):
            journal.add(row("bob", "x" * 1_000_000))
    with Journal(tmp_path / "j.sqlite") as journal:
        assert [g.student for g in journal.latest()] == ["ann"]


def test_a_journal_that_the_disk_refuses_is_not_called_something_else(tmp_path):
    (tmp_path / "j.sqlite").mkdir()
    with pytest.raises(GradeError, match=r"cannot be written \(unable to open"):
        Journal(tmp_path / "j.sqlite")


def test_pages_and_tables_are_written_while_no_other_run_can(tmp_path, monkeypatch, sandbox):
    from handed_in import EXERCISE

    from course_lib.cli import main
    from course_lib.grade import export

    (tmp_path / "in" / "Ann").mkdir(parents=True)
    (tmp_path / "in" / "Ann" / EXERCISE.notebook.name).write_bytes(EXERCISE.notebook.read_bytes())
    seen = []

    def write(*given):
        other = sqlite3.connect(tmp_path / "out" / "journal.sqlite", timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("SELECT * FROM grades")
        seen.append("locked")
        return []

    monkeypatch.setattr(export, "write", write)
    assert not main(["grade", str(tmp_path / "in"), "--out", str(tmp_path / "out")])
    assert seen == ["locked"]
