"""`course grade`: a class's notebooks, graded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from course_lib.cli.say import make_folder
from course_lib.progress import waiting

if TYPE_CHECKING:
    from course_lib.grade.journal import Journal
    from course_lib.grade.records import Grade, Submission

FORMATS = ("csv", "canvas", "moodle", "gradescope", "nbgrader")
MOST_LINES = 10  # of what was not graded, in the terminal; overview.html has all


def grade(
    submissions: Annotated[Path, typer.Argument(metavar="SUBMISSIONS", help="A folder, an LMS's zip, or a notebook.")],
    out: Annotated[Path, typer.Option("--out", help="Grades and feedback; a run that was stopped goes on with it.")],
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes; else one for 100 notebooks, at most one a core.")
    ] = None,
    scheduler: Annotated[str | None, typer.Option("--scheduler", help="A dask scheduler, as tcp://host:8786.")] = None,
    formats: Annotated[str, typer.Option("--format", help=f"Some of {','.join(FORMATS)}.")] = "csv",
    regrade: Annotated[
        list[str] | None, typer.Option("--regrade", help="A student or an exercise to grade anew; also several.")
    ] = None,
    reseed: Annotated[str, typer.Option("--reseed", help="With --regrade: other inputs, drawn from this text.")] = "",
    late: Annotated[Path | None, typer.Option("--late", help="CSV of student,days[,exercise].")] = None,
    late_penalty: Annotated[
        float,
        typer.Option(
            "--late-penalty",
            min=0,
            max=100,
            help="Percent off a day begun, as --late says; else a day where Canvas says LATE.",
        ),
    ] = 0.0,
    replay: Annotated[
        tuple[str, str] | None, typer.Option("--replay", metavar="STUDENT EXERCISE", help="Show how it was graded.")
    ] = None,
    unsafe_local: Annotated[
        bool, typer.Option("--unsafe-local", help="Without a sandbox: for code that you trust.")
    ] = False,
) -> None:
    """Grade a class: untrusted code, each in a sandbox. A run that was stopped goes on where it was."""
    chosen = [name.strip() for name in formats.split(",") if name.strip()]
    if unknown := [name for name in chosen if name not in FORMATS]:
        raise typer.BadParameter(f"there is no format {unknown[0]!r}: choose from {', '.join(FORMATS)}")
    if late is not None and not late_penalty:
        raise typer.BadParameter("--late needs --late-penalty, the percent that a day costs")
    if reseed and not regrade:
        raise typer.BadParameter("--reseed needs --regrade, the student or the exercise that gets other inputs")
    if replay and regrade:
        raise typer.BadParameter("--replay shows what was graded: give it without --regrade")
    from course_lib.grade.collect import collect
    from course_lib.grade.export import write
    from course_lib.grade.journal import Journal
    from course_lib.grade.late import days_of, read_late, strangers, with_penalty
    from course_lib.grade.local import WARNING

    days = read_late(late) if late else {}
    with waiting("reading what was handed in"):
        handed_in = collect(submissions)
    _known(regrade or (), handed_in)
    if unsafe_local:
        typer.echo(WARNING, err=True)
    if replay:
        _replay(handed_in, out, replay, unsafe_local)
        return
    for line in strangers(days, handed_in):
        typer.echo(f"{late}: nobody here is {_line(line)}", err=True)
    make_folder(out)
    with Journal(out / "journal.sqlite") as journal:
        grades = _grades(handed_in, journal, unsafe_local, workers, scheduler, set(regrade or ()), reseed)
        of = {(s.student, s.exercise): s for s in handed_in}
        fair = [with_penalty(g, days_of(of[g.student, g.exercise], days), late_penalty) for g in grades]
        written = write(fair, handed_in, out, chosen)  # while no other run can write into the same folder
    _summary(fair)
    for path in written:
        typer.echo(str(path))
    if any(g.state == "infrastructure" for g in fair):
        raise typer.Exit(1)


def _grades(
    handed_in: list[Submission], journal: Journal, unsafe: bool, workers: int | None, scheduler: str | None,
    names: set[str], reseed: str,
) -> list[Grade]:  # fmt: skip
    """All grades. Those that are to be graded anew come after the others: reseed is for them alone."""
    from course_lib.grade.engine import Run, grade_all

    named = [s for s in handed_in if names & {s.student, s.exercise, s.exercise.split("_", 1)[0]}]
    keys = {(s.student, s.exercise) for s in named}
    rest = [s for s in handed_in if (s.student, s.exercise) not in keys]
    grades = grade_all(rest, journal, Run(journal.salt, unsafe), workers, scheduler) if rest else []
    if named:
        run = Run(journal.salt, unsafe, reseed)
        grades = grades + grade_all(named, journal, run, workers, scheduler, again=lambda _: True)
    return sorted(grades, key=lambda g: (g.student, g.exercise))


def _known(names: list[str] | tuple[str, ...], handed_in: list[Submission]) -> None:
    known = {n for s in handed_in for n in (s.student, s.exercise, s.exercise.split("_", 1)[0])}
    if unknown := set(names) - known:
        raise typer.BadParameter(f"--regrade: nobody and nothing is called {min(unknown)!r} here")


def _line(text: str) -> str:
    """A student's text cannot steer a terminal."""
    from course_lib.grade.export import plain

    return plain(text)


def _summary(grades: list[Grade]) -> None:
    states = Counter(g.state for g in grades)
    said = ", ".join(f"{count} {state}" for state, count in states.most_common())
    typer.echo(f"{len(grades)} notebooks of {len({g.student for g in grades})} students: {said or 'nothing'}")
    open_ones = [g for g in grades if g.state != "graded"]
    for g in open_ones[:MOST_LINES]:
        typer.echo(_line(f"  {g.state}: {g.student}, {g.exercise}: {g.message}"))
    if len(open_ones) > MOST_LINES:
        typer.echo(f"  and {len(open_ones) - MOST_LINES} more: see overview.html")


def _replay(handed_in: list[Submission], out: Path, wanted: tuple[str, str], unsafe: bool) -> None:
    """Grade one notebook again with the inputs that it had, show each part as its student sees it, and say whether it
    comes out as it is in the journal. Nothing is written. Ends with 1 if it does not."""
    import course_lib
    from course_lib.checks.manifest import exercise_of
    from course_lib.checks.outcome import Outcome
    from course_lib.grade.engine import sandbox_of
    from course_lib.grade.journal import GradeError, Journal
    from course_lib.grade.judge import checks_digest, grade
    from course_lib.viz.checks import Shown

    exercise, path = exercise_of(wanted[1]), out / "journal.sqlite"
    found = [s for s in handed_in if s.student == wanted[0] and s.exercise == exercise.id]
    if not found:
        raise typer.BadParameter(f"--replay: {wanted[0]!r} handed in no {exercise.id}")
    if not path.is_file():
        raise GradeError(f"Nothing was graded in {out}.", "Give the --out of the run that is to be replayed.")
    with Journal(path) as journal:
        kept, salt = journal.latest({(wanted[0], exercise.id)}), journal.salt
    if not kept:
        raise GradeError(f"{wanted[0]!r} has no grade of {exercise.id} in {out}.", "Grade first, without --replay.")
    before, again = kept[0], grade(found[0], sandbox_of(unsafe), salt, kept[0].seed)
    typer.echo(f"{again.student}, {again.exercise}: {again.points:g} of {again.max_points:g} points, {again.state}")
    typer.echo(f"inputs drawn from {again.seed}")
    for note in again.notes:
        typer.echo(f"note: {_line(note)}")
    if again.state == "rejected":
        typer.echo(_line(again.message))
    for part, row in zip(exercise.parts, again.parts, strict=False):
        typer.echo(Shown(Outcome.from_dict(row), part).text())
    for changed, what in (
        (before.submission != again.submission, "The file has changed since it was graded."),
        (
            (before.checks, before.version) != (checks_digest(), course_lib.__version__),
            "The checks have changed since.",
        ),
    ):
        if changed:
            typer.echo(what)
    if (before.state, before.points) == (again.state, again.points):
        typer.echo("The same as in the journal (a penalty for lateness comes after it).")
    else:
        typer.echo(f"The journal has {before.points:g} points, {before.state}.")
        raise typer.Exit(1)
