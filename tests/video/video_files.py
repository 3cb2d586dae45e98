"""Small video files in many containers, codecs and states of repair, whose every frame carries its number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

BITS = 10  # two rows of five blocks, white for one
Picture = Callable[[int, int, int], np.ndarray]


def numbered(number: int, h: int, w: int) -> np.ndarray:
    """[h, w, 3] with the number as ten black or white blocks."""
    bits = np.array([(number >> i) & 1 for i in range(BITS)], np.uint8).reshape(2, 5) * 255
    rows, columns = np.arange(h) * 2 // h, np.arange(w) * 5 // w
    return np.repeat(bits[rows][:, columns, None], 3, axis=2)


def number_of(frame: np.ndarray) -> int:
    """The number back from a frame of any size; fails on a block that is neither dark nor bright."""
    h, w = frame.shape[:2]
    number = 0
    for i in range(BITS):
        y, x = int((i // 5 + 0.5) * h / 2), int((i % 5 + 0.5) * w / 5)
        value = frame[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2].mean()
        assert value < 90 or value > 165, f"block {i} is grey: {value}"
        number |= (value > 127) << i
    return number


def plain(colour: tuple[int, ...]) -> Picture:
    return lambda number, h, w: np.full((h, w, len(colour)), colour, np.uint8)


def write(
    path: Path,
    seconds: Sequence[float],
    codec: str = "libx264",
    pixels: str = "yuv420p",
    size: tuple[int, int] = (48, 80),
    picture: Picture = numbered,
    options: dict[str, str] | None = None,
    container: dict[str, str] | None = None,
    rate: int = 10,
    ticks: int | None = None,
    aspect: Fraction | None = None,
    audio_seconds: float = 0.0,
    gop: int | None = 12,
    set_up: Callable[[av.VideoStream], None] = lambda stream: None,
    convert: dict[str, object] | None = None,
    format: str | None = None,
) -> Path:
    """Encode a frame for each of `seconds`. ticks: time base of the stream, where the rate's own is too coarse."""
    h, w = size
    with av.open(path, "w", options=container or {}, format=format) as out:
        stream = out.add_stream(codec, rate=rate, options=options or {})
        stream.width, stream.height, stream.pix_fmt = w, h, pixels
        base = Fraction(1, ticks or rate)
        stream.codec_context.time_base = base
        stream.codec_context.thread_count = 1  # for pictures this small, threads only wait for each other
        if gop is not None:
            stream.codec_context.gop_size = gop
        if aspect is not None:
            stream.sample_aspect_ratio = aspect
        set_up(stream)
        sound = out.add_stream("aac", rate=8000, layout="mono") if audio_seconds else None
        for number, t in enumerate(seconds):
            rgb = picture(number, h, w)
            frame = av.VideoFrame.from_ndarray(rgb, "rgba" if rgb.shape[-1] == 4 else "rgb24")
            frame = frame.reformat(format=pixels, **(convert or {}))
            frame.pts, frame.time_base = round(t / base), base
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if sound is not None:
            silence(out, sound, audio_seconds)
    return path


def silence(out: av.container.OutputContainer, sound: av.AudioStream, seconds: float, rate: int = 8000) -> None:
    """Fill an audio stream with as many seconds of nothing."""
    for start in range(0, int(seconds * rate), 1024):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        out.mux(sound.encode(frame))
    out.mux(sound.encode(None))


def steady(count: int, rate: float = 10) -> list[float]:
    return [i / rate for i in range(count)]


def remux(source: Path, path: Path, options: dict[str, str] | None = None, shift: float = 0.0) -> Path:
    """The same packets in another file."""
    with av.open(source) as from_, av.open(path, "w", options=options or {}) as to:
        stream = from_.streams.video[0]
        out = to.add_stream_from_template(stream)
        for packet in from_.demux(stream):
            if packet.size:
                offset = round(shift / packet.time_base)
                packet.pts += offset
                packet.dts += offset
                packet.stream = out
                to.mux(packet)
    return path


def cut(source: Path, path: Path, share: float) -> Path:
    data = source.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


B_FRAMES = {"preset": "ultrafast", "bf": "3", "b_strategy": "0"}
OPEN_GOP = {"preset": "fast", "x264-params": "open-gop=1:bframes=3:b-adapt=0:scenecut=0"}
