"""Slow and fast: a few frames in all their tokens, and between them many frames in few."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib.tokens.pool import pool, pooled_side


@dataclass(frozen=True)
class SlowFast:
    """values [N, D], in the order of time; frame: long [N], the frame of each; slow: bool [N], whether it is one of a
    frame that was left whole."""

    values: Tensor
    frame: Tensor
    slow: Tensor


def slow_fast(grid: Tensor, every: int = 4, stride: int = 2, mode: str = "average") -> SlowFast:
    """Tokens on a grid [T, H, W, D]: frames 0, every, 2 * every, … stay whole, the others are pooled by `stride`.

    Raises ValueError for every below 1. Source: SlowFast networks (Feichtenhofer et al., 2019), for language models
    SlowFast-LLaVA (Xu et al., 2024) and `add_faster_video` of LLaVA-Video (Zhang et al., 2024). `PoolingProjector` of
    course_lib.model puts the learned newlines of LLaVA-Video between them.
    """
    if every < 1:
        raise ValueError(f"a slow frame in {every}: at least 1")
    small = pool(grid, stride, mode)
    parts = [(grid if t % every == 0 else small)[t].flatten(0, 1) for t in range(len(grid))]  # each [K, D]
    sizes = torch.tensor([len(p) for p in parts], device=grid.device)
    frame = torch.arange(len(grid), device=grid.device).repeat_interleave(sizes)  # [N]
    return SlowFast(torch.cat(parts), frame, frame % every == 0)


def slow_fast_count(frames: int, side: int, every: int = 4, stride: int = 2, mode: str = "average") -> int:
    """The tokens of `frames` frames of side x side, without computing them."""
    slow = -(-frames // every)
    return slow * side**2 + (frames - slow) * pooled_side(side, stride, mode) ** 2
