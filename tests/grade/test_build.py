"""exercises/ is what solutions/text/ gives, byte for byte, and nothing is lost by building."""

import json
import shutil

import nbformat
import pytest

from course_lib.checks.manifest import ROOT, exercises
from course_lib.checks.stubs import given, solved
from course_lib.cli import main
from course_lib.errors import ExerciseError
from course_lib.grade import build


@pytest.fixture
def clone(tmp_path):
    for folder in ("exercises", "solutions"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".*"))
    return tmp_path


def test_nothing_has_drifted():
    assert build.drift() == []
    assert main(["build", "--check"]) == 0


def test_building_again_changes_nothing(clone):
    before = {path: path.read_bytes() for path in (clone / "exercises").iterdir()}
    assert build.build(clone) == []
    for path in before:
        path.unlink()
    build.build(clone)
    assert {path: path.read_bytes() for path in (clone / "exercises").iterdir()} == before


def test_what_a_learner_wrote_is_kept_when_the_notebook_is_built_again(clone):
    path = clone / "exercises" / f"{exercises()[0].id}.ipynb"
    path.write_text("mine")
    assert build.drift(clone) == [
        f"exercises/{path.name} is not what solutions/text/{path.stem}.py gives. Run: course build"
    ]
    assert build.build(clone) == [path]
    assert (clone / ".course" / "replaced" / f"{path.stem}-1.ipynb").read_text() == "mine"


def test_a_file_that_the_manifest_does_not_name_is_refused(clone):
    (clone / "solutions" / "8_more.ipynb").write_text("{}")
    with pytest.raises(ExerciseError, match=r"course.toml does not name solutions/8_more.ipynb"):
        build.build(clone)


def test_the_solution_s_notebook_is_its_text(clone):
    path = clone / "solutions" / f"{exercises()[0].id}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] = "# Another title"
    path.write_text(json.dumps(notebook))
    assert build.drift(clone) == [f"solutions/{path.name} is not its text. Run: make notebooks-build NAMES={path.stem}"]


@pytest.mark.parametrize("exercise", exercises(), ids=lambda e: e.id)
def test_no_solution_is_left_in_a_learner_s_notebook_and_no_output(exercise):
    notebook = nbformat.read(exercise.notebook, as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "SOLUTION" not in text and "### " not in "\n".join(c.source for c in notebook.cells if c.cell_type == "code")
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in notebook.cells)


@pytest.mark.parametrize("exercise", exercises(), ids=lambda e: e.id)
def test_a_solution_s_notebook_has_run_from_top_to_bottom_with_every_check_passed(exercise):
    notebook = nbformat.read(ROOT / "solutions" / f"{exercise.id}.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        assert not any(o.output_type == "error" or o.get("name") == "stderr" for o in cell.outputs), cell.source
    shown = {cell.id: "".join(o.data["text/plain"] for o in cell.outputs if "data" in o) for cell in cells}
    for part in exercise.parts:
        assert f"{part.id} · {part.title}: pass" in shown[part.cell]
        assert float(shown[f"{part.cell}-points"]) == part.points


@pytest.mark.parametrize("exercise", exercises(), ids=lambda e: e.id)
def test_cells_have_stable_ids_and_nbgrader_s_metadata(exercise):
    notebook = nbformat.read(exercise.notebook, as_version=4)
    marks = {c.id: c.metadata["nbgrader"] for c in notebook.cells if "nbgrader" in c.metadata}
    assert [i for i in marks if not i.endswith("-points")] == [part.cell for part in exercise.parts]
    assert all(name == mark["grade_id"] and mark["schema_version"] == 3 for name, mark in marks.items())
    assert sum(mark.get("points", 0) for mark in marks.values()) == exercise.points
    assert all(mark["grade"] != mark["solution"] for mark in marks.values())


CELL = """def f(x):
    ### BEGIN STUB
    # if x:
    #     return x
    ### END STUB
    ### BEGIN SOLUTION
    return x + 1
    ### END SOLUTION


check("1.f", f)"""


def test_a_stub_of_its_own_stands_where_the_solution_was():
    assert given(CELL) == 'def f(x):\n    if x:\n        return x\n\n\ncheck("1.f", f)'
    assert "STUB" not in solved(CELL) and "BEGIN SOLUTION" in solved(CELL)
    assert solved(CELL, markers=False) == 'def f(x):\n    return x + 1\n\n\ncheck("1.f", f)'


def test_without_one_it_is_nbgrader_s():
    plain = "def f(x):\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
    assert given(plain) == "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n"


def test_a_marker_without_its_counterpart_is_refused():
    with pytest.raises(ExerciseError, match="no counterpart"):
        given("def f(x):\n    ### BEGIN SOLUTION\n    return 1\n")
