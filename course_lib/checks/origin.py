"""Whether an answer writes what was asked, or imports it from the library that it is to rebuild."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence

PACKAGE = "course_lib"


def borrowed(source: str, allowed: Sequence[str] = ()) -> str:
    """The first module of course_lib in a source that is neither allowed nor below an allowed one; "" if there is none.

    Looks at import statements and at strings that name one, as importlib.import_module takes them. A source that is not
    Python borrows nothing: running it will say what is wrong with it.
    """
    try:
        tree = _tree(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    for name in _named(tree):
        if not any(name == module or name.startswith(f"{module}.") for module in (f"{PACKAGE}.learn", *allowed)):
            return name
    return ""


def _tree(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a backslash in somebody's string is not the grader's to speak of
        return ast.parse(source)


def _named(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names] if node.module else []
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
            names = [node.value]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == PACKAGE)


def same_code(one: str, other: str, function: str) -> bool:
    """Whether two sources define `function` in the same way, comments and spaces aside. False if either does not."""
    first, second = (_definition(text, function) for text in (one, other))
    return first is not None and first == second


def _definition(source: str, function: str) -> str | None:
    try:
        tree = _tree(source)
        found = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef) and n.name == function]
        return ast.dump(found[-1]) if found else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
