"""`course grade` from a folder or a zip to what an instructor hands on; and how it can be asked wrongly."""

import csv
import json
import sqlite3
import zipfile

import pytest
from handed_in import EXERCISE, POINTS, cell

from course_lib.checks.manifest import ROOT
from course_lib.cli import main
from course_lib.grade import engine, judge

NAME = f"{EXERCISE.id}.ipynb"
WRONG = cell("decode_runs", "return [[0, max(given[1])]]")


def notebook(**changed):
    """The solution as a file, with other text in some cells: one_seek="…" is that of 1-seek."""
    whole = json.loads((ROOT / "solutions" / NAME).read_text(encoding="utf-8"))
    texts = {name.replace("one_", "1-"): text for name, text in changed.items()}
    for one in whole["cells"]:
        one["source"] = texts.get(one["id"], one["source"])
    return json.dumps(whole).encode()


CLASS = {
    f"Ann Lee/{NAME}": notebook(),
    f"Bob Ng/{NAME}": notebook(one_seek=WRONG),
    f"Cat/{NAME}": b"<<<<<<< HEAD\n{",
    f"Dan/{NAME}": notebook(one_seek=cell("decode_runs", "import os\nos._exit(0)")),
    f"Eve/{NAME}": b"",
    "Flo/homework.ipynb": b'{"cells": []}',
    f"=1+1/{NAME}": (ROOT / "exercises" / NAME).read_bytes(),
}
STATES = {
    "Ann Lee": ("graded", POINTS), "Bob Ng": ("graded", POINTS - 3), "Cat": ("rejected", 0), "Eve": ("rejected", 0),
    "Dan": ("crashed", POINTS - 3), "Flo": ("rejected", 0), "'=1+1": ("graded", 0),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _needs_a_sandbox(sandbox):
    """Skipped where there is none."""


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    root = tmp_path_factory.mktemp("class")
    for name, data in CLASS.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


@pytest.fixture
def two(tmp_path):
    for name in ("Ann Lee", "Bob Ng"):
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / NAME).write_bytes(CLASS[f"{name}/{NAME}"])
    return tmp_path / "in"


def course(*words):
    return main(["grade", *map(str, words)])


def grades(out):
    rows = csv.DictReader((out / "grades.csv").read_text(encoding="utf-8").splitlines())
    return {row["student"]: row for row in rows}


def journal(out):
    file = sqlite3.connect(out / "journal.sqlite")
    rows = file.execute("SELECT student, written, grade FROM grades").fetchall()
    file.close()
    return {student: (written, json.loads(grade)) for student, written, grade in rows}


def test_a_class_is_graded_in_every_format_and_each_row_says_its_state(handed_in, tmp_path, capsys):
    out = tmp_path / "new" / "out"
    assert course(handed_in, "--out", out, "--format", "csv, canvas,moodle,gradescope,nbgrader") == 0
    said = capsys.readouterr()
    assert "7 notebooks of 7 students: 3 graded, 3 rejected, 1 crashed" in said.out and said.err == ""
    assert "rejected: Eve, 1_frames: 1_frames.ipynb: The file is empty." in said.out
    assert {student: (row["state"], float(row["points"])) for student, row in grades(out).items()} == STATES
    made = {path.name for path in out.iterdir()} - {"journal.sqlite-wal"}
    assert made == {
        "journal.sqlite", "grades.csv", "canvas.csv", "moodle", "gradescope", "gradebook.db", "feedback",
        "overview.html",
    }  # fmt: skip
    assert len(list((out / "feedback").iterdir())) == len(list((out / "gradescope" / EXERCISE.id).iterdir())) == 7
    assert all(str(out / name) in said.out for name in ("canvas.csv", "overview.html", "feedback", "gradebook.db"))


def test_a_second_run_grades_nothing_again_and_writes_the_same(two, tmp_path, monkeypatch):
    out = tmp_path / "out"
    assert course(two, "--out", out) == 0
    before, rows = (out / "grades.csv").read_bytes(), journal(out)

    def fails(*_):
        raise AssertionError("graded again")

    monkeypatch.setattr(engine, "grade", fails)
    assert course(two, "--out", out, "--format", "canvas") == 0
    assert (out / "grades.csv").read_bytes() == before and journal(out) == rows and (out / "canvas.csv").is_file()


BOTH = {"Ann Lee", "Bob Ng"}


@pytest.mark.parametrize(("name", "anew"), [("Ann Lee", {"Ann Lee"}), ("1", BOTH), (EXERCISE.id, BOTH)])
def test_regrade_grades_anew_who_is_named_or_all_of_an_exercise(two, tmp_path, name, anew):
    out = tmp_path / "out"
    course(two, "--out", out)
    first = journal(out)
    assert course(two, "--out", out, "--regrade", name) == 0
    second = journal(out)
    assert {s for s in second if second[s][0] != first[s][0]} == anew
    assert all(second[s][1]["seed"] == first[s][1]["seed"] for s in BOTH)


def test_reseed_draws_other_inputs_for_who_is_named_and_for_nobody_else(two, tmp_path):
    out = tmp_path / "out"
    course(two, "--out", out)
    first = journal(out)
    (two / "New").mkdir()
    (two / "New" / NAME).write_bytes(CLASS[f"Ann Lee/{NAME}"])
    assert course(two, "--out", out, "--regrade", "Bob Ng", "--reseed", "appeal") == 0
    rows = {student: grade["seed"] for student, (_, grade) in journal(out).items()}
    assert rows["Bob Ng"] == judge.seed_of("appeal", EXERCISE.id, "Bob Ng") != first["Bob Ng"][1]["seed"]
    assert rows["Ann Lee"] == first["Ann Lee"][1]["seed"] and rows["New"] != judge.seed_of("appeal", EXERCISE.id, "New")


def test_late_days_cost_points_in_what_is_written_and_never_in_the_journal(two, tmp_path, capsys):
    out, late = tmp_path / "out", tmp_path / "late.csv"
    late.write_text("student,days\nBob Ng,1.5\nBobby,1\n")
    assert course(two, "--out", out, "--late", late, "--late-penalty", "10") == 0
    row = grades(out)["Bob Ng"]
    assert row["points"] == "7.2" and row["message"].endswith("20% off for 2 days late")
    assert f"{late}: nobody here is Bobby" in capsys.readouterr().err
    assert course(two, "--out", out) == 0
    assert grades(out)["Bob Ng"]["points"] == "9", "a run without the list takes nothing off, and nothing off twice"


def test_a_canvas_zip_gives_a_canvas_csv_with_its_ids_and_its_late_marks(tmp_path):
    with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as archive:
        archive.writestr(f"leeann_1201_345_{NAME}", CLASS[f"Ann Lee/{NAME}"])
        archive.writestr("ngbob_LATE_1307_346_1_frames-2.ipynb", CLASS[f"Bob Ng/{NAME}"])
    out = tmp_path / "out"
    assert course(tmp_path / "submissions.zip", "--out", out, "--format", "canvas", "--late-penalty", "50") == 0
    rows = list(csv.reader((out / "canvas.csv").read_text().splitlines()))
    assert rows[2:] == [["leeann_1201", "1201", "", "", "", "12"], ["ngbob_1307", "1307", "", "", "", "4.5"]]


def test_replay_shows_a_grade_with_the_inputs_that_it_had_and_writes_nothing(two, tmp_path, capsys):
    out = tmp_path / "out"
    course(two, "--out", out)
    course(two, "--out", out, "--regrade", "Bob Ng", "--reseed", "appeal")
    kept = journal(out)
    capsys.readouterr()
    assert course(two, "--out", out, "--replay", "Bob Ng", "1") == 0
    said = capsys.readouterr().out
    assert "Bob Ng, 1_frames: 9 of 12 points, graded" in said and "Everything from frame 0 on is decoded." in said
    seed = kept["Bob Ng"][1]["seed"]
    assert seed == judge.seed_of("appeal", EXERCISE.id, "Bob Ng")
    assert f"inputs drawn from {seed}" in said and f"check(\"1.seek\", decode_runs, seed='{seed}')" in said
    assert "The same as in the journal" in said and journal(out) == kept


def test_replay_of_a_file_that_has_changed_says_so_and_ends_with_1(two, tmp_path, capsys):
    out = tmp_path / "out"
    course(two, "--out", out)
    (two / "Bob Ng" / NAME).write_bytes(CLASS[f"Ann Lee/{NAME}"])
    assert course(two, "--out", out, "--replay", "Bob Ng", EXERCISE.id) == 1
    said = capsys.readouterr().out
    assert "The file has changed since it was graded." in said and "The journal has 9 points, graded." in said


def test_a_failure_of_the_grader_ends_with_1_and_its_row_is_no_zero(two, tmp_path, monkeypatch):
    out = tmp_path / "out"

    def fails(*_):
        raise OSError("no more processes")

    with monkeypatch.context() as patched:
        patched.setattr(engine, "grade", fails)
        assert course(two, "--out", out, "--format", "canvas") == 1
    assert {row["state"] for row in grades(out).values()} == {"infrastructure"}
    assert (out / "canvas.csv").read_text().splitlines()[2:] == ["Ann Lee,,,,,", "Bob Ng,,,,,"]
    assert course(two, "--out", out, "--format", "canvas") == 0
    assert (out / "canvas.csv").read_text().splitlines()[2:] == ["Ann Lee,,,,,12", "Bob Ng,,,,,9"]


def test_without_a_sandbox_it_says_what_is_given_up_and_gives_the_same_grades(two, tmp_path, capsys):
    assert course(two, "--out", tmp_path / "out", "--unsafe-local") == 0
    assert "runs as you" in capsys.readouterr().err
    assert {s: row["points"] for s, row in grades(tmp_path / "out").items()} == {"Ann Lee": "12", "Bob Ng": "9"}


REFUSED = {
    "an unknown format": (("--format", "csv,excel"), "there is no format 'excel'"),
    "a list without a price": (("--late", "late.csv"), "--late needs --late-penalty"),
    "a list that is not there": (("--late", "late.csv", "--late-penalty", "5"), "late.csv cannot be read"),
    "a penalty above all": (("--late-penalty", "200"), "less than or equal to 100"),
    "a reseed of nobody": (("--reseed", "x"), "--reseed needs --regrade"),
    "a regrade of a stranger": (("--regrade", "Zoe"), "nobody and nothing is called 'Zoe'"),
    "a replay before any grade": (("--replay", "Ann Lee", "1"), "Nothing was graded in"),
    "a replay of a stranger": (("--replay", "Zoe", "1"), "'Zoe' handed in no 1_frames"),
    "a replay of no exercise": (("--replay", "Ann Lee", "99"), "There is no exercise '99'"),
    "a replay and a regrade": (("--replay", "Ann Lee", "1", "--regrade", "1"), "without --regrade"),
    "no worker": (("--workers", "0"), "greater than or equal to 1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_meant_is_refused_in_one_line_before_anything_is_written(two, tmp_path, capsys, name):
    words, said = REFUSED[name]
    assert course(two, "--out", tmp_path / "out", *words) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1 and not (tmp_path / "out").exists()


def test_submissions_that_are_not_there_and_an_out_that_is_a_file_are_refused(two, tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    for words in ((tmp_path / "gone", "--out", tmp_path / "out"), (two, "--out", tmp_path / "file")):
        assert course(*words) == 2
        assert capsys.readouterr().err.count("\n") == 1
