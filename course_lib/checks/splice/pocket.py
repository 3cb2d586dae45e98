"""The shipped model on the check's side, and clips that nobody has seen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from course_lib.clipworld import make_scene
from course_lib.clipworld.phrasings import AT
from course_lib.tokens.sampling import tubelets, uniform

if TYPE_CHECKING:
    from torch import Tensor

    from course_lib.model.video_llama import VideoLLaMA


@cache
def model() -> VideoLLaMA:
    """Read once in a process."""
    from course_lib.model.video_llama import VideoLLaMA

    return VideoLLaMA.from_pretrained(Path(__file__).parents[2] / "weights" / "pocket")


def words() -> Tensor:
    """The word vectors [V, hidden]."""
    return model().llm.get_input_embeddings().weight.detach()  # type: ignore[no-any-return]


def ids_of(text: str) -> list[int]:
    return list(model().tokenizer(text, add_special_tokens=False)["input_ids"])


@dataclass(frozen=True)
class Shot:
    """A clip as the model takes it. frames [2 M, 3, H, W]; seconds [M]; tokens [N, hidden], not yet told the time."""

    frames: Tensor
    seconds: list[float]
    duration: float
    tokens: Tensor

    @property
    def second_ids(self) -> list[int]:
        return [ids_of(str(round(second)))[0] for second in self.seconds]


def shoot(rng: Random, moments: int) -> Shot:
    """A clip of a scene that is drawn now."""
    import torch

    scene = make_scene(rng.randrange(1_000_000), float(rng.randint(16, 40)))
    seconds = uniform(scene.duration, moments)
    pixels = scene.render(tubelets(seconds, scene.duration), model().encoder.size)
    frames = torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2)
    with torch.no_grad():
        tokens = model().encode(frames[None])[0]
    return Shot(frames, [float(s) for s in seconds], scene.duration, tokens)


def question(rng: Random, duration: float = 30.0) -> str:
    text = rng.choice([ask for ask in AT if "{t}" in ask and "clock" not in ask])
    return text.format(t=rng.randrange(1, int(duration)))
