"""What a learner calls in a notebook: `check`, `hint`, `solution`, `progress`."""

from course_lib.learn.check import check, points
from course_lib.learn.help import hint, solution
from course_lib.learn.progress import progress

__all__ = ["check", "hint", "points", "progress", "solution"]
