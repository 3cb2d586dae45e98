"""Submissions for the tests: the reference of exercise 1, and what can be done to it."""

from course_lib.checks.manifest import ROOT, exercises
from course_lib.grade.records import Submission
from course_lib.learn.notebook import code_cells

EXERCISE = exercises()[0]
REFERENCE = [c for c in code_cells(ROOT / "solutions" / f"{EXERCISE.id}.ipynb") if not c[0].endswith("-points")]
PART_CELLS = {part.id: part.cell for part in EXERCISE.parts}
POINTS = EXERCISE.points


def submission(student="ann", **changed):
    """The reference with some cells replaced: one_seek="…" is the text of the cell 1-seek."""
    cells = dict(REFERENCE)
    for name, text in changed.items():
        cells[name.replace("one_", "1-")] = text
    return Submission(
        student, EXERCISE.id, tuple(cells.items()), PART_CELLS, digest=f"{student}{sorted(changed.items())}"
    )


def cell(function, body, part="1.seek"):
    """A cell that defines a function of any arguments with this body, and hands it in."""
    lines = "\n    ".join(body.splitlines())
    return f"from course_lib.learn import check\ndef {function}(*given):\n    {lines}\ncheck('{part}', {function})"
