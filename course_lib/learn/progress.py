"""`progress()`: how far you are."""

from __future__ import annotations

from course_lib.checks.manifest import Exercise, exercises
from course_lib.learn import record
from course_lib.viz.checks import Bar, ProgressShown


def bars() -> list[Bar]:
    """A bar for each exercise, from the record."""
    done = record.done()
    return [bar_of(exercise, done) for exercise in exercises() if exercise.parts]


def bar_of(exercise: Exercise, done: dict[str, record.Done]) -> Bar:
    """An exercise as far as it is done; done: what `record.done` gives."""
    parts = [(part, done.get(part.id, record.Done())) for part in exercise.parts]
    return Bar(
        name=f"chapter {exercise.chapter.split('_')[0]} · {exercise.number} {exercise.title}",
        points=sum(d.points for _, d in parts), most=exercise.points,
        passed=sum(d.passed for _, d in parts), parts=len(parts),
        hints=sum(d.hints for _, d in parts), revealed=sum(d.revealed for _, d in parts),
        open=tuple(part.id for part, d in parts if not d.passed),
    )  # fmt: skip


def progress() -> ProgressShown:
    """Points by exercise, hints used, and what is open."""
    return ProgressShown(bars())
