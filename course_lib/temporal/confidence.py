"""What a model's own probability is worth: fitted once on clips that it has not seen, kept in its config."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.clipworld.questions import questions
from course_lib.progress import progress
from course_lib.temporal.judge import judge

if TYPE_CHECKING:
    from course_lib.zoo.pocket import Pocket

SEEDS = range(900, 940)  # neither trained on nor measured on


def platt(confidences: Sequence[float], right: Sequence[bool]) -> tuple[float, float]:
    """slope and offset with which sigmoid(slope * log odds + offset) is the likeliest to have given `right`.

    confidences, right: [N]; at least one right and one wrong, else ValueError. Source: Platt (1999), with his targets
    in place of 0 and 1, which keep the slope finite.
    """
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    from course_lib.zoo.pocket import log_odds

    N, n = len(right), sum(right)
    if len(confidences) != N or n in (0, N):
        raise ValueError(f"{len(confidences)} confidences, {n} right of {N}: give as many, some right and some wrong")
    odds = torch.tensor([log_odds(c) for c in confidences], dtype=torch.float64)
    target = torch.where(torch.tensor(list(right)), (n + 1) / (n + 2), 1 / (N - n + 2)).double()
    line = torch.tensor([1.0, 0.0], dtype=torch.float64, requires_grad=True)  # slope, offset
    optimiser = torch.optim.LBFGS([line], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        value = binary_cross_entropy_with_logits(line[0] * odds + line[1], target)
        value.backward()
        return value

    optimiser.step(loss)
    slope, offset = line.tolist()
    return slope, offset


def calibrate(folder: str | Path, seeds: Sequence[int] = SEEDS) -> tuple[float, float]:
    """Fit how sure the pocket model saved in `folder` is, and write it into its config.json; gives slope and offset.

    `Pocket.scored` gives confidences through it from then on. A model that is always right, or never, stays as it is.
    """
    from course_lib.model.video_llama import VideoLLaMA
    from course_lib.zoo.pocket import Pocket

    model = VideoLLaMA.from_pretrained(folder)
    model.extra["confidence"] = line = [1.0, 0.0]
    sure = asked_of(Pocket(model), seeds)
    if 0 < sum(ok for _, ok in sure) < len(sure):
        line = [round(v, 4) for v in platt([c for c, _ in sure], [ok for _, ok in sure])]
    path = Path(folder) / "config.json"
    config = json.loads(path.read_text(encoding="utf-8")) | {"confidence": line}
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return line[0], line[1]


def asked_of(pocket: Pocket, seeds: Sequence[int]) -> list[tuple[float, bool]]:
    """Confidence and rightness of its answers to two questions of every kind on a clip of each seed."""
    from course_lib.temporal.benchmark import ASKED, clip_of

    out = []
    for seed in progress(list(seeds), "asking how sure it is"):
        clip, timeline = clip_of(pocket, seed)
        put = questions(timeline, random.Random(seed), ASKED, 2, "any")
        for q, (answer, confidence) in zip(put, pocket.scored(clip, [q.text for q in put]), strict=True):
            out.append((confidence, judge(q, answer, timeline).ok))
    return out
