"""Answers that are the same up to names, comments and spaces."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Sequence

from course_lib.checks.manifest import exercise_of
from course_lib.checks.origin import same_code
from course_lib.checks.stubs import stub_of
from course_lib.grade.records import Submission

LEAST = 3  # parts of an exercise that have to be the same: one short function can only be written in so many ways


def alike(submissions: Sequence[Submission]) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """(exercise, students, parts) of those who share at least LEAST parts, most parts first. It proves nothing: it says
    where to look."""
    shared: dict[tuple[str, str, str], list[str]] = defaultdict(list)  # (exercise, part, form) -> students
    for submission in submissions:
        sources = dict(submission.cells)
        for part in exercise_of(submission.exercise).parts if not submission.rejected else ():
            text = sources.get(submission.part_cells.get(part.id, ""), "")
            form = _form(text, part.function)
            if form and not same_code(text, stub_of(part), part.function):
                shared[submission.exercise, part.id, form].append(submission.student)
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (exercise, part_id, _), students in shared.items():
        if len(students) > 1:
            groups[exercise, tuple(students)].append(part_id)
    found = [
        (exercise, students, tuple(parts)) for (exercise, students), parts in groups.items() if len(parts) >= LEAST
    ]
    return sorted(found, key=lambda group: (-len(group[2]), group))


def _form(source: str, function: str) -> str:
    """A function without its names and words: what is left when somebody renames variables and rewrites comments."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    found = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == function]
    if not found:
        return ""
    names: dict[str, str] = {}
    for node in ast.walk(found[-1]):
        if isinstance(node, ast.Name):
            node.id = names.setdefault(node.id, f"n{len(names)}")
        elif isinstance(node, ast.arg):
            node.arg, node.annotation = names.setdefault(node.arg, f"n{len(names)}"), None
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = ""
    return ast.dump(found[-1])
