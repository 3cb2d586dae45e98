"""`course …`: the command line. Each command is a few lines that call the library; nothing heavy loads before it runs.

Exit codes: 0 done; 1 the work was done and something in it failed; 2 bad input or usage, said in one line on standard
error without a traceback.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from course_lib.cli import clips, exercises, grading, lab, machine, probing, watch
from course_lib.errors import CourseError

app = typer.Typer(
    name="course",
    help="Build and train video language models, and measure where they err about time.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # a plain help text: loading rich for it would double the start-up time
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    watch.demo,
    watch.summarize,
    probing.probe,
    clips.clip,
    machine.models,
    machine.doctor,
    machine.bench,
    machine.train,
    lab.lab,
    exercises.check,
    exercises.progress,
    exercises.build,
    grading.grade,
):
    app.command()(command)


@app.callback(invoke_without_command=True)
def _root(context: typer.Context, version: bool = typer.Option(False, "--version", help="Print the version.")) -> None:
    if version:
        from course_lib import __version__

        typer.echo(f"course {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code. arguments: those of this process when None."""
    try:
        code = app(args=arguments, prog_name="course", standalone_mode=False)
        sys.stdout.flush()  # a closed pipe shows here and not in the interpreter's last breath
    except CourseError as problem:
        return _refuse(f"{type(problem).__name__}: {problem}")
    except typer.TyperException as problem:
        where = getattr(getattr(problem, "ctx", None), "command_path", "course")
        return _refuse(f"{where}: {problem.format_message().rstrip('.')}. See: {where} --help")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # `course … | head` is no mistake
        return 0
    except OSError as problem:
        return _refuse(f"{type(problem).__name__}: {problem}. Check the path, its permissions and the free disk space.")
    return int(code or 0)


def _refuse(line: str) -> int:
    """Say on standard error, in one line, why nothing was done."""
    print(" ".join(line.split()), file=sys.stderr)
    return 2
