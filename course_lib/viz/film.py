"""A film small enough to travel inside a widget: H.264 in MP4, without sound, its presentation times kept."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.errors import VideoError
from course_lib.progress import progress
from course_lib.video import VideoInfo, probe, sample

if TYPE_CHECKING:
    import numpy as np

SIDE = 480  # pixels of the longer side
BYTES_A_SECOND = 60_000  # 1.8 MB for 30 s
LEAST_BYTES = 200_000  # a clip of a second may be this large
MOST_SECONDS = 600  # ten minutes are 36 MB, in every browser that shows the notebook
SMALLER = (SIDE, 320, 200, 128)  # sides to try while the file is too large at the coarsest quality
CLOCK = 90_000  # ticks a second: every usual frame rate, to 11 microseconds
TILES, TILE_SIDE = 40, 160


@dataclass(frozen=True)
class Film:
    """A film as the browser gets it.

    data: the MP4's bytes. width, height: as shown. duration: seconds from the first shown frame to the end of the last,
    the same as the file's. again: whether it had to be encoded again. note: as in Clip.
    """

    data: bytes = field(repr=False)
    width: int
    height: int
    duration: float
    again: bool
    note: str = ""


@dataclass(frozen=True)
class Stills:
    """Frames of a film in one JPEG, side by side in rows of `columns`: frame k is of second (k + 0.5) * duration /
    count. For browsers that cannot play H.264."""

    jpeg: bytes = field(repr=False)
    count: int
    columns: int
    width: int
    height: int


def embeddable(path: str | os.PathLike[str]) -> Film:
    """The video at `path` for a browser: as it is where it is small H.264 in MP4 from second 0, else encoded again.

    At most 480 pixels on the longer side and 60 kB a second (30 s stay under 2 MB): quality is lowered to fit, then the
    size. Frames keep the seconds at which course_lib.video gives them. Raises VideoError for a file that is no video,
    and for one of over ten minutes.
    """
    info = probe(path)
    if info.duration > MOST_SECONDS:
        raise VideoError(
            f"{info.source} lasts {info.duration / 60:.0f} minutes; a notebook holds at most {MOST_SECONDS // 60}.",
            f"Cut out a part: ffmpeg -i IN -t {MOST_SECONDS} OUT.mp4",
        )
    limit = max(LEAST_BYTES, round(info.duration * BYTES_A_SECOND))
    if _plays_as_it_is(info) and os.path.getsize(path) <= limit:
        return Film(Path(path).read_bytes(), info.width, info.height, info.duration, False, info.note)
    for side in SMALLER:
        h, w = _even(info, side)
        data = _encode(path, info, (h, w), limit)
        if len(data) <= limit:
            break
    return Film(data, w, h, info.duration, True, info.note)


def stills(path: str | os.PathLike[str], most: int = TILES) -> Stills:
    """At most `most` frames of the video at `path`, evenly over time, in one picture. Raises VideoError."""
    import numpy as np
    from PIL import Image

    clip = sample(path, num_frames=most, size=TILE_SIDE)
    count, h, w, _ = clip.frames.shape
    columns = min(count, 10)
    rows = -(-count // columns)
    sheet = np.zeros((rows * h, columns * w, 3), np.uint8)
    for k, frame in enumerate(clip.frames):
        y, x = k // columns * h, k % columns * w
        sheet[y : y + h, x : x + w] = frame
    Image.fromarray(sheet).save(out := BytesIO(), "JPEG", quality=80)
    return Stills(out.getvalue(), count, columns, w, h)


def _plays_as_it_is(info: VideoInfo) -> bool:
    upright = info.rotation == 0 and info.sample_aspect == 1 and info.width % 2 == info.height % 2 == 0
    small = max(info.width, info.height) <= SIDE and not info.has_audio
    coded = (info.codec, info.pixels) == ("h264", "yuv420p") and "mp4" in info.container
    # A note says that something is damaged; and what a browser takes for second 0 of a later start differs.
    return upright and small and coded and info.start == 0 and not info.note


def _even(info: VideoInfo, side: int) -> tuple[int, int]:
    """(h, w) with `side` as the most, both even as yuv420p asks for."""
    scale = min(1.0, side / max(info.width, info.height))
    return max(2, round(info.height * scale / 2) * 2), max(2, round(info.width * scale / 2) * 2)


def _encode(path: str | os.PathLike[str], info: VideoInfo, size: tuple[int, int], limit: int) -> bytes:
    import av

    rate = Fraction(info.fps or 25).limit_denominator(1001)
    bits = round(0.9 * limit * 8 / info.duration)
    options = {
        "crf": "24",
        "preset": "veryfast",
        "maxrate": str(bits),  # the bound on the whole: this rate, and one buffer of one second
        "bufsize": str(bits),
        "bf": "0",  # in the order shown, so that the last frame's length is the last packet's
        "g": str(max(1, round(rate))),  # a keyframe a second: a click shows its frame at once
    }
    out = BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=rate, options=options)
        stream.height, stream.width = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = stream.time_base = Fraction(1, CLOCK)
        last = 0
        frames: Iterable[tuple[float, np.ndarray]] = _frames(path, size)
        for seconds, picture in progress(frames, "making the film small", total=info.frames):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round(seconds * CLOCK), Fraction(1, CLOCK)
            last = frame.pts
            container.mux(stream.encode(frame))
        for packet in stream.encode():
            if packet.pts == last:
                packet.duration = max(1, round(info.duration * CLOCK) - last)  # the film ends when the last frame does
            container.mux(packet)
    return out.getvalue()


def _frames(path: str | os.PathLike[str], size: tuple[int, int]) -> Iterator[tuple[float, np.ndarray]]:
    """(second, RGB [h, w, 3]) of every shown frame, one at a time, as `sample` would give it."""
    from course_lib.video.decode import all_frames
    from course_lib.video.pixels import Painter
    from course_lib.video.sample import BOTTOM_FIELD_FIRST
    from course_lib.video.source import Source
    from course_lib.video.span import find_span
    from course_lib.video.webp import is_animation, read_animation

    if is_animation(path):
        clip = sample(path, at=[piece.start / 1000 for piece in read_animation(path).pieces], size=size)
        yield from zip(clip.seconds, clip.frames, strict=True)
        return
    with Source(path) as source:
        start = find_span(source).start
        stream = source.stream
        paint = Painter(size, stream.sample_aspect_ratio, stream.codec_context.field_order in BOTTOM_FIELD_FIRST)
        for tick, frame in all_frames(source, start):
            yield float((tick - start) * source.time_base), paint(frame)
