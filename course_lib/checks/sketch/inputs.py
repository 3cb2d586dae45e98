"""What the checks of the sketch draw their inputs with."""

from __future__ import annotations

from random import Random
from typing import Any

PAD = 0  # the id of padding
CLOSE = 1e-4  # float32 sums in another order differ by 1e-6; features of another frame or clip differ by 0.01 and more


def drawn(rng: Random, *shape: int) -> Any:
    import torch

    return torch.randn(*shape, generator=torch.Generator().manual_seed(rng.getrandbits(31)))
