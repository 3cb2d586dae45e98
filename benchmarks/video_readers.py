"""Ways to get 16 frames at 224 px out of a file, each as a newcomer or an expert would write it.

Run as `python -m benchmarks.video_readers NAME PATH`: prints JSON with the seconds taken, the CPU seconds of all
threads and children, and their peak memory in MB with imports.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

FRAMES = 16
SIDE = 224


def course(path: str) -> np.ndarray:
    from course_lib.video import sample

    return sample(path, num_frames=FRAMES, size=SIDE).frames


def _indices(total: int) -> list[int]:
    return [int((i + 0.5) * total / FRAMES) for i in range(FRAMES)]


def opencv_seek(path: str) -> np.ndarray:
    import cv2

    video = cv2.VideoCapture(path)
    w, h = int(video.get(cv2.CAP_PROP_FRAME_WIDTH)), int(video.get(cv2.CAP_PROP_FRAME_HEIGHT))
    frames = []
    for index in _indices(int(video.get(cv2.CAP_PROP_FRAME_COUNT))):
        video.set(cv2.CAP_PROP_POS_FRAMES, index)
        frames.append(_cv_small(video.read()[1], h, w))
    return np.stack(frames)


def opencv_read_through(path: str) -> np.ndarray:
    import cv2

    video = cv2.VideoCapture(path)
    w, h = int(video.get(cv2.CAP_PROP_FRAME_WIDTH)), int(video.get(cv2.CAP_PROP_FRAME_HEIGHT))
    indices = _indices(int(video.get(cv2.CAP_PROP_FRAME_COUNT)))
    frames = []
    for index in range(indices[-1] + 1):
        video.grab()
        if index in indices:
            frames.append(_cv_small(video.retrieve()[1], h, w))
    return np.stack(frames)


def _cv_small(bgr: Any, h: int, w: int) -> Any:
    import cv2

    small = cv2.resize(bgr, (SIDE, round(SIDE * h / w)), interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small, cv2.COLOR_BGR2RGB)


def decord_batch(path: str) -> np.ndarray:
    import decord

    h, w = decord.VideoReader(path)[0].shape[:2]
    video = decord.VideoReader(path, width=SIDE, height=round(SIDE * h / w))
    return video.get_batch(_indices(len(video))).asnumpy()


def imageio_ffmpeg_read(path: str) -> np.ndarray:
    import imageio_ffmpeg

    about = imageio_ffmpeg.read_frames(path)
    meta = next(about)
    about.close()
    w, h = meta["size"]
    total = round(meta["duration"] * meta["fps"])
    chosen = "+".join(f"eq(n,{i})" for i in _indices(total))
    small = (SIDE, round(SIDE * h / w))
    flags = ["-vf", f"select='{chosen}',scale={small[0]}:{small[1]}", "-fps_mode", "passthrough"]
    frames = imageio_ffmpeg.read_frames(path, output_params=[*flags, "-frames:v", str(FRAMES)])
    next(frames)
    return np.stack([np.frombuffer(f, np.uint8).reshape(small[1], small[0], 3) for f in frames])


def pyav_decode_all(path: str) -> np.ndarray:
    import av

    with av.open(path) as file:
        stream = file.streams.video[0]
        stream.thread_type = "AUTO"
        indices = set(_indices(stream.frames))
        h = round(SIDE * stream.height / stream.width)
        return np.stack(
            [
                frame.to_ndarray(format="rgb24", width=SIDE, height=h)
                for i, frame in enumerate(file.decode(stream))
                if i in indices
            ]
        )


def keep_everything(path: str) -> np.ndarray:
    """As sketches do it: every frame to RGB at full size into a list, then 16 of them, then Pillow."""
    import av
    from PIL import Image

    with av.open(path) as file:
        frames = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]
    h, w = frames[0].shape[:2]
    chosen = [Image.fromarray(frames[i]).resize((SIDE, round(SIDE * h / w))) for i in _indices(len(frames))]
    return np.stack([np.asarray(picture) for picture in chosen])


READERS: dict[str, tuple[Callable[[str], np.ndarray], str]] = {
    "course_lib": (course, "av"),
    "OpenCV, seeking": (opencv_seek, "cv2"),
    "OpenCV, reading through": (opencv_read_through, "cv2"),
    "decord": (decord_batch, "decord"),
    "imageio-ffmpeg": (imageio_ffmpeg_read, "imageio_ffmpeg"),
    "PyAV, decode all": (pyav_decode_all, "av"),
    "decode all and keep": (keep_everything, "av"),
}


def main(name: str, path: str) -> None:
    read, module = READERS[name]
    __import__(module)
    started, used = time.perf_counter(), _cpu_seconds()
    frames = read(path)
    wall, cpu = time.perf_counter() - started, _cpu_seconds() - used
    assert len(frames) == FRAMES, f"{name} gave {len(frames)} frames"
    peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"wall": wall, "cpu": cpu, "peak_mb": peak / 1024}))


def _cpu_seconds() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in both)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
