"""An exercise's notebook outside Jupyter: its cells are run here, and what they define is checked."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import linecache
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_lib.errors import ExerciseError
from course_lib.learn.check import put_off


@dataclass
class Ran:
    """answers: part id -> what its cell handed to `check`; failed: cell id -> the first line of its error."""

    answers: dict[str, Any] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def run_cells(path: Path, sources: list[tuple[str, str]] | None = None) -> Ran:
    """Run a notebook's code cells in order, in this process; a cell that fails does not stop the rest.

    sources: (cell id, text) instead of the file's. What the cells print is dropped. Raises ExerciseError for a file
    that is no notebook.
    """
    ran, space = Ran(), {"__name__": "__main__"}
    with put_off() as found, contextlib.redirect_stdout(io.StringIO()):
        for name, source in code_cells(path) if sources is None else sources:
            file = f"<{path.stem} {name}>"
            plain = _python(source)
            linecache.cache[file] = (len(plain), None, plain.splitlines(keepends=True), file)
            try:
                exec(compile(ast.parse(plain, file), file, "exec"), space)
            except Exception as problem:
                ran.failed[name] = f"{type(problem).__name__}: {problem}".splitlines()[0]
    ran.answers = dict(found)
    return ran


def _python(source: str) -> str:
    """A cell without the lines that speak to a notebook's kernel, if it is no Python with them."""
    try:
        ast.parse(source)
    except SyntaxError:
        return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.split("\n"))
    return source


def code_cells(path: Path) -> list[tuple[str, str]]:
    """(id, text) of a notebook's code cells, in order."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [
            (str(cell.get("id", i)), "".join(cell["source"]))
            for i, cell in enumerate(cells)
            if cell["cell_type"] == "code"
        ]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ExerciseError(
            f"{path} cannot be read as a notebook ({type(problem).__name__}: {problem}).",
            f"Get it back: git checkout -- {path.name}, or course build",
        ) from problem
