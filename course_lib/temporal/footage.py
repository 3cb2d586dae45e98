"""Footage: a clip that can be looked at again, at other seconds and in other sizes, as some mitigations need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from course_lib.video import Clip, no_larger, sample
from course_lib.video import probe as probe_file

if TYPE_CHECKING:
    from course_lib.clipworld.scene import Scene

DRAWN = 384  # pixels of a drawn scene for a model that takes any shape


@dataclass(frozen=True)
class Footage:
    """What a clip was sampled from. duration: seconds. look: (seconds, pixels of the square, None: in its own shape) ->
    Clip of those."""

    source: str
    duration: float
    look: Callable[[Sequence[float], int | None], Clip]


def of_file(path: str | Path) -> Footage:
    """A video file. Raises VideoError for a file that is none."""
    info = probe_file(path)

    def look(at: Sequence[float], size: int | None) -> Clip:
        return sample(path, at=list(at), size=no_larger(info) if size is None else (size, size))

    return Footage(str(path), info.duration, look)


def of_scene(scene: Scene) -> Footage:
    """A scene of clipworld: drawn at the very seconds that are asked for, without a file."""
    name = f"clipworld seed {scene.seed}"

    def look(at: Sequence[float], size: int | None) -> Clip:
        seconds = np.asarray(at, dtype=np.float64)
        return Clip(scene.render(seconds, size or DRAWN), seconds, scene.duration, name)

    return Footage(name, scene.duration, look)


def of_clip(clip: Clip) -> Footage:
    """Frames alone: whoever looks again gets the nearest of them, at their own seconds and in their own size."""

    def look(at: Sequence[float], size: int | None) -> Clip:
        nearest = np.abs(clip.seconds[None, :] - np.asarray(at, dtype=np.float64)[:, None]).argmin(axis=1)
        return Clip(clip.frames[nearest], clip.seconds[nearest], clip.duration, clip.source, clip.note)

    return Footage(clip.source, clip.duration, look)
