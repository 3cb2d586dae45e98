"""Temporal merge: neighbouring frames share their tokens."""

from __future__ import annotations

import torch
from torch import Tensor


def merge_frames(x: Tensor, group: int = 2) -> Tensor:
    """The mean of each `group` neighbours along the first axis: [T, …] -> [ceil(T / group), …], floating point.

    For tokens [T, P, D] as well as for their seconds [T]. A short last group is the mean of what it has. Raises
    ValueError for a group below 1. Source: `temporal_patch_size` 2 of Qwen2-VL (Wang et al., 2024), which learns how to
    weigh the two and repeats the last frame; the mean is what it can do before it has learned.
    """
    if group < 1:
        raise ValueError(f"groups of {group} frames: at least 1")
    x = x if x.is_floating_point() else x.float()
    whole = len(x) // group * group
    merged = x[:whole].unflatten(0, (-1, group)).mean(dim=1) if whole else x[:0]
    return merged if whole == len(x) else torch.cat([merged, x[whole:].mean(dim=0, keepdim=True)])
