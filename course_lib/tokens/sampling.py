"""When to look: the seconds at which a model wants its frames."""

from __future__ import annotations

import numpy as np

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


def in_pairs(seconds: np.ndarray) -> bool:
    """Whether frames at these seconds (float64 [T]) are tubelets, as `tubelets` gives them: the gaps inside pairs are
    about a pair's, and shorter than those between them or, where the moments lie close, unlike them."""
    if len(seconds) < 2 or len(seconds) % 2:
        return False
    first, second = seconds[::2], seconds[1::2]
    gaps, between = second - first, first[1:] - second[:-1]
    if (gaps < 0).any() or gaps.max() > 1.5 * PAIR_GAP:
        return False
    if not len(between):
        return True
    usual = float(np.median(between))
    unlike = gaps.min() > PAIR_GAP / 2 and abs(usual - float(np.median(gaps))) > PAIR_GAP / 10
    return bool(gaps.max() < usual or unlike)
