"""The projector: features of the encoder -> tokens in the language model's space."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from course_lib.tokens.merge import merge_to
from course_lib.tokens.pool import pool, pooled_side

if TYPE_CHECKING:
    from course_lib.model.encoder import FrameEncoder
    from course_lib.model.umt import UMTEncoder


class MergingProjector(nn.Module):
    """Concatenate neighbouring tokens of a moment, then a two-layer GELU perceptron.

    [B, T, K, in_dim] -> [B, T, tokens, hidden]; K a multiple of `tokens`. Source: LLaVA-1.5's mlp2x_gelu
    (Liu et al., 2023) after the patch merger of Qwen2-VL (Wang et al., 2024). The scale at the end starts the
    tokens at the size of the language model's own word vectors, which are far smaller than a normalised feature.
    """

    def __init__(self, in_dim: int, in_tokens: int, tokens: int, hidden: int) -> None:
        super().__init__()
        if in_tokens % tokens:
            raise ValueError(f"{in_tokens} tokens a moment cannot be merged into {tokens}")
        self.in_dim, self.in_tokens, self.tokens, self.hidden = in_dim, in_tokens, tokens, hidden
        width = in_dim * in_tokens // tokens
        self.mlp = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 2 * hidden), nn.GELU(), nn.Linear(2 * hidden, hidden)
        )

    def config(self) -> dict:
        return {"in_dim": self.in_dim, "in_tokens": self.in_tokens, "tokens": self.tokens, "hidden": self.hidden}

    def forward(self, features: Tensor) -> Tensor:
        B, T, K, D = features.shape
        return self.mlp(features.reshape(B, T, self.tokens, K // self.tokens * D))  # [B, T, tokens, hidden]


def gelu_mlp(in_dim: int, hidden: int) -> nn.Sequential:
    """Two layers with a GELU between. Source: mlp2x_gelu of LLaVA-1.5 (Liu et al., 2023)."""
    return nn.Sequential(nn.Linear(in_dim, hidden), nn.GELU(), nn.Linear(hidden, hidden))


class PoolingProjector(nn.Module):
    """Project every patch, pool the grid, and put a learned newline token where the reading order needs one.

    [B, T, side * side, in_dim] -> [B, T, K, hidden]. newline: "grid" (at the end of each row of a frame), "frame" (of
    each frame), "one_token" (of the clip) or "no_token". fast_every: slow-fast; all but every so-many-th frame are
    pooled with twice the stride, and a learned token ends each frame; then, as with "one_token", the frames' tokens are
    joined to [B, N, hidden]. Source: LLaVA-Video (Zhang et al., 2024): `mm_newline_position`, `add_faster_video`.
    """

    def __init__(
        self,
        in_dim: int,
        hidden: int,
        mode: str = "bilinear",
        stride: int = 2,
        newline: str = "grid",
        fast_every: int | None = None,
    ) -> None:
        super().__init__()
        if newline not in ("grid", "frame", "one_token", "no_token"):
            raise ValueError(f"a newline at {newline!r} is not known")
        if fast_every is not None and newline != "grid":
            raise ValueError("slow-fast needs its newlines at the grid's rows")
        self.mode, self.stride, self.newline_at, self.fast_every = mode, stride, newline, fast_every
        self.mlp = gelu_mlp(in_dim, hidden)
        self.newline = nn.Parameter(torch.randn(hidden) * hidden**-0.5)
        if fast_every is not None:
            self.faster = nn.Parameter(torch.randn(hidden) * hidden**-0.5)

    def forward(self, features: Tensor) -> Tensor:
        B, T, P, _ = features.shape
        side = round(P**0.5)
        grid = self.mlp(features).reshape(B * T, side, side, -1)
        slow = self._lines(pool(grid, self.stride, self.mode)).unflatten(0, (B, T))  # [B, T, K, hidden]
        if self.fast_every is not None:
            fast = self._lines(pool(grid, 2 * self.stride, self.mode)).unflatten(0, (B, T))
            end = self.faster.expand(B, 1, -1)
            frames = [(slow if t % self.fast_every == 0 else fast)[:, t] for t in range(T)]
            return torch.cat([part for frame in frames for part in (frame, end)], dim=1)
        if self.newline_at == "one_token":
            return torch.cat([slow.flatten(1, 2), self.newline.expand(B, 1, -1)], dim=1)
        return slow

    def count(self, frames: int, encoder: FrameEncoder) -> int:
        """Tokens that so many frames become, without computing them."""
        side = encoder.side
        per = [(h * (h + (self.newline_at == "grid")) + (self.newline_at == "frame")) for h in (
            pooled_side(side, self.stride, self.mode), pooled_side(side, 2 * self.stride, self.mode))]
        if self.fast_every is None:
            return frames * per[0] + (self.newline_at == "one_token")
        slow = -(-frames // self.fast_every)
        return slow * (per[0] + 1) + (frames - slow) * (per[1] + 1)

    def _lines(self, grid: Tensor) -> Tensor:
        """[N, h, w, hidden] -> [N, K, hidden], with newlines."""
        N, h, _, D = grid.shape
        if self.newline_at == "grid":
            grid = torch.cat([grid, self.newline.expand(N, h, 1, D)], dim=2)
        tokens = grid.flatten(1, 2)
        return torch.cat([tokens, self.newline.expand(N, 1, D)], dim=1) if self.newline_at == "frame" else tokens


class TokenMergingProjector(nn.Module):
    """Merge the tokens of a group of frames by likeness, then project: `tokens` for each group.

    [B, G, P, in_dim] -> [B, G, tokens, hidden]; heads: over which channels are averaged for the likeness. Source:
    ToMe16_mlp_hd64 of VideoChat-Flash (Li et al., 2024), 64 tokens for each four frames.
    """

    def __init__(self, in_dim: int, hidden: int, heads: int = 16, tokens: int = 64) -> None:
        super().__init__()
        self.heads, self.tokens = heads, tokens
        self.mlp = gelu_mlp(in_dim, hidden)

    def forward(self, features: Tensor) -> Tensor:
        B, G, P, D = features.shape
        merged = merge_to(features.reshape(B * G, P, D), self.tokens, self.heads)
        return self.mlp(merged).unflatten(0, (B, G))

    def count(self, frames: int, encoder: UMTEncoder) -> int:
        """Tokens that so many frames become, without computing them."""
        return frames // encoder.group * self.tokens
