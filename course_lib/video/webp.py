"""Animated WebP, which libavformat cannot read: the container is taken apart here, its pictures go to libavcodec.

Source: RFC 9649, sections 2.7.1.1 to 2.7.1.3 (VP8X, ANIM and ANMF chunks).
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from course_lib.errors import VideoError
from course_lib.video.decode import Found, Paint
from course_lib.video.source import MAX_PIXELS
from course_lib.video.span import Span

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

UNSET_MS = 100  # browsers show a frame of 0 ms for this long


@dataclass(frozen=True)
class Piece:
    """One ANMF chunk: a picture of (h, w) to be laid on the canvas at (y, x), from `start` on for `duration` ms."""

    start: int
    duration: int
    y: int
    x: int
    h: int
    w: int
    over: bool  # alpha-blend with what is there, rather than replace it
    clear: bool  # afterwards, empty the rectangle
    data: bytes


@dataclass(frozen=True)
class Animation:
    """An animated WebP; ticks are milliseconds, width and height the canvas."""

    name: str
    width: int
    height: int
    pieces: tuple[Piece, ...]
    note: str
    time_base = Fraction(1, 1000)

    @property
    def span(self) -> Span:
        return Span(0, self.pieces[-1].start + self.pieces[-1].duration, self.note)

    def frames_at(self, ticks: list[int], paint: Paint) -> Found:
        """For each tick the canvas shown then. Pictures build on each other, so all up to the last tick are decoded."""
        from av.video.frame import VideoFrame

        # Laying each picture over black at once gives what laying the finished canvas over black would.
        canvas = np.zeros((self.height, self.width, 3), np.uint8)
        found: Found = {}
        for piece in self.pieces:
            if piece.start > ticks[-1]:
                break
            y, x = slice(piece.y, piece.y + piece.h), slice(piece.x, piece.x + piece.w)
            rgba = _decode(self.name, piece).astype(np.uint16)
            alpha = rgba[..., 3:]
            under = canvas[y, x] * (255 - alpha) if piece.over else 0
            canvas[y, x] = (rgba[..., :3] * alpha + under + 127) // 255  # [h, w, 3]
            due = [t for t in ticks if piece.start <= t < piece.start + piece.duration or piece is self.pieces[-1]]
            due = [t for t in due if t not in found and t >= piece.start]
            if due:
                picture = paint(VideoFrame.from_ndarray(canvas, "rgb24"))
                found |= dict.fromkeys(due, (piece.start, picture))
            if piece.clear:
                canvas[y, x] = 0
        return found

    def __enter__(self) -> Animation:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def is_animation(path: str | os.PathLike[str]) -> bool:
    """Whether this is a WebP file with the animation flag."""
    try:
        if not os.path.isfile(path):  # opening a pipe would wait for its writer
            return False
        with open(path, "rb") as file:
            head = file.read(21)
    except (OSError, ValueError):
        return False
    return head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X" and len(head) == 21 and bool(head[20] & 2)


def read_animation(path: str | os.PathLike[str]) -> Animation:
    """Take the file apart. Raises VideoError where no picture is whole or the canvas is too large."""
    name = os.fspath(path)
    with open(path, "rb") as file:
        data = file.read()
    width, height = (1 + int.from_bytes(data[i : i + 3], "little") for i in (24, 27))
    if width * height > MAX_PIXELS:
        raise VideoError(
            f"{name} is {width} x {height} pixels, over the limit of {MAX_PIXELS} pixels a frame.", "Scale it down."
        )
    pieces: list[Piece] = []
    at, start = 12, 0
    while at + 8 <= len(data):
        tag, size = data[at : at + 4], struct.unpack("<I", data[at + 4 : at + 8])[0]
        body = data[at + 8 : at + 8 + size]
        if len(body) < size:
            break
        if tag == b"ANMF" and size > 16:
            x, y, w, h, ms = (int.from_bytes(body[i : i + 3], "little") for i in range(0, 15, 3))
            piece = Piece(start, ms or UNSET_MS, 2 * y, 2 * x, h + 1, w + 1, not body[15] & 2, bool(body[15] & 1), body)
            if piece.y + piece.h > height or piece.x + piece.w > width:
                raise VideoError(f"{name}: a frame lies outside its canvas.", "The file is damaged; export it again.")
            pieces.append(piece)
            start += piece.duration
        at += 8 + size + (size & 1)
    if not pieces:
        raise VideoError(f"{name} holds no whole frame.", "Copy or export it again.")
    promised = struct.unpack("<I", data[4:8])[0] + 8
    cut_off = promised > len(data) + 1
    note = f"truncated: {len(data)} of {promised} bytes are there, {start / 1000:.1f} s can be decoded" * cut_off
    return Animation(name, width, height, tuple(pieces), note)


def _decode(name: str, piece: Piece) -> np.ndarray:
    """uint8 [h, w, 4]: the piece's chunks, dressed as a file of one picture."""
    import av
    from av.video.reformatter import Interpolation, VideoReformatter

    chunks = piece.data[16:]
    alpha = 0x10 if chunks[:4] == b"ALPH" else 0
    sides = (piece.w - 1).to_bytes(3, "little") + (piece.h - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<II", 10, alpha) + sides + chunks
    decoder = av.CodecContext.create("webp", "r")
    try:
        frames: list[VideoFrame] = decoder.decode(av.Packet(b"RIFF" + struct.pack("<I", len(body)) + body))
        frames = frames or decoder.decode(None)
    except av.FFmpegError:
        frames = []
    if not frames or (frames[0].height, frames[0].width) != (piece.h, piece.w):
        raise VideoError(f"{name}: the picture at {piece.start / 1000:.2f} s is damaged.", "Export it again.")
    flags = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.BITEXACT
    return VideoReformatter().reformat(frames[0], format="rgba", interpolation=flags, threads=1).to_ndarray()
