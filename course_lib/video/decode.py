"""Frames at given times, with as little decoding as that takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from course_lib.errors import VideoError

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

    from course_lib.video.source import Source

Found = dict[int, tuple[int, np.ndarray]]


def first_frame(source: Source) -> VideoFrame:
    """The first frame that decodes; the source is then at its beginning again."""
    for _, frame in _decoded(source, 0):
        source.rewind()
        return frame
    raise VideoError(f"{source.name}: no frame can be decoded.", "Copy or record it again.")


def frames_at(source: Source, ticks: list[int], start: int, paint: Callable[[VideoFrame], np.ndarray]) -> Found:
    found: Found = {}
    left = list(ticks)
    previous: tuple[int, VideoFrame] | None = None

    def emit(tick: int, shown: tuple[int, VideoFrame]) -> None:
        found[tick] = (shown[0], paint(shown[1]))

    for now, frame in _decoded(source, start):
        while left and left[0] < now:
            emit(left.pop(0), previous or (now, frame))
        previous = now, frame
        if not left:
            return found
    if previous is None:
        raise VideoError(f"{source.name}: no frame can be decoded.", "Copy or record it again.")
    for tick in left:
        emit(tick, previous)
    return found


def _decoded(source: Source, start: int) -> Iterator[tuple[int, VideoFrame]]:
    import av

    count = 0
    for packet in chain(source.packets(), (None,)):
        try:
            frames = source.decoder.decode(packet)
        except av.FFmpegError:
            source.broken += 1
            continue
        for frame in frames:
            yield (frame.pts if frame.pts is not None else start + count * source.frame_ticks), frame
            count += 1
