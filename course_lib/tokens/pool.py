"""Pooling: fewer tokens for a frame, by making neighbours on its grid one."""

from __future__ import annotations

import math

from torch import Tensor
from torch.nn import functional

MODES = ("average", "bilinear", "max")


def pool(grid: Tensor, stride: int, mode: str = "bilinear") -> Tensor:
    """Tokens on a grid [N, H, W, D] -> [N, H', W', D].

    average, max: over squares of stride x stride; a row or column left over at the edge is dropped, H' = floor(H /
    stride). bilinear: sampled anew, nothing is dropped, H' = ceil(H / stride). 27 x 27 patches become 13 x 13 or
    14 x 14. Raises ValueError for another mode. Source: get_2dPool of LLaVA-NeXT (LLaVA-VL/LLaVA-NeXT, llava_arch.py).
    """
    if mode not in MODES:
        raise ValueError(f"pooling {mode!r} is none of {', '.join(MODES)}")
    x = grid.permute(0, 3, 1, 2)  # [N, D, H, W]
    if mode == "bilinear":
        size = [math.ceil(n / stride) for n in x.shape[2:]]
        x = functional.interpolate(x, size=size, mode="bilinear")
    else:
        x = functional.avg_pool2d(x, stride) if mode == "average" else functional.max_pool2d(x, stride)
    return x.permute(0, 2, 3, 1)


def pooled_side(side: int, stride: int, mode: str = "bilinear") -> int:
    """The side of the grid that `pool` makes of one with this side."""
    return math.ceil(side / stride) if mode == "bilinear" else side // stride
