"""A scene as a real video file."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from course_lib.clipworld.scene import Scene, SceneError
from course_lib.progress import progress

QUALITY = "28"  # x264 constant rate factor: 30 s of 384 px stay under 1 MB with the most noise, under 0.2 MB mostly
CLOCK = 1000  # ticks a second of the file's time base
CONTAINERS = (".mp4", ".mkv", ".mov", ".avi", ".ts", ".m4v")


def write_video(
    scene: Scene,
    path: str | Path,
    fps: float = 12.5,
    vfr: bool = False,
    size: int | tuple[int, int] = 384,
) -> Path:
    """Write the scene as H.264, yuv420p, in the container that the suffix names (mp4, mkv, mov, avi, ts, m4v).

    fps: frames a second; with vfr the frames are spaced unevenly around it, and the file's timestamps tell where each
    one is. size: height and width in pixels, even numbers, or one number for a square. Renders and encodes a frame at a
    time: memory does not grow with the clip. Returns the path. Raises SceneError.
    """
    import av

    path = Path(path)
    h, w = (size, size) if isinstance(size, int) else size
    if h % 2 or w % 2:
        raise SceneError(f"A yuv420p video cannot be {h} x {w} pixels.", "Give an even height and an even width.")
    if path.suffix.lower() not in CONTAINERS:
        raise SceneError(f"{path.name} names no container for H.264.", f"End the name in {', '.join(CONTAINERS)}.")
    if not 0.2 <= fps <= 240:
        raise SceneError(f"{fps} frames a second cannot be written.", "Give 0.2 to 240 frames a second.")
    if vfr and path.suffix.lower() == ".avi":
        raise SceneError(
            "An avi file has no timestamps for uneven frames.", "Write an mp4 or mkv file, or leave vfr out."
        )
    if not path.parent.is_dir():
        raise SceneError(f"{path} cannot be written: there is no folder {path.parent}.", "Make the folder first.")
    rate = Fraction(fps).limit_denominator(1001)
    tick = Fraction(1, CLOCK) if vfr else 1 / rate
    with av.open(str(path), "w") as container:
        options = {"crf": QUALITY, "preset": "medium"} | ({"bf": "0"} if path.suffix.lower() == ".avi" else {})
        stream = container.add_stream("libx264", rate=rate, options=options)  # avi cannot hold reordered frames
        stream.width, stream.height, stream.pix_fmt = w, h, "yuv420p"
        stream.codec_context.time_base = stream.time_base = tick
        number = _number(scene, rate)
        for seconds in progress(_times(scene, rate, vfr), f"drawing {path.name}", total=number):
            frame = av.VideoFrame.from_ndarray(scene.render([float(seconds)], (h, w))[0], format="rgb24")
            frame.pts, frame.time_base = round(seconds / tick), tick
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def _number(scene: Scene, rate: Fraction) -> int:
    return max(1, round(Fraction(scene.duration) * rate))


def _times(scene: Scene, rate: Fraction, vfr: bool) -> Iterator[Fraction]:
    """When the frames are shown, seconds, ticks of the file's clock."""
    n = _number(scene, rate)
    rng = random.Random(f"frames/{scene.seed}")
    for k in range(n):
        even = k / rate
        # up to 40% of a frame's time early or late; the first stays at 0
        yield Fraction(round((even + Fraction(rng.randint(-40, 40), 100) / rate) * CLOCK), CLOCK) if vfr and k else even
