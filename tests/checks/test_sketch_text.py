"""Exercise 4 shows the sketch twice, whole and in its nine parts: the two are the same code."""

import ast

from course_lib.checks.manifest import exercise_of
from course_lib.checks.stubs import cells, stub_of


def functions(source):
    """Name -> code of every function, docstrings left out."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            if isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant):
                node.body = node.body[1:]
            found[node.name] = ast.dump(node)
    return found


def test_the_parts_are_the_functions_of_the_whole_sketch():
    exercise = exercise_of("4")
    written = cells(exercise.text.read_text(encoding="utf-8"))
    whole = functions(next(c.source for c in written if not c.part and "def choose_frames" in c.source))
    assert list(whole) == [part.function for part in exercise.parts]
    for part in exercise.parts:
        assert functions(stub_of(part))[part.function] == whole[part.function], part.id
