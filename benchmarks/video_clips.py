"""The clips that the video benchmark reads: 30 s of 1080p H.264, made here so that anyone reads the same."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

SECONDS, RATE, H, W = 30, 30, 1080, 1920


def clip(gop: int) -> Path:
    """A pan over a textured ground with moving things and sensor noise, with a keyframe at least every `gop` frames."""
    import av

    folder = Path(tempfile.gettempdir()) / "course-bench"
    folder.mkdir(exist_ok=True)
    path = folder / f"1080p-30s-gop{gop}.mp4"
    if path.exists():
        return path
    ground, noise = _ground(), _noise()
    part = path.with_suffix(".part")
    with av.open(part, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = W, H, "yuv420p"
        stream.codec_context.gop_size = gop
        for i in range(SECONDS * RATE):
            frame = av.VideoFrame.from_ndarray(_picture(i, ground, noise[i % len(noise)]), "yuv420p")
            frame.pts = i
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    part.rename(path)
    return path


def _ground() -> np.ndarray:
    """uint8 [H', W'] with detail of all sizes, larger than the picture."""
    rng = np.random.default_rng(0)
    h, w = H + 256, W + 1024
    total = np.zeros((h, w), np.float32)
    for step in (4, 16, 64, 256):
        cells = rng.random((h // step + 2, w // step + 2), np.float32)
        total += np.kron(cells, np.ones((step, step), np.float32))[:h, :w] * step**0.5
    return (40 + 150 * (total - total.min()) / np.ptp(total)).astype(np.uint8)


def _noise() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 8, (5, H, W)).astype(np.uint8)


def _picture(i: int, ground: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """uint8 [H * 3 / 2, W], the planes of yuv420p."""
    t = i / RATE
    y, x = int(100 + 90 * np.sin(t / 4)), int(t * 1000 / SECONDS)
    luma = ground[y : y + H, x : x + W] + noise
    chroma = np.full((2, H // 2, W // 2), 128, np.uint8)
    for k in range(8):
        top = int(80 + 115 * k + 30 * np.sin(t + k))
        left = int((W - 160) * (0.5 + 0.5 * np.sin(t * (0.3 + 0.1 * k) + k)))
        luma[top : top + 90, left : left + 160] = 60 + 20 * k
        chroma[k % 2, top // 2 : top // 2 + 45, left // 2 : left // 2 + 80] = 90 + 12 * k
    return np.concatenate([luma, chroma.reshape(-1, W)])
