"""An instructor who lives in nbgrader takes the solutions as they are: its commands make and grade an assignment."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest

from course_lib.checks.manifest import ROOT, exercises

EXERCISE = exercises()[0]
ANSWERS = {  # part's cell -> what a student hands in for it
    "1-uniform": "def uniform_indices(total, n):\n    return [int((i + 0.5) * total / n) for i in range(n)]",
    "1-seek": "def decode_runs(keyframes, wanted):\n    return [[0, max(wanted)]]",
    "1-by_time": "def frames_at(seconds, wanted:\n    return []",
}


@pytest.fixture(scope="module")
def nbgrader(tmp_path_factory):
    pytest.importorskip("nbgrader")
    course = tmp_path_factory.mktemp("nbgrader")
    (course / "source" / "frames").mkdir(parents=True)
    shutil.copy(ROOT / "solutions" / f"{EXERCISE.id}.ipynb", course / "source" / "frames")
    (course / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.course_id = 'video'\nc.CourseDirectory.root = {str(course)!r}\n"
        "c.ExecutePreprocessor.timeout = 120\n"
    )
    # nbgrader looks for alembic on the PATH, where nobody need have the environment's folder.
    path = f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}"
    quiet = {
        "PATH": path,
        "COURSE_RECORD": "off",
        "COURSE_PROGRESS": "off",
        "HOME": str(course),
        "JUPYTER_PLATFORM_DIRS": "1",
    }

    def command(*arguments):
        run = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=course, env=os.environ | quiet, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-4000:]

    command("generate_assignment", "frames", "--create")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PATH", path)
        yield course, command


def test_its_assignment_is_the_learner_s_notebook(nbgrader):
    course, _ = nbgrader
    released = nbformat.read(course / "release" / "frames" / f"{EXERCISE.id}.ipynb", as_version=4)
    ours = nbformat.read(EXERCISE.notebook, as_version=4)
    assert [cell.source for cell in released.cells] == [cell.source for cell in ours.cells]


def test_its_grades_are_the_points_of_the_checks(nbgrader):
    course, command = nbgrader
    for student, answers in (("ann", ANSWERS), ("bob", {})):
        folder = course / "submitted" / student / "frames"
        folder.mkdir(parents=True)
        notebook = nbformat.read(course / "release" / "frames" / f"{EXERCISE.id}.ipynb", as_version=4)
        for cell in notebook.cells:
            cell.source = answers.get(cell.id, cell.source)
        nbformat.write(notebook, folder / f"{EXERCISE.id}.ipynb")
    command("autograde", "frames", "--create")
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        for student, points in (("ann", 3.0), ("bob", 0.0)):
            handed_in = book.find_submission("frames", student)
            assert (handed_in.score, handed_in.max_score) == (points, EXERCISE.points)
            [graded] = handed_in.notebooks
            scores = {grade.name: grade.auto_score for grade in graded.grades}
            assert scores["1-uniform-points"] == points and scores["1-seek-points"] == 0
