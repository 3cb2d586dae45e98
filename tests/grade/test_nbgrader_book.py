"""nbgrader's gradebook, read back by nbgrader."""

import os
import sys

import pytest
from handed_in import EXERCISE
from test_export import PARTS, grade, lost, outcome

from course_lib.grade.journal import GradeError
from course_lib.grade.late import with_penalty
from course_lib.grade.nbgrader_book import write_book

pytest.importorskip("nbgrader")


@pytest.fixture
def opened(monkeypatch):
    from nbgrader.api import Gradebook

    monkeypatch.setenv("PATH", f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}")
    return lambda path: Gradebook(f"sqlite:///{path}")


def scores(book, student):
    [notebook] = book.find_submission(EXERCISE.id, student).notebooks
    return {g.name: (g.auto_score, g.needs_manual_grade) for g in notebook.grades}


def test_scores_states_and_penalties_are_nbgrader_s_own(tmp_path, opened):
    crashed = [outcome("1.times", "crashed", "m"), outcome("1.uniform", "wrong", "m"), *map(outcome, PARTS[2:])]
    grades = [
        grade("ann"), grade("bob", "crashed", parts=crashed), grade("cat", "rejected"), lost("dan"),
        with_penalty(grade("eve"), 1, 25), grade("../x, \"é\"\n🎬"),
    ]  # fmt: skip
    before = os.environ["PATH"]
    write_book(grades, tmp_path / "gradebook.db")
    assert os.environ["PATH"] == before and sorted(p.name for p in tmp_path.iterdir()) == ["gradebook.db"]
    with opened(tmp_path / "gradebook.db") as book:
        assert {s.id for s in book.students} == {g.student for g in grades}
        assert book.find_submission(EXERCISE.id, "ann").score == book.find_assignment(EXERCISE.id).max_score == 12
        assert scores(book, "bob") == {
            "1-times-points": (None, True), "1-uniform-points": (0, False), "1-by_time-points": (3, False),
            "1-seek-points": (3, False),
        }  # fmt: skip
        for student in ("cat", "dan"):
            assert set(scores(book, student).values()) == {(None, True)}
        eve = book.find_submission(EXERCISE.id, "eve")
        assert (eve.score, eve.late_submission_penalty) == (12, 3)


def test_a_second_run_brings_it_up_to_date_and_keeps_what_was_graded_by_hand(tmp_path, opened):
    path = tmp_path / "gradebook.db"
    write_book([grade("ann", "rejected"), grade("bob")], path)
    with opened(path) as book:
        by_hand = book.find_grade("1-seek-points", EXERCISE.id, EXERCISE.id, "bob")
        by_hand.manual_score = 1.0
        book.db.commit()
    write_book([grade("ann"), grade("bob")], path)
    with opened(path) as book:
        assert book.find_submission(EXERCISE.id, "ann").score == 12
        assert book.find_submission(EXERCISE.id, "bob").score == 10


def test_a_file_that_is_no_gradebook_is_left_alone(tmp_path):
    (tmp_path / "gradebook.db").write_text("my notes " * 500)
    with pytest.raises(GradeError, match="is no gradebook of nbgrader"):
        write_book([grade()], tmp_path / "gradebook.db")
    assert (tmp_path / "gradebook.db").read_text().startswith("my notes")
