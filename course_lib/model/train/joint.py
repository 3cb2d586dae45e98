"""Stages 3 and 4: projector alignment with encoder and language model frozen, then both of them together.

Both work on features of the finished encoder, computed once: the encoder stays frozen, as in LLaVA-1.5.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import Dataset

from course_lib.model.train.films import Reel
from course_lib.model.train.language import ByKind, exact_by_kind, fuse, loss_of, share_by_kind
from course_lib.model.train.loop import Metrics, Stage, half
from course_lib.model.train.packing import Block, Packed, pack
from course_lib.model.train.text import TextBatch, TextTimelines
from course_lib.model.train.vision import vary
from course_lib.model.train.world import Teacher
from course_lib.progress import progress
from course_lib.timeline import Timeline

if TYPE_CHECKING:
    from course_lib.model.encoder import TubeletEncoder
    from course_lib.model.video_llama import VideoLLaMA

TEXT_SHARE = 0.25  # of the joint stage's steps stay on text timelines, so that the decoder does not narrow to the films
DRILL_SHARE = 0.3  # of the batches of films ask of events alone


@dataclass(frozen=True)
class SeenBatch:
    packed: Packed
    features: Tensor  # float32 [B, T', K, D]
    words: Tensor  # int64 [B, N, W]: the captions that the projected tokens stand for
    seconds: list[np.ndarray]  # of each film's moments
    blocks: list[list[Block]]


def extract(
    encoder: TubeletEncoder, reel: Reel, batches: int, folder: Path, device: torch.device, varied: bool
) -> None:
    """Features float16 [batch, T', K, D] of every batch of the reel, one file each; those that are there are kept."""
    encoder.eval()
    folder.mkdir(parents=True, exist_ok=True)
    for number in progress(range(batches), "features of the films"):
        path = _features(folder, reel, number, varied)
        if path.exists():
            continue
        frames = torch.from_numpy(reel.load(number)[0]).permute(0, 1, 4, 2, 3)
        with torch.no_grad(), half(device):
            torch.manual_seed(number)
            features = encoder((vary(frames) if varied else frames).to(device))
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        with open(temporary, "wb") as file:
            np.save(file, features.float().cpu().numpy().astype(np.float16))
        os.replace(temporary, path)


def _features(folder: Path, reel: Reel, number: int, varied: bool) -> Path:
    return folder / f"{'held-out' if reel.held_out else 'varied' if varied else 'plain'}-{number:05d}.npy"


class SeenFilms(Dataset):
    """Step -> packed lessons on the features of a batch of films; fresh questions every time round."""

    def __init__(
        self,
        teacher: Teacher,
        reel: Reel,
        folder: Path,
        batches: int,
        seed: int,
        phrasing: str = "training",
        text: TextTimelines | None = None,
    ) -> None:
        self.teacher, self.reel, self.folder, self.batches = teacher, reel, folder, batches
        self.seed, self.phrasing, self.text = seed, phrasing, text
        self._timelines: dict[int, list[Timeline]] = {}

    def timelines(self, number: int) -> list[Timeline]:
        if number not in self._timelines:
            self._timelines[number] = self.reel.load(number)[1]
        return self._timelines[number]

    def __getitem__(self, step: int) -> SeenBatch | TextBatch:
        rng = random.Random(f"{self.seed}/{step}/{self.phrasing}/films")
        if self.text is not None and rng.random() < TEXT_SHARE:
            return self.text[step]
        number = step % self.batches
        varied = not self.reel.held_out and rng.random() < 0.5
        drill = not self.reel.held_out and rng.random() < DRILL_SHARE and bool(self.teacher.drilled)
        features = np.load(_features(self.folder, self.reel, number, varied))
        lessons, words = [], []
        films, timelines = self.reel.films(number), self.timelines(number)
        for film, timeline in zip(films, timelines, strict=True):
            if drill:
                lessons.append(self.teacher.event_drill(timeline, film.moments, rng))
            else:
                bare = 0.0 if self.reel.held_out else 0.1
                lessons.append(self.teacher.lesson(timeline, film.moments, rng, bare, phrasing=self.phrasing))
            words.append(torch.from_numpy(self.teacher.captions(timeline, film.moments)).flatten(0, 1))
        packed = pack([x.prefix for x in lessons], [x.timeline for x in lessons], [x.blocks for x in lessons])
        seconds = [film.moments for film in films]
        seen = torch.from_numpy(features).float()
        return SeenBatch(packed, seen, torch.stack(words), seconds, [x.blocks for x in lessons])


def _evaluate(
    model: VideoLLaMA, teacher: Teacher, reel: Reel, folder: Path, batches: int, device: torch.device
) -> Metrics:
    def exact(phrasing: str) -> Iterator[ByKind]:
        asked = SeenFilms(teacher, reel, folder, batches, 0, phrasing)
        for number in range(batches):
            batch = asked[number]
            assert isinstance(batch, SeenBatch)
            with torch.no_grad(), half(device):
                video = model.project(batch.features.to(device))
                by_kind = exact_by_kind(model, batch.packed.to(device), video, batch.seconds, batch.blocks)
            yield by_kind

    return share_by_kind(exact)


def align_stage(
    model: VideoLLaMA,
    teacher: Teacher,
    reels: tuple[Reel, Reel],
    folder: Path,
    batches: int,
    steps: int,
    device: torch.device,
) -> Stage:
    """The projector learns to say what it sees in the language model's words, encoder and language model frozen.

    The loss is the answers' through the frozen language model, and the distance of each token to the fused caption
    that stood in its place in stage 2: the second gives direction at once, the first what matters.
    """
    reel, unseen = reels

    def loss(batch: SeenBatch) -> Tensor:
        with half(device):
            video = model.project(batch.features.to(device))
            caption = fuse(batch.words.to(device), model.llm.get_input_embeddings().weight)
            distance = F.mse_loss(video.float(), caption) / caption.var()
            return loss_of(model, batch.packed.to(device), video, batch.seconds) + distance

    data: Dataset = SeenFilms(teacher, reel, folder, batches, seed=1)

    def evaluate() -> Metrics:
        return _evaluate(model, teacher, unseen, folder, 8, device)

    return Stage("align", steps, data, loss, evaluate, [model.projector], model, lr=2e-3, warmup=20, evaluate_every=200)


def joint_stage(
    model: VideoLLaMA,
    teacher: Teacher,
    reels: tuple[Reel, Reel],
    folder: Path,
    batches: int,
    steps: int,
    device: torch.device,
) -> Stage:
    """Joint instruction tuning: projector and language model answer on real features, a share of text kept."""
    reel, unseen = reels
    table = model.llm.get_input_embeddings()

    def loss(batch: SeenBatch | TextBatch) -> Tensor:
        with half(device):
            if isinstance(batch, TextBatch):
                video = fuse(batch.words.to(device), table.weight)
            else:
                video = model.project(batch.features.to(device))
            return loss_of(model, batch.packed.to(device), video, batch.seconds)

    text = TextTimelines(teacher, reel.batch, seed=2)
    data = SeenFilms(teacher, reel, folder, batches, seed=2, text=text)

    def evaluate() -> Metrics:
        return _evaluate(model, teacher, unseen, folder, 8, device)

    trained = [model.projector, model.llm]
    return Stage("joint", steps, data, loss, evaluate, trained, model, lr=1e-3, matrix_lr=0.01, evaluate_every=500)
