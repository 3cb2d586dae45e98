"""Where to look in a clip: samplers that return seconds. The plainest, `uniform`, stands in `sampling`."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence

import numpy as np

from course_lib.tokens.sampling import uniform


def by_rate(duration: float, fps: float) -> np.ndarray:
    """0, 1/fps, 2/fps, … seconds, all before the end: float64 [ceil(duration * fps)].

    Raises ValueError where duration or fps is not above 0.
    """
    if not (duration > 0 and fps > 0):
        raise ValueError(f"{fps} frames a second of a clip of {duration} s: both must be above 0")
    return np.arange(max(1, math.ceil(duration * fps - 1e-6))) / fps


def keyframes(path: str | os.PathLike[str], num: int | None = None) -> np.ndarray:
    """The seconds of the file's keyframes, float64 [at most num], read from its packets without decoding a frame.

    A keyframe (I-frame) needs no other frame to be decoded. Of more than `num`, `num` are taken evenly; fewer are all
    taken, so the result can be short: many encoders set one in ten seconds. Raises VideoError for a file that is no
    video, ValueError for num below 1. Source: `-skip_frame nokey` of FFmpeg.
    """
    from course_lib.video.source import Source
    from course_lib.video.span import find_span, tick_of
    from course_lib.video.webp import is_animation

    if num is not None and num < 1:
        raise ValueError(f"{num} keyframes: at least 1")
    if is_animation(path):
        return np.zeros(1)  # each of its pictures builds on those before
    with Source(path) as source:
        span = find_span(source)
        source.rewind()
        ticks: list[int] = []
        for i, packet in enumerate(source.packets()):
            counted = span.start + i * source.frame_ticks  # the time in a file without timestamps
            tick = counted if source.clock == "count" else tick_of(packet, source.clock)
            if packet.is_keyframe and not packet.is_discard and tick is not None and tick >= span.start:
                ticks.append(tick)
        seconds = np.array([float((t - span.start) * source.time_base) for t in sorted(set(ticks))])
    if num is None or len(seconds) <= num:
        return seconds
    return seconds[((np.arange(num) + 0.5) * len(seconds) / num).astype(int)]


def change(frames: np.ndarray) -> np.ndarray:
    """How much each frame differs from the one before: the mean absolute difference of their pixels, float64 [T].

    frames [T, H, W] or [T, H, W, 3], any number type; the first has nothing before it and is 0.
    """
    x = np.asarray(frames, dtype=np.float32).reshape(len(frames), -1)  # [T, H W]
    return np.concatenate([[0.0], np.abs(np.diff(x, axis=0)).mean(axis=1, dtype=np.float64)])


def scene_changes(
    frames: np.ndarray, seconds: Sequence[float] | np.ndarray, num: int, gap: float | None = None
) -> np.ndarray:
    """The seconds of the `num` frames that differ most from the one before, in order: float64 [at most num].

    frames [T, H, W(, 3)], small and grey is enough; seconds [T], rising. gap: seconds that two of them lie apart at
    least (None: half of what `num` even ones would), since one movement fills many frames in a row. Short where the
    gap leaves no room, and where the clip has fewer frames. Raises ValueError for num below 1 or shapes that do not
    fit. Source: pair-wise pixel comparison (Zhang, Kankanhalli and Smoliar, 1993); `ContentDetector` of PySceneDetect
    is the same in HSV, with a threshold in place of a number.
    """
    seconds = _check(frames, seconds, num)
    step = float(seconds[-1] - seconds[0]) / max(1, len(seconds) - 1)  # the last frame is shown as long as the others
    gap = (seconds[-1] - seconds[0] + step) / (2 * num) if gap is None else gap
    taken: list[float] = []
    for i in np.argsort(-change(frames), kind="stable"):
        if len(taken) < num and all(abs(seconds[i] - t) >= gap - 1e-9 for t in taken):
            taken.append(float(seconds[i]))
    return np.array(sorted(taken))


def motion_weighted(frames: np.ndarray, seconds: Sequence[float] | np.ndarray, num: int) -> np.ndarray:
    """Seconds with equal shares of the clip's change between them, float64 [num]: many where much moves.

    frames [T, H, W(, 3)], small and grey is enough; seconds [T], rising. The change is summed up over the clip, the sum
    cut into `num` equal shares, and each share is looked at in its middle. Where nothing changes, they are uniform.
    Raises ValueError for num below 1 or shapes that do not fit.
    Source: cumulative motion sampling, MGSampler (Zhi et al., 2021).
    """
    seconds = _check(frames, seconds, num)
    total = np.cumsum(change(frames))  # [T], rising
    if total[-1] <= 0:
        step = float(seconds[-1] - seconds[0]) / max(1, len(seconds) - 1)
        return seconds[0] + uniform(float(seconds[-1] - seconds[0]) + step or 1.0, num)
    return np.interp(uniform(float(total[-1]), num), total, seconds)


def _check(frames: np.ndarray, seconds: Sequence[float] | np.ndarray, num: int) -> np.ndarray:
    seconds = np.asarray(seconds, dtype=np.float64)
    if num < 1 or len(frames) == 0 or seconds.shape != (len(frames),):
        raise ValueError(f"{num} moments of {len(frames)} frames with seconds of shape {list(seconds.shape)}")
    if (np.diff(seconds) < 0).any():
        raise ValueError("the frames are not in the order of their seconds")
    return seconds
