"""What stands on the card beside the notebooks: points by exercise, hints used, and what is next."""

from __future__ import annotations

from dataclasses import dataclass

from course_lib.checks.manifest import exercises, part_of
from course_lib.learn import record
from course_lib.learn.progress import bars


@dataclass(frozen=True)
class Row:
    """An exercise. said: its points, parts and hints in words; notebook: its path in the clone."""

    name: str
    points: float
    most: float
    said: str
    notebook: str


@dataclass(frozen=True)
class Card:
    """All exercises, and the first part that is not passed. recorded: False where COURSE_RECORD=off keeps no record."""

    rows: tuple[Row, ...]
    points: float
    most: float
    following: str
    following_notebook: str
    recorded: bool


def card() -> Card:
    """The card, from course.toml and the learner's record. Raises ExerciseError for a course.toml that is not right."""
    shown = list(zip((e for e in exercises() if e.parts), bars(), strict=True))
    rows = tuple(Row(f"{e.number} {e.title}", bar.points, bar.most, bar.said, _notebook(e.id)) for e, bar in shown)
    following = next((part_of(part) for _, bar in shown for part in bar.open), None)
    return Card(
        rows=rows,
        points=sum(row.points for row in rows),
        most=sum(row.most for row in rows),
        following=f"{following.id} {following.title}" if following else "",
        following_notebook=_notebook(following.exercise) if following else "",
        recorded=record.path() is not None,
    )


def _notebook(exercise: str) -> str:
    return f"exercises/{exercise}.ipynb"
