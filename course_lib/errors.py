"""One family of errors: what was wrong, and what to do about it, in one line."""

from __future__ import annotations


class CourseError(Exception):
    """Something the user can mend.

    what: names the value that was wrong. fix: the next thing to do. The command line prints `Name: what fix` on one
    line and exits with 2.
    """

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(f"{what} {fix}".strip())
        self.what = what
        self.fix = fix

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows (IPython asks for it): the one line, as on the command line, and no traceback."""
        return [f"{type(self).__name__}: {self}"]

    def __reduce__(self) -> tuple[type[CourseError], tuple[str, str]]:
        return type(self), (self.what, self.fix)  # else unpickling would call it with the message alone


class VideoError(CourseError):
    """A file that cannot be read as a video, or a sampling request it cannot meet."""


class TimelineError(CourseError):
    """Events or a timeline file that cannot be true: overlapping in themselves, past the end, not JSON, …"""


class SpliceError(CourseError):
    """Video tokens and the places left for them in the text do not fit each other."""


class ModelError(CourseError):
    """A model that is unknown, unreachable, damaged or does not fit this machine."""


class ExerciseError(CourseError):
    """An exercise, part or notebook that is not there, or a manifest that cannot be right."""
