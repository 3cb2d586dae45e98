"""A video file on disk -> Clip. PyAV only, and only when a file is read; no torch."""

from course_lib.video.clip import Clip, VideoInfo
from course_lib.video.sample import probe, sample

__all__ = ["Clip", "VideoInfo", "probe", "sample"]
