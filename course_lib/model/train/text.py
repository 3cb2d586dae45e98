"""Stage 2, language model on text timelines: every question and answer, the video's tokens standing in as fused words.

Stories cost nothing to tell, so the decoder meets each only once; what it learns here (look up a second, find the
neighbour, tell everything in order, refuse what is not there) does not depend on how tokens came from pixels.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.utils.data import Dataset

from course_lib.clipworld.story import make_story
from course_lib.model.train.language import ByKind, exact_by_kind, fuse, loss_of, share_by_kind
from course_lib.model.train.loop import Metrics, Stage, half
from course_lib.model.train.packing import Block, Packed, pack
from course_lib.model.train.recipe import CURRICULUM, Curriculum
from course_lib.model.train.world import HARD, TRAINING_SEEDS, Teacher
from course_lib.tokens.sampling import uniform

if TYPE_CHECKING:
    from course_lib.model.video_llama import VideoLLaMA


@dataclass(frozen=True)
class TextBatch:
    packed: Packed
    words: torch.Tensor  # int64 [B, N, W]: each placeholder's caption, padded with -1
    seconds: list[np.ndarray]  # of each clip's moments
    blocks: list[list[Block]]


class TextTimelines(Dataset):
    """Batch number -> packed lessons on fresh stories; the clip's length and the number of moments vary."""

    def __init__(
        self,
        teacher: Teacher,
        clips: int,
        seed: int,
        steps: int = 0,
        plain: bool = False,
        phrasing: str = "training",
        curriculum: Curriculum = CURRICULUM,
    ) -> None:
        """steps: of the whole stage, for the curriculum (0: mixed from the start). plain: 30 seconds, 16 moments, one
        thing at a time, seeds never trained on."""
        self.teacher, self.clips, self.seed, self.steps = teacher, clips, seed, steps
        self.plain, self.phrasing, self.curriculum = plain, phrasing, curriculum

    def __getitem__(self, step: int) -> TextBatch:
        rng = random.Random(f"{self.seed}/{step}/{self.plain}")
        usual = self.plain or rng.random() < 0.85
        seconds, num = (30.0, 16) if usual else (round(5 * 9 ** rng.random(), 1), rng.randint(8, 24))
        phase = self._phase(step)
        lessons, words, seconds_of = [], [], []
        for i in range(self.clips):
            kind = "story" if self.plain or rng.random() < 0.8 else rng.choice(HARD)
            first = 0 if self.plain else TRAINING_SEEDS
            timeline = make_story(first + step * self.clips + i, seconds, kind).timeline
            moments = uniform(seconds, num)
            seconds_of.append(moments)
            if phase in ("seconds", "tell"):
                lessons.append(self.teacher.second_drill(timeline, moments, rng if phase == "tell" else None))
            elif phase == "events":
                lessons.append(self.teacher.event_drill(timeline, moments, rng))
            else:
                bare = {"bare": 0.0} if self.plain else {}
                lessons.append(self.teacher.lesson(timeline, moments, rng, phrasing=self.phrasing, **bare))
            words.append(torch.from_numpy(self.teacher.captions(timeline, moments)).flatten(0, 1))
        packed = pack([x.prefix for x in lessons], [x.timeline for x in lessons], [x.blocks for x in lessons])
        return TextBatch(packed, torch.stack(words), seconds_of, [x.blocks for x in lessons])

    def _phase(self, step: int) -> str:
        return next((name for name, until in self.curriculum if step < until * self.steps), "mixed")


def text_stage(
    model: VideoLLaMA,
    teacher: Teacher,
    steps: int,
    clips: int,
    seed: int,
    device: torch.device,
    curriculum: Curriculum = CURRICULUM,
) -> Stage:
    table = model.llm.get_input_embeddings()

    def loss(batch: TextBatch) -> torch.Tensor:
        with half(device):
            return loss_of(model, batch.packed.to(device), fuse(batch.words.to(device), table.weight), batch.seconds)

    def evaluate() -> Metrics:
        return share_by_kind(exact)

    def exact(phrasing: str) -> Iterator[ByKind]:
        asked = TextTimelines(teacher, 32, 0, plain=True, phrasing=phrasing)
        for step in range(2):
            batch = asked[step]
            video = fuse(batch.words.to(device), table.weight)
            yield exact_by_kind(model, batch.packed.to(device), video, batch.seconds, batch.blocks)

    data = TextTimelines(teacher, clips, seed, steps, curriculum=curriculum)
    return Stage("text", steps, data, loss, evaluate, [model.llm], model, lr=1e-3, matrix_lr=0.01)
