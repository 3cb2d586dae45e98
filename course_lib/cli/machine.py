"""`course models`, `course doctor`, `course bench`, `course train`: what this machine has and can do."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from course_lib.cli import say
from course_lib.progress import waiting

if TYPE_CHECKING:
    from course_lib.zoo import ModelRow

Json = Annotated[bool, typer.Option("--json", help="Print JSON alone.")]


def models(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="All that is known of this one.")] = None,
    json: Json = False,
) -> None:
    """List the models, what they cost and whether they fit here.

    Tokens are those of 30 seconds at 1280 x 720; memory is with the work on such a clip.
    """
    from course_lib import zoo

    with waiting("looking for models"):
        rows = [row for row in zoo.models() if name in (None, row.name, row.repo)]
        best = zoo.best_for_this_machine()
    if not rows:
        raise typer.BadParameter(f"there is no model {name!r}: `course models` lists them")
    if json:
        say.as_json([asdict(row) for row in rows])
    elif name is not None:
        _model_card(rows[0])
    else:
        say.table(
            ("model", "parameters", "download", "fp16", "8 bit", "4 bit", "tokens", "told the time by", "fits here"),
            [_model_line(row) for row in rows],
        )
        how = f" in {best.quantize or best.dtype}" if best.name != "pocket" else ""
        print(f"\nTo begin with on this machine: {best.name}{how}, {best.why}. More of one: course models NAME")


def _model_line(row: ModelRow) -> tuple[str, ...]:
    here = f"{row.fits}, is here" if row.fits and row.available and row.download else row.fits or "no"
    memory = (_bytes(row.memory[how]) for how in ("float16", "8bit", "4bit"))
    return (
        row.name, _count(row.parameters), _bytes(row.download) if row.download else "shipped", *memory,
        f"{row.tokens:,}", row.time_signal, here,
    )  # fmt: skip


def _model_card(row: ModelRow) -> None:
    memory = ", ".join(f"{how} {_bytes(size)}" for how, size in row.memory.items())
    lines = {
        "model": row.name,
        "where": f"{row.repo} {row.revision}".strip(),
        "licence": row.licence,
        "parameters": f"{row.parameters:,}",
        "download": _bytes(row.download) if row.download else "shipped",
        "memory": memory,
        "30 s at 1280 x 720": f"{row.frames} frames, {row.tokens:,} tokens",
        "it is told the time by": row.time_signal,
        "fits here": row.fits or "no",
        "is here": "yes" if row.available else "no",
        "needs": row.needs,
        "note": row.note,
    }
    say.table(("", ""), [(key, value) for key, value in lines.items() if value])


def doctor(json: Json = False) -> int:
    """Check this machine and say how to mend it.

    [OK], [FAIL] with the fix, or [--] for something optional that is not there. Exits with 1 on a [FAIL].
    """
    from course_lib.doctor import examine

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
        with redirect_stdout(sys.stderr), waiting(f"running {name}"):  # its table
            result = run(name)
        say.as_json(result)
    else:
        with waiting(f"running {name}"):
            run(name)


def train(
    what: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="pocket; pocket-notime, which has no time signal; or projector, between parts of your own.",
        ),
    ] = "pocket",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Folder for checkpoints, log, picture and weights. [default: runs/pocket; runs/projector]",
        ),
    ] = None,
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
    vision: Annotated[
        str | None,
        typer.Option("--vision", help="projector: pocket, or a SigLIP, CLIP or DINOv2. [default: pocket]"),
    ] = None,
    llm: Annotated[
        str | None,
        typer.Option("--llm", help="projector: a causal language model, a .gguf too. [default: smollm2-135m]"),
    ] = None,
    steps: Annotated[int | None, typer.Option("--steps", min=1, help="projector: how many. [default: 600]")] = None,
) -> None:
    """Train the pocket model, or a projector between your own parts.

    pocket has four stages. A projector learns between an encoder and a language model that stay as they are.
    """
    if what == "projector":
        _refuse_options(what, {"--stage": stage, "--lesson": lesson, "--base": base})
        from course_lib.model.train.projector import ProjectorRecipe, train_projector

        recipe = ProjectorRecipe() if steps is None else ProjectorRecipe(steps=steps)
        train_projector(
            out or Path("runs/projector"), vision or "pocket", llm or "smollm2-135m", device, seed, resume, threads,
            recipe,
        )  # fmt: skip
        return
    from course_lib.model.pocket import PocketConfig
    from course_lib.model.train.run import MODELS, STAGES, train_pocket

    if what not in MODELS:
        raise typer.BadParameter(f"{what!r} cannot be trained here: only {', '.join(MODELS)} and projector can")
    _refuse_options(what, {"--vision": vision, "--llm": llm, "--steps": steps})

    stages, folder = tuple(stage or STAGES), out or Path("runs/pocket")
    train_pocket(
        folder, device=device, seed=seed, resume=resume, lesson=lesson, stages=stages, threads=threads,
        config=PocketConfig(time_signal=MODELS[what]), base=base,
    )  # fmt: skip
    if "joint" in stages and not lesson:
        from course_lib.temporal.confidence import calibrate

        slope, offset = calibrate(folder / "model")
        print(f"its confidence: slope {slope:.2f}, offset {offset:.2f}")


def _refuse_options(what: str, given: dict[str, object]) -> None:
    """Options of the other recipe would be left unread without a word."""
    if odd := [name for name, value in given.items() if value]:
        raise typer.BadParameter(f"{odd[0]} says nothing about {what}: leave it out")


def _bytes(size: int) -> str:
    """23 MB, 1.0 GB, 16 GB: in powers of ten, as the hub counts."""
    for unit, one in (("GB", 1e9), ("MB", 1e6)):
        if size >= one:
            return f"{size / one:.1f} {unit}" if size < 10 * one else f"{size / one:.0f} {unit}"
    return f"{size / 1e3:.0f} kB"


def _count(parameters: int) -> str:
    """7.6 B, 11.2 M, 640.0 k."""
    for size, unit in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if parameters >= size:
            return f"{parameters / size:.1f} {unit}"
    return str(parameters)
