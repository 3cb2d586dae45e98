"""The comparisons in benchmarks/: which there are, and running one."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path
from typing import Any

import course_lib
from course_lib.errors import CourseError


class BenchError(CourseError):
    """A comparison that is not there."""


def _folder() -> Path:
    """benchmarks/ of the repository that course_lib is imported from."""
    folder = Path(course_lib.__file__).resolve().parent.parent / "benchmarks"
    if not folder.is_dir():
        raise BenchError(
            "The comparisons are not part of the installed package.",
            "Clone the repository, and in it: make demo && .venv/bin/course bench",
        )
    return folder


def find() -> dict[str, str]:
    """Name -> first line of its docstring, of every module there that has a `run()`."""
    found = {}
    for path in sorted(_folder().glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.FunctionDef) and node.name == "run" for node in tree.body):
            found[path.stem] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return found


def run(name: str) -> dict[str, Any]:
    """Run benchmarks/NAME.py, which prints its table, and return its rows. Raises BenchError for an unknown name."""
    names = find()
    if name not in names:
        raise BenchError(f"There is no benchmark {name!r}.", f"Choose one of: {', '.join(names)}.")
    sys.path.insert(0, str(_folder().parent))
    result: dict[str, Any] = importlib.import_module(f"benchmarks.{name}").run()
    return result
