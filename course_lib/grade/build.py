"""exercises/ from solutions/: every exercise is written once, in solutions/text/NAME.py.

From that text come the solution's notebook (which `notebooks/build.py` runs) and the learner's, with stubs. Both carry
nbgrader's cell metadata, so that its tools take them as they are.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_lib.checks.manifest import ROOT, Exercise, Part, exercises
from course_lib.checks.stubs import Cell, cells, given, solved
from course_lib.errors import ExerciseError

KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}


def notebook(exercise: Exercise, solution: bool) -> NotebookNode:
    """The notebook of an exercise, not run. Behind each part's cell stands one that gives its points to nbgrader.

    Raises ExerciseError if the text and the manifest name different parts, or a check is not in its part's cell.
    """
    if not exercise.text.is_file():
        raise ExerciseError(f"{exercise.text} is not there.", "Write it, or take the exercise out of course.toml.")
    written = cells(exercise.text.read_text(encoding="utf-8"))
    named, wanted = [cell.part for cell in written if cell.part], [part.id for part in exercise.parts]
    if named != wanted:
        raise ExerciseError(
            f"{exercise.text.name} has cells for {', '.join(named) or 'no part'}, "
            f"and course.toml for {', '.join(wanted)}.",
            "Make them agree, in order.",
        )
    parts, ids, done = {part.id: part for part in exercise.parts}, set[str](), []
    for cell in written:
        if cell.part:
            part = parts[cell.part]
            if f'check("{part.id}", {part.function})' not in cell.source:
                raise ExerciseError(
                    f"The cell of {part.id} does not check it.", f'End it with check("{part.id}", {part.function}).'
                )
            source = solved(cell.source) if solution else given(cell.source)
            done += [_answer_cell(part, source, cell.tags), _points_cell(part)]
        else:
            done.append(plain_cell(cell, _filled(cell.source, exercise), ids))
    return nbformat.v4.new_notebook(cells=done, metadata=KERNEL)


def _filled(source: str, exercise: Exercise) -> str:
    facts = f"{exercise.points:g} points, about {exercise.minutes} minutes."
    chapter = f"[{exercise.chapter}](../notebooks/{exercise.chapter}.ipynb)"
    return source.replace("{facts}", facts).replace("{chapter}", chapter)


def _answer_cell(part: Part, source: str, tags: tuple[str, ...]) -> NotebookNode:
    metadata = {"nbgrader": _nbgrader(part.cell, solution=True)} | ({"tags": list(tags)} if tags else {})
    return nbformat.v4.new_code_cell(source, id=part.cell, metadata=metadata)


def _points_cell(part: Part) -> NotebookNode:
    marks = _nbgrader(f"{part.cell}-points", grade=True, locked=True) | {"points": float(part.points)}
    source = f'points("{part.id}", {part.function})'
    return nbformat.v4.new_code_cell(source, id=f"{part.cell}-points", metadata={"nbgrader": marks})


def _nbgrader(name: str, grade: bool = False, solution: bool = False, locked: bool = False) -> dict[str, object]:
    """Its metadata, schema 3 (nbgrader.preprocessors and nbgrader.nbgraderformat)."""
    return {
        "grade": grade, "grade_id": name, "locked": locked, "schema_version": 3, "solution": solution, "task": False,
    }  # fmt: skip


def plain_cell(cell: Cell, source: str, ids: set[str]) -> NotebookNode:
    """A cell with `source`, named after the text that it was written as; ids: the names that are taken, and it."""
    digest = hashlib.sha256(cell.source.encode()).hexdigest()
    name = next(digest[i : i + 8] for i in range(56) if digest[i : i + 8] not in ids)
    ids.add(name)
    make = nbformat.v4.new_code_cell if cell.kind == "code" else nbformat.v4.new_markdown_cell
    return make(source, id=name, metadata={"tags": list(cell.tags)} if cell.tags else {})


def written(exercise: Exercise) -> str:
    """The learner's notebook as it lies in exercises/."""
    made = notebook(exercise, solution=False)
    nbformat.validate(made)
    return nbformat.writes(made, version=4) + "\n"


def build(root: Path = ROOT) -> list[Path]:
    """Write exercises/; the notebooks that changed. A notebook that no exercise names is an error, not removed."""
    folder = root / "exercises"
    folder.mkdir(exist_ok=True)
    _nothing_else(root)
    changed = []
    for exercise in exercises():
        target = folder / f"{exercise.id}.ipynb"
        text = written(exercise)
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            _keep(target, root)
            target.write_text(text, encoding="utf-8")
            changed.append(target)
    return changed


def _keep(target: Path, root: Path) -> None:
    """Whoever works in exercises/ and builds does not lose what they wrote: it goes to .course/replaced/."""
    if not target.is_file():
        return
    folder = root / ".course" / "replaced"
    folder.mkdir(parents=True, exist_ok=True)
    kept = next(p for n in range(1, 10**6) if not (p := folder / f"{target.stem}-{n}.ipynb").exists())
    kept.write_bytes(target.read_bytes())


def drift(root: Path = ROOT) -> list[str]:
    """What differs between solutions/text and what is built from it: a line for each file; none if all is well."""
    _nothing_else(root)
    found = []
    for exercise in exercises():
        target = root / "exercises" / f"{exercise.id}.ipynb"
        if not target.is_file() or target.read_text(encoding="utf-8") != written(exercise):
            found.append(
                f"exercises/{exercise.id}.ipynb is not what solutions/text/{exercise.id}.py gives. Run: course build"
            )
        stored = root / "solutions" / f"{exercise.id}.ipynb"
        wanted = [(c.id, c.cell_type, c.source, c.metadata) for c in notebook(exercise, solution=True).cells]
        have = nbformat.read(stored, as_version=4).cells if stored.is_file() else []
        if [(c.id, c.cell_type, c.source, c.metadata) for c in have] != wanted:
            found.append(
                f"solutions/{exercise.id}.ipynb is not its text. Run: make notebooks-build NAMES={exercise.id}"
            )
    return found


def _nothing_else(root: Path) -> None:
    """Raises ExerciseError for a file in exercises/ or solutions/ that the manifest does not name."""
    names = {exercise.id for exercise in exercises()}
    allowed = {f"exercises/{n}.ipynb" for n in names} | {f"solutions/{n}.ipynb" for n in names}
    allowed |= {f"solutions/text/{n}.py" for n in names}
    for folder in ("exercises", "solutions"):
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            hidden = any(piece.startswith((".", "__pycache__")) for piece in path.parts[len(root.parts) :])
            if path.is_file() and not hidden and name not in allowed:
                raise ExerciseError(f"course.toml does not name {name}.", "Add it there, or move the file away.")
