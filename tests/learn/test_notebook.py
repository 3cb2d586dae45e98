"""`course check`: an exercise's notebook outside Jupyter."""

import json

import pytest

from course_lib.checks.manifest import exercises
from course_lib.cli import main
from course_lib.errors import ExerciseError
from course_lib.learn.notebook import code_cells, run_cells


def test_a_cell_that_fails_does_not_stop_the_rest(tmp_path):
    sources = [
        ("a", "x = 1 / 0"),
        ("b", "%matplotlib inline\n!ls\ny = 2"),
        ("c", "def f(:"),
        ("d", "print(y)\nz = y + 1"),
    ]
    ran = run_cells(tmp_path / "n.ipynb", sources)
    assert ran.failed == {"a": "ZeroDivisionError: division by zero", "c": ran.failed["c"]}
    assert ran.failed["c"].startswith("SyntaxError")


def test_what_stands_in_a_cell_s_check_is_the_answer(tmp_path):
    sources = [("a", "from course_lib.learn import check\ndef f(total, n): return []\ncheck('1.uniform', f)")]
    ran = run_cells(tmp_path / "n.ipynb", sources)
    assert ran.answers["1.uniform"](1, 2) == []


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"cells": 3}', "not json"])
def test_a_file_that_is_no_notebook_is_refused_in_one_line(tmp_path, text):
    path = tmp_path / "n.ipynb"
    path.write_text(text)
    with pytest.raises(ExerciseError, match=r"n.ipynb cannot be read as a notebook"):
        code_cells(path)


def test_course_check_shows_the_outcome_of_every_part(capsys, monkeypatch):
    monkeypatch.setenv("COURSE_RECORD", "off")
    assert main(["check", "1"]) == 0
    out = capsys.readouterr().out
    assert [line.split(" ")[1] for line in out.splitlines() if line.startswith("○")] == [
        part.id for part in exercises()[0].parts
    ]


def test_course_check_of_a_wrong_answer_ends_with_one(capsys, monkeypatch, tmp_path):
    from dataclasses import replace

    from course_lib.checks import manifest

    exercise = exercises()[0]
    notebook = json.loads(exercise.notebook.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["id"] == "1-uniform":
            cell["source"] = (
                'def uniform_indices(total, n):\n    return [0] * n\n\n\ncheck("1.uniform", uniform_indices)'
            )
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / exercise.notebook.name).write_text(json.dumps(notebook))
    monkeypatch.setattr(manifest, "ROOT", tmp_path)
    monkeypatch.setenv("COURSE_RECORD", "off")
    assert replace(exercise).notebook.parent == tmp_path / "exercises"
    assert main(["check", "1.uniform", "--seed", "3"]) == 1
    assert "✘ 1.uniform" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["check", "9"], "There is no exercise '9'"), (["check", "1.nothing"], "There is no part '1.nothing'")],
)
def test_an_unknown_exercise_is_refused_in_one_line(arguments, said, capsys):
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1


def test_course_progress_prints_a_bar_for_each_exercise(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_RECORD", str(tmp_path / "r.jsonl"))
    assert main(["progress"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(exercises()) + 1
