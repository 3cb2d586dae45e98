"""`course check`, `course progress`, `course build`."""

from __future__ import annotations

import typer


def check(
    exercise: str = typer.Argument("", metavar="[EX]", help="An exercise (2) or one part (2.pool); without: all."),
    seed: int = typer.Option(None, help="Draw the same inputs again."),
) -> None:
    """Check what stands in exercises/, outside Jupyter.

    Its cells are run in this process: they are yours. Exit code 1 if something is wrong.
    """
    from course_lib.checks.manifest import exercise_of, exercises, part_of
    from course_lib.learn.check import outcome_of
    from course_lib.learn.notebook import Ran, run_cells
    from course_lib.progress import waiting
    from course_lib.viz.checks import Shown

    only = part_of(exercise) if "." in exercise else None
    chosen = [exercise_of(only.exercise if only else exercise)] if exercise else list(exercises())
    todo = [(one, part) for one in chosen for part in one.parts if only in (None, part)]
    ran: dict[str, Ran] = {}
    wrong = False
    for number, (one, part) in enumerate(todo, 1):
        # A bar for each: one for all would stand in the lines that are printed between them.
        if one.id not in ran:
            with waiting(f"running the cells of {one.id}"):
                ran[one.id] = run_cells(one.notebook)
            for cell, problem in ran[one.id].failed.items():
                typer.echo(f"{one.id}, cell {cell}: {problem}")
                wrong = True
        if part.id in ran[one.id].answers:
            with waiting(f"checking {part.id}, {number} of {len(todo)}"):
                outcome = outcome_of(part, ran[one.id].answers[part.id], seed)
            typer.echo(Shown(outcome, part).text())
            wrong |= outcome.state in ("wrong", "error")
        else:
            typer.echo(f"○ {part.id} · {part.title}: its cell did not reach check(…)")
    if wrong:
        raise typer.Exit(1)


def progress() -> None:
    """Points by exercise, hints used, and what is next."""
    from course_lib.learn.progress import progress as shown

    typer.echo(shown().text())


def build(
    check: bool = typer.Option(False, "--check", help="Change nothing; exit code 1 if something is out of step."),
) -> None:
    """Make exercises/ from solutions/text/ again."""
    from course_lib.progress import waiting

    try:
        with waiting("reading solutions/"):
            from course_lib.grade import build as made
    except ImportError as problem:
        from course_lib.errors import ExerciseError

        raise ExerciseError(f"{problem.name} is not installed.", 'Install it: pip install -e ".[grade]"') from problem
    if check:
        with waiting("comparing"):
            found = made.drift()
        for line in found:
            typer.echo(line)
        if found:
            raise typer.Exit(1)
        typer.echo("exercises/ and solutions/ are what the texts give.")
        return
    with waiting("building exercises/"):
        changed = made.build()
    for path in changed:
        typer.echo(f"written: exercises/{path.name}")
    typer.echo("" if changed else "exercises/ is what solutions/text/ gives: nothing to do.", nl=not changed)
