"""Every layout and every odd file: what can be graded is, and the student is told the rest in words."""

import json
import os
import re
import zipfile

import nbformat
import pytest
from handed_in import EXERCISE

from course_lib.checks.manifest import exercises
from course_lib.grade.collect import collect
from course_lib.grade.journal import GradeError
from course_lib.grade.layouts import MOST_OF_ONE, person
from course_lib.grade.read import read_notebook

WHOLE = EXERCISE.notebook.read_bytes()
NAME = f"{EXERCISE.id}.ipynb"


def changed(**how):
    """The learner's notebook with something done to its cells."""
    notebook = json.loads(WHOLE)
    for name, do in how.items():
        for cell in notebook["cells"]:
            if name == "all" or cell["id"] == name.replace("_", "-"):
                do(cell)
    return json.dumps(notebook).encode()


def put(root, files):
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def told(path):
    return [(s.student, s.exercise, not s.rejected) for s in collect(path)]


ROWS = [("Ann", EXERCISE.id, True), ("Bob", EXERCISE.id, True)]
LAYOUTS = {
    "a folder for each student": {f"Ann/{NAME}": WHOLE, f"Bob/{NAME}": WHOLE},
    "deeper": {f"Ann/week1/{NAME}": WHOLE, f"Bob/x/y/{NAME}": WHOLE},
    "nbgrader": {
        f"submitted/Ann/frames/{NAME}": WHOLE,
        f"submitted/Bob/frames/{NAME}": WHOLE,
        "source/frames/x.ipynb": b"",
    },
    "with leftovers": {
        f"Ann/{NAME}": WHOLE,
        f"Bob/{NAME}": WHOLE,
        f"Ann/.ipynb_checkpoints/{NAME}": b"",
        "Ann/a.pdf": b"%",
    },
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_folders_are_read(tmp_path, layout):
    assert told(put(tmp_path, LAYOUTS[layout])) == ROWS


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_zip_of_the_same_is_read_alike(tmp_path, layout):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name, data in LAYOUTS[layout].items():
            archive.writestr(name, data)
    assert told(tmp_path / "all.zip") == ROWS


def test_a_canvas_zip_is_read_with_who_was_late(tmp_path):
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr(f"leeann_12_345_{NAME}", WHOLE)
        archive.writestr("ngbob_LATE_13_346_1_frames-2.ipynb", WHOLE)
        archive.writestr("__MACOSX/._leeann_12_345_x.ipynb", b"")
    ann, bob = collect(tmp_path / "c.zip")
    assert (ann.student, ann.late_days, ann.rejected) == ("leeann_12", 0, "")
    assert (bob.student, bob.late_days, bob.rejected) == ("ngbob_13", 1, "")


def test_a_moodle_zip_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        archive.writestr(f"Ann Lee_12_assignsubmission_file_/{NAME}", WHOLE)
        archive.writestr(f"Ann Lee_13_assignsubmission_file_/{NAME}", WHOLE)
    assert told(tmp_path / "m.zip") == [("Ann Lee_12", EXERCISE.id, True), ("Ann Lee_13", EXERCISE.id, True)]


def test_one_notebook_is_read_and_its_folder_is_its_student(tmp_path):
    put(tmp_path, {f"Ann/{NAME}": WHOLE})
    assert told(tmp_path / "Ann" / NAME) == [("Ann", EXERCISE.id, True)]


def test_an_exercise_that_others_handed_in_is_a_row_that_says_so(tmp_path):
    second = exercises()[1] if len(exercises()) > 1 else None
    files = {f"Ann/{NAME}": WHOLE, "Bob/notes.ipynb": b"{}"}
    if second:
        files[f"Bob/{second.id}.ipynb"] = second.notebook.read_bytes()
    rows = {(s.student, s.exercise): s for s in collect(put(tmp_path, files))}
    missing = rows["Bob", EXERCISE.id]
    assert (
        missing.rejected.startswith("No notebook of this exercise was handed in.") and "notes.ipynb" in missing.rejected
    )


def test_of_two_notebooks_the_newer_counts_and_the_student_is_told(tmp_path):
    put(
        tmp_path,
        {f"Ann/{NAME}": WHOLE, "Ann/1_frames (1).ipynb": changed(all=lambda c: c.update(source=c["source"] or ""))},
    )
    os.utime(tmp_path / "Ann" / NAME, (2e9, 2e9))
    [one] = collect(tmp_path)
    assert "Graded: the newest, 1_frames.ipynb; not 1_frames (1).ipynb" in one.notes[0]


def test_of_two_notebooks_one_that_can_be_read_counts_before_a_newer_that_cannot(tmp_path):
    put(tmp_path, {f"Ann/{NAME}": WHOLE, "Ann/1_frames-2.ipynb": b"broken"})
    os.utime(tmp_path / "Ann" / "1_frames-2.ipynb", (2e9, 2e9))
    [one] = collect(tmp_path)
    assert not one.rejected


def test_a_record_that_was_handed_in_tells_the_hints(tmp_path):
    lines = [{"part": "1.seek", "what": "hint", "number": n} for n in (1, 2, 2)] + [{"what": "hint"}, 3]
    record = "\n".join(map(json.dumps, lines)).encode() + b"\n\xff{"
    rows = collect(
        put(tmp_path, {f"Ann/{NAME}": WHOLE, "Ann/.course/x": b"", "Ann/progress.jsonl": record, f"Bob/{NAME}": WHOLE})
    )
    assert [(s.student, s.hints) for s in rows] == [("Ann", 2), ("Bob", None)]


def test_a_link_leads_nowhere(tmp_path):
    put(tmp_path, {f"in/Ann/{NAME}": WHOLE, f"secret/{NAME}": WHOLE})
    (tmp_path / "in" / "Bob").symlink_to(tmp_path / "secret")
    (tmp_path / "in" / "Ann" / "1_frames-9.ipynb").symlink_to(tmp_path / "secret" / NAME)
    assert told(tmp_path / "in") == [("Ann", EXERCISE.id, True)]


ODD = {
    "empty": (b"", "The file is empty"),
    "blank": (b" \n", "The file is empty"),
    "no JSON": (b"def f(): pass", "not JSON"),
    "another JSON": (b'{"a": 1}', "not JSON"),
    "deep": (b"[" * 100_000, "not JSON"),
    "a merge": (WHOLE.replace(b'"cells": [', b'\n<<<<<<< HEAD\n"cells": [', 1), "unfinished merge"),
    "too large": (None, "larger than"),
    "too many cells": (
        json.dumps(
            {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "source": "1"}] * 3000}
        ).encode(),
        "too much to grade",
    ),
    "cells of another kind": (b'{"nbformat": 4, "cells": [3, null]}', "not a notebook that can be read"),
}


@pytest.mark.parametrize("name", ODD)
def test_what_cannot_be_graded_says_why(name):
    data, why = ODD[name]
    one = read_notebook("Ann", NAME, data)
    assert one.exercise == EXERCISE.id and why in one.rejected


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (WHOLE.decode().encode("utf-16"), "UTF-16"),
        (b"\xef\xbb\xbf" + WHOLE, ""),
        (WHOLE.replace("·".encode(), b"\xb7"), "Latin-1"),
        (changed(all=lambda c: c.update(id="same")), "Several cells have the id same"),
        (changed(all=lambda c: (c.pop("id"), c.update(metadata={}))), "has lost its mark"),
        (changed(all=lambda c: c.update(metadata="x")), ""),
        (WHOLE.replace(b'"language": "python"', b'"language": "R"', 1), "language is 'R'"),
        (WHOLE.replace(b'"nbformat_minor": 5', b'"nbformat_minor": 2'), ""),
    ],
)
def test_what_is_odd_is_read_all_the_same_and_noted(data, note):
    one = read_notebook("Ann", NAME, data)
    assert not one.rejected and list(one.part_cells) == [part.id for part in EXERCISE.parts]
    cells = dict(one.cells)
    assert all(f'check("{part}"' in cells[cell] for part, cell in one.part_cells.items())
    assert note in " ".join(one.notes)


def test_a_renamed_notebook_is_known_by_its_cells():
    one = read_notebook("Ann", "my homework.ipynb", WHOLE)
    assert one.exercise == EXERCISE.id and "was taken for this exercise by its cells" in one.notes[0]


def test_of_two_cells_for_a_part_the_last_is_graded_and_it_is_said():
    def twice(notebook):
        cells = notebook["cells"]
        seek = next(c for c in cells if c["id"] == "1-seek")
        return json.dumps({**notebook, "cells": [*cells, {**seek, "source": "second"}]}).encode()

    one = read_notebook("Ann", NAME, twice(json.loads(WHOLE)))
    assert dict(one.cells)[one.part_cells["1.seek"]] == "second"
    assert "2 cells say that they are 1.seek" in " ".join(one.notes)


def test_the_cells_that_give_points_to_nbgrader_are_not_run():
    assert not any(
        "points(" in source and "import" not in source for _, source in read_notebook("A", NAME, WHOLE).cells
    )


def test_an_old_notebook_is_converted():
    old = nbformat.v3.new_notebook(
        worksheets=[nbformat.v3.new_worksheet(cells=[nbformat.v3.new_code_cell('check("1.seek", f)')])]
    )
    one = read_notebook("Ann", NAME, json.dumps(old).encode())
    assert not one.rejected and list(one.part_cells) == ["1.seek"]


HOLDS_NOTHING = {
    "gone": "does not exist",
    "notes.txt": "neither a folder, nor a zip, nor a notebook",
    "empty": "There is no notebook",
    "others": "is one of the exercises",
}


@pytest.mark.parametrize(("path", "said"), HOLDS_NOTHING.items())
def test_what_holds_no_submission_is_refused_in_one_line(tmp_path, path, said):
    put(tmp_path, {"notes.txt": b"x", "others/Ann/x.ipynb": b'{"cells": []}'})
    (tmp_path / "empty").mkdir()
    with pytest.raises(GradeError, match=said) as refused:
        collect(tmp_path / path)
    assert "\n" not in str(refused.value)


def test_a_name_is_one_printable_line():
    assert person("Ann Lee") == "Ann Lee" and person("Ann\x1b[2J\n  Lee\u202e").startswith("Ann [2J Lee ~")
    assert person("\x00").startswith("unnamed ~") and len(person("a" * 500)) <= 100


@pytest.mark.parametrize("other", ["Ann  Lee", "Ann\u202e Lee", "Ann Lee\n", " Ann Lee"])
def test_a_name_that_looks_like_another_s_is_another_student(tmp_path, other):
    put(tmp_path, {f"Ann Lee/{NAME}": WHOLE, f"{other}/{NAME}": WHOLE})
    assert len({s.student for s in collect(tmp_path)}) == 2 and not any(s.notes for s in collect(tmp_path))


def test_long_names_that_differ_at_their_ends_are_two_students():
    assert person("a" * 100 + "1") != person("a" * 100 + "2")


MOODLES = "Ann_1_assignsubmission_file_"


@pytest.mark.parametrize(
    "files",
    [
        {f"Ann/{NAME}": WHOLE, f"Mal/submitted/Ann/x/{NAME}": b"not hers"},
        {f"{MOODLES}/{NAME}": WHOLE, f"Mal_2_assignsubmission_file_/submitted/{MOODLES}/{NAME}": b"not hers"},
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_a_folder_within_a_student_s_folder_hands_in_for_nobody_else(tmp_path, files, packed):
    path = put(tmp_path / "in", files)
    if packed:
        path = tmp_path / "all.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
    ann, mal = collect(path)
    assert (ann.student[:3], ann.rejected, ann.notes) == ("Ann", "", ()) and mal.student[:3] == "Mal" and mal.rejected


def test_a_student_alone_in_a_moodle_zip_hands_in_for_nobody_else(tmp_path):
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        archive.writestr(f"Mal_2_assignsubmission_file_/submitted/{MOODLES}/x/{NAME}", WHOLE)
    assert told(tmp_path / "m.zip") == [("Mal_2", EXERCISE.id, True)]


def test_nbgrader_s_tree_may_lie_one_folder_below(tmp_path):
    for name in ("submitted/Ann", "submitted/Bob", "source"):
        put(tmp_path / "all", {f"course/{name}/frames/{NAME}": WHOLE})
    assert told(tmp_path / "all") == ROWS


def test_of_a_student_s_thousands_of_notebooks_some_are_read_and_the_others_are_graded(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for i in range(3 * MOST_OF_ONE):
            archive.writestr(f"Mal/{i}/{NAME}", b"{}")
        archive.writestr(f"Ann/{NAME}", WHOLE)
    ann, mal = collect(tmp_path / "all.zip")
    assert ann.cells and not ann.rejected and mal.rejected
    assert f"handed in {MOST_OF_ONE + 1} notebooks" in mal.notes[0]


def test_nbgrader_s_tree_may_lie_in_one_folder_of_a_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "n.zip", "w") as archive:
        for name in ("submitted/Ann", "submitted/Bob", "source"):
            archive.writestr(f"course/{name}/frames/{NAME}", WHOLE)
    assert told(tmp_path / "n.zip") == ROWS


def _patched(directory, local, change):
    def patch(data):
        for mark, at in ((b"PK\x01\x02", directory), (b"PK\x03\x04", local)):
            if at is not None:
                data[data.rfind(mark) + at] = change(data[data.rfind(mark) + at])

    return patch


DAMAGE = {
    "a password": (_patched(8, 6, lambda b: b | 1), "encrypted"),
    "a method of nobody's": (_patched(10, 8, lambda b: 99), "not supported"),
    "another checksum": (_patched(16, None, lambda b: b ^ 1), "CRC"),
    "another's place": (_patched(43, None, lambda b: 0), "differ|Overlap|Bad magic"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_member_is_its_student_s_to_hand_in_again_and_nobody_else_s(tmp_path, what):
    patch, said = DAMAGE[what]
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("Ann", "Bob"):
            archive.writestr(f"{name}/{NAME}", WHOLE)
    data = bytearray((tmp_path / "all.zip").read_bytes())
    patch(data)
    (tmp_path / "all.zip").write_bytes(data)
    ann, bob = collect(tmp_path / "all.zip")
    assert (ann.student, ann.rejected) == ("Ann", "") and ann.cells
    assert bob.rejected.startswith(f"{NAME}: The file is damaged") and re.search(said, bob.rejected)
    assert "\n" not in bob.rejected


@pytest.mark.parametrize("number", ["Infinity", "-1e999", "NaN", "[1]", "1" * 5000])
def test_a_record_with_a_number_that_is_none_counts_for_nothing(tmp_path, number):
    line = f'{{"what": "hint", "part": "1.seek", "number": {number}}}'.encode()
    [one] = collect(put(tmp_path, {f"Ann/{NAME}": WHOLE, "Ann/progress.jsonl": line}))
    assert one.hints == 0


@pytest.mark.parametrize("version", [3, 4])
def test_outputs_of_millions_of_values_are_refused_before_they_are_built(monkeypatch, version):
    data = b'{"nbformat": %d, "cells": [{"cell_type": "code", "source": "1", "outputs": [%s{}]}]}'
    monkeypatch.setattr("json.loads", lambda text: {}["built"])
    one = read_notebook("Ann", NAME, data % (version, b"{}," * 2_000_000))
    assert "Clear these and hand it in again" in one.rejected


def test_code_that_is_too_long_to_parse_and_to_hand_on_is_refused():
    data = json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": "a\n" * 200_000}]}).encode()
    assert "too much to grade" in read_notebook("Ann", NAME, data).rejected


def test_of_many_notebooks_and_long_names_a_note_tells_a_few(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(f"Ann/{NAME}", WHOLE)
        for i in range(20):
            archive.writestr(f"Ann/{i}/{'n' * 60_000}/{NAME}", WHOLE)
            archive.writestr(f"Ann/{i}{'n' * 60_000}.ipynb", b"{}")
    [one] = collect(tmp_path / "all.zip")
    assert "handed in 21 notebooks" in one.notes[0] and sum(map(len, one.notes)) < 3000
    assert "and 15 more" in one.notes[0] and "and 15 more" in one.notes[1]


def test_the_bytes_of_a_class_are_not_kept(tmp_path, monkeypatch):
    kept = []
    monkeypatch.setattr("course_lib.grade.collect._told", lambda found, one, others: kept.append(found.data) or one)
    collect(put(tmp_path, {f"Ann/{NAME}": WHOLE, f"Bob/{NAME}": WHOLE}))
    assert kept == [None, None]
