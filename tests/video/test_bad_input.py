"""What is no video, or only part of one: an error that says what and what to do, or a clip that says how much."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import av
import numpy as np
import pytest

from course_lib.errors import VideoError
from course_lib.video import probe, sample
from tests.video import video_files as make
from tests.video.video_files import B_FRAMES, number_of, steady

KEY = {
    "encryption_scheme": "cenc-aes-ctr",
    "encryption_key": "76a6c65c5ea762046bd749a2e632ccbb",
    "encryption_kid": "a7e61c373e219033c21091fa607bf3b8",
}


def rough(number: int, h: int, w: int) -> np.ndarray:
    """The number under noise, so that the frames weigh more than the index."""
    noise = np.random.default_rng(number).integers(0, 60, (h, w, 3))
    return (make.numbered(number, h, w) * 0.7 + noise).astype(np.uint8)


def missing(folder: Path) -> Path:
    return folder / "nowhere.mp4"


def empty(folder: Path) -> Path:
    (folder / "empty.mp4").touch()
    return folder / "empty.mp4"


def text(folder: Path) -> Path:
    (folder / "notes.txt").write_text("The car turns right.\n" * 50)
    return folder / "notes.txt"


def noise(folder: Path) -> Path:
    (folder / "noise.mp4").write_bytes(np.random.default_rng(0).bytes(9000))
    return folder / "noise.mp4"


def directory(folder: Path) -> Path:
    (folder / "clips").mkdir()
    return folder / "clips"


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.mp4")
    return folder / "pipe.mp4"


def device(folder: Path) -> Path:
    return Path("/dev/zero")


def audio_only(folder: Path) -> Path:
    with av.open(folder / "song.m4a", "w") as out:
        make.silence(out, out.add_stream("aac", rate=8000, layout="mono"), 1.0)
    return folder / "song.m4a"


def audio_with_a_cover(folder: Path) -> Path:
    with av.open(folder / "song.mp3", "w") as out:
        sound = out.add_stream("libmp3lame", rate=44100, layout="mono", format="fltp")
        cover = out.add_stream("mjpeg")
        cover.width = cover.height = 32
        cover.pix_fmt = "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        picture = av.VideoFrame.from_ndarray(np.full((32, 32, 3), 90, np.uint8)).reformat(format="yuvj420p")
        picture.pts, picture.time_base = 0, Fraction(1, 25)
        out.mux(cover.encode(picture))
        out.mux(cover.encode(None))
        make.silence(out, sound, 1.0, 44100)
    return folder / "song.mp3"


def encrypted(folder: Path) -> Path:
    return make.write(folder / "locked.mp4", steady(10), container=KEY)


def no_frames(folder: Path) -> Path:
    whole = make.write(folder / "whole.mkv", steady(10))
    with av.open(whole) as from_, av.open(folder / "none.mkv", "w") as to:
        to.add_stream_from_template(from_.streams.video[0])
        to.start_encoding()
    return folder / "none.mkv"


def huge(folder: Path) -> Path:
    data = bytearray(make.write(folder / "small.gif", steady(3), "gif", "gray").read_bytes())
    data[6:10] = b"\x00\x40\x00\x40"  # 16384 x 16384, of which the frame fills a corner
    (folder / "huge.gif").write_bytes(data)
    return folder / "huge.gif"


def huge_mov(folder: Path) -> Path:
    data = bytearray(make.write(folder / "small.mov", steady(3), "qtrle", "rgb24", gop=None).read_bytes())
    sides = data.index(b"rle \0") + 28  # in the sample description
    assert data[sides : sides + 4] == bytes((0, 80, 0, 48))
    data[sides : sides + 4] = b"\x40\x00\x40\x00"
    (folder / "huge.mov").write_bytes(data)
    return folder / "huge.mov"


def huge_webp(folder: Path) -> Path:
    data = bytearray(make.write(folder / "s.webp", steady(3), "libwebp_anim", "bgra", gop=None).read_bytes())
    data[24:30] = b"\xff\x3f\x00" * 2
    (folder / "huge.webp").write_bytes(data)
    return folder / "huge.webp"


def mp4_without_its_index(folder: Path) -> Path:
    return make.cut(make.write(folder / "whole.mp4", steady(30), picture=rough), folder / "cut.mp4", 0.5)


def header_alone(folder: Path) -> Path:
    whole = make.write(folder / "whole.mp4", steady(30), container={"movflags": "faststart"})
    (folder / "header.mp4").write_bytes(whole.read_bytes()[: whole.read_bytes().index(b"mdat") + 4])
    return folder / "header.mp4"


def undecodable(folder: Path) -> Path:
    data = bytearray(make.write(folder / "good.mp4", steady(30), options={"preset": "ultrafast"}).read_bytes())
    at, end = data.index(b"mdat") + 4, data.index(b"moov")
    data[at:end] = bytes(end - at)
    (folder / "zeros.mp4").write_bytes(data)
    return folder / "zeros.mp4"


BAD: list[tuple[Callable[[Path], Path], str, str]] = [
    (missing, "nowhere.mp4 does not exist", "Check the path"),
    (empty, "empty.mp4 is empty", "Copy or download it again"),
    (text, r"notes.txt has no video stream \(1 text stream found\)", "ffprobe"),
    (noise, "noise.mp4 is not a video", "Give a file"),
    (directory, "clips is a directory", "one video file inside it"),
    (pipe, "pipe.mp4 is a pipe", "Save the video to a file"),
    (device, "/dev/zero is a pipe or a device", "Save the video to a file"),
    (audio_only, r"song.m4a has no video stream \(1 audio stream found\)", "ffprobe"),
    (audio_with_a_cover, r"song.mp3 has no video stream \(1 audio stream, 1 cover picture found\)", "ffprobe"),
    (encrypted, "locked.mp4 is encrypted", "Decrypt it"),
    (no_frames, "none.mkv holds no frame", "again"),
    (huge, "huge.gif is 16384 x 16384 pixels", "Scale it down"),
    (huge_mov, "huge.mov: no frame .* over the limit of 67108864 pixels", "scale it down"),
    (huge_webp, "huge.webp is 16384 x 16384 pixels", "Scale it down"),
    (mp4_without_its_index, r"cut.mp4 is an MP4 without a readable index \(moov\)", "Copy it again"),
    (header_alone, "header.mp4 holds no frame", "again"),
    (undecodable, "zeros.mp4: no frame of its h264 video can be decoded", "Copy or download it again"),
]


@pytest.mark.parametrize(("build", "what", "fix"), BAD, ids=[b[0].__name__ for b in BAD])
def test_what_is_no_video_is_turned_away_in_one_line(
    build: Callable[[Path], Path], what: str, fix: str, tmp_path: Path
) -> None:
    path = build(tmp_path)
    for read in (probe, sample):
        with pytest.raises(VideoError, match=what) as caught:
            read(path)
        assert fix in caught.value.fix
        assert "\n" not in str(caught.value)


def test_an_address_that_cannot_be_reached_says_so() -> None:
    with socket.socket() as taken:  # bound and not listening, so a connection is refused
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/clip.mp4"
        with pytest.raises(VideoError, match="cannot be reached") as caught:
            sample(address)
    assert "download the video and give its path" in caught.value.fix
    with pytest.raises(VideoError, match="rtsp address"):
        sample("rtsp://127.0.0.1/live")


@pytest.mark.parametrize("name", ["a.mp4", "a.ts", "a.gif"])
def test_an_address_that_can_be_reached_is_read(name: str, tmp_path: Path) -> None:
    recipe = {"codec": "gif", "pixels": "gray"} if name == "a.gif" else {"options": B_FRAMES}
    make.write(tmp_path / name, steady(60), **recipe)
    served = partial(QuietFiles, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), served) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        clip = sample(f"http://127.0.0.1:{server.server_port}/{name}", at=[0.05, 5.05])
        with pytest.raises(VideoError, match="404"):
            sample(f"http://127.0.0.1:{server.server_port}/missing.mp4")
        server.shutdown()
    assert [number_of(f) for f in clip.frames] == [0, 50]


class QuietFiles(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_playlist_on_disk_does_not_call_other_machines(tmp_path: Path) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0)
        port = server.getsockname()[1]
        playlist = tmp_path / "list.m3u8"
        playlist.write_text(
            "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n" + f"http://127.0.0.1:{port}/a.ts\n#EXT-X-ENDLIST\n"
        )
        with pytest.raises(VideoError):
            sample(playlist)
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize("name", ["a: b.mp4", "http:x.mp4", "100% é 車.mp4", "no-extension"])
def test_a_name_is_a_path_whatever_it_looks_like(name: str, tmp_path: Path, clip_mp4: Path) -> None:
    (tmp_path / name).write_bytes(clip_mp4.read_bytes())
    assert number_of(sample(tmp_path / name, at=[3.0]).frames[0]) == 30
    assert number_of(sample(str(tmp_path / name), at=[3.0]).frames[0]) == 30


@pytest.mark.parametrize("name", ["cut.mp4", "cut.mkv", "cut.avi", "cut.mov"])
def test_a_truncated_file_gives_what_it_has_and_says_how_much(name: str, tmp_path: Path) -> None:
    faststart = {"movflags": "faststart"} if name.endswith(("mp4", "mov")) else {}
    kind = {"options": B_FRAMES, "container": faststart, "picture": rough}
    whole = make.write(tmp_path / f"whole.{name[-3:]}", steady(90), **kind)
    path = make.cut(whole, tmp_path / name, 0.5)
    clip = sample(path, num_frames=8)
    assert 3.0 < clip.duration < 6.0
    assert clip.note.startswith(f"truncated: {clip.duration:.1f} of 9.0 s can be decoded")
    assert probe(path).note == f"truncated: {clip.duration:.1f} of 9.0 s can be decoded"
    expected = [int(10 * clip.duration * (i + 0.5) / 8 + 1e-6) for i in range(8)]
    got = [number_of(f) for f in clip.frames[:-1]]  # the last frames may have lost their references
    assert got == expected[:-1]
    with pytest.raises(VideoError, match=r"second 8 was asked for.*truncated"):
        sample(path, at=[8.0])


@pytest.mark.parametrize("name", ["cut.ts", "cut.gif", "cut.webp"])
def test_a_truncated_file_without_a_promise_gives_what_it_has(name: str, tmp_path: Path) -> None:
    recipes = {"ts": {"options": B_FRAMES}, "gif": {"codec": "gif", "pixels": "gray"}}
    recipe = recipes.get(name[4:], {"codec": "libwebp_anim", "pixels": "bgra", "gop": None})
    whole = make.write(tmp_path / f"whole.{name[4:]}", steady(90), **recipe)
    clip = sample(make.cut(whole, tmp_path / name, 0.5), num_frames=8)
    assert 3.0 < clip.duration < 6.0
    assert [number_of(f) for f in clip.frames[:-1]] == [
        int(10 * clip.duration * (i + 0.5) / 8 + 1e-6) for i in range(7)
    ]


def test_damage_in_the_middle_is_said_and_the_rest_is_right(tmp_path: Path, clip_mp4: Path) -> None:
    data = bytearray(clip_mp4.read_bytes())
    at = data.index(b"mdat") + 4
    middle = at + (len(data) - at) * 4 // 10
    data[middle : middle + 1500] = b"\xff" * 1500
    path = tmp_path / "damaged.mp4"
    path.write_bytes(data)
    clip = sample(path, at=[0.55, 8.55])
    assert [number_of(f) for f in clip.frames] == [5, 85] and clip.note == ""  # what was asked for is whole
    everything = sample(path, at=[t + 0.05 for t in steady(90)])
    assert everything.note.startswith("damaged: ")
    assert np.all(np.diff(everything.seconds) >= 0)
