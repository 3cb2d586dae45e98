"""course.toml: every chapter, exercise and part, once. Nothing else lists them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from course_lib.errors import ExerciseError

ROOT = Path(__file__).resolve().parents[2]  # the clone: course.toml, exercises/ and solutions/ lie here


@dataclass(frozen=True)
class Part:
    """One function to write. id: "2.pool"; exercise: the stem of its notebook, "2_tokens"; function: its name in the
    notebook; hints: three, from the idea to pseudocode; borrows: modules of course_lib that an answer may import;
    seconds: that a check may take when it is graded, if more than usual."""

    id: str
    exercise: str
    title: str
    function: str
    points: float
    minutes: int
    hints: tuple[str, ...]
    borrows: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def name(self) -> str:
        return self.id.split(".", 1)[1]

    @property
    def cell(self) -> str:
        """The id of its cell in the notebook; nbgrader's grade_id too. Neither may have a dot."""
        return self.id.replace(".", "-")


@dataclass(frozen=True)
class Exercise:
    """id: "2_tokens", the stem of its notebook; number: "2"; points: of all its parts together."""

    id: str
    title: str
    points: float
    minutes: int
    chapter: str
    parts: tuple[Part, ...]

    @property
    def number(self) -> str:
        return self.id.split("_", 1)[0]

    @property
    def notebook(self) -> Path:
        return ROOT / "exercises" / f"{self.id}.ipynb"

    @property
    def text(self) -> Path:
        return ROOT / "solutions" / "text" / f"{self.id}.py"


def read(text: str) -> tuple[Exercise, ...]:
    """The exercises of a manifest.

    Raises ExerciseError naming the part that lacks something, has not three hints, or whose points do not add up.
    """
    exercises = []
    for row in tomllib.loads(text).get("exercises", ()):
        number = row["id"].split("_", 1)[0]
        parts = tuple(_part(row["id"], number, part) for part in row.get("parts", ()))
        exercise = Exercise(row["id"], row["title"], row["points"], row["minutes"], row["chapter"], parts)
        for name, whole in (("points", exercise.points), ("minutes", exercise.minutes)):
            if (together := sum(getattr(part, name) for part in parts)) != whole:
                raise ExerciseError(
                    f"The {name} of {exercise.id}'s parts add up to {together}, and it says {whole}.",
                    "Mend course.toml.",
                )
        exercises.append(exercise)
    return tuple(exercises)


def _part(exercise: str, number: str, row: Mapping[str, Any]) -> Part:
    name = row.get("id", "?")
    if missing := [key for key in ("id", "title", "function", "points", "minutes", "hints") if not row.get(key)]:
        raise ExerciseError(f"Part {name} of {exercise} has no {missing[0]}.", "Add it to course.toml.")
    if not name.startswith(f"{number}."):
        raise ExerciseError(
            f"Part {name} stands in exercise {exercise}.", f"Call it {number}.something in course.toml."
        )
    hints = tuple(hint.strip() for hint in row["hints"])
    if len(hints) != 3 or not all(hints):
        raise ExerciseError(f"Part {name} has {len(list(filter(None, hints)))} hints.", "Give three in course.toml.")
    rest = {key: row[key] for key in ("title", "function", "points", "minutes")}
    return Part(
        name, exercise, hints=hints, borrows=tuple(row.get("borrows", ())), seconds=row.get("seconds", 0.0), **rest
    )


@cache
def exercises() -> tuple[Exercise, ...]:
    """All exercises of this clone, in their order."""
    path = ROOT / "course.toml"
    if not path.is_file():
        raise ExerciseError(
            f"{path} is not there.", "Work in a clone of the course, where course_lib was installed from."
        )
    return read(path.read_text(encoding="utf-8"))


def exercise_of(name: str) -> Exercise:
    """By its number, "2", or by its notebook's name, "2_tokens"."""
    for exercise in exercises():
        if name in (exercise.number, exercise.id):
            return exercise
    known = ", ".join(exercise.id for exercise in exercises())
    raise ExerciseError(f"There is no exercise {name!r}.", f"Choose one of: {known}.")


def part_of(name: str) -> Part:
    """By its id, "2.pool". Raises ExerciseError naming the nearest ones."""
    from difflib import get_close_matches

    parts = {part.id: part for exercise in exercises() for part in exercise.parts}
    if name not in parts:
        near = get_close_matches(name, parts, 3, 0.5) or [i for i in parts if i.split(".")[0] == name.split(".")[0]]
        raise ExerciseError(f"There is no part {name!r}.", f"Choose one of: {', '.join(near or parts)}.")
    return parts[name]
