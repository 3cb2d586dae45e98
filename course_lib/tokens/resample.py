"""A query resampler: any number of tokens becomes a fixed number, which learned queries gather."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

LONGEST = 1000.0  # seconds of the longest wave that tells the time
SHORTEST = 1.0


def time_waves(seconds: Tensor, width: int) -> Tensor:
    """Seconds [...] as sines and cosines of waves from 1 to 1000 s -> [..., width].

    Raises ValueError for an odd width. Source: position encoding of the Transformer (Vaswani et al., 2017), of seconds
    in place of numbers.
    """
    if width % 2:
        raise ValueError(f"a width of {width}: sines and cosines need an even one")
    steps = torch.linspace(0, 1, width // 2, device=seconds.device)
    waves = SHORTEST * (LONGEST / SHORTEST) ** steps  # [width / 2] seconds
    angles = 2 * math.pi * seconds[..., None] / waves
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


class QueryResampler(nn.Module):
    """Learned queries read tokens by cross-attention: [B, N, width] -> [B, queries, width], whatever N is.

    In each layer each query attends to all tokens and then passes through a perceptron. Without `seconds` it cannot
    tell in which order the tokens came. `AttentionPool` of course_lib.model is its smallest
    case: one layer over the fixed places of one frame; here the tokens are those of a clip, of any number and pruned as
    one likes. Source: the resampler of Flamingo (Alayrac et al., 2022) after Perceiver (Jaegle et al., 2021); the
    Q-Former of BLIP-2 (Li et al., 2023) adds self-attention among the queries, and text.
    """

    def __init__(self, width: int, queries: int, layers: int = 2, heads: int = 4) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(queries, width) * width**-0.5)
        self.norm = nn.LayerNorm(width)
        self.layers = nn.ModuleList(_Layer(width, heads) for _ in range(layers))

    def forward(self, x: Tensor, keep: Tensor | None = None, seconds: Tensor | None = None) -> Tensor:
        """x [B, N, width]; keep: bool [B, N], False where a token is padding; seconds [B, N] of each token."""
        x = self.norm(x)
        if seconds is not None:
            x = x + time_waves(seconds, x.shape[-1]).to(x.dtype)
        query = self.query.expand(len(x), -1, -1)
        for layer in self.layers:
            query = layer(query, x, None if keep is None else ~keep)
        return query


class _Layer(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.attend = nn.MultiheadAttention(width, heads, batch_first=True)
        self.mlp = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, query: Tensor, x: Tensor, left_out: Tensor | None) -> Tensor:
        query = query + self.attend(self.norm(query), x, x, key_padding_mask=left_out, need_weights=False)[0]
        return query + self.mlp(query)
