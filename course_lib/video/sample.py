"""probe and sample: what a file holds, and frames of it at the times that were asked for."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

import numpy as np

from course_lib.errors import VideoError
from course_lib.progress import waiting
from course_lib.video.clip import Clip, VideoInfo
from course_lib.video.decode import first_frame, frames_at
from course_lib.video.pixels import Painter, Size, degrees, display_size, orientation, target_size
from course_lib.video.source import Source
from course_lib.video.span import Span, find_span
from course_lib.video.webp import Animation, is_animation, read_animation

MAX_BYTES = 4 * 2**30  # of RGB in one clip
MAX_SIDE = 8192
HDR = {16: "PQ", 18: "HLG"}  # AVColorTransferCharacteristic
BOTTOM_FIELD_FIRST = (3, 4)  # AVFieldOrder BB and TB: displayed first


def probe(path: str | os.PathLike[str]) -> VideoInfo:
    """What the file holds: its packets' beginning and end are read and its first frame is decoded.

    Raises VideoError saying what is wrong and what to do.
    """
    if is_animation(path):
        return _probe_animation(read_animation(path))
    with Source(path) as source:
        span = find_span(source)
        frame = first_frame(source, span.start)
        turn = orientation(frame)
        stream = source.stream
        h, w = display_size(frame.width, frame.height, stream.sample_aspect_ratio, turn[0])
        return VideoInfo(
            source=source.name,
            container=source.container.format.name,
            codec=stream.codec_context.name,
            pixels=frame.format.name,
            width=w,
            height=h,
            coded_width=frame.width,
            coded_height=frame.height,
            rotation=degrees(turn),
            sample_aspect=float(stream.sample_aspect_ratio or 1),
            fps=float(source.rate) if source.rate else None,
            frames=stream.frames or None,
            duration=float((span.end - span.start) * source.time_base),
            start=float(span.start * source.time_base),
            has_audio=bool(source.container.streams.audio),
            note=_note(span, source),
        )


def _probe_animation(animation: Animation) -> VideoInfo:
    w, h, count = animation.width, animation.height, len(animation.pieces)
    seconds = float(animation.span.end * animation.time_base)
    return VideoInfo(
        source=animation.name,
        container="webp",
        codec="webp",
        pixels="rgba",
        width=w,
        height=h,
        coded_width=w,
        coded_height=h,
        rotation=0,
        sample_aspect=1.0,
        fps=count / seconds,
        frames=count,
        duration=seconds,
        start=0.0,
        has_audio=False,
        note=animation.note,
    )


def sample(
    path: str | os.PathLike[str],
    num_frames: int | None = None,
    fps: float | None = None,
    at: Sequence[float] | None = None,
    size: Size = None,
) -> Clip:
    """Frames of the video at `path` as a Clip, by exactly one of num_frames (16 when none is given), fps and at.

    num_frames: the frames shown at the centres of that many equal parts of the duration; where the video has fewer
    frames than that, some come more than once. fps: the frames shown at 0, 1/fps, 2/fps, … seconds. at: the frames
    shown at these seconds (the last frame whose time is <= t), in the order given, repeats included.
    size: None, the size as shown; an int, the length of the longer side in pixels with the shape kept; (h, w), exactly
    that, stretched where the shape differs. Frames come upright, with square pixels, transparency over black and one
    field of interlaced frames. clip.seconds holds the true times of the frames that were shown.

    Raises VideoError for a file that is no video, a request that is not one, and seconds more than half a second past
    the end.
    """
    _check(num_frames, fps, at, size)
    reading = waiting(f"reading {os.path.basename(path)}")
    with reading, read_animation(path) if is_animation(path) else Source(path) as source:
        span = source.span if isinstance(source, Animation) else find_span(source)
        duration = float((span.end - span.start) * source.time_base)
        wanted = _times(source.name, span, duration, num_frames, fps, at)
        ticks = [span.start + math.floor(t / source.time_base + 1e-6) for t in wanted]
        once = sorted(set(ticks))
        if isinstance(source, Animation):
            _check_memory(len(once), target_size((source.height, source.width), size))
            found = source.frames_at(once, Painter(size))
            note = span.note
        else:
            stream = source.stream
            shown = display_size(stream.width, stream.height, stream.sample_aspect_ratio, False)
            _check_memory(len(once), target_size(shown, size))
            painter = Painter(size, stream.sample_aspect_ratio, stream.codec_context.field_order in BOTTOM_FIELD_FIRST)
            found = frames_at(source, once, span.start, painter)
            note = _note(span, source)
    frames = np.stack([found[t][1] for t in ticks])  # [T, H, W, 3]
    seconds = np.array([float((found[t][0] - span.start) * source.time_base) for t in ticks])
    return Clip(frames, seconds, duration, source.name, note)


def no_larger(info: VideoInfo, side: int = 1280) -> int | None:
    """A size for `sample`: the video's own, or for a larger one this side. 64 frames of a 4k video would be 1.6 GB, and
    few models look closer."""
    return side if max(info.width, info.height) > side else None


def _check(num_frames: int | None, fps: float | None, at: Sequence[float] | None, size: Size) -> None:
    if sum(x is not None for x in (num_frames, fps, at)) > 1:
        raise VideoError("More than one of num_frames, fps and at was given.", "Give one of them.")
    if num_frames is not None and (isinstance(num_frames, bool) or not isinstance(num_frames, int) or num_frames < 1):
        raise VideoError(f"num_frames is {num_frames!r}.", "Give a whole number of at least 1.")
    if fps is not None and not (isinstance(fps, (int, float)) and math.isfinite(fps) and fps > 0):
        raise VideoError(f"fps is {fps!r}.", "Give frames a second, above 0.")
    if at is not None and not (_each(at, _is_second) and len(at)):
        raise VideoError(f"at is {at!r}.", "Give at least one second, each 0 or more.")
    sides = (size, size) if isinstance(size, int) else size
    if sides is not None and not (_each(sides, _is_side) and len(sides) == 2):
        raise VideoError(f"size is {size!r}.", f"Give the longer side or (height, width), 1 to {MAX_SIDE} pixels.")


def _is_second(t: Any) -> bool:
    return isinstance(t, Real) and math.isfinite(t) and float(t) >= 0


def _is_side(s: Any) -> bool:
    return isinstance(s, int) and 1 <= s <= MAX_SIDE


def _each(values: object, fits: Callable[[Any], bool]) -> bool:
    return isinstance(values, (Sequence, np.ndarray)) and all(fits(v) for v in values)


def _check_memory(count: int, shape: tuple[int, int]) -> None:
    need = count * shape[0] * shape[1] * 3
    if need > MAX_BYTES:
        raise VideoError(
            f"{count} frames of {shape[1]} x {shape[0]} pixels would take {need / 2**30:.1f} GiB.",
            "Ask for fewer frames or a smaller size.",
        )


def _note(span: Span, source: Source) -> str:
    damage = f"damaged: {source.broken} packets could not be decoded" if source.broken else ""
    curve = HDR.get(source.stream.codec_context.color_trc)
    hdr = f"HDR ({curve}) is shown without tone mapping, so it looks flat" if curve else ""
    return "; ".join(part for part in (span.note, damage, hdr) if part)


def _times(
    name: str, span: Span, duration: float, num_frames: int | None, fps: float | None, at: Sequence[float] | None
) -> list[float]:
    """The seconds asked for, counted from the first shown frame."""
    if at is not None:
        late = [t for t in at if t > duration + 0.5]
        if late:
            fix = "Ask for earlier seconds" + (f"; the file is {span.note}." if span.note else ".")
            raise VideoError(f"{name} ends at {duration:.2f} s, second {late[0]:g} was asked for.", fix)
        return [float(t) for t in at]
    if fps is not None:
        return [i / fps for i in range(max(1, math.ceil(duration * fps - 1e-6)))]
    n = 16 if num_frames is None else num_frames
    return [(i + 0.5) * duration / n for i in range(n)]
