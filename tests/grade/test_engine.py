"""A class graded: what is in the journal is not graded again, and a kill at any moment loses nothing."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from handed_in import EXERCISE, POINTS, cell, submission

import course_lib
from course_lib.grade import engine
from course_lib.grade.engine import Run, grade_all
from course_lib.grade.journal import GradeError, Journal
from course_lib.grade.judge import checks_digest
from course_lib.grade.late import read_late, with_penalty
from course_lib.grade.local import Unsafe
from course_lib.grade.records import Grade, Submission

HERE = Path(__file__).parent


def a_class(count=6):
    handed_in = [submission(f"student{i}") for i in range(count)]
    handed_in[1] = submission("student1", one_seek=cell("decode_runs", "import os\nos._exit(1)"))
    return [*handed_in, Submission("nobody", EXERCISE.id, rejected="It is empty.", digest="x")]


def told(grades):
    """What must be the same however a class was graded: all but the time that it took."""
    return [{k: v for k, v in g.to_dict().items() if k != "seconds"} for g in grades]


@pytest.fixture
def journal(tmp_path):
    with Journal(tmp_path / "journal.sqlite") as opened:
        yield opened


def test_a_class_is_graded_and_every_row_has_its_state(journal):
    grades = grade_all(a_class(), journal, Run(journal.salt))
    assert [(g.student, g.state, g.points) for g in grades] == [
        ("nobody", "rejected", 0),
        ("student0", "graded", POINTS),
        ("student1", "crashed", POINTS - 3),
        *((f"student{i}", "graded", POINTS) for i in range(2, 6)),
    ]


def test_what_was_graded_is_not_graded_again(journal, monkeypatch):
    first = grade_all(a_class(), journal, Run(journal.salt))

    def fails(*_):
        raise AssertionError("graded again")

    monkeypatch.setattr(engine, "grade_batch", fails)
    assert grade_all(a_class(), journal, Run(journal.salt)) == first


def test_a_changed_file_and_a_named_student_are_graded_again(journal):
    grade_all(a_class(3), journal, Run(journal.salt))
    changed = [submission("student0", one_seek=cell("decode_runs", "return []")), *a_class(3)[1:]]
    grades = {g.student: g for g in grade_all(changed, journal, Run(journal.salt))}
    assert grades["student0"].points == POINTS - 3
    run = Run(journal.salt, reseed="other inputs")
    again = {g.student: g for g in grade_all(changed, journal, run, again=lambda s: s.student == "student2")}
    assert again["student2"].seed != grades["student2"].seed and again["student0"] == grades["student0"]


def test_a_failure_of_the_grader_is_no_zero_and_is_tried_again(journal, monkeypatch):
    def fails(*_):
        raise OSError("no more processes")

    with monkeypatch.context() as patched:
        patched.setattr(engine, "grade", fails)
        [lost] = grade_all([submission()], journal, Run(journal.salt))
    assert lost.state == "infrastructure" and "The grader failed, not the student: OSError" in lost.message
    [found] = grade_all([submission()], journal, Run(journal.salt))
    assert (found.state, found.points) == ("graded", POINTS)


def test_two_processes_give_the_grades_of_one(journal, tmp_path):
    one = grade_all(a_class(), journal, Run(journal.salt))
    with Journal(tmp_path / "two.sqlite") as other:
        two = grade_all(a_class(), other, Run(journal.salt), workers=2)
    assert told(one) == told(two)


def test_a_plain_process_gives_the_grades_of_the_sandbox(journal, tmp_path):
    one = grade_all(a_class(2), journal, Run(journal.salt))
    with Journal(tmp_path / "two.sqlite") as other:
        two = grade_all(a_class(2), other, Run(journal.salt, unsafe=True))
    assert [g.points for g in one] == [g.points for g in two]
    with Unsafe().open() as session:
        assert session.run([("a", "x = 1 / 0")])["a"].kind == "ZeroDivisionError"


def test_a_journal_that_another_run_writes_is_refused(journal):
    with pytest.raises(GradeError, match="is being written by another run"):
        Journal(journal.path)


def test_a_file_that_is_no_journal_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("not a database, whatever its length " * 50)
    with pytest.raises(GradeError, match=r"notes.txt is no journal of grades"):
        Journal(tmp_path / "notes.txt")
    other = sqlite3.connect(tmp_path / "other.sqlite")
    other.execute("CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
    other.execute("INSERT INTO about VALUES ('format', 'course-grades-0')")
    other.commit()
    other.close()
    with pytest.raises(GradeError, match="has the format 'course-grades-0'"):
        Journal(tmp_path / "other.sqlite")


KILLED = """
import sys
sys.path.insert(0, {here!r})
from handed_in import submission
from course_lib.grade.engine import Run, grade_all
from course_lib.grade.journal import Journal
if __name__ == "__main__":
    with Journal({path!r}) as journal:
        print("open", flush=True)
        grade_all([submission(f"s{{i:02}}") for i in range(12)], journal, Run(journal.salt), workers={workers})
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_a_kill_at_any_moment_loses_nothing_and_grades_nothing_twice(tmp_path, workers):
    path = tmp_path / "journal.sqlite"
    rng = random.Random(workers)
    code, seen = KILLED.format(here=str(HERE), path=str(path), workers=workers), set()
    script = tmp_path / "run.py"
    script.write_text(code)
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, str(script)], stdout=subprocess.PIPE, start_new_session=True, env=dict(os.environ)
        )
        child.stdout.readline()
        time.sleep(rng.uniform(0.5, 4.0))
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        file = sqlite3.connect(path)
        rows = file.execute("SELECT student, written FROM grades").fetchall()
        file.close()
        assert seen <= set(rows), "what was written stays as it was"
        seen = set(rows)
    with Journal(path) as journal:
        handed_in = [submission(f"s{i:02}") for i in range(12)]
        grades = grade_all(handed_in, journal, Run(journal.salt))
        assert all(journal.has(s, checks_digest(), course_lib.__version__) for s in handed_in)
        assert seen <= set(journal.file.execute("SELECT student, written FROM grades"))
    assert [(g.student, g.points) for g in grades] == [(f"s{i:02}", POINTS) for i in range(12)]


def test_late_days_cost_what_the_instructor_says_and_the_message_says_so(tmp_path):
    (tmp_path / "late.csv").write_text("student,days,exercise\nAnn,1.5,\nBob,2,1\n")
    days = read_late(tmp_path / "late.csv")
    assert days == {("Ann", ""): 1.5, ("Bob", "1"): 2.0}
    late = with_penalty(Grade("Ann", "1_frames", "graded", 10, 12, message="fine"), 1.5, 10)
    assert (late.points, late.message) == (8.0, "fine; 20% off for 2 days late")
    lost = Grade("Ann", "1_frames", "infrastructure", 0, 12)
    assert with_penalty(lost, 3, 50) is lost


@pytest.mark.parametrize(
    "text", ["student,days\nAnn,soon\n", "name,days\nAnn,1\n", "student,days\n,1\n", "student,days\nAnn\n"]
)
def test_a_late_list_that_cannot_be_read_names_its_line(tmp_path, text):
    (tmp_path / "late.csv").write_text(text)
    with pytest.raises(GradeError, match="Line 2 of"):
        read_late(tmp_path / "late.csv")
