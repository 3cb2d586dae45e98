"""What a learner is given, and what the solution is: both are one text, solutions/text/NAME.py.

In a part's cell, what stands between `### BEGIN SOLUTION` and `### END SOLUTION` is the solution (nbgrader's markers).
The learner gets nbgrader's stub in its place; or the lines between `### BEGIN STUB` and `### END STUB`, which stand
there as comments.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from course_lib.checks.manifest import Part, exercise_of
from course_lib.errors import ExerciseError

STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")  # as nbgrader's ClearSolutions writes it
BLOCK = re.compile(r"^( *)### BEGIN (SOLUTION|STUB)\n(.*?)^ *### END \2(?:\n|\Z)", re.M | re.S)


@dataclass(frozen=True)
class Cell:
    """kind: "markdown" or "code". part: of which it is the answer, "" for none. tags: as in a notebook."""

    kind: str
    source: str
    part: str = ""
    tags: tuple[str, ...] = ()


def cells(text: str) -> list[Cell]:
    """The cells of a text in jupytext's percent format. Raises ExerciseError if jupytext is not installed."""
    found = []
    for cell in _jupytext().reads(text, fmt="py:percent").cells:
        tags = tuple(cell.metadata.get("tags", ()))
        found.append(Cell(cell.cell_type, cell.source, cell.metadata.get("part", ""), tags))
    return found


def _jupytext() -> ModuleType:
    # jsonschema, which it loads, spends a second on a grammar of web addresses where rfc3987-syntax is installed, as it
    # is with JupyterLab; no notebook is checked for those. A module that is None counts as not installed.
    grammar = "rfc3987_syntax"
    blocked = grammar not in sys.modules
    if blocked:
        sys.modules[grammar] = None  # type: ignore[assignment]
    try:
        import jupytext
    except ImportError as problem:
        raise ExerciseError("jupytext is not installed.", 'Install it: pip install -e ".[lab]"') from problem
    finally:
        if blocked:
            del sys.modules[grammar]
    return jupytext


def given(source: str) -> str:
    """A cell's text as the learner gets it. Raises ExerciseError where a marker has no counterpart."""
    instead = "BEGIN STUB" in source

    def put(block: re.Match[str]) -> str:
        indent, kind, body = block[1], block[2], block[3]
        if kind == "STUB":
            return "".join(re.sub(r"^( *)# ?", r"\1", line) for line in body.splitlines(keepends=True))
        return "" if instead else "".join(f"{indent}{line}\n" for line in STUB)

    return _left_clean(BLOCK.sub(put, source))


def solved(source: str, markers: bool = True) -> str:
    """A cell's text with its solution. markers: with nbgrader's, which its tools look for."""

    def put(block: re.Match[str]) -> str:
        return "" if block[2] == "STUB" else block[0] if markers else block[3]

    text = BLOCK.sub(put, source)
    return text if markers else _left_clean(text)


def _left_clean(text: str) -> str:
    if "### BEGIN" in text or "### END" in text:
        raise ExerciseError(f"A marker has no counterpart in: {text[:60]!r}…", "Close every BEGIN with its END.")
    return text


@cache
def _by_part(path: Path) -> dict[str, str]:
    return {c.part: c.source for c in cells(path.read_text(encoding="utf-8")) if c.part} if path.is_file() else {}


@cache
def stub_of(part: Part) -> str:
    """The text of a part's cell as it is given; "" if its exercise is not in this clone."""
    source = _by_part(exercise_of(part.exercise).text).get(part.id, "")
    return given(source) if source else ""


def solution_of(part: Part) -> str:
    """The reference, as text. Raises ExerciseError if it is not in this clone."""
    source = _by_part(exercise_of(part.exercise).text).get(part.id)
    if source is None:
        raise ExerciseError(f"The solution of {part.id} is not in this clone.", "Restore it: git checkout solutions")
    text = solved(source, markers=False)
    return re.sub(rf"\n*^check\(\"{re.escape(part.id)}\".*\Z", "\n", text, flags=re.M | re.S).strip() + "\n"
