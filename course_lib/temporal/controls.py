"""Controls: what a model answers without the order, the motion, or the pictures at all.

Each takes a Clip and gives one with the same seconds and duration, so that the question stays as it was. A model that
scores as well on them as on the clip did not use time. Source: the shuffled- and single-frame controls of temporal
benchmarks such as TemporalBench and Vinoground (2024).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from course_lib.tokens.sampling import in_pairs

if TYPE_CHECKING:
    from course_lib.video import Clip

GREY = 127


def frames_a_moment(clip: Clip) -> int:
    """2 if the frames were taken in close pairs (a moment and its motion, as pocket takes them), else 1."""
    return 2 if in_pairs(clip) else 1


def shuffled(clip: Clip, seed: int = 0) -> Clip:
    """The same moments in another order, told at the old seconds: everything is there but when it was.

    Frames that were taken in close pairs stay together, so that motion can still be seen and only the order is lost.
    One frame alone stays as it is.
    """
    rng = np.random.default_rng(seed)
    size = frames_a_moment(clip)
    order = np.arange(len(clip.frames) // size)
    while len(order) > 1 and (order == np.arange(len(order))).all():
        order = rng.permutation(len(order))
    frames = (order[:, None] * size + np.arange(size)).reshape(-1)
    return _with(clip, clip.frames[frames], "shuffled")


def reversed_clip(clip: Clip) -> Clip:
    """The clip from its end: frame and time mirrored (t -> duration - t), so that before and after change places."""
    seconds = np.clip(clip.duration - clip.seconds[::-1], 0.0, clip.duration)
    return replace(_with(clip, clip.frames[::-1], "reversed"), seconds=seconds)


def frozen(clip: Clip, index: int | None = None) -> Clip:
    """One frame (the middle one without `index`) for every second."""
    i = len(clip.frames) // 2 if index is None else index
    return _with(clip, np.repeat(clip.frames[i : i + 1], len(clip.frames), axis=0), "frozen")


def blank(clip: Clip) -> Clip:
    """Grey pictures at the same seconds."""
    return _with(clip, np.full_like(clip.frames, GREY), "blank")


def question_only(clip: Clip) -> Clip:
    """One black picture at second 0: nothing of the clip is left but its length. What is answered comes from the
    question alone. (A model must see some picture; `blank` keeps the times, this does not.)"""
    frames = np.zeros_like(clip.frames[:1])
    return replace(_with(clip, frames, "question only", 1), seconds=np.zeros(1))


def _with(clip: Clip, frames: np.ndarray, name: str, count: int | None = None) -> Clip:
    source = f"{clip.source} ({name})"
    return replace(clip, frames=np.ascontiguousarray(frames), seconds=clip.seconds[:count], source=source)


CONTROLS: dict[str, Callable[[Clip], Clip]] = {
    "shuffled": shuffled,
    "reversed": reversed_clip,
    "frozen": frozen,
    "blank": blank,
    "question only": question_only,
}
