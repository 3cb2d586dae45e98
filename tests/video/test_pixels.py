"""What a frame looks like: colours, shape, orientation and fields."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from course_lib.errors import VideoError
from course_lib.video import probe, sample
from tests.video import video_files as make
from tests.video.video_files import plain, steady

RED, SKIN, TEAL = (220, 30, 40), (205, 150, 125), (20, 140, 150)
ITU601, ITU709 = 5, 1
LIMITED, FULL = 1, 2


def one_colour(path: Path, colour: tuple[int, ...], codec: str, pixels: str, **how) -> np.ndarray:
    """The mean colour that comes back; the encoded file says how it is to be read by `matrix` and `range_`."""
    matrix, range_, size = how.get("matrix"), how.get("range_", LIMITED), how.get("size", (48, 80))

    def set_up(stream: av.VideoStream) -> None:
        if matrix and how.get("tagged", True):
            stream.codec_context.colorspace = {ITU601: 6, ITU709: 1}[matrix]
        stream.codec_context.color_range = range_

    convert = {"dst_colorspace": matrix, "dst_color_range": range_} if matrix else {"dst_color_range": range_}
    options = how.get("options", {"qp": "4", "preset": "ultrafast"} if codec == "libx264" else {})
    make.write(
        path,
        steady(2, 25),
        codec,
        pixels,
        size,
        plain(colour),
        options,
        rate=25,
        set_up=set_up,
        convert=convert,
        gop=how.get("gop", 12),
    )
    return sample(path, num_frames=1).frames[0].reshape(-1, 3).mean(0)


@pytest.mark.parametrize("colour", [RED, SKIN, TEAL, (0, 0, 0), (255, 255, 255)])
@pytest.mark.parametrize("range_", [LIMITED, FULL])
@pytest.mark.parametrize("matrix", [ITU601, ITU709])
def test_the_tagged_matrix_and_range_give_the_colour_back(
    colour: tuple[int, int, int], range_: int, matrix: int, tmp_path: Path
) -> None:
    got = one_colour(tmp_path / "c.mp4", colour, "libx264", "yuv420p", matrix=matrix, range_=range_)
    np.testing.assert_allclose(got, colour, atol=4)  # the other matrix is off by 10 to 25 in RED, SKIN and TEAL


@pytest.mark.parametrize(("size", "matrix"), [((480, 640), ITU601), ((720, 1280), ITU709)])
def test_without_a_matrix_hd_is_read_as_709_and_the_rest_as_601(
    size: tuple[int, int], matrix: int, tmp_path: Path
) -> None:
    got = one_colour(tmp_path / "c.mp4", RED, "libx264", "yuv420p", matrix=matrix, tagged=False, size=size)
    np.testing.assert_allclose(got, RED, atol=4)


@pytest.mark.parametrize(
    ("codec", "pixels", "name", "range_"),
    [
        ("libx264", "yuv420p10le", "a.mp4", LIMITED),
        ("libx264", "yuv444p", "b.mkv", LIMITED),
        ("libx264", "yuv422p10le", "c.mkv", FULL),
        ("libx264", "yuvj420p", "d.mp4", FULL),
        ("prores_ks", "yuv422p10le", "e.mov", LIMITED),
        ("mjpeg", "yuvj420p", "f.avi", FULL),
        ("ffv1", "gbrp10le", "g.mkv", FULL),
        ("ffv1", "yuv444p16le", "h.mkv", LIMITED),
        ("libvpx-vp9", "yuv444p", "i.webm", LIMITED),
        ("libx265", "yuv420p10le", "j.mp4", LIMITED),
        ("png", "rgb24", "k.mov", FULL),
        ("qtrle", "rgb24", "l.mov", FULL),
        ("rawvideo", "uyvy422", "m.mov", LIMITED),
        ("mpeg2video", "yuv422p", "n.mkv", LIMITED),
    ],
)
def test_deep_full_range_and_444_pixels_keep_their_colours(
    codec: str, pixels: str, name: str, range_: int, tmp_path: Path
) -> None:
    options = {"libx265": {"x265-params": "log-level=none:qp=4"}, "libx264": {"qp": "4"}}.get(codec, {})
    gop = None if codec in ("mjpeg", "png", "prores_ks", "rawvideo") else 12
    matrix = None if pixels.startswith(("rgb", "gbr")) else ITU601
    got = one_colour(
        tmp_path / name, SKIN, codec, pixels, matrix=matrix, range_=range_, options=options, gop=gop, tagged=False
    )
    np.testing.assert_allclose(got, SKIN, atol=6)


def test_hdr_is_said_to_lack_tone_mapping(tmp_path: Path) -> None:
    def pq(stream: av.VideoStream) -> None:
        stream.codec_context.color_trc, stream.codec_context.colorspace = 16, 9

    path = make.write(tmp_path / "a.mp4", steady(4), pixels="yuv420p10le", set_up=pq)
    assert "HDR (PQ)" in sample(path, num_frames=1).note
    assert "HDR (PQ)" in probe(path).note


def corner(number: int, h: int, w: int) -> np.ndarray:
    """Red top left quarter, blue bottom right quarter, the rest white."""
    picture = np.full((h, w, 3), 255, np.uint8)
    picture[: h // 2, : w // 2] = 250, 0, 0
    picture[h // 2 :, w // 2 :] = 0, 0, 250
    return picture


def corners(frame: np.ndarray) -> str:
    """The quarters' colours, clockwise from the top left: r, b or w."""
    h, w = frame.shape[:2]
    names = ""
    for y, x in ((1, 1), (1, 3), (3, 3), (3, 1)):
        r, _, b = frame[y * h // 4, x * w // 4].astype(int)
        names += "w" if min(r, b) > 150 else "r" if r > b else "b"
    return names


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv"])
@pytest.mark.parametrize(
    ("turn", "mirror", "seen", "upright"),
    [
        (0, False, "rwbw", False),
        (90, False, "wrwb", True),
        (180, False, "bwrw", False),
        (270, False, "wbwr", True),
        (0, True, "wrwb", False),
    ],
)
def test_rotation_and_mirroring_in_the_display_matrix_are_applied(
    name: str, turn: int, mirror: bool, seen: str, upright: bool, tmp_path: Path
) -> None:
    path = make.write(
        tmp_path / name,
        steady(3),
        size=(64, 96),
        picture=corner,
        set_up=lambda s: s.set_display_rotation(-turn, hflip=mirror),  # counter-clockwise there
    )
    frame = sample(path, num_frames=1).frames[0]
    assert corners(frame) == seen
    assert frame.shape == ((96, 64, 3) if upright else (64, 96, 3))
    assert sample(path, num_frames=1, size=48).frames.shape == ((1, 48, 32, 3) if upright else (1, 32, 48, 3))
    info = probe(path)
    assert (info.height, info.width) == frame.shape[:2]
    assert info.rotation == turn or mirror


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.mov"])
@pytest.mark.parametrize(("aspect", "width"), [(Fraction(2), 160), (Fraction(1, 2), 40), (Fraction(16, 15), 85)])
def test_pixels_that_are_not_square_are_made_square(name: str, aspect: Fraction, width: int, tmp_path: Path) -> None:
    path = make.write(tmp_path / name, steady(3), aspect=aspect)
    assert sample(path, num_frames=1).frames.shape == (1, 48, width, 3)
    assert (probe(path).width, probe(path).coded_width) == (width, 80)


@pytest.mark.parametrize(
    ("codec", "name", "pixels"), [("libx264", "a.mkv", "yuv444p"), ("libvpx-vp9", "a.webm", "yuv420p")]
)
def test_odd_sizes_keep_their_last_row_and_column(codec: str, name: str, pixels: str, tmp_path: Path) -> None:
    def framed(number: int, h: int, w: int) -> np.ndarray:
        picture = np.full((h, w, 3), 10, np.uint8)
        picture[-3:], picture[:, -3:] = 240, 240
        return picture

    frame = sample(make.write(tmp_path / name, steady(3), codec, pixels, (49, 81), framed), num_frames=1).frames[0]
    assert frame.shape == (49, 81, 3)
    assert frame[-1].mean() > 200 and frame[:, -1].mean() > 200 and frame[:40, :70].mean() < 40


def test_fields_of_two_instants_are_not_combed_together(tmp_path: Path) -> None:
    def combed(number: int, h: int, w: int) -> np.ndarray:
        picture = np.zeros((h, w, 3), np.uint8)
        picture[::2, 10 + number : 30 + number] = 255  # a bar as the first field sees it
        picture[1::2, 40 + number : 60 + number] = 255  # and as the second does, half a frame later
        return picture

    def combing(frame: np.ndarray) -> float:
        return float(np.abs(np.diff(frame[4:-4].astype(int), axis=0)).mean())

    top, bottom = slice(20, 28), slice(50, 58)  # where the bar of this field alone is
    for name, codec, options, first, second in (
        ("a.mkv", "libx264", {"flags": "+ildct+ilme", "x264-params": "tff=1", "qp": "10"}, top, bottom),
        ("b.mkv", "libx264", {"flags": "+ildct+ilme", "x264-params": "bff=1", "qp": "10"}, bottom, top),
        ("a.ts", "mpeg2video", {"flags": "+ildct+ilme", "qmin": "2", "qmax": "4"}, bottom, top),  # written so
    ):
        path = make.write(tmp_path / name, steady(4, 25), codec, "yuv420p", (64, 80), combed, options, rate=25)
        frame = sample(path, num_frames=1).frames[0]
        assert frame.shape == (64, 80, 3)
        assert combing(frame) < 8, name  # combed it is over 100
        bars = frame[16:48].mean((0, 2))
        assert bars[first].mean() > 200 and bars[second].mean() < 40, name  # one bar, of the first field


def test_size_is_the_longer_side_or_exactly_height_and_width(clip_mp4: Path) -> None:
    assert sample(clip_mp4, num_frames=2).frames.shape == (2, 48, 80, 3)
    assert sample(clip_mp4, num_frames=2, size=40).frames.shape == (2, 24, 40, 3)
    assert sample(clip_mp4, num_frames=2, size=160).frames.shape == (2, 96, 160, 3)
    assert sample(clip_mp4, num_frames=2, size=(50, 30)).frames.shape == (2, 50, 30, 3)


def test_scaling_down_averages_rather_than_picks(tmp_path: Path) -> None:
    def lines(number: int, h: int, w: int) -> np.ndarray:
        picture = np.zeros((h, w, 3), np.uint8)
        picture[:, ::2] = 255
        return picture

    path = make.write(tmp_path / "a.mkv", steady(2), "ffv1", "yuv444p", (64, 160), lines)
    small = sample(path, num_frames=1, size=20).frames[0]
    assert abs(small[2:-2, 2:-2].mean() - 127) < 6 and small[2:-2, 2:-2].std() < 6


def test_a_size_that_changes_within_the_file_comes_out_as_one(tmp_path: Path) -> None:
    first = make.write(tmp_path / "1.ts", steady(10), picture=plain(RED))
    second = make.write(tmp_path / "2.ts", [1 + t for t in steady(10)], size=(96, 160), picture=plain(TEAL))
    both = tmp_path / "both.ts"
    both.write_bytes(first.read_bytes() + second.read_bytes())
    clip = sample(both, at=[0.25, 1.65])
    assert clip.frames.shape == (2, 48, 80, 3)
    np.testing.assert_allclose(clip.frames.mean((1, 2)), [RED, TEAL], atol=12)


def test_a_clip_that_would_not_fit_in_memory_is_refused(clip_mp4: Path) -> None:
    with pytest.raises(VideoError, match="GiB"):
        sample(clip_mp4, fps=10, size=(8192, 8192))
