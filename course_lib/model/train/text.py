"""Stage 2, language model on text timelines: every question and answer, the video's tokens standing in as fused words.

Stories cost nothing to tell, so the decoder meets each only once; what it learns here (look up a second, find the
neighbour, tell everything in order, refuse what is not there) does not depend on how tokens came from pixels.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.utils.data import Dataset

from course_lib.clipworld.story import make_story
from course_lib.model.train.language import exact_by_kind, fuse, loss_of
from course_lib.model.train.loop import Metrics, Stage, half
from course_lib.model.train.packing import Block, Packed, pack
from course_lib.model.train.world import TRAINING_SEEDS, Teacher
from course_lib.tokens.sampling import uniform

if TYPE_CHECKING:
    from course_lib.model.video_llama import VideoLLaMA

HARD = ("two", "repeated", "near_colours", "empty", "short")


@dataclass(frozen=True)
class TextBatch:
    packed: Packed
    words: torch.Tensor  # int64 [B, N, W]: each placeholder's caption, padded with -1
    blocks: list[list[Block]]


class TextTimelines(Dataset):
    """Batch number -> packed lessons on fresh stories; the clip's length and the number of moments vary."""

    def __init__(
        self, teacher: Teacher, clips: int, seed: int, short_until: int = 0, plain: bool = False, phrasing: str = "training"
    ) -> None:
        """Up to step `short_until` every question ends in its key: the one-hop look-up must form before the sentence
        around it can be learned. plain: 30 seconds, 16 moments, one thing at a time, seeds never trained on."""
        self.teacher, self.clips, self.seed, self.short_until = teacher, clips, seed, short_until
        self.plain, self.phrasing = plain, phrasing

    def __getitem__(self, step: int) -> TextBatch:
        rng = random.Random(f"{self.seed}/{step}/{self.plain}")
        usual = self.plain or rng.random() < 0.75
        seconds, num = (30.0, 16) if usual else (round(5 * 12 ** rng.random(), 1), rng.randint(8, 24))
        key_last = 1.0 if step < self.short_until else 0.35
        lessons, words = [], []
        for i in range(self.clips):
            kind = "story" if self.plain or rng.random() < 0.7 else rng.choice(HARD)
            first = 0 if self.plain else TRAINING_SEEDS
            timeline = make_story(first + step * self.clips + i, seconds, kind).timeline
            moments = uniform(seconds, num)
            lessons.append(self.teacher.lesson(timeline, moments, rng, key_last, phrasing=self.phrasing))
            words.append(torch.from_numpy(self.teacher.captions(timeline, moments)).flatten(0, 1))
        packed = pack([x.prefix for x in lessons], [x.timeline for x in lessons], [x.blocks for x in lessons])
        return TextBatch(packed, torch.stack(words), [x.blocks for x in lessons])


def text_stage(model: VideoLLaMA, teacher: Teacher, steps: int, clips: int, seed: int, device: torch.device) -> Stage:
    table = model.llm.get_input_embeddings()

    def loss(batch: TextBatch) -> torch.Tensor:
        with half(device):
            return loss_of(model, batch.packed.to(device), fuse(batch.words.to(device), table.weight))

    def evaluate() -> Metrics:
        found: dict[str, list[bool]] = {}
        for phrasing in ("training", "held-out"):
            asked = TextTimelines(teacher, 32, 0, plain=True, phrasing=phrasing)
            for step in range(3):
                batch = asked[step]
                video = fuse(batch.words.to(device), table.weight)
                suffix = "" if phrasing == "training" else " new"
                for kind, right in exact_by_kind(model, batch.packed.to(device), video, batch.blocks).items():
                    found.setdefault(kind + suffix, []).extend(right)
        return {kind: sum(right) / len(right) for kind, right in sorted(found.items())}

    data = TextTimelines(teacher, clips, seed, short_until=steps // 8)
    return Stage("text", steps, data, loss, evaluate, [model.llm], model, lr=1e-3)
