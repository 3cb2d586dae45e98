"""When to look: the seconds at which a model wants its frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from course_lib.errors import ModelError

if TYPE_CHECKING:
    from course_lib.video import Clip

PAIR_GAP = 0.5  # seconds between the two frames of a tubelet
MOST_FRAMES = 1024  # in one clip


@dataclass(frozen=True)
class Sampling:
    """How many frames a model takes of a clip unless it is told otherwise.

    fps: frames a second (None: `frames`, whatever the length); frames: the number without fps; least and most: bounds
    of what fps gives; of_group: the number is a multiple of this, as for encoders that see groups of frames; pairs:
    each of them is a moment, shown by two frames (see `tubelets`).
    """

    fps: float | None = None
    frames: int = 16
    least: int = 1
    most: int = 512
    of_group: int = 1
    pairs: bool = False

    def count(self, duration: float, num_frames: int | None = None, fps: float | None = None) -> int:
        """Frames of a clip of `duration` seconds. Raises ModelError for more than it can read."""
        if num_frames is not None:
            count = num_frames
        elif fps is not None:
            count = max(1, round(duration * fps))
        elif self.fps is None:
            return self.frames
        else:
            count = min(max(int(duration * self.fps), self.least), self.most)
            return max(self.of_group, count // self.of_group * self.of_group)
        if not 0 < count <= MOST_FRAMES:
            raise ModelError(f"{count} frames are more than a model can read.", f"Give 1 to {MOST_FRAMES} frames.")
        return count


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
