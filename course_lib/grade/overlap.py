"""Answers that are the same up to names, comments and spaces."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations

from course_lib.checks.manifest import Part, exercise_of
from course_lib.checks.stubs import stub_of
from course_lib.grade.records import Submission

LEAST = 3  # parts of an exercise that have to be the same (all, if it has fewer),
SIZE = 120  # and nodes of their syntax trees: short functions can only be written in so many ways
# What more students than this, and more than this share of them, write alike is how one writes it. Source: moss -m
# (Schleimer, Wilkerson and Aiken, 2003: "Winnowing"), which passes over what is in more than ten programs.
MANY, SHARE = 10, 0.25

Form = tuple[str, int]  # what is left of a function, and its nodes
Group = tuple[str, tuple[str, ...], tuple[str, ...]]


def alike(submissions: Sequence[Submission]) -> list[Group]:
    """(exercise, students, parts) of those who share at least LEAST parts, most parts first. It proves nothing: it says
    where to look."""
    handed_in: dict[str, list[Submission]] = defaultdict(list)
    for submission in submissions:
        if not submission.rejected:
            handed_in[submission.exercise].append(submission)
    found = [group for exercise, several in handed_in.items() for group in _groups(exercise, several)]
    return sorted(found, key=lambda group: (-len(group[2]), group))


def _groups(exercise: str, submissions: Sequence[Submission]) -> Iterator[Group]:
    parts = [part for part in exercise_of(exercise).parts if _is_blank(stub_of(part), part)]
    least = min(LEAST, len(exercise_of(exercise).parts))
    forms = {s.student: _forms(s, parts) for s in submissions}
    writers: dict[tuple[str, Form], int] = defaultdict(int)
    for its in forms.values():
        for key in its.items():
            writers[key] += 1
    most = max(MANY, SHARE * len(submissions))
    # By every choice of LEAST parts: pairs of students would be a thousand times as many in a large class.
    chosen: dict[tuple[tuple[str, Form], ...], list[str]] = defaultdict(list)
    for student, its in forms.items():
        for choice in combinations([key for key in its.items() if writers[key] <= most], least):
            chosen[choice].append(student)
    shared: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)  # students -> part -> nodes
    for choice, students in chosen.items():
        if len(students) > 1:
            shared[tuple(students)].update({part: size for part, (_, size) in choice})
    large = {students: set(its) for students, its in shared.items() if sum(its.values()) >= SIZE}
    for together, same in large.items():
        within = (set(together) < set(more) and same <= large[more] for more in large)
        if not any(within):
            yield exercise, together, tuple(part.id for part in parts if part.id in same)


def _is_blank(stub: str, part: Part) -> bool:
    """Whether a part is given empty: one that is given with its faults comes back from everybody mended alike."""
    form = _form(stub, part.function)
    return form is None or "NotImplementedError" in form[0]


def _forms(submission: Submission, parts: Sequence[Part]) -> dict[str, Form]:
    sources, found = dict(submission.cells), {}
    for part in parts:
        form = _form(sources.get(submission.part_cells.get(part.id, ""), ""), part.function)
        if form and form != _form(stub_of(part), part.function):
            found[part.id] = form
    return found


@lru_cache(4096)  # of the same text there are many: the stub, and answers that were copied
def _form(source: str, function: str) -> Form | None:
    """A function without its own names, its annotations and its words: what is left when somebody renames variables and
    rewrites comments. None if the source does not define it, or is too deep to look at."""
    try:
        tree = ast.parse(source)
        found = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef) and n.name == function]
        if not found:
            return None
        plain = _Plain(found[-1]).visit(found[-1])
        return ast.dump(plain), sum(1 for _ in ast.walk(plain))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Plain(ast.NodeTransformer):
    """Names that the function binds become n0, n1, … in their order; those of others (int, np.round) stay."""

    def __init__(self, top: ast.AST) -> None:
        self.names = {n.id: "" for n in ast.walk(top) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        self.names |= {n.arg: "" for n in ast.walk(top) if isinstance(n, ast.arg)}
        inner = [n for n in ast.walk(top) if isinstance(n, ast.FunctionDef | ast.ClassDef) and n is not top]
        self.names |= {n.name: "" for n in inner}
        self.given = 0

    def _new(self, name: str) -> str:
        if self.names.get(name) == "":
            self.names[name] = f"n{self.given}"
            self.given += 1
        return self.names.get(name, name)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._new(node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg, node.annotation = self._new(node.arg), None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name, node.returns = self._new(node.name), None
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return self.generic_visit(ast.Assign([node.target], node.value))

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)
