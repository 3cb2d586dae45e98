"""How fast clipworld tells, draws and writes on one core, from the story to the questions and the file."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.record import record
from course_lib.clipworld import make_scene, make_story, write_video

AIM = 20.0  # clips of 16 frames at 96 px, with their questions, a second and core
SECONDS = 30.0


def run() -> dict[str, Any]:
    """Work a CPU second, on one core: what else the machine does hardly counts."""
    clips = _rate(range(60), lambda s: _clip(s, 16, 96))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        rows: list[tuple[object, ...]] = [
            ("stories, nothing drawn", *_rate(range(1000), make_story)),
            ("clips of 16 frames at 96 px, and questions", *clips),
            ("clips of 32 frames at 96 px, and questions", *_rate(range(40), lambda s: _clip(s, 32, 96))),
            ("clips of 16 frames at 224 px, and questions", *_rate(range(20), lambda s: _clip(s, 16, 224))),
            ("files of 30 s, 384 px, 12.5 frames a second", *_rate(range(3), lambda s: _write(s, path))),
        ]
    return record(
        "clipworld",
        "clipworld on one core",
        ("what", "a CPU second", "CPU milliseconds each"),
        rows,
        f"The aim is {AIM:g} clips of 16 frames at 96 px a second: {clips[0] / AIM:.1f} times that. The first frame of "
        "a clip draws its backdrop, the others only what moves. Again: `course bench clipworld`.",
    )


def _clip(seed: int, frames: int, size: int) -> None:
    scene = make_scene(seed, SECONDS)
    scene.render((np.arange(frames) + 0.5) * SECONDS / frames, size)
    scene.questions(random.Random(seed))


def _write(seed: int, path: Path) -> None:
    write_video(make_scene(seed, SECONDS), path)


def _rate(seeds: Iterable[int], work: Callable[[int], object]) -> tuple[float, float]:
    work(10_000)  # what is loaded once is not counted
    begin = time.process_time()
    n = sum(1 for _ in map(work, seeds))
    each = (time.process_time() - begin) / n
    return round(1 / each, 1), round(1000 * each, 1)


if __name__ == "__main__":
    run()
