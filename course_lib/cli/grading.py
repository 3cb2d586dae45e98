"""`course grade`: a class's notebooks, graded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from course_lib.grade.records import Grade, Submission

FORMATS = ("csv", "canvas", "moodle", "gradescope", "nbgrader")


def grade(
    submissions: Annotated[Path, typer.Argument(metavar="SUBMISSIONS", help="A folder, an LMS's zip, or a notebook.")],
    out: Annotated[Path, typer.Option("--out", help="Grades and feedback; a run that was stopped goes on with it.")],
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes of this machine.")] = 1,
    scheduler: Annotated[str | None, typer.Option("--scheduler", help="A dask scheduler, as tcp://host:8786.")] = None,
    formats: Annotated[str, typer.Option("--format", help=f"Some of {','.join(FORMATS)}.")] = "csv",
    regrade: Annotated[
        list[str] | None, typer.Option("--regrade", help="A student or an exercise to grade anew; also several.")
    ] = None,
    reseed: Annotated[str, typer.Option("--reseed", help="With --regrade: other inputs, drawn from this text.")] = "",
    late: Annotated[Path | None, typer.Option("--late", help="CSV of student,days[,exercise].")] = None,
    late_penalty: Annotated[float, typer.Option("--late-penalty", min=0, max=100, help="Percent a day begun.")] = 0.0,
    replay: Annotated[
        tuple[str, str] | None, typer.Option("--replay", metavar="STUDENT EXERCISE", help="Show how it was graded.")
    ] = None,
    unsafe_local: Annotated[
        bool, typer.Option("--unsafe-local", help="Without a sandbox: for code that you trust.")
    ] = False,
) -> None:
    """Grade notebooks whose code cannot be trusted: each in a sandbox, nothing lost when it is stopped."""
    chosen = [name.strip() for name in formats.split(",") if name.strip()]
    if unknown := [name for name in chosen if name not in FORMATS]:
        raise typer.BadParameter(f"there is no format {unknown[0]!r}: choose from {', '.join(FORMATS)}")
    if (late is None) != (late_penalty == 0):
        raise typer.BadParameter("give --late and --late-penalty together")
    from course_lib.grade.engine import Run, grade_all
    from course_lib.grade.export import write
    from course_lib.grade.journal import Journal
    from course_lib.grade.late import read_late, with_penalty
    from course_lib.grade.local import WARNING
    from course_lib.grade.read import collect

    days = read_late(late) if late else {}
    handed_in = collect(submissions)
    if unsafe_local:
        typer.echo(WARNING, err=True)
    with Journal(out / "journal.sqlite") as journal:
        run = Run(journal.salt, unsafe_local, reseed)
        if replay:
            _replay(handed_in, replay, run)
            return
        again = set(regrade or ())
        _known(again, handed_in)

        def anew(s: Submission) -> bool:
            return bool(again & {s.student, s.exercise, s.exercise.split("_", 1)[0]})

        grades = grade_all(handed_in, journal, run, workers, scheduler, anew)
        fair = [with_penalty(g, _days(g, days), late_penalty) for g in grades]
        written = write(fair, handed_in, out, chosen)
    _summary(fair)
    for path in written:
        typer.echo(str(path))
    if any(g.state == "infrastructure" for g in fair):
        raise typer.Exit(1)


def _days(grade: Grade, days: dict[tuple[str, str], float]) -> float:
    number = grade.exercise.split("_", 1)[0]
    keys = [(grade.student, grade.exercise), (grade.student, number), (grade.student, "")]
    return next((days[key] for key in keys if key in days), 0.0)


def _known(names: set[str], handed_in: list[Submission]) -> None:
    known = {n for s in handed_in for n in (s.student, s.exercise, s.exercise.split("_", 1)[0])}
    if names - known:
        raise typer.BadParameter(f"--regrade: nobody and nothing is called {sorted(names - known)[0]!r} here")


def _summary(grades: list[Grade]) -> None:
    states = Counter(g.state for g in grades)
    said = ", ".join(f"{count} {state}" for state, count in states.most_common())
    typer.echo(f"{len(grades)} notebooks of {len({g.student for g in grades})} students: {said or 'nothing'}")


def _replay(handed_in: list[Submission], wanted: tuple[str, str], run: object) -> None:
    """Grade one notebook again with the same inputs, and show each part as its student sees it."""
    from course_lib.checks.manifest import exercise_of
    from course_lib.checks.outcome import Outcome
    from course_lib.grade.engine import Run, sandbox_of
    from course_lib.grade.judge import grade, seed_of
    from course_lib.viz.checks import Shown

    assert isinstance(run, Run)
    exercise = exercise_of(wanted[1])
    found = [s for s in handed_in if s.student == wanted[0] and s.exercise == exercise.id]
    if not found:
        raise typer.BadParameter(f"--replay: {wanted[0]!r} handed in no {exercise.id}")
    again = grade(found[0], sandbox_of(run.unsafe), run.salt)
    typer.echo(f"{again.student}, {again.exercise}: {again.points:g} of {again.max_points:g} points, {again.state}")
    typer.echo(f"inputs drawn from {seed_of(run.salt, again.exercise, again.student)}")
    for note in again.notes:
        typer.echo(f"note: {note}")
    for part, row in zip(exercise.parts, again.parts, strict=False):
        typer.echo(Shown(Outcome.from_dict(row), part).text())
