"""Requests that are none, and clips that do not fit together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from course_lib.errors import VideoError
from course_lib.video import Clip, sample


@pytest.mark.parametrize(
    ("request_", "what"),
    [
        ({"num_frames": 0}, "num_frames is 0"),
        ({"num_frames": 2.5}, r"num_frames is 2\.5"),
        ({"num_frames": True}, "num_frames is True"),
        ({"fps": 0}, "fps is 0"),
        ({"fps": float("nan")}, "fps is nan"),
        ({"fps": "2"}, "fps is '2'"),
        ({"at": []}, "at is"),
        ({"at": [-1.0]}, "at is"),
        ({"at": [float("inf")]}, "at is"),
        ({"at": 3.0}, r"at is 3\.0"),
        ({"at": ["a"]}, "at is"),
        ({"size": 0}, "size is 0"),
        ({"size": (10, -1)}, "size is"),
        ({"size": (10, 10, 3)}, "size is"),
        ({"size": 2.5}, r"size is 2\.5"),
        ({"size": 10**6}, "size is"),
        ({"num_frames": 4, "fps": 1}, "More than one"),
    ],
)
def test_a_request_that_is_none_is_named(request_: dict, what: str, clip_mp4: Path) -> None:
    with pytest.raises(VideoError, match=what):
        sample(clip_mp4, **request_)


GOOD = {"frames": np.zeros((2, 4, 4, 3), np.uint8), "seconds": [0.0, 1.0], "duration": 2.0, "source": "drawn"}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"frames": np.zeros((2, 4, 4, 3))}, "float64"),
        ({"frames": np.zeros((2, 3, 4, 4), np.uint8)}, r"\[2, 3, 4, 4\]"),
        ({"frames": np.zeros((0, 4, 4, 3), np.uint8)}, "at least one frame"),
        ({"seconds": [0.0]}, "2 frames but seconds of shape"),
        ({"seconds": [0.0, -1.0]}, "-1"),
        ({"seconds": [0.0, 9.0]}, "9"),
        ({"seconds": ["a", "b"]}, "no numbers"),
        ({"duration": 0.0}, "duration is 0"),
        ({"duration": float("nan")}, "duration is nan"),
    ],
)
def test_a_clip_that_does_not_fit_together_is_refused(change: dict, what: str) -> None:
    assert len(Clip(**GOOD)) == 2
    with pytest.raises(VideoError, match=what):
        Clip(**(GOOD | change))
