"""Footage: a clip that can be looked at again, at other seconds and in other sizes, as some mitigations need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from course_lib.video import Clip, sample
from course_lib.video import probe as probe_file

if TYPE_CHECKING:
    from course_lib.clipworld.scene import Scene


@dataclass(frozen=True)
class Footage:
    """What a clip was sampled from. duration: seconds. look: (seconds, pixels of the square) -> Clip of those."""

    source: str
    duration: float
    look: Callable[[Sequence[float], int], Clip]


def of_file(path: str | Path) -> Footage:
    """A video file. Raises VideoError for a file that is none."""
    return Footage(str(path), probe_file(path).duration, lambda at, size: sample(path, at=list(at), size=(size, size)))


def of_scene(scene: Scene) -> Footage:
    """A scene of clipworld: drawn at the very seconds that are asked for, without a file."""
    name = f"clipworld seed {scene.seed}"

    def look(at: Sequence[float], size: int) -> Clip:
        seconds = np.asarray(at, dtype=np.float64)
        return Clip(scene.render(seconds, size), seconds, scene.duration, name)

    return Footage(name, scene.duration, look)


def of_clip(clip: Clip) -> Footage:
    """Frames alone: whoever looks again gets the nearest of them, at their own seconds and in their own size."""

    def look(at: Sequence[float], size: int) -> Clip:
        nearest = np.abs(clip.seconds[None, :] - np.asarray(at, dtype=np.float64)[:, None]).argmin(axis=1)
        return Clip(clip.frames[nearest], clip.seconds[nearest], clip.duration, clip.source, clip.note)

    return Footage(clip.source, clip.duration, look)
