"""Difference pruning: a token that says what the one before it at its place said is left out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Pruned:
    """What is left of tokens [T, P, D]. keep: bool [T, P]; values [N, D], frame after frame; frame, place: long [N],
    where each was."""

    keep: Tensor
    values: Tensor
    frame: Tensor
    place: Tensor

    @property
    def per_frame(self) -> Tensor:
        """How many tokens are left of each frame, long [T]."""
        return self.keep.sum(dim=1)

    def restored(self) -> Tensor:
        """[T, P, D], with the last kept token wherever one was left out."""
        T, P = self.keep.shape
        full = self.values.new_zeros(T, P, self.values.shape[-1])
        full[self.frame, self.place] = self.values
        frames = torch.arange(T, device=self.keep.device)[:, None].expand(T, P)
        last = torch.where(self.keep, frames, 0).cummax(dim=0).values  # [T, P]: the frame that it was kept in
        return full[last, torch.arange(P, device=self.keep.device)]


def prune(tokens: Tensor, threshold: float) -> Pruned:
    """Keep of tokens [T, P, D] the first frame's, and each that lies farther than `threshold` from the last kept one at
    its place, as the mean absolute difference of their numbers.

    Compared with the last kept rather than with the frame before: slow change adds up instead of passing unseen.
    Raises ValueError for a negative threshold. Source: run-length tokenization (Choudhury et al., 2024) and the
    difference frame pruner of VideoLLaMA 3 (Zhang et al., 2025), which compare with the frame before.
    """
    if threshold < 0:
        raise ValueError(f"a threshold of {threshold}: at least 0")
    T, P, _ = tokens.shape
    keep = torch.ones(T, P, dtype=torch.bool, device=tokens.device)
    last = tokens[0]
    for t in range(1, T):
        keep[t] = (tokens[t] - last).abs().mean(dim=-1) > threshold
        last = torch.where(keep[t, :, None], tokens[t], last)
    frame, place = keep.nonzero(as_tuple=True)
    return Pruned(keep, tokens[keep], frame, place)
