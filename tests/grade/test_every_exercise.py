"""Every exercise can be graded where the course is not: its reference gets all points, its stubs none."""

import pytest

from course_lib.checks.manifest import ROOT, exercises
from course_lib.grade.judge import grade
from course_lib.grade.read import read_notebook
from course_lib.grade.records import Submission


@pytest.mark.parametrize("exercise", exercises(), ids=lambda e: e.id)
def test_the_reference_gets_all_points(sandbox, exercise):
    data = (ROOT / "solutions" / f"{exercise.id}.ipynb").read_bytes()
    graded = grade(read_notebook("ann", f"{exercise.id}.ipynb", data), sandbox, "salt")
    assert (graded.state, graded.points) == ("graded", exercise.points), graded.message
    assert not graded.notes


@pytest.mark.parametrize("named", [{"clip": "/etc/hostname"}, {"model": "qwen2.5-vl-7b"}])
def test_no_file_is_opened_and_no_model_is_loaded_because_an_answer_names_it(sandbox, named):
    claim = {
        "clip": "demo", "model": "pocket", "question": "What happens at second 7?", "answer": "the blue bird lands",
        "shows": "the blue bird flies", "start": 5.7, "end": 9.6,
    } | named  # fmt: skip
    cell = f"from course_lib.learn import check\ndef claim():\n    return {claim!r}\ncheck('7.claim', claim)"
    handed_in = Submission("eve", "7_summary", (("7-claim", cell),), {"7.claim": "7-claim"})
    row = grade(handed_in, sandbox, "salt").parts[1]
    assert (row["state"], row["points"], row["mistake"]) == ("wrong", 0, "not replayed here")
    assert "The rest is your instructor's to judge" in row["message"]


@pytest.mark.parametrize("exercise", exercises(), ids=lambda e: e.id)
def test_the_stubs_are_not_attempted(sandbox, exercise):
    graded = grade(read_notebook("bob", f"{exercise.id}.ipynb", exercise.notebook.read_bytes()), sandbox, "salt")
    assert (graded.state, graded.points) == ("graded", 0)
    assert {part["state"] for part in graded.parts} == {"not attempted"}
