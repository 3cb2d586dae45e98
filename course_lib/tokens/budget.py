"""Token budgets: how many tokens a clip becomes, from its frames and their size, without a model."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class TokenRule:
    """What a model makes of a clip.

    per_frame: tokens of each frame, whatever its size (None: it depends on the size); per_clip: once beside them.
    Otherwise: patch, the side in pixels of what becomes one token; pair, frames that share their tokens; least and
    most, pixels of a frame after resizing; clip, pixels of all its frames together. Source of the second kind:
    `smart_resize` of Qwen2-VL (Wang et al., 2024) in transformers, and the pixel caps of qwen-vl-utils.
    """

    per_frame: int | None = None
    per_clip: int = 0
    patch: int = 28
    pair: int = 1
    least: int = 0
    most: int | None = None
    clip: int | None = None

    def count(self, frames: int, height: int, width: int) -> int:
        """Tokens of `frames` frames of that many pixels, without the text around them."""
        if self.per_frame is not None:
            return frames * self.per_frame + self.per_clip
        h, w = self.resized(frames, height, width)
        return -(-frames // self.pair) * (h // self.patch) * (w // self.patch) + self.per_clip

    def resized(self, frames: int, height: int, width: int) -> tuple[int, int]:
        """The size (h, w) that frames are brought to: multiples of the patch, the shape nearly kept."""
        most = [n for n in (self.most, self.clip // frames if self.clip else None) if n is not None]
        limit = max(min(most), int(1.05 * self.least)) if most else None
        h, w = (max(self.patch, round(side / self.patch) * self.patch) for side in (height, width))
        if limit is not None and h * w > limit:
            beta = math.sqrt(height * width / limit)
            h, w = (max(self.patch, math.floor(side / beta / self.patch) * self.patch) for side in (height, width))
        elif h * w < self.least:
            beta = math.sqrt(self.least / (height * width))
            h, w = (math.ceil(side * beta / self.patch) * self.patch for side in (height, width))
        return h, w
