"""Every exercise can be graded where the course is not: its reference gets all points, its stubs none."""

import pytest

from course_lib.checks.manifest import ROOT, exercises
from course_lib.grade.judge import grade
from course_lib.grade.read import read_notebook


@pytest.mark.parametrize("exercise", exercises(), ids=lambda e: e.id)
def test_the_reference_gets_all_points(sandbox, exercise):
    data = (ROOT / "solutions" / f"{exercise.id}.ipynb").read_bytes()
    graded = grade(read_notebook("ann", f"{exercise.id}.ipynb", data), sandbox, "salt")
    assert (graded.state, graded.points) == ("graded", exercise.points), graded.message
    assert not graded.notes


@pytest.mark.parametrize("exercise", exercises(), ids=lambda e: e.id)
def test_the_stubs_are_not_attempted(sandbox, exercise):
    graded = grade(read_notebook("bob", f"{exercise.id}.ipynb", exercise.notebook.read_bytes()), sandbox, "salt")
    assert (graded.state, graded.points) == ("graded", 0)
    assert {part["state"] for part in graded.parts} == {"not attempted"}
