"""Transparency, and the pictures that are laid over one another in an animation."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from course_lib.video import sample
from tests.video import video_files as make
from tests.video.video_files import plain, steady

ALPHA = [
    ("q.mov", "qtrle", "argb", {}),
    ("p.mov", "png", "rgba", {}),
    ("r.mov", "prores_ks", "yuva444p10le", {}),
    ("v8.webm", "libvpx", "yuva420p", {"auto-alt-ref": "0", "crf": "4", "b": "2M"}),
    ("v9.webm", "libvpx-vp9", "yuva420p", {"auto-alt-ref": "0", "deadline": "realtime", "cpu-used": "8"}),
    ("w.webp", "libwebp_anim", "bgra", {"lossless": "1"}),
    ("o.webp", "libwebp", "bgra", {"lossless": "1"}),
    ("a.apng", "apng", "rgba", {}),
]


@pytest.mark.parametrize(("name", "codec", "pixels", "options"), ALPHA)
def test_transparency_is_laid_over_black(
    name: str, codec: str, pixels: str, options: dict[str, str], tmp_path: Path
) -> None:
    def quarters(number: int, h: int, w: int) -> np.ndarray:
        picture = np.full((h, w, 4), 200, np.uint8)
        picture[..., 3] = np.repeat([255, 128, 0, 255], w // 4)[None]
        return picture

    count = 1 if name == "o.webp" else 4
    gop = 12 if codec.startswith("libvpx") else None
    path = make.write(tmp_path / name, steady(count), codec, pixels, (48, 80), quarters, options, gop=gop)
    frame = sample(path, num_frames=1).frames[0].astype(int)
    columns = [frame[10:38, x].mean() for x in (10, 30, 50, 70)]
    np.testing.assert_allclose(columns, [200, 100, 0, 200], atol=6)


def test_colours_hidden_under_transparency_do_not_bleed_into_edges(tmp_path: Path) -> None:
    def hidden(number: int, h: int, w: int) -> np.ndarray:
        picture = np.zeros((h, w, 4), np.uint8)
        picture[:, : w // 2] = 0, 0, 255, 255
        picture[:, w // 2 :] = 255, 0, 0, 0  # red, but not to be seen
        return picture

    path = make.write(tmp_path / "a.mov", steady(2), "qtrle", "argb", (48, 80), hidden, gop=None)
    assert sample(path, num_frames=1, size=20).frames[..., 0].max() <= 1


def still(path: Path, colour: tuple[int, ...], h: int, w: int) -> bytes:
    """The chunks of a still WebP of one colour, without the file around them."""
    make.write(path, [0.0], "libwebp", "bgra", (h, w), plain(colour), {"lossless": "1"}, gop=None)
    data = path.read_bytes()[12:]
    return data[18:] if data[:4] == b"VP8X" else data


def test_pieces_of_an_animated_webp_blend_replace_and_are_cleared(tmp_path: Path) -> None:
    blend, replace, keep, clear = 0, 2, 0, 1
    pieces = [
        ((200, 0, 0, 255), 0, 0, 40, 40, 100, replace | keep),  # red everywhere
        ((0, 0, 200, 128), 10, 10, 20, 20, 0, blend | clear),  # half of blue over a part, for the 100 ms that 0 means
        ((0, 200, 0, 0), 20, 0, 20, 20, 50, replace | keep),  # nothing, but it replaces
    ]
    body = b"VP8X" + struct.pack("<IB3x", 10, 0x12) + (39).to_bytes(3, "little") * 2
    body += b"ANIM" + struct.pack("<IIH", 6, 0xFFFFFFFF, 0)
    for colour, y, x, h, w, ms, flags in pieces:
        numbers = (x // 2, y // 2, w - 1, h - 1, ms)
        data = b"".join(n.to_bytes(3, "little") for n in numbers) + bytes([flags])
        data += still(tmp_path / "still.webp", colour, h, w)
        body += b"ANMF" + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    path = tmp_path / "pieces.webp"
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body)

    clip = sample(path, at=[0.05, 0.15, 0.22])
    np.testing.assert_allclose(clip.seconds, [0.0, 0.1, 0.2])
    assert clip.duration == pytest.approx(0.25)
    red, mixed, black = (200, 0, 0), (100, 0, 100), (0, 0, 0)
    for frame, middle, low_left in zip(clip.frames, (red, mixed, black), (red, red, black), strict=True):
        np.testing.assert_allclose(frame[15, 15], middle, atol=2)
        np.testing.assert_allclose(frame[35, 5], low_left, atol=2)
        np.testing.assert_allclose(frame[35, 35], red, atol=2)
