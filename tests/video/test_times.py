"""Which frame is shown when: containers, codecs and the ways that files keep time."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from course_lib.errors import VideoError
from course_lib.video import probe, sample
from tests.video import video_files as make
from tests.video.video_files import B_FRAMES, OPEN_GOP, number_of, steady

# Gaps of 10 to 300 ms, so that index / fps is wrong nearly everywhere.
UNEVEN = [round(float(t), 3) for t in np.cumsum([0.0, *np.random.default_rng(3).choice([0.01, 0.04, 0.1, 0.3], 79)])]
STEADY = steady(80)
FAST = {"deadline": "realtime", "cpu-used": "8"}

FILES = {
    "mp4 with B-frames": ("a.mp4", STEADY, {"options": B_FRAMES}),
    "mkv": ("a.mkv", STEADY, {"options": B_FRAMES}),
    "mov": ("a.mov", STEADY, {"options": B_FRAMES}),
    "avi": ("a.avi", STEADY, {"codec": "mpeg4", "gop": 12}),
    "avi with B-frames": ("b.avi", STEADY, {"options": B_FRAMES}),
    "avi of MPEG-4 with B-frames": ("c.avi", STEADY, {"codec": "mpeg4", "options": {"bf": "2"}}),
    "mpeg-ts": ("a.ts", STEADY, {"options": B_FRAMES}),
    "webm of VP9": ("a.webm", UNEVEN, {"codec": "libvpx-vp9", "ticks": 1000, "options": FAST}),
    "webm of VP8 with hidden frames": (
        "b.webm",
        UNEVEN,
        {"codec": "libvpx", "ticks": 1000, "options": {**FAST, "auto-alt-ref": "1", "lag-in-frames": "16"}},
    ),
    "open GOP in mp4": ("o.mp4", STEADY, {"options": OPEN_GOP}),
    "open GOP in mpeg-ts": ("o.ts", STEADY, {"options": OPEN_GOP}),
    "open GOP of MPEG-2": ("m.ts", steady(80, 25), {"codec": "mpeg2video", "rate": 25, "options": {"bf": "2"}}),
    "HEVC with open GOP": (
        "h.mp4",
        STEADY,
        {"codec": "libx265", "options": {"preset": "ultrafast", "x265-params": "open-gop=1:bframes=4:log-level=none"}},
    ),
    "variable rate in mp4": ("v.mp4", UNEVEN, {"ticks": 1000, "options": OPEN_GOP}),
    "variable rate in mkv": ("v.mkv", UNEVEN, {"ticks": 1000, "options": OPEN_GOP}),
    "variable rate in mpeg-ts": ("v.ts", UNEVEN, {"ticks": 1000, "options": OPEN_GOP}),
    "one keyframe for the whole file": ("k.mp4", STEADY, {"gop": 1000, "options": {"bf": "3"}}),
    "intra refresh without keyframes": ("i.ts", STEADY, {"options": {"x264-params": "intra-refresh=1:keyint=20"}}),
    "fragmented mp4": ("f.mp4", STEADY, {"container": {"movflags": "frag_keyframe+empty_moov"}}),
    "live webm": (
        "l.webm",
        UNEVEN,
        {"codec": "libvpx-vp9", "ticks": 1000, "container": {"live": "1"}, "options": FAST},
    ),
    "MPEG program stream": ("p.mpg", steady(80, 25), {"codec": "mpeg2video", "rate": 25, "options": {"bf": "2"}}),
    "interlaced mpeg-ts": (
        "n.ts",
        steady(80, 25),
        {"rate": 25, "options": {"flags": "+ildct+ilme", "x264-params": "tff=1"}},
    ),
    "GIF": ("a.gif", STEADY, {"codec": "gif", "pixels": "gray"}),
    "AV1": ("a1.mp4", STEADY, {"codec": "libsvtav1", "size": (64, 80), "options": {"preset": "12"}}),
    "flv": ("a.flv", STEADY, {"options": B_FRAMES}),
    "raw H.264 without any times": ("a.h264", steady(80, 25), {"rate": 25, "options": B_FRAMES}),
}


@pytest.mark.parametrize("kind", FILES)
def test_the_frame_shown_at_a_second_is_found(kind: str, folder: Path) -> None:
    name, seconds, recipe = FILES[kind]
    path = make.write(folder / name, seconds, **recipe)
    middles = [(a + b) / 2 for a, b in pairwise(seconds)]

    every = sample(path, at=middles)
    assert [number_of(f) for f in every.frames] == list(range(len(middles)))
    np.testing.assert_allclose(every.seconds, seconds[:-1], atol=0.0006)

    # Few and far between, so that it seeks; as first request of a fresh file, so that nothing is known yet.
    for picks in ([61], [3, 40, 77], [78, 5, 5, 30]):
        few = sample(path, at=[middles[i] for i in picks])
        assert [number_of(f) for f in few.frames] == picks

    last = seconds[-1] + min(seconds[-1] - seconds[-2], 1 / recipe.get("rate", 10))
    assert probe(path).duration == pytest.approx(last, abs=0.11)


def test_animated_webp_is_read_and_its_pieces_build_on_each_other(folder: Path) -> None:
    def growing(number: int, h: int, w: int) -> np.ndarray:
        picture = np.zeros((h, w, 3), np.uint8)
        picture[:, : 10 * (number + 1)] = 255
        return picture

    path = make.write(
        folder / "a.webp", steady(6), "libwebp_anim", "bgra", picture=growing, options={"lossless": "1"}, gop=None
    )
    clip = sample(path, at=[0.05, 0.35, 0.55])
    assert [int((f[20, :, 0] > 127).sum()) for f in clip.frames] == [10, 40, 60]
    np.testing.assert_allclose(clip.seconds, [0.0, 0.3, 0.5])
    assert clip.duration == pytest.approx(0.6)
    assert (probe(path).width, probe(path).frames) == (80, 6)


def test_a_start_time_that_is_not_zero_is_shifted_to_zero(folder: Path, clip_mp4: Path) -> None:
    path = make.remux(clip_mp4, folder / "late.mkv", shift=100.0)
    clip = sample(path, at=[0.0, 4.55])
    assert [number_of(f) for f in clip.frames] == [0, 45]
    np.testing.assert_allclose(clip.seconds, [0.0, 4.5], atol=0.001)
    assert probe(path).start == pytest.approx(100.0, abs=0.5)
    assert clip.duration == pytest.approx(9.0, abs=0.01)


def test_what_an_edit_list_cuts_away_is_neither_shown_nor_counted(folder: Path, clip_mp4: Path) -> None:
    data = bytearray(clip_mp4.read_bytes())
    at = data.index(b"elst")
    assert int.from_bytes(data[at + 8 : at + 12], "big") == 1
    media_time = int.from_bytes(data[at + 16 : at + 20], "big")
    base = probe_ticks(clip_mp4)
    data[at + 16 : at + 20] = (media_time + round(2.5 * base)).to_bytes(4, "big")  # begin inside a GOP
    data[at + 12 : at + 16] = (6500).to_bytes(4, "big")  # ms of the movie
    path = folder / "edited.mp4"
    path.write_bytes(data)

    clip = sample(path, at=[0.0, 0.05, 1.05, 6.45])
    assert [number_of(f) for f in clip.frames] == [25, 25, 35, 89]
    np.testing.assert_allclose(clip.seconds, [0.0, 0.0, 1.0, 6.4], atol=0.001)
    assert clip.duration == pytest.approx(6.5, abs=0.11)


def probe_ticks(path: Path) -> int:
    import av

    with av.open(path) as file:
        return file.streams.video[0].time_base.denominator


def test_audio_that_outlasts_the_video_does_not_lengthen_it(folder: Path) -> None:
    for name in ("long.mp4", "long.mkv", "long.ts", "long.avi"):
        path = make.write(folder / name, steady(20), options=B_FRAMES, audio_seconds=9.0)
        clip = sample(path, num_frames=4)
        assert clip.duration == pytest.approx(2.0, abs=0.05), name
        assert [number_of(f) for f in clip.frames] == [2, 7, 12, 17], name
        assert probe(path).has_audio and clip.note == "", name


def test_num_frames_takes_the_centres_of_equal_parts(clip_mp4: Path) -> None:
    clip = sample(clip_mp4, num_frames=9)
    assert [number_of(f) for f in clip.frames] == [5, 15, 25, 35, 45, 55, 65, 75, 85]
    assert len(sample(clip_mp4)) == 16


def test_fps_counts_from_zero_and_stops_before_the_end(clip_mp4: Path) -> None:
    clip = sample(clip_mp4, fps=2)
    assert [number_of(f) for f in clip.frames] == list(range(0, 90, 5))


def test_at_keeps_the_asked_order_and_repeats(clip_mp4: Path) -> None:
    clip = sample(clip_mp4, at=[7.01, 0.0, 7.09, 2.2, 7.01])
    assert [number_of(f) for f in clip.frames] == [70, 0, 70, 22, 70]
    np.testing.assert_allclose(clip.seconds, [7.0, 0.0, 7.0, 2.2, 7.0])


def test_a_frame_is_shown_from_its_own_second_on(clip_mp4: Path) -> None:
    clip = sample(clip_mp4, at=[i / 10 for i in range(90)])
    assert [number_of(f) for f in clip.frames] == list(range(90))


def test_the_last_frame_answers_up_to_half_a_second_past_the_end(clip_mp4: Path) -> None:
    assert number_of(sample(clip_mp4, at=[9.4]).frames[0]) == 89
    with pytest.raises(VideoError, match=r"ends at 9\.00 s, second 9\.6 was asked for"):
        sample(clip_mp4, at=[1.0, 9.6])


def test_a_video_of_one_frame_gives_it_as_often_as_asked(folder: Path) -> None:
    for name, codec in (("one.mp4", "libx264"), ("one.mkv", "libx264"), ("one.gif", "gif"), ("one.ts", "libx264")):
        pixels = "gray" if codec == "gif" else "yuv420p"
        path = make.write(folder / name, [0.0], codec, pixels, picture=lambda n, h, w: make.numbered(5, h, w))
        clip = sample(path, num_frames=3)
        assert [number_of(f) for f in clip.frames] == [5, 5, 5], name
        assert clip.seconds.tolist() == [0.0, 0.0, 0.0] and 0 < clip.duration < 0.2, name


def test_more_frames_than_there_are_come_more_than_once(folder: Path) -> None:
    path = make.write(folder / "few.mp4", steady(4), options=B_FRAMES)
    clip = sample(path, num_frames=8)
    assert [number_of(f) for f in clip.frames] == [0, 0, 1, 1, 2, 2, 3, 3]


def test_the_real_clip_is_read() -> None:
    path = Path(__file__).parents[2].parent / "shared" / "clips" / "car-detection.mp4"
    if not path.is_file():
        pytest.skip("shared/clips/car-detection.mp4 is not here")
    clip = sample(path, size=224)
    assert clip.frames.shape == (16, 126, 224, 3)
    assert clip.duration == pytest.approx(30.16)
    assert np.all(np.diff(clip.seconds) > 1.5)
