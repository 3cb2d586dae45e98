"""The files that the tests read, built once a session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.video import video_files as make

Build = Callable[..., Path]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("video")


@pytest.fixture(scope="session")
def clip_mp4(folder: Path) -> Path:
    """9 s at 10 frames a second, a keyframe each 1.2 s, three B-frames between references, index at the front."""
    return make.write(folder / "clip.mp4", make.steady(90), options=make.B_FRAMES, container={"movflags": "faststart"})
