"""`course probe`: questions about time, on one video or on many clips of clipworld."""

from __future__ import annotations

import functools
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from course_lib.cli import say
from course_lib.progress import waiting

if TYPE_CHECKING:
    from course_lib.temporal import ProbeReport
    from course_lib.zoo.base import VideoLLM

Model = Annotated[str, typer.Option("--model", "-m", help="A model that `course models` lists.")]
Device = Annotated[str | None, typer.Option("--device", help="cpu or cuda. [default: cuda if there is one]")]
Dtype = Annotated[str | None, typer.Option("--dtype", help="float32, bfloat16, float16. [default: by device]")]
Quantize = Annotated[str | None, typer.Option("--quantize", help="Hold a published model in 8bit or 4bit.")]
Trust = Annotated[
    bool, typer.Option("--trust-remote-code", help="Run code that a model's repository brings, with your rights.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON alone.")]
SEEDS = "give them as FROM:TO, like 0:200 for 0 to 199"
TRAINED_FROM = 1_000_000
CONTROLS = ("shuffled", "frozen", "question only")


def probe(
    video: Annotated[Path | None, typer.Argument(metavar="[VIDEO]", help="A video file.", show_default=False)] = None,
    timeline: Annotated[Path | None, typer.Option("--timeline", "-t", help="What is true of it (JSON).")] = None,
    seeds: Annotated[
        str | None, typer.Option("--seeds", help="Instead of VIDEO: clipworld's clips FROM:TO, as 0:200.")
    ] = None,
    model: Model = "pocket",
    mitigation: Annotated[
        list[str] | None,
        typer.Option("--mitigation", help="Ask in this way instead; with --seeds compare with it, also several."),
    ] = None,
    each: Annotated[
        int | None, typer.Option("--each", min=1, help="Questions of a kind (3 on a VIDEO, 2 a clip).")
    ] = None,
    scene_kind: Annotated[
        list[str] | None, typer.Option("--scene-kind", help="With --seeds: story, short, two, …; also several.")
    ] = None,
    seconds: Annotated[float | None, typer.Option("--seconds", help="With --seeds: length of a clip (30).")] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="With --seeds: a dask scheduler, as tcp://host:8786.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="With --seeds: processes of this machine (1).")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Draws the questions.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option("--out", "--report", help="Folder for report.html and report.png; --seeds goes on with it."),
    ] = None,
    device: Device = None,
    dtype: Dtype = None,
    quantize: Quantize = None,
    trust_remote_code: Trust = False,
    json: Json = False,
) -> None:
    """Ask about time in a video or in many drawn clips, and judge.

    Without a timeline the answers about VIDEO are judged by contradiction alone: an answer against another. With
    --seeds the answers are counted by kind of question, beside controls; with --mitigation its gain and its cost.
    """
    if (video is None) == (seeds is None):
        raise typer.BadParameter("give a VIDEO or --seeds" + (", not both" if video else f" ({SEEDS})"))
    if out is not None:
        say.make_folder(out)  # before the work, not after it
    how: dict[str, Any] = {"device": device, "dtype": dtype, "quantize": quantize}
    how["trust_remote_code"] = trust_remote_code
    if seeds is None:
        assert video is not None
        only_seeds = {"--scene-kind": scene_kind, "--seconds": seconds, "--scheduler": scheduler, "--workers": workers}
        _refuse_others(only_seeds, "needs --seeds")
        if mitigation and len(mitigation) > 1:
            raise typer.BadParameter('one --mitigation for a VIDEO: join several with "+", as vote+denser')
        _probe_video(video, timeline, model, how, mitigation[0] if mitigation else None, each or 3, seed, out, json)
        return
    _refuse_others({"--timeline": timeline}, "needs a VIDEO: clips of clipworld bring their own")
    if scheduler is not None and workers is not None:
        raise typer.BadParameter("give one of --scheduler and --workers, not both")
    from course_lib import zoo
    from course_lib.temporal.comparison import compare

    zoo.fetch(model, **how)

    result = compare(
        model, mitigation or (), parse_seeds(seeds), scene_kinds=scene_kind or ["story"],
        seconds=30.0 if seconds is None else seconds, each=each or 2, seed=seed,
        journal=out / "journal.jsonl" if out is not None else None, controls=CONTROLS,
        scheduler=scheduler, workers=workers or 1,
        load=functools.partial(zoo.load, **how) if any(how.values()) else None,
    )  # fmt: skip
    written: list[Path] = []
    if out is not None:
        from course_lib.viz.comparison import write_comparison

        with waiting("drawing the report"):
            written = [out / "journal.jsonl", *write_comparison(result, out)]
    if json:
        say.as_json(result.to_dict())
        return
    say.console().print(result.table())
    say.written(written)


def parse_seeds(text: str) -> range:
    """ "0:200" -> 0 to 199. Raises typer.BadParameter for anything else."""
    found = re.fullmatch(r"(\d{1,9}):(\d{1,9})", text.strip(), re.ASCII)
    if not found:
        raise typer.BadParameter(f"--seeds is {text!r}: {SEEDS}")
    begin, end = int(found[1]), int(found[2])
    if begin >= end:
        raise typer.BadParameter(f"--seeds is {text!r}, which holds none: {SEEDS}")
    if end > TRAINED_FROM:
        raise typer.BadParameter(f"--seeds is {text!r}: seeds from {TRAINED_FROM:,} on are trained on, stay below")
    return range(begin, end)


def _refuse_others(options: dict[str, Any], why: str) -> None:
    for name, value in options.items():
        if value is not None and value != []:
            raise typer.BadParameter(f"{name} {why}")


def _probe_video(
    video: Path,
    timeline: Path | None,
    model: str,
    how: dict[str, Any],
    mitigation: str | None,
    each: int,
    seed: int,
    out: Path | None,
    json: bool,
) -> None:
    from course_lib import video as decoder
    from course_lib.timeline import Timeline

    truth = Timeline.load(timeline) if timeline else None
    decoder.probe(video)  # a file that is no video is refused before seconds go into loading a model
    from course_lib import temporal

    llm = load(model, how)
    result = temporal.probe(llm, video, truth, seed=seed, each=each, mitigation=mitigation)
    written = write_report(result, out) if out is not None else []
    if json:
        say.as_json(result.to_dict())
        return
    if note := result.clip.note if result.clip is not None else "":
        say.console().print(f"{video.name} is {note}.\n")
    say.console().print(result.table())
    say.written(written)


def load(model: str, how: dict[str, Any]) -> VideoLLM:
    """A model of the zoo, `how` as `zoo.load` takes it: fetched with a bar if need be, then loaded."""
    from course_lib import zoo

    zoo.fetch(model, **how)
    with waiting(f"loading {model}", at_once="torch" not in sys.modules):
        return zoo.load(model, **how)


def write_report(result: ProbeReport, folder: Path) -> list[Path]:
    """Write report.html and report.png, with a sign of life."""
    from course_lib import viz

    with waiting("drawing the report"):
        return [Path(p) for p in viz.write_report(result, folder)]
