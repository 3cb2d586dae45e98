"""What reading a video costs: memory that does not grow with its length, and no import before it is needed."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from tests.video import video_files as make

HOURS = 2


@pytest.fixture(scope="module")
def two_hours(folder: Path) -> Path:
    """A frame a second, 160 x 120, brighter by the minute; all its frames in RGB would be 415 MB."""
    path = folder / "long.mkv"
    with av.open(path, "w") as out:
        stream = out.add_stream("mpeg4", rate=1)
        stream.codec_context.thread_count = 1
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for minute in range(HOURS * 60):
            grey = np.full((180, 160), 20 + minute, np.uint8)
            grey[120:] = 128
            frame = av.VideoFrame.from_ndarray(grey, "yuv420p")
            for second in range(60):
                frame.pts, frame.time_base = minute * 60 + second, Fraction(1, 1)
                out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def peak_megabytes(code: str) -> float:
    """Of a fresh interpreter that runs `code`. Not ru_maxrss: it keeps the peak of the process that forked it."""
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("this system has no /proc/self/status to read the peak from")
    report = f"\nprint(next(x.split()[1] for x in open({str(status)!r}) if x.startswith('VmHWM')))"
    done = subprocess.run([sys.executable, "-c", code + report], capture_output=True, text=True, check=True)
    return float(done.stdout.splitlines()[-1]) / 1024


def test_two_hours_are_sampled_in_under_300_mb(two_hours: Path) -> None:
    check = (
        "from course_lib.video import sample\n"
        f"clip = sample({str(two_hours)!r}, num_frames=16)\n"
        f"assert abs(clip.duration - {HOURS * 3600}) < 2, clip.duration\n"
        "grey = clip.frames.mean((1, 2, 3))\n"
        "assert (grey[1:] - grey[:-1] > 5).all(), grey\n"
    )
    assert peak_megabytes(check) < 300


def test_a_frame_that_was_taken_is_let_go(tmp_path: Path) -> None:
    """Held back, 29 decoded frames of 1080p would be 90 MB."""
    path = make.write(tmp_path / "a.mkv", make.steady(30), "mpeg4", size=(1080, 1920), picture=make.plain((9, 9, 9)))
    one = f"from course_lib.video import sample\nsample({str(path)!r}, num_frames=1, size=32)\n"
    assert peak_megabytes(one.replace("num_frames=1", "num_frames=30")) < peak_megabytes(one) + 40


def test_importing_the_room_loads_neither_av_nor_torch() -> None:
    code = "import sys, course_lib.video; assert not {'av', 'torch', 'transformers', 'PIL'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
