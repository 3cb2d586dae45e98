"""What leaves the journal: no formula, no path, no bare 0; and each format as its reader wants it."""

import csv
import io
import json

import pytest
from handed_in import EXERCISE, submission

from course_lib.checks.manifest import part_of
from course_lib.checks.outcome import Outcome
from course_lib.grade import export
from course_lib.grade.late import with_penalty
from course_lib.grade.records import STATES, Grade

PARTS = [part.id for part in EXERCISE.parts]


def outcome(part, state="pass", message="Right.", **more):
    most = part_of(part).points
    return Outcome(part, state, most if state == "pass" else 0.0, most, message, seed="5eed", **more).to_dict()


def grade(student="ann", state="graded", message="said", parts=None, **more):
    parts = [] if state in ("rejected", "infrastructure") else parts or [outcome(part) for part in PARTS]
    points = sum(part["points"] for part in parts)
    return Grade(student, EXERCISE.id, state, points, EXERCISE.points, tuple(parts), message=message, **more)


def lost(student="lost"):
    """Nothing of it came back: no part was judged wrong."""
    return grade(student, "crashed", parts=[outcome(part, "crashed", "It did not finish.") for part in PARTS])


def read(text):
    return list(csv.reader(io.StringIO(text)))


def files(folder):
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1", "  =1+1", '"=1+1"', "' =1+1", '" =1', "\x00=1+1",
    "＝1+1", "＋1", "a;=1+1", 'a; "=1+1', "=HYPERLINK(\"http://x/?\"&A1,\"see\")", "\u202e=1+1", "|=cmd",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_any_table_is_a_formula_in_any_country(text):
    grades = [grade(text, message=text), grade(f"{text}_12", "rejected", text)]
    tables = [
        export.table(export.COLUMNS, export._rows(grades)),
        export.canvas(grades),
        *export.moodle(grades).values(),
    ]
    for table in tables:
        for separator in (",", ";", "\t"):
            for row in csv.reader(io.StringIO(table), delimiter=separator):
                assert not [cell for cell in row if cell.strip(" \"'")[:1] in tuple("=+-@＝＋") and "'" not in cell]
        assert "\r" not in table and "\t" not in table and "\x00" not in table


def test_what_is_no_formula_stays_as_it_is():
    for text in ("Ann-Marie O'Neil", "3 of 4 parts right; 1.seek: wrong (a = b)", "x@y.z", "Łukasz 🎬"):
        assert export.cell(text) == text
    assert export.cell(None) == "" and export.cell(3) == 3


def test_a_cell_is_one_line_and_has_an_end():
    assert export.cell("a\nb\x1b[2J\u2028c") == "a b [2J c"
    assert len(export.cell("x" * 100_000)) == export.MOST_CHARACTERS + 1


NAMES = [
    "../../x",
    "..",
    "/etc/passwd",
    "a\x00b",
    "x" * 300,
    "🎬",
    "a/b\\c",
    "CON",
    ".",
    "",
    "ann lee",
    "ann-lee",
    "ANN LEE",
]


def test_a_name_is_no_path_and_two_students_never_share_a_file(tmp_path):
    slugs = [export.slug(name) for name in NAMES]
    assert len({slug.lower() for slug in slugs}) == len(NAMES)
    assert all(slug.replace("-", "").isalnum() and slug.isascii() and len(slug) < 60 for slug in slugs)
    out = tmp_path / "a" / "out"
    export.write([grade(name) for name in NAMES], [], out, ["gradescope"])
    assert (
        len(list((out / "feedback").iterdir())) == len(list((out / "gradescope" / EXERCISE.id).iterdir())) == len(NAMES)
    )
    assert [path for path in files(tmp_path).values() if out not in path.parents] == []


def test_half_a_surrogate_pair_does_not_cost_the_class_its_files(tmp_path):
    broken = [outcome("1.times", "error", "ValueError: \ud800", yours="\udfff"), *map(outcome, PARTS[1:])]
    export.write(
        [grade("a\ud800", message="\ud800", parts=broken, notes=("\ud800",)), grade("bob")], [], tmp_path, export_all
    )
    assert len(list((tmp_path / "feedback").iterdir())) == 2


export_all = ["canvas", "moodle", "gradescope"]


def test_grades_csv_has_a_row_for_each_and_its_state_beside_every_number():
    grades = [*(grade(state, state, hints=2) for state in STATES), lost()]
    rows = read(export.table(export.COLUMNS, export._rows(grades)))
    assert rows[0] == ["student", "exercise", "points", "max_points", "state", "hints", "message"]
    assert [row[4] for row in rows[1:]] == [*STATES, "crashed"]
    assert rows[1] == ["graded", EXERCISE.id, "12", "12", "graded", "2", "said"]


@pytest.mark.parametrize("one", [grade(state="rejected"), grade(state="infrastructure"), lost()], ids=lambda g: g.state)
def test_where_a_state_has_no_place_what_did_not_run_has_no_score(one):
    assert read(export.canvas([one]))[2][-1] == ""
    [row] = read(export.moodle([one])[EXERCISE.id])[1:]
    assert row[2] == "" and row[5].startswith(one.state)
    said = export.gradescope(one)
    assert "score" not in said and not any("score" in test for test in said["tests"]) and one.state in said["output"]


def test_an_honest_zero_is_a_zero():
    none = grade(parts=[outcome(part, "not attempted", "") for part in PARTS])
    assert read(export.canvas([none]))[2][-1] == "0" and export.gradescope(none)["score"] == 0


def test_canvas_gets_its_columns_the_points_possible_and_the_ids_of_its_zip():
    """The header that lib/gradebook_importer.rb asks for: Student, ID, (SIS ids), Section, then assignments."""
    rows = read(export.canvas([grade("leeann_1234"), grade("Bob Ng"), grade("team_007")]))
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", EXERCISE.id]
    assert rows[1] == ["Points Possible", "", "", "", "", "12"]
    assert [row[:2] for row in rows[2:]] == [["leeann_1234", "1234"], ["Bob Ng", ""], ["team_007", ""]]


def test_moodle_gets_a_worksheet_for_each_assignment_in_which_nothing_is_markup():
    """The columns that mod/assign/feedback/offline/importgradeslib.php asks for; "Participant 12" finds the student."""
    sheets = export.moodle([grade("Ann Lee_12", message="<img src=x> & more"), grade("Bob")])
    assert list(sheets) == [EXERCISE.id]
    rows = read(sheets[EXERCISE.id])
    assert {"Identifier", "Grade", "Last modified (grade)", "Feedback comments"} < set(rows[0])
    assert rows[1][:3] == ["Participant 12", "Ann Lee", "12"] and rows[2][:2] == ["", "Bob"]
    assert rows[1][5] == "graded: &lt;img src=x&gt; &amp; more"


def test_gradescope_gets_a_test_for_each_part_and_no_seed():
    """Fields of its "Autograder Specifications": score, output, visibility, tests with score, max_score, status."""
    parts = [outcome("1.times", "crashed", "It did not finish."), *map(outcome, PARTS[1:])]
    said = export.gradescope(grade(state="crashed", parts=parts, seed="5eed", notes=("It was read as Latin-1.",)))
    assert said["score"] == 9 and said["visibility"] == "after_published" and "Latin-1" in said["output"]
    first, second = said["tests"][:2]
    assert "score" not in first and first["status"] == "failed" and first["output"] == "crashed: It did not finish."
    assert (second["score"], second["max_score"], second["status"]) == (3, 3, "passed")
    assert {test["output_format"] for test in said["tests"]} == {"text"}
    assert "5eed" not in json.dumps(said)


def test_a_penalty_is_in_every_format_and_its_student_is_told(tmp_path):
    late = with_penalty(grade(), 1.5, 10)
    assert late.message == "said; 20% off for 2 days late" and with_penalty(grade(), 1, 10).message.endswith(
        "1 day late"
    )
    assert read(export.canvas([late]))[2][-1] == "9.6" and export.gradescope(late)["score"] == 9.6
    export.write([late], [], tmp_path, [])
    [page] = (tmp_path / "feedback").iterdir()
    assert "20% off for 2 days late: 9.6 points instead of 12." in page.read_text()
    assert "late" not in export.gradescope(grade(message="1.seek: wrong (too late)"))["extra_data"]


def test_a_run_writes_over_what_was_there_and_leaves_nothing_half_done(tmp_path):
    export.write([grade()], [submission()], tmp_path, export_all)
    before = {name: path.read_bytes() for name, path in files(tmp_path).items()}
    export.write([grade(message="other")], [submission()], tmp_path, export_all)
    after = {name: path.read_bytes() for name, path in files(tmp_path).items()}
    assert after.keys() == before.keys() and not [name for name in after if ".part" in name]
    assert b"other" in after["grades.csv"] and after["grades.csv"] != before["grades.csv"]


def test_a_kill_while_a_file_is_written_leaves_the_old_one(tmp_path, monkeypatch):
    export.write([grade()], [], tmp_path, [])
    before = (tmp_path / "grades.csv").read_bytes()

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.replace", killed)
        with pytest.raises(KeyboardInterrupt):
            export.write([grade("other")], [], tmp_path, [])
    assert (tmp_path / "grades.csv").read_bytes() == before


def test_a_page_is_drawn_again_only_when_what_it_shows_has_changed(tmp_path):
    export.write([grade("ann"), grade("bob")], [], tmp_path, [])
    ann, bob = (tmp_path / "feedback" / f"{export.slug(name)}.html" for name in ("ann", "bob"))
    first = ann.stat().st_ino, bob.stat().st_ino
    export.write([grade("ann"), grade("bob", notes=("new",))], [], tmp_path, [])
    assert ann.stat().st_ino == first[0] and "new" in bob.read_text()
