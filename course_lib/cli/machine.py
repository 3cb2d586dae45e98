"""`course models`, `course doctor`, `course bench`, `course train`: what this machine has and can do."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from course_lib.cli import say
from course_lib.progress import waiting

Json = Annotated[bool, typer.Option("--json", help="Print JSON alone.")]


def models(json: Json = False) -> None:
    """List the models, their size and what they need."""
    from course_lib import zoo

    with waiting("looking for models"):
        rows = zoo.models()
    if json:
        say.as_json([asdict(row) for row in rows])
        return
    say.table(
        ("model", "parameters", "where", "here", "needs"),
        [(r.name, _count(r.parameters), r.where, "yes" if r.available else "no", r.needs) for r in rows],
    )


def doctor(json: Json = False) -> int:
    """Check this machine and say how to mend it.

    [OK], [FAIL] with the fix, or [--] for something optional that is not there. Exits with 1 on a [FAIL].
    """
    from course_lib.doctor import examine

    with waiting("checking"):
        found = examine()
    if json:
        say.as_json([asdict(check) for check in found])
    else:
        marks = {"ok": "[OK]", "fail": "[FAIL]", "absent": "[--]"}
        say.table(("", "", ""), [(marks[c.state], c.name, f"{c.found} {c.fix}".strip()) for c in found])
    return int(any(check.state == "fail" for check in found))


def bench(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Which one; without it, list them.")] = None,
    json: Json = False,
) -> None:
    """List or run the comparisons in benchmarks/.

    They are in the repository and not in the installed package.
    """
    from course_lib.cli.benches import find, run

    found = find()
    if name is None:
        if json:
            say.as_json(found)
        else:
            say.table(("benchmark", "what it compares"), list(found.items()))
        return
    if json:
        with redirect_stdout(sys.stderr):  # its table
            result = run(name)
        say.as_json(result)
    else:
        run(name)


def train(
    what: Annotated[
        str, typer.Argument(metavar="MODEL", help="pocket, or pocket-notime, which has no time signal.")
    ] = "pocket",
    out: Annotated[Path, typer.Option("--out", help="Folder for checkpoints, log, picture and weights.")] = Path(
        "runs/pocket"
    ),
    stage: Annotated[
        list[str] | None, typer.Option("--stage", help="Only this of vision, text, align, joint; can be repeated.")
    ] = None,
    device: Annotated[str | None, typer.Option("--device", help="cpu or cuda. [default: cuda if there is one]")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Draws the clips and the first weights.")] = 0,
    resume: Annotated[
        bool, typer.Option("--resume/--no-resume", help="Go on with the run that --out holds, or refuse to.")
    ] = True,
    lesson: Annotated[
        bool, typer.Option("--lesson", help="Minutes: one kind of question, on the shipped encoder.")
    ] = False,
    threads: Annotated[int | None, typer.Option("--threads", min=1, help="CPU threads.")] = None,
    base: Annotated[
        Path | None, typer.Option("--base", help="Take vision and text from this run: pocket-notime from pocket's.")
    ] = None,
) -> None:
    """Train the pocket model in its four stages."""
    from course_lib.model.pocket import PocketConfig
    from course_lib.model.train.run import MODELS, STAGES, train_pocket

    if what not in MODELS:
        raise typer.BadParameter(f"{what!r} cannot be trained here: only {' and '.join(MODELS)} can")

    stages = tuple(stage or STAGES)
    train_pocket(
        out, device=device, seed=seed, resume=resume, lesson=lesson, stages=stages, threads=threads,
        config=PocketConfig(time_signal=MODELS[what]), base=base,
    )  # fmt: skip
    if "joint" in stages and not lesson:
        from course_lib.temporal.confidence import calibrate

        slope, offset = calibrate(out / "model")
        print(f"its confidence: slope {slope:.2f}, offset {offset:.2f}")


def _count(parameters: int) -> str:
    """7.6 B, 11.2 M, 640.0 k."""
    for size, unit in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if parameters >= size:
            return f"{parameters / size:.1f} {unit}"
    return str(parameters)
