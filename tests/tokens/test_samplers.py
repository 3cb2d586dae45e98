"""Where samplers look."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from course_lib.errors import VideoError
from course_lib.tokens.samplers import by_rate, change, keyframes, motion_weighted, scene_changes
from tests.video import video_files as make


def flat(*levels: float) -> np.ndarray:
    """[T, 2, 2], each frame of one level."""
    return np.array(levels, dtype=np.float64)[:, None, None] * np.ones((1, 2, 2))


def test_a_rate_gives_every_so_many_seconds_from_0_to_before_the_end() -> None:
    assert by_rate(2.0, 2).tolist() == [0, 0.5, 1, 1.5]
    assert by_rate(2.1, 2).tolist() == [0, 0.5, 1, 1.5, 2]
    assert by_rate(0.3, 1).tolist() == [0]
    assert len(by_rate(30.0, 1 / 3)) == 10  # 30 * (1 / 3) is not quite 10


@pytest.mark.parametrize(("duration", "fps"), [(0, 1), (3, 0), (3, -1)])
def test_a_rate_without_a_clip_or_frames_is_refused(duration: float, fps: float) -> None:
    with pytest.raises(ValueError, match="both must be above 0"):
        by_rate(duration, fps)


KEYS = {  # name -> what to write it with
    "b.mp4": {"options": make.B_FRAMES},
    "open.mkv": {"options": make.OPEN_GOP},
    "old.avi": {"options": make.B_FRAMES},  # no times but the order of decoding
    "bare.h264": {"options": make.B_FRAMES, "format": "h264"},  # no times at all
    "stream.ts": {"options": make.B_FRAMES},
}


@pytest.mark.parametrize("name", KEYS)
def test_keyframes_are_those_that_the_decoder_calls_so_at_the_seconds_of_the_library(name: str, tmp_path: Path) -> None:
    from course_lib.video import sample

    path = make.write(tmp_path / name, make.steady(60), **KEYS[name])
    with av.open(str(path)) as file:
        true = [make.number_of(f.to_ndarray(format="rgb24")) for f in file.decode(video=0) if f.key_frame]
    seconds = keyframes(path)
    assert len(true) == 5
    assert [make.number_of(frame) for frame in sample(path, at=list(seconds)).frames] == true


def test_keyframes_of_an_uneven_file_that_starts_late_count_from_its_first_frame(tmp_path: Path) -> None:
    seconds = [5 + t for t in (0, 0.1, 0.3, 0.35, 0.4, 0.9, 1.5, 1.6, 2, 2.4)]
    path = make.write(tmp_path / "phone.mkv", seconds, ticks=1000, gop=4, options=make.B_FRAMES)
    np.testing.assert_allclose(keyframes(path), [0, 0.4, 2.0], atol=1e-3)


def test_of_many_keyframes_some_are_taken_evenly_and_of_few_all(tmp_path: Path) -> None:
    path = make.write(tmp_path / "many.mp4", make.steady(96), options=make.B_FRAMES)  # 8 of them, 1.2 s apart
    np.testing.assert_allclose(keyframes(path, 4), np.array([1, 3, 5, 7]) * 1.2)
    assert len(keyframes(path, 20)) == 8
    with pytest.raises(ValueError, match="0 keyframes"):
        keyframes(path, 0)


def test_keyframes_of_what_is_no_video_are_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("not a video")
    with pytest.raises(VideoError):
        keyframes(tmp_path / "notes.mp4")


def test_change_is_the_mean_difference_to_the_frame_before() -> None:
    assert change(flat(3, 3, 7, 4)).tolist() == [0, 0, 4, 3]
    bright = np.array([[[[0, 0, 0]]], [[[255, 0, 0]]]], np.uint8)  # [2, 1, 1, 3]; bytes do not wrap around
    assert change(bright[::-1]).tolist() == [0, 85]


def test_scene_changes_are_the_largest_ones_in_order_of_time() -> None:
    frames = flat(0, 0, 9, 9, 9, 2, 2, 2, 30, 30)
    seconds = np.arange(10.0)
    assert scene_changes(frames, seconds, 2).tolist() == [2, 8]
    assert scene_changes(frames, seconds, 3).tolist() == [2, 5, 8]


def test_one_movement_gets_one_look_unless_the_gap_is_0() -> None:
    frames = flat(0, 0, 0, 10, 20, 30, 30, 30, 31, 31, 31, 31)
    seconds = np.arange(12.0)
    assert scene_changes(frames, seconds, 2).tolist() == [3, 8]  # the gap is 3 s
    assert scene_changes(frames, seconds, 2, gap=0).tolist() == [3, 4]


def test_scene_changes_are_fewer_where_there_is_no_room_or_no_frame() -> None:
    assert scene_changes(flat(0, 1, 2), [0, 1, 2], 8, gap=0).tolist() == [0, 1, 2]
    assert len(scene_changes(flat(0, 1, 2, 3), [0, 1, 2, 3], 4, gap=2)) == 2
    assert len(scene_changes(flat(*range(64)), np.arange(64) / 4, 16)) == 16  # its own gap always leaves room


def test_motion_gets_looks_in_proportion_to_its_change() -> None:
    """Change 1 between 1 and 2 s, 3 between 4 and 5 s: four shares of 1, one in the first and three in the second."""
    frames = flat(0, 0, 1, 1, 1, 4, 4)
    found = motion_weighted(frames, np.arange(7.0), 4)
    np.testing.assert_allclose(found, [1.5, 4 + 0.5 / 3, 4 + 1.5 / 3, 4 + 2.5 / 3])


def test_motion_without_any_is_looked_at_evenly() -> None:
    np.testing.assert_allclose(motion_weighted(flat(5, 5, 5, 5), [0, 1, 2, 3], 2), [1, 3])
    np.testing.assert_allclose(motion_weighted(flat(5), [7.0], 1), [7.5])


@pytest.mark.parametrize("sampler", [scene_changes, motion_weighted])
def test_frames_that_do_not_fit_their_seconds_are_refused(sampler) -> None:
    with pytest.raises(ValueError, match="3 frames with seconds of shape"):
        sampler(flat(0, 1, 2), [0, 1], 2)
    with pytest.raises(ValueError, match="0 moments"):
        sampler(flat(0, 1), [0, 1], 0)
    with pytest.raises(ValueError, match="not in the order"):
        sampler(flat(0, 1), [1, 0], 1)
