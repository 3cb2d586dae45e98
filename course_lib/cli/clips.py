"""`course clip`: a clip with its ground truth, drawn from a seed or fetched from its public address."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from course_lib.cli import say
from course_lib.errors import CourseError


def clip(
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Draw the clip of this seed.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="The file to write. [default: clip-SEED.mp4]")] = None,
    timeline_out: Annotated[
        Path | None, typer.Option("--timeline-out", help="What is true of it. [default: beside the clip]")
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", help="Its length.")] = 30.0,
    kind: Annotated[str, typer.Option("--kind", help="story, or a hard kind such as short or reversed.")] = "story",
    fps: Annotated[float, typer.Option("--fps", help="Frames a second.")] = 12.5,
    download: Annotated[
        str | None, typer.Option("--download", metavar="NAME", help="Fetch a real clip here: car-detection.")
    ] = None,
) -> None:
    """Write a clip and what is true of it.

    Drawn from --seed, or a real one fetched by --download.
    """
    if (seed is None) == (download is None):
        raise typer.BadParameter("give one of --seed N and --download NAME")
    if download is not None:
        if out is not None or timeline_out is not None:
            raise typer.BadParameter("--download writes into the current folder, under the clip's own name")
        _download(download)
    elif seed is not None:
        _draw(seed, out or Path(f"clip-{seed}.mp4"), timeline_out, seconds, kind, fps)


def _download(name: str) -> None:
    from course_lib.download import REMOTE_CLIPS, fetch_clip

    video, timeline = fetch_clip(name)
    say.console().print(f"{video} ({REMOTE_CLIPS[name].credit}) with its timeline {timeline}", soft_wrap=True)


def _draw(seed: int, out: Path, timeline_out: Path | None, seconds: float, kind: str, fps: float) -> None:
    from course_lib import clipworld

    _writable(out)
    truth = timeline_out or out.with_suffix(".timeline.json")
    _writable(truth)
    if truth.resolve() == out.resolve():
        raise CourseError(f"The clip and its timeline are both to be {out}.", "Give --timeline-out another name.")
    scene = clipworld.make_scene(seed, seconds=seconds, kind=kind)
    with TemporaryDirectory(dir=out.parent) as folder:  # a run that is stopped leaves no broken clip under its name
        part = clipworld.write_video(scene, Path(folder) / out.name, fps=fps)
        part.replace(out)
    scene.timeline.save(truth)
    say.console().print(f"{out} with its timeline {truth}", soft_wrap=True)


def _writable(path: Path) -> None:
    """Refuse, before the work, a path that cannot be written."""
    if path.is_dir():
        raise CourseError(f"{path} is a folder.", f"Name a file in it: {path / 'clip.mp4'}")
    if not path.parent.is_dir():
        raise CourseError(f"The folder {path.parent} is not there.", f"Make it first: mkdir -p {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise CourseError(f"The folder {path.parent} cannot be written.", "Choose another one.")
