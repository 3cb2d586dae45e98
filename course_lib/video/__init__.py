"""A video file on disk -> Clip. PyAV only, and only when a file is read; no torch."""

from course_lib.video.clip import Clip, VideoInfo
from course_lib.video.sample import no_larger, probe, sample

__all__ = ["Clip", "VideoInfo", "no_larger", "probe", "sample"]
