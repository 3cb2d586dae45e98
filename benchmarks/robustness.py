"""What pocket loses on clips that are not as it was trained: other frames, lengths, codecs, noise, bars, grey."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.record import record
from course_lib.temporal.benchmark import bench_pocket
from course_lib.video import Clip

SEEDS = range(40)
KINDS = ("at", "after", "before", "order", "when")
Paint = Callable[[Clip], Clip]


def noisy(sigma: float) -> Paint:
    """Sensor noise of `sigma` grey levels, another for every frame."""

    def paint(clip: Clip) -> Clip:
        rng = np.random.default_rng(0)
        grain = rng.normal(0.0, sigma, clip.frames.shape)
        return replace(clip, frames=np.clip(clip.frames + grain, 0, 255).astype(np.uint8))

    return paint


def grey(clip: Clip) -> Clip:
    """Brightness alone (ITU-R BT.601)."""
    luma = clip.frames @ np.array([0.299, 0.587, 0.114])
    return replace(clip, frames=np.repeat(luma[..., None], 3, axis=-1).astype(np.uint8))


def letterbox(clip: Clip) -> Clip:
    """The picture in three quarters of the height, black bars above and below."""
    from PIL import Image

    frames = np.zeros_like(clip.frames)
    _, H, W, _ = frames.shape
    inner, top = H * 3 // 4, H // 8
    for i, frame in enumerate(clip.frames):
        frames[i, top : top + inner] = np.asarray(Image.fromarray(frame).resize((W, inner), Image.Resampling.BILINEAR))
    return replace(clip, frames=frames)


def compressed(crf: int) -> Paint:
    """H.264 and back, the frames as a film of their own; crf: 23 is usual, 51 the worst."""

    def paint(clip: Clip) -> Clip:
        import av

        T, H, W, _ = clip.frames.shape
        file = io.BytesIO()
        with av.open(file, "w", format="mp4") as container:
            stream = container.add_stream("libx264", rate=2, options={"crf": str(crf)})
            stream.width, stream.height, stream.pix_fmt = W, H, "yuv420p"
            for frame in clip.frames:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
            container.mux(stream.encode())
        file.seek(0)
        with av.open(file, "r") as film:
            frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
        assert len(frames) == T
        return replace(clip, frames=np.stack(frames))

    return paint


VARIANTS: dict[str, dict[str, Any]] = {
    "as trained": {},
    "8 moments": {"num_frames": 8},
    "24 moments": {"num_frames": 24},
    "32 moments": {"num_frames": 32},
    "64 moments": {"num_frames": 64},
    "5 s": {"seconds": 5.0},
    "15 s": {"seconds": 15.0},
    "60 s": {"seconds": 60.0},
    "2 min": {"seconds": 120.0},
    "2 min, 64 moments": {"seconds": 120.0, "num_frames": 64},
    "H.264, crf 35": {"paint": compressed(35)},
    "H.264, crf 45": {"paint": compressed(45)},
    "noise, sigma 8": {"paint": noisy(8)},
    "noise, sigma 20": {"paint": noisy(20)},
    "letterbox": {"paint": letterbox},
    "grey": {"paint": grey},
}


def run(model: Any = "pocket", seeds: Any = SEEDS) -> dict[str, Any]:
    """Every variant on the clips of the same seeds; a row each."""
    from course_lib import zoo

    llm = zoo.load(model) if isinstance(model, str) else model
    rows: list[tuple[object, ...]] = []
    for name, options in VARIANTS.items():
        told = bench_pocket(llm, seeds, controls=(), asked=KINDS, **options)["conditions"]["clip"]
        shares = [told["kinds"].get(kind, {}).get("share") for kind in KINDS]  # five seconds hold one event
        f1 = told["summary"]["event_f1"]
        rows.append(
            (
                name,
                *("–" if s is None else f"{s:.0%}" for s in shares),
                f"{f1['mean']:.2f} ({f1['low']:.2f} to {f1['high']:.2f})",
            )
        )
    note = (
        f"Shares right of two questions a kind and clip, {len(seeds)} clips of seeds never trained on, 30 s and 16 "
        "moments where the row says nothing else; a share is good to about 10 points either way. Grey: colours are "
        "asked for that cannot be seen. Run again: `course bench robustness`."
    )
    return record("robustness", "pocket: what other pictures cost", ("clips", *KINDS, "event F1"), rows, note)


if __name__ == "__main__":
    run()
