"""When to look: the seconds at which a model wants its frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from course_lib.video import Clip

PAIR_GAP = 0.5  # seconds between the two frames of a tubelet


def uniform(duration: float, num: int) -> np.ndarray:
    """The middles of `num` equal parts of the clip, float64 [num] seconds."""
    if not (duration > 0 and num > 0):
        raise ValueError(f"{num} moments of a clip of {duration} s: both must be above 0")
    return (np.arange(num) + 0.5) * duration / num


def tubelets(moments: np.ndarray, duration: float, gap: float = PAIR_GAP) -> np.ndarray:
    """Two frames around each moment, `gap` seconds apart and inside the clip: [num] -> [2 num], in pairs.

    Source: tubelet embedding, ViViT (Arnab et al., 2021); the pair stands for the motion at its middle.
    """
    gap = min(gap, duration / 2)
    first = np.clip(np.asarray(moments, dtype=np.float64) - gap / 2, 0.0, max(0.0, duration - gap))
    return np.stack([first, first + gap], axis=1).reshape(-1)


def in_pairs(clip: Clip) -> bool:
    """Whether a clip's frames are tubelets: as it says itself; of one that does not, as its times look. There, gaps
    inside pairs are no longer than a tubelet's and surely shorter than those between them."""
    seconds = clip.seconds
    if len(seconds) < 2 or len(seconds) % 2:
        return False
    if clip.pairs is not None:
        return clip.pairs
    inside, between = seconds[1::2] - seconds[::2], seconds[2::2] - seconds[1:-1:2]
    if (inside < 0).any() or inside.max() > 1.5 * PAIR_GAP:
        return False
    return not len(between) or bool(
        inside.max() <= between.min() + 1e-6 and np.median(inside) < 0.8 * np.median(between)
    )
