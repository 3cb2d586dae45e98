"""Token merging: the tokens that are most alike become one, wherever they stand."""

from __future__ import annotations

import torch
from torch import Tensor


def merge_to(x: Tensor, target: int, heads: int) -> Tensor:
    """Merge tokens [B, P, D] down to `target` of them -> [B, target, D].

    In rounds, each of which can halve them: the tokens at even places look for the most similar one at an odd place
    (cosine of the channels averaged over `heads`), and the most similar pairs become their mean, weighted by how many
    tokens each already stands for. What is left over comes first, then the odd ones, so a token's place says little of
    where it was. Raises ValueError where target is not below P.
    Source: token merging, ToMe (Bolya et al., 2023); the rounds are those of `merge_tokens` in VideoChat-Flash
    (Li et al., 2024).
    """
    P = x.shape[1]
    if not 0 < target < P:
        raise ValueError(f"{P} tokens cannot be merged to {target}")
    size = x.new_ones(*x.shape[:2], 1)  # tokens that each stands for
    while x.shape[1] > target:
        x, size = _merge(x, size, min(x.shape[1] - target, x.shape[1] // 2), heads)
    return x


def _merge(x: Tensor, size: Tensor, pairs: int, heads: int) -> tuple[Tensor, Tensor]:
    B, P, D = x.shape
    alike = x.reshape(B, P, heads, D // heads).mean(dim=2)  # [B, P, D / heads]
    alike = alike / alike.norm(dim=-1, keepdim=True)
    even, odd = alike[:, ::2], alike[:, 1::2]
    best, partner = (even @ odd.transpose(1, 2)).max(dim=-1)  # [B, P / 2]
    order = best.argsort(dim=-1, descending=True)
    gone, kept = order[:, :pairs], order[:, pairs:]
    into = partner.gather(1, gone)  # [B, pairs]

    def merged(values: Tensor) -> Tensor:
        left, right = values[:, ::2], values[:, 1::2]
        width = values.shape[-1]
        stay = left.gather(1, kept[..., None].expand(-1, -1, width))
        move = left.gather(1, gone[..., None].expand(-1, -1, width))
        return torch.cat([stay, right.scatter_add(1, into[..., None].expand(-1, -1, width), move)], dim=1)

    total = merged(size)
    return merged(x * size) / total, total
