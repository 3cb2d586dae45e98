"""Patches: a frame cut into squares, each of which becomes one token."""

from __future__ import annotations

from torch import Tensor


def patchify(frames: Tensor, side: int) -> Tensor:
    """Cut frames [T, H, W, C] into squares of side x side pixels -> [T, H / side, W / side, side * side * C].

    The pixels of a patch lie row after row. Raises ValueError where the side does not divide the frame.
    Source: the patch embedding of ViT (Dosovitskiy et al., 2021), before its linear layer.
    """
    T, H, W, C = frames.shape
    if side < 1 or H % side or W % side:
        raise ValueError(f"frames of {H} x {W} pixels do not divide into patches of {side} x {side}")
    h, w = H // side, W // side
    x = frames.reshape(T, h, side, w, side, C).permute(0, 1, 3, 2, 4, 5)  # [T, h, w, side, side, C]
    return x.reshape(T, h, w, side * side * C)


def unpatchify(grid: Tensor, side: int) -> Tensor:
    """Patches [T, h, w, side * side * C] back in their places -> frames [T, H, W, C]."""
    T, h, w, D = grid.shape
    x = grid.reshape(T, h, w, side, side, D // side**2).permute(0, 1, 3, 2, 4, 5)  # [T, h, side, w, side, C]
    return x.reshape(T, h * side, w * side, -1)
