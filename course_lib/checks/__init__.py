"""What is asked in the exercises and how an answer is judged: the same code for a learner's kernel and for grading.

A check calls the answer through an interface (`answer.Answer`) and compares on its own side of it. Only numbers,
strings, lists, dicts, arrays and, as arguments, functions of these cross.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course_lib.checks.check import Check
    from course_lib.checks.manifest import Part


def check_of(part: Part) -> Check:
    """The check of a part: `CHECKS["uniform"]` of course_lib/checks/frames for 1.uniform of exercise 1_frames."""
    module = import_module(f"course_lib.checks.{part.exercise.split('_', 1)[1]}")
    return module.CHECKS[part.name]  # type: ignore[no-any-return]
