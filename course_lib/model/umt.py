"""UMT: a vision transformer that sees four frames at once, as VideoChat uses it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

PRETRAINED_SIDE = 14  # patches: the position table was made for 224 pixels


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.q_bias = nn.Parameter(torch.zeros(width))  # keys have none: it would cancel in the softmax
        self.v_bias = nn.Parameter(torch.zeros(width))
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        B, N, D = x.shape
        bias = torch.cat([self.q_bias, torch.zeros_like(self.q_bias), self.v_bias])
        qkv = functional.linear(x, self.qkv.weight, bias).reshape(B, N, 3, self.heads, D // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each [B, heads, N, D / heads]
        return self.proj(functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(B, N, D))


class _Block(nn.Module):
    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.attn = _Attention(width, heads)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(width, inner), "fc2": nn.Linear(inner, width)})

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        return x + self.mlp["fc2"](functional.gelu(self.mlp["fc1"](self.norm2(x))))


class UMTEncoder(nn.Module):
    """Groups of four frames through one transformer: every patch attends to every patch of its group.

    frames [B, T, 3, size, size] normalised, T a multiple of `group` -> features [B, T / group, group * P, width].
    width, layers, heads: UMT-L's, less the last layer, which VideoChat does not run. Positions are a fixed sine table
    over time and place, resampled to larger pictures. Source: Unmasked Teacher (Li et al., 2023),
    `PretrainVisionTransformer` of VideoChat-Flash (umt/vit.py).
    """

    def __init__(
        self, size: int = 224, width: int = 1024, layers: int = 23, heads: int = 16, patch: int = 16, group: int = 4
    ) -> None:
        super().__init__()
        self.size, self.group, self.out_dim, self.heads = size, group, width, heads
        self.patch = nn.Conv3d(3, width, (1, patch, patch), (1, patch, patch))
        self.blocks = nn.ModuleList(_Block(width, heads, 4 * width) for _ in range(layers))
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.register_buffer("places", sine_places(group, size // patch, width), persistent=False)

    def forward(self, frames: Tensor) -> Tensor:
        B, T = frames.shape[:2]
        if T % self.group:
            raise ValueError(f"{T} frames do not divide into groups of {self.group}")
        x = frames.to(self.norm.weight.dtype).unflatten(1, (-1, self.group)).flatten(0, 1)  # [B G, group, 3, H, W]
        x = self.patch(x.transpose(1, 2)).flatten(2).transpose(1, 2)  # [B G, group * P, D]
        x = x + self.places.to(x.dtype)
        for block in self.blocks:
            x = block(x)
        return self.norm(x).unflatten(0, (B, -1))


def sine_places(frames: int, side: int, width: int) -> Tensor:
    """The position table [frames * side * side, width]; for a side other than 14 it is resampled from 14 x 14, bicubic.

    Source: the sinusoids of Vaswani et al. (2017), counted through frames, rows and columns.
    """
    place = np.arange(frames * PRETRAINED_SIDE**2)[:, None]
    angle = place / np.power(10000, 2 * (np.arange(width) // 2) / width)
    angle[:, 0::2], angle[:, 1::2] = np.sin(angle[:, 0::2]), np.cos(angle[:, 1::2])
    table = torch.tensor(angle, dtype=torch.float32)
    if side == PRETRAINED_SIDE:
        return table
    grid = table.reshape(frames, PRETRAINED_SIDE, PRETRAINED_SIDE, width).permute(0, 3, 1, 2)
    grid = functional.interpolate(grid, size=(side, side), mode="bicubic", align_corners=False)
    return grid.permute(0, 2, 3, 1).reshape(-1, width)
