"""One notebook graded in a real sandbox: what breaks a part costs that part."""

import pytest
from handed_in import EXERCISE, POINTS, cell, submission

from course_lib.checks.manifest import part_of
from course_lib.grade.judge import checks_digest, grade, seed_of
from course_lib.grade.records import Submission
from course_lib.grade.session import Broken


def parts(graded):
    return {row["part"]: row["state"] for row in graded.parts}


def test_the_reference_gets_all_points(sandbox):
    graded = grade(submission(), sandbox, "salt")
    assert (graded.state, graded.points, graded.max_points) == ("graded", POINTS, POINTS)
    assert graded.message == f"{len(EXERCISE.parts)} of {len(EXERCISE.parts)} parts right"
    assert graded.checks == checks_digest() and len(graded.checks) == 64


def test_a_wrong_part_is_told_by_its_mistake_as_in_the_learner_s_notebook(sandbox):
    graded = grade(submission(one_seek=cell("decode_runs", "return [[0, max(given[1])]]")), sandbox, "salt")
    [row] = [row for row in graded.parts if row["part"] == "1.seek"]
    assert (row["state"], row["mistake"], row["points"]) == ("wrong", "from the beginning", 0)
    assert row["yours"] and row["expected"] and row["picture"]
    assert graded.message == "3 of 4 parts right; 1.seek: wrong (from the beginning)"
    assert graded.points == POINTS - part_of("1.seek").points


@pytest.mark.parametrize(
    ("body", "state", "said"),
    [
        ("import os\nos._exit(3)", "crashed", "code 3"),
        ("import ctypes\nctypes.string_at(0)", "crashed", "segmentation fault"),
        ("return 1 / 0", "error", "ZeroDivisionError"),
        ("raise SystemExit", "error", "SystemExit"),
        ("import os\nos.fork()", "error", "Operation not permitted"),
        ("raise NotImplementedError", "not attempted", ""),
        ("return {1, 2}", "wrong", "only numbers"),
        ("return course_lib.video.decode(3)", "error", "is not there when an answer is graded"),
        ("import course_lib.video.decode as d\nreturn d.x(3)", "wrong", "is to be written, not imported"),
    ],
)
def test_what_an_answer_does_costs_its_own_part_alone(sandbox, body, state, said):
    graded = grade(submission(one_seek=cell("decode_runs", body)), sandbox, "salt")
    assert parts(graded) == {"1.times": "pass", "1.uniform": "pass", "1.by_time": "pass", "1.seek": state}
    assert graded.state == (state if state == "crashed" else "graded")
    assert said in graded.parts[3]["message"]


def test_an_endless_answer_is_a_timeout_and_the_parts_behind_it_are_still_judged(sandbox, monkeypatch):
    monkeypatch.setattr("course_lib.grade.judge.PART_SECONDS", 1)
    graded = grade(submission(one_uniform=cell("uniform_indices", "while True: pass", "1.uniform")), sandbox, "salt")
    assert parts(graded)["1.uniform"] == "timeout" and list(parts(graded).values()).count("pass") == 3
    assert (graded.state, graded.points) == ("timeout", POINTS - part_of("1.uniform").points)


def test_a_cell_that_ends_the_process_while_it_is_run_costs_its_part_alone(sandbox):
    graded = grade(submission(one_by_time="import os\nos._exit(0)"), sandbox, "salt")
    assert parts(graded) == {"1.times": "pass", "1.uniform": "pass", "1.by_time": "crashed", "1.seek": "pass"}


def test_a_cell_that_is_not_python_is_told_with_its_line(sandbox):
    graded = grade(submission(one_seek="def decode_runs(a, b:\n    return []"), sandbox, "salt")
    assert graded.parts[3]["state"] == "error"
    assert "SyntaxError" in graded.parts[3]["message"] and "line 1 of your cell" in graded.parts[3]["message"]


def test_a_missing_cell_is_not_attempted(sandbox):
    whole = submission()
    lacking = Submission("bob", whole.exercise, whole.cells[:3], {"1.times": "1-times", "1.uniform": "1-uniform"})
    graded = grade(lacking, sandbox, "salt")
    assert graded.parts[2]["message"] == "Its cell is not in the notebook."


def test_the_untouched_notebook_is_not_attempted(sandbox):
    from course_lib.learn.notebook import code_cells

    given = tuple(c for c in code_cells(EXERCISE.notebook) if not c[0].endswith("-points"))
    graded = grade(Submission("bob", EXERCISE.id, given, submission().part_cells), sandbox, "salt")
    assert set(parts(graded).values()) == {"not attempted"} and graded.points == 0


def test_a_rejected_notebook_is_not_run_and_says_why(sandbox):
    graded = grade(Submission("bob", EXERCISE.id, rejected="It is empty."), sandbox, "salt")
    assert (graded.state, graded.points, graded.message, graded.parts) == ("rejected", 0, "It is empty.", ())


def test_students_get_different_inputs_and_each_the_same_again(sandbox):
    wrong = {"one_uniform": cell("uniform_indices", "return [-1] * given[1]", "1.uniform")}
    seeds = {seed_of("salt", EXERCISE.id, name) for name in ("ann", "bob")} | {seed_of("pepper", EXERCISE.id, "ann")}
    assert len(seeds) == 3
    one, two = (grade(submission("ann", **wrong), sandbox, "salt") for _ in range(2))
    assert one.parts == two.parts and one.seed == seed_of("salt", EXERCISE.id, "ann")


def test_an_answer_s_text_cannot_steer_a_terminal(sandbox):
    graded = grade(submission(one_seek=cell("decode_runs", "raise ValueError('\\x1b[2J\\u202eevil')")), sandbox, "salt")
    assert "\x1b" not in graded.parts[3]["message"] and "\u202e" not in graded.parts[3]["message"]


def test_a_session_that_is_over_says_so_again(sandbox):
    with sandbox.open() as session:
        with pytest.raises(Broken, match="crashed"):
            session.run([("a", "import os\nos._exit(1)")])
        with pytest.raises(Broken, match="crashed"):
            session.call("1.seek", [])
