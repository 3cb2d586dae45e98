"""What the rest of the course sees of a video: frames and the seconds at which they are shown."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from course_lib.errors import VideoError


@dataclass(frozen=True, eq=False)
class Clip:
    """Frames of a video with their times.

    frames: uint8 [T, H, W, 3], RGB, upright, square pixels. seconds: float64 [T], the container's presentation time of
    each frame, counted from the first shown frame (never index / fps); in the order that was asked for, and with
    repeats where one frame was asked for twice. duration: seconds from the first shown frame to the end of the last.
    source: the path, or a name for a clip that was drawn. note: what a reader should know of it, such as
    "truncated: 12.3 of 30.0 s can be decoded"; empty when there is nothing to say.
    pairs: whether the frames are pairs, two of each moment (tubelets), as some models take them; None: not known.
    Raises VideoError naming the field that does not fit.
    """

    frames: np.ndarray
    seconds: np.ndarray
    duration: float
    source: str
    note: str = ""
    pairs: bool | None = None

    def __post_init__(self) -> None:
        frames = np.asarray(self.frames)
        if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[-1] != 3 or 0 in frames.shape:
            raise VideoError(
                f"The clip's frames are {frames.dtype} {list(frames.shape)}.",
                "Give uint8 [T, H, W, 3] in RGB with at least one frame.",
            )
        try:
            seconds = np.asarray(self.seconds, dtype=np.float64)
        except (TypeError, ValueError) as problem:
            raise VideoError(f"The clip's seconds are no numbers ({problem}).", "Give one time a frame.") from problem
        if seconds.shape != frames.shape[:1]:
            raise VideoError(
                f"The clip has {len(frames)} frames but seconds of shape {list(seconds.shape)}.",
                "Give one time a frame.",
            )
        if not (math.isfinite(self.duration) and self.duration > 0):
            raise VideoError(f"The clip's duration is {self.duration} s.", "Give its length in seconds, above 0.")
        if not np.isfinite(seconds).all() or seconds.min() < 0 or seconds.max() > self.duration + 0.5:
            raise VideoError(
                f"The clip's seconds run from {seconds.min()} to {seconds.max()}, its duration is {self.duration} s.",
                "Give times between 0 and the duration.",
            )
        object.__setattr__(self, "frames", frames)
        object.__setattr__(self, "seconds", seconds)
        object.__setattr__(self, "duration", float(self.duration))

    def __len__(self) -> int:
        return len(self.frames)


@dataclass(frozen=True)
class VideoInfo:
    """What a file says of its video, and what was checked.

    width, height: as shown (square pixels, upright), in pixels; coded_width, coded_height: as stored. rotation: degrees
    clockwise by which a player turns the stored picture (0, 90, 180, 270). fps: average frames a second, None where the
    file does not say. frames: the count in the header, None where there is none. duration: seconds from the first shown
    frame to the end of the last, read from the packets. start: the container's own time of the first shown frame.
    note: as in Clip.
    """

    source: str
    container: str
    codec: str
    pixels: str
    width: int
    height: int
    coded_width: int
    coded_height: int
    rotation: int
    sample_aspect: float
    fps: float | None
    frames: int | None
    duration: float
    start: float
    has_audio: bool
    note: str = ""
