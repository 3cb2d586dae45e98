"""A decoded frame -> RGB at the asked size, upright and with square pixels; all scaling in libswscale."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

Size = int | tuple[int, int] | None


def display_size(width: int, height: int, aspect: Fraction | None, turned: bool) -> tuple[int, int]:
    """(h, w) as shown: the width stretched by the sample aspect ratio, then turned."""
    wide = max(1, round(width * aspect)) if aspect else width
    return (wide, height) if turned else (height, wide)


def target_size(shown: tuple[int, int], size: Size) -> tuple[int, int]:
    """(h, w) to deliver: None as shown; int the longer side, with the shape kept; (h, w) just that."""
    if size is None:
        return shown
    if not isinstance(size, int):
        return size
    h, w = shown
    return max(1, round(h * size / max(h, w))), max(1, round(w * size / max(h, w)))


def orientation(frame: VideoFrame) -> tuple[bool, bool, bool]:
    """(swap axes, mirror x, mirror y) by the frame's display matrix, rounded to quarter turns.

    The matrix takes a stored pixel (right p, down q) to (a p + c q, b p + d q). Source: ISO/IEC 14496-12, tkhd.
    """
    side_data: Any = frame.side_data  # a sequence of SideData; PyAV's annotations say otherwise
    matrix = next((s for s in side_data if s.type.name == "DISPLAYMATRIX"), None)
    if matrix is None:
        return False, False, False
    a, b, _, c, d = np.frombuffer(bytes(matrix), dtype=np.int32)[:5].tolist()
    swap = abs(b) + abs(c) > abs(a) + abs(d)
    return swap, (c if swap else a) < 0, (b if swap else d) < 0


def degrees(turn: tuple[bool, bool, bool]) -> int:
    """The clockwise part of an orientation."""
    swap, mirror_x, mirror_y = turn
    return (90 if mirror_x else 270) if swap else (180 if mirror_y else 0)


class Painter:
    """Turns decoded frames into uint8 [h, w, 3]; one scaler and one size for all frames of a file.

    size as in target_size, aspect of a stored pixel. Transparent pixels are laid over black.
    """

    def __init__(self, size: Size, aspect: Fraction | None = None, bottom_field_first: bool = False) -> None:
        from av.video.reformatter import VideoReformatter

        self.asked = size
        self.aspect = aspect
        self.size: tuple[int, int] | None = None  # known with the first frame, which says how it is turned
        self.field = "bottom" if bottom_field_first else "top"
        # Looking at a frame's side data ties it into a reference cycle that keeps its pixels; so once an angle, not a
        # frame. (The angle alone does not tell a mirrored picture.)
        self._orientations: dict[int, tuple[bool, bool, bool]] = {}
        self._scale = VideoReformatter()
        self._flatten = VideoReformatter()

    def __call__(self, frame: VideoFrame) -> np.ndarray:
        from av.video.reformatter import Interpolation

        if frame.rotation not in self._orientations:
            self._orientations[frame.rotation] = orientation(frame)
        swap, mirror_x, mirror_y = self._orientations[frame.rotation]
        if self.size is None:
            self.size = target_size(display_size(frame.width, frame.height, self.aspect, swap), self.asked)
        h, w = self.size[::-1] if swap else self.size
        if frame.interlaced_frame:
            frame = self._one_field(frame)
        colour = _colour(frame)
        if _has_alpha(frame):
            frame = self._over_black(frame, colour)
            colour = {}
        flags = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.BITEXACT
        rgb = self._scale.reformat(frame, w, h, "rgb24", interpolation=flags, threads=1, **colour)
        picture = rgb.to_ndarray()  # [h, w, 3]
        if swap:
            picture = picture.swapaxes(0, 1)
        return np.ascontiguousarray(picture[:: -1 if mirror_y else 1, :: -1 if mirror_x else 1])

    def _one_field(self, frame: VideoFrame) -> VideoFrame:
        """The first field alone: half the lines, all of one instant, so nothing that moves is combed."""
        from av.filter import Graph

        graph = Graph()
        source = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base or Fraction(1, 25)
        )
        field, sink = graph.add("field", f"type={self.field}"), graph.add("buffersink")
        graph.link_nodes(source, field, sink).configure()
        graph.vpush(frame)
        return graph.vpull()

    def _over_black(self, frame: VideoFrame, colour: dict[str, int]) -> VideoFrame:
        """Alpha is applied before scaling; the other way round the colours hidden under it bleed into the edges."""
        from av.video.frame import VideoFrame

        rgba = self._flatten.reformat(frame, format="rgba", threads=1, **colour).to_ndarray().astype(np.uint16)
        rgb = (rgba[..., :3] * rgba[..., 3:] + 127) // 255  # [h, w, 3]
        return VideoFrame.from_ndarray(rgb.astype(np.uint8), "rgb24")


def _has_alpha(frame: VideoFrame) -> bool:
    return frame.format.has_palette or any(c.is_alpha for c in frame.format.components)


def _colour(frame: VideoFrame) -> dict[str, int]:
    """The matrix and range to read the pixels with, where libswscale's own guess would be wrong.

    A file without a matrix is read as players do: BT.709 from HD on, BT.601 below (libswscale takes 601 for all).
    """
    from av.video.reformatter import ColorRange, Colorspace

    if frame.format.is_rgb or frame.format.has_palette:
        return {}
    full = frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")
    colour = {"src_color_range": int(ColorRange.JPEG if full else ColorRange.MPEG)}
    colour["dst_color_range"] = int(ColorRange.JPEG)
    if frame.colorspace == 2:  # AVCOL_SPC_UNSPECIFIED
        hd = frame.width >= 1280 or frame.height > 576
        colour["src_colorspace"] = int(Colorspace.ITU709 if hd else Colorspace.ITU601)
    return colour
