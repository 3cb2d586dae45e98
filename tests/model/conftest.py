"""Small models with random weights, built as the real ones are."""

from __future__ import annotations

import pytest
import torch

from course_lib.model.pocket import PocketConfig, build_pocket
from course_lib.model.prompt import VIDEO, expand, turn
from course_lib.model.video_llama import VideoLLaMA

TINY = PocketConfig(time_signal="timestamp text", size=32, widths=(8, 8, 16, 16), hidden=32, layers=2, heads=4)


@pytest.fixture
def tiny() -> VideoLLaMA:
    torch.manual_seed(0)
    return build_pocket(TINY).eval()


def prompt(model: VideoLLaMA, question: str, clips: list[list[float]], answer: str | None = None) -> str:
    text = VIDEO * len(clips) + turn(question, answer)
    return expand(text, clips, model.projector.tokens, model.time_signal)


def frames(num: int, seed: int = 0, size: int = 32) -> torch.Tensor:
    return torch.rand(num, 3, size, size, generator=torch.Generator().manual_seed(seed))
