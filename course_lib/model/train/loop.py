"""One training loop for every stage: seeded by step, logged, resumable to the step."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader, Dataset

from course_lib.model.train.muon import Muon
from course_lib.progress import progress

Metrics = dict[str, float]


@dataclass(frozen=True)
class Stage:
    """What is trained, on what, for how long.

    data[step] -> a batch, the same one for the same step. loss(batch) -> scalar. evaluate() -> numbers for the log.
    trained: the modules whose weights change; every other weight of the model is frozen. matrix_lr: of Muon for the
    weight matrices, word vectors left out; None: AdamW with `lr` for everything.
    """

    name: str
    steps: int
    data: Dataset
    loss: Callable[[Any], Tensor]
    evaluate: Callable[[], Metrics]
    trained: Sequence[nn.Module]
    model: nn.Module
    lr: float = 1e-3
    matrix_lr: float | None = None
    warmup: int = 100
    weight_decay: float = 0.05
    evaluate_every: int = 500
    save_every: int = 250


def run(
    stage: Stage, folder: Path, device: torch.device, workers: int = 1, say: Callable[[str], None] = print
) -> Metrics:
    """Train to the stage's last step, from its checkpoint if there is one; returns the last evaluation.

    folder gets `<name>.pt` (weights, optimiser, step), `log.jsonl` (a line each 50 steps and each evaluation, more
    often in a short stage, whose warm-up is a third of it at most) and `<name>.done` with the final numbers.
    """
    keep_memory()
    done = folder / f"{stage.name}.done"
    checkpoint = folder / f"{stage.name}.pt"
    stage.model.requires_grad_(False)
    for module in stage.trained:
        module.requires_grad_(True)
    parameters = [p for p in stage.model.parameters() if p.requires_grad]
    optimisers = _optimisers(stage)
    rates = [[group["lr"] for group in optimiser.param_groups] for optimiser in optimisers]
    warmup = min(stage.warmup, stage.steps // 3)
    say_every, evaluate_every = min(50, -(-stage.steps // 10)), min(stage.evaluate_every, -(-stage.steps // 3))
    first = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        stage.model.load_state_dict(state["model"])
        for optimiser, saved in zip(optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        first = state["step"]
    if done.exists() and first >= stage.steps:
        return json.loads(done.read_text())
    loader = DataLoader(
        stage.data, batch_size=None, sampler=range(first, stage.steps), num_workers=workers,
        multiprocessing_context="forkserver" if workers else None, prefetch_factor=8 if workers else None,
    )  # fmt: skip
    stage.model.eval()
    for module in stage.trained:
        module.train()
    began, window, metrics = time.monotonic(), [], {}
    for step, batch in progress(enumerate(loader, start=first), stage.name, total=stage.steps - first):
        torch.manual_seed(step)  # a resumed run draws what the unbroken one would have drawn
        for optimiser, peaks in zip(optimisers, rates, strict=True):
            for group, peak in zip(optimiser.param_groups, peaks, strict=True):
                group["lr"] = peak * _schedule(step, stage.steps, warmup)
        loss = stage.loss(batch)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        for optimiser in optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        window.append(loss.item())
        if (step + 1) % say_every == 0:
            rate = (step + 1 - first) / (time.monotonic() - began)
            mean = sum(window) / len(window)
            _log(folder, stage=stage.name, step=step + 1, loss=round(mean, 4), steps_per_s=round(rate, 2))
            say(
                f"{stage.name} {step + 1}/{stage.steps} loss {mean:.3f}, "
                f"{(stage.steps - step - 1) / rate / 60:.0f} min left"
            )
            window = []
        last = step + 1 == stage.steps
        if last or (step + 1) % evaluate_every == 0:
            stage.model.eval()
            metrics = stage.evaluate()
            for module in stage.trained:
                module.train()
            _log(folder, stage=stage.name, step=step + 1, **metrics)
            say(f"{stage.name} {step + 1}/{stage.steps} " + " ".join(f"{k} {v:.3f}" for k, v in metrics.items()))
        if last or (step + 1) % stage.save_every == 0:
            state = {
                "model": stage.model.state_dict(),
                "optimisers": [optimiser.state_dict() for optimiser in optimisers],
                "step": step + 1,
            }
            torch.save(state, checkpoint.with_suffix(".tmp"))
            os.replace(checkpoint.with_suffix(".tmp"), checkpoint)
    done.write_text(json.dumps(metrics, indent=1))
    stage.model.eval()
    return metrics


def half(device: torch.device) -> torch.autocast:
    """bfloat16 for matrix products where the processor has instructions for it: twice as fast, and trains as well."""
    fast = device.type == "cuda" or torch.backends.cpu.get_cpu_capability() in ("AVX512", "AVX512_BF16", "AMX")
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=fast)


def keep_memory() -> None:
    """Let the C library keep freed blocks: mapping and clearing them anew took half of a step's time on a CPU."""
    import ctypes

    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(-4, 0)  # M_MMAP_MAX: no block of its own mapping
        libc.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD: give nothing back
    except (OSError, AttributeError):
        pass  # another C library: only slower


def _optimisers(stage: Stage) -> list[Optimizer]:
    """AdamW for everything, or, with a `matrix_lr`, for what is no weight matrix between layers, and Muon for those."""
    named = [(name, p) for name, p in stage.model.named_parameters() if p.requires_grad]
    matrices = [p for name, p in named if stage.matrix_lr is not None and p.ndim == 2 and "embed" not in name]
    chosen = {id(p) for p in matrices}
    others = [p for _, p in named if id(p) not in chosen]
    adam = torch.optim.AdamW(_decayed(others, stage.weight_decay), lr=stage.lr, betas=(0.9, 0.98))
    return [adam] if stage.matrix_lr is None else [adam, Muon(matrices, lr=stage.matrix_lr)]


def _decayed(parameters: list[nn.Parameter], weight_decay: float) -> list[dict]:
    """Matrices decay; gains, biases and single vectors do not."""
    return [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]


def _schedule(step: int, steps: int, warmup: int) -> float:
    """Linear warm-up, then a cosine to a twentieth."""
    if step < warmup:
        return (step + 1) / warmup
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


def _log(folder: Path, **row: Any) -> None:
    with open(folder / "log.jsonl", "a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
