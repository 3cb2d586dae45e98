"""`course summarize`, `course demo`: a model watches a clip."""

from __future__ import annotations

from dataclasses import asdict
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from course_lib.cli import say
from course_lib.cli.probing import Device, Dtype, Json, Model, Quantize, Trust, load, write_report
from course_lib.progress import waiting

if TYPE_CHECKING:
    from course_lib.timeline import Event
    from course_lib.video import Clip
    from course_lib.zoo.base import VideoLLM

Video = Annotated[Path, typer.Argument(metavar="VIDEO", help="A video file.", show_default=False)]


def summarize(
    video: Video,
    model: Model = "pocket",
    question: Annotated[
        str | None, typer.Option("--question", "-q", help="Ask this instead of asking for a summary.")
    ] = None,
    frames: Annotated[int | None, typer.Option("--frames", min=1, help="Look at this many frames.")] = None,
    fps: Annotated[float | None, typer.Option("--fps", help="Look at this many frames a second.")] = None,
    device: Device = None,
    dtype: Dtype = None,
    quantize: Quantize = None,
    trust_remote_code: Trust = False,
    json: Json = False,
) -> None:
    """Tell what happens in VIDEO, or answer a question about it."""
    if frames is not None and fps is not None:
        raise typer.BadParameter("give one of --frames and --fps, not both")
    if fps is not None and not 0 < fps < float("inf"):
        raise typer.BadParameter(f"--fps is {fps:g}: give a number above 0")
    if question is not None and not question.strip():
        raise typer.BadParameter("--question is empty: ask something, or leave it out for a summary")
    if question is not None and not question.isprintable() and any(0xD800 <= ord(c) < 0xE000 for c in question):
        raise typer.BadParameter("--question is no valid text: give it in UTF-8")
    from course_lib import video as decoder

    decoder.probe(video)  # a file that is no video is refused before seconds go into loading a model
    from course_lib import temporal
    from course_lib.clipworld.questions import SUMMARY_QUESTION

    how = {"device": device, "dtype": dtype, "quantize": quantize, "trust_remote_code": trust_remote_code}
    llm, clip = _watch(video, model, frames, fps, how)
    with waiting("answering"):
        answer = llm.answer(clip, question) if question else llm.summarize(clip)
    tokens = llm.num_tokens(clip, question or SUMMARY_QUESTION)
    events = temporal.told_events(answer, clip.duration)
    if json:
        say.as_json(
            {
                "model": llm.name,
                "duration": float(clip.duration),
                "seconds": [float(s) for s in clip.seconds],
                "tokens": tokens,
                "note": clip.note,
                "answer": answer,
                "events": [asdict(e) for e in events],
            }
        )
        return
    out = say.console()
    out.print(f"{video.name}: {clip.duration:.1f} s. {llm.name} saw {len(clip.seconds)} frames as {tokens} tokens.")
    out.print(f"The file is {clip.note}.\n" if clip.note else "")
    _told(answer, () if question else events)


def demo(
    model: Model = "pocket",
    out: Annotated[Path, typer.Option("--out", help="Folder for report.html and report.png.")] = Path("."),
) -> None:
    """Show it all on the shipped 30-second clip.

    A summary with times, the mistakes about time that are found, and a picture report.
    """
    from course_lib import temporal
    from course_lib.timeline import Timeline

    clips = files("course_lib") / "clips"
    with as_file(clips / "demo.mp4") as video, as_file(clips / "demo.timeline.json") as truth:
        timeline = Timeline.load(truth)
        llm, clip = _watch(video, model)
        with waiting("summarizing"):
            answer = llm.summarize(clip)
        console = say.console()
        console.print(f"{video.name}: {clip.duration:.0f} s. {llm.name} saw {len(clip.seconds)} frames and tells:\n")
        _told(answer, temporal.told_events(answer, clip.duration))
        console.print("\nAsked about time, against what is true:\n")
        result = temporal.probe(llm, clip, timeline)
        console.print(result.table())
        say.written(write_report(result, out))


def _watch(
    video: Path, model: str, frames: int | None = None, fps: float | None = None, how: dict[str, Any] | None = None
) -> tuple[VideoLLM, Clip]:
    """The model, and the clip as it saw it."""
    llm = load(model, how or {})
    with waiting(f"watching {video.name}"):
        return llm, llm.watch(video, num_frames=frames, fps=fps)


def _told(answer: str, events: tuple[Event, ...]) -> None:
    """Print the answer; where it tells events with times, as a table."""
    if events:
        say.table(("from", "to", "what"), [(f"{e.start:.1f} s", f"{e.end:.1f} s", e.text) for e in events])
    else:
        say.console().print(answer, soft_wrap=True)
