"""Muon: momentum whose every matrix is made orthogonal before the step, so that no direction of it is left behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

# Jordan's quintic: its five rounds bring every singular value near 1 without ever computing one.
A, B, C = 3.4445, -4.7750, 2.0315
ROUNDS = 5


class Muon(Optimizer):
    """For weight matrices [out, in] alone; word vectors, gains and biases want AdamW.

    Source: Muon (Jordan et al., 2024). torch.optim.Muon is the same in bfloat16, for which many processors have no
    instructions: there it takes longer than the rest of the step. Here it is float32, and matrices of one shape are
    done together.
    """

    def __init__(self, params: Any, lr: float = 0.01, momentum: float = 0.95, weight_decay: float = 0.01) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            alike: dict[tuple[int, ...], list[tuple[Tensor, Tensor]]] = defaultdict(list)
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                average = state.setdefault("momentum", torch.zeros_like(p))
                average.lerp_(p.grad, 1 - group["momentum"])
                alike[tuple(p.shape)].append((p, p.grad.lerp(average, group["momentum"])))  # Nesterov's look ahead
            for (rows, columns), both in alike.items():
                updates = orthogonal(torch.stack([update for _, update in both]))
                for (p, _), update in zip(both, updates, strict=True):
                    p.mul_(1 - group["lr"] * group["weight_decay"])
                    p.add_(update, alpha=-group["lr"] * max(1.0, rows / columns) ** 0.5)


def orthogonal(matrices: Tensor) -> Tensor:
    """The nearest matrices with singular values near 1: [N, rows, columns] -> the same shape.

    Newton-Schulz rounds X <- (a + b XX' + c (XX')^2) X, gathered on the smaller side's square, so that the long side is
    multiplied twice and not in every round.
    """
    tall = matrices.shape[1] > matrices.shape[2]
    wide = matrices.transpose(1, 2) if tall else matrices
    wide = wide / (wide.norm(dim=(1, 2), keepdim=True) + 1e-7)
    square = wide @ wide.transpose(1, 2)  # [N, k, k]
    unit = torch.eye(square.shape[1], dtype=square.dtype, device=square.device)
    gathered = unit
    for _ in range(ROUNDS):
        factor = A * unit + B * square + C * square @ square
        gathered = factor @ gathered
        square = factor @ square @ factor
    out = gathered @ wide
    return out.transpose(1, 2) if tall else out
