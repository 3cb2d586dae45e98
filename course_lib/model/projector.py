"""The projector: features of the encoder -> tokens in the language model's space."""

from __future__ import annotations

from torch import Tensor, nn


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
