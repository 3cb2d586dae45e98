"""Stage 1, the vision encoder alone: name what goes on in a tubelet.

A decoder that must learn to see and to answer at once does neither; labels that clipworld knows exactly teach the
encoder in minutes. For each action: does it go on, and if so, whose is it?
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import Dataset

from course_lib.model.train.films import Reel
from course_lib.model.train.loop import Metrics, Stage, half
from course_lib.model.train.world import ACTION_INDEX, EDGE, SUBJECT_INDEX
from course_lib.timeline import Timeline

if TYPE_CHECKING:
    from course_lib.model.encoder import TubeletEncoder

ACTIONS, SUBJECTS = len(ACTION_INDEX), len(SUBJECT_INDEX)


@dataclass(frozen=True)
class FilmBatch:
    frames: Tensor  # uint8 [B, T, 3, H, W]
    subjects: Tensor  # int64 [B, T', actions]: who does it; -1 nobody, -2 too near an event's edge to call


class LabelledFilms(Dataset):
    """Step -> a batch of films, going round the reel; the labels of each moment beside them."""

    def __init__(self, reel: Reel, batches: int) -> None:
        self.reel, self.batches = reel, batches

    def __getitem__(self, step: int) -> FilmBatch:
        number = step % self.batches
        drawn, timelines = self.reel.load(number)
        films = self.reel.films(number)
        labels = [label(timeline, film.moments) for film, timeline in zip(films, timelines, strict=True)]
        return FilmBatch(torch.from_numpy(drawn).permute(0, 1, 4, 2, 3), torch.from_numpy(np.stack(labels)))


def label(timeline: Timeline, moments: np.ndarray) -> np.ndarray:
    """int64 [T', actions]: the index of who does it at each moment."""
    out = np.full((len(moments), ACTIONS), -1, dtype=np.int64)
    for event in timeline:
        action = ACTION_INDEX[event.action]
        inside = (moments >= event.start + EDGE) & (moments < event.end - EDGE)
        edge = (moments >= event.start - EDGE) & (moments < event.end + EDGE) & ~inside
        out[edge & (out[:, action] < 0), action] = -2
        out[inside, action] = SUBJECT_INDEX[event.subject]
    return out


class Namer(nn.Module):
    """Features [B, T', K, D] -> (goes on [B, T', actions], whose [B, T', actions, subjects]) logits."""

    def __init__(self, tokens: int, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(tokens * width)
        self.head = nn.Linear(tokens * width, ACTIONS * (1 + SUBJECTS))

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        out = self.head(self.norm(features.flatten(2))).unflatten(-1, (ACTIONS, 1 + SUBJECTS))
        return out[..., 0], out[..., 1:]


class NamingEncoder(nn.Module):
    def __init__(self, encoder: TubeletEncoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.namer = Namer(encoder.tokens, encoder.out_dim)

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        return self.namer(self.encoder(frames))


def vary(frames: Tensor) -> Tensor:
    """Another camera for every clip: zoom and stretch, shift, exposure, contrast, tint, noise.

    uint8 [B, T, 3, H, W] -> float in [0, 1], the same change for all frames of a clip; never mirrored, since left
    and right mean something.
    """
    B, T, C, H, W = frames.shape
    x = frames.float() / 255
    moved = torch.rand(B) < 0.6
    if n := int(moved.sum()):
        zoom = torch.exp(torch.empty(n, 1).uniform_(math.log(0.85), math.log(1.45)))  # above 1: things get smaller
        stretch = torch.exp(torch.empty(n, 1).uniform_(-0.25, 0.25))
        scale = torch.cat([zoom * stretch, zoom / stretch], dim=1)
        theta = torch.diag_embed(F.pad(scale, (0, 1)))[:, :2]  # [n, 2, 3]
        theta[:, :, 2] = torch.empty(n, 2).uniform_(-1, 1) * ((scale - 1).abs() + 0.05)
        grid = F.affine_grid(theta, [n, 1, H, W], align_corners=False)
        warped = F.grid_sample(x[moved].flatten(1, 2), grid, padding_mode="border", align_corners=False)
        x[moved] = warped.unflatten(1, (T, C))
    gain = torch.empty(B, 1, 1, 1, 1).uniform_(0.75, 1.25)
    tint = torch.empty(B, 1, 3, 1, 1).uniform_(0.95, 1.05)
    offset = torch.empty(B, 1, 1, 1, 1).uniform_(-0.08, 0.08)
    x = (x - 0.5) * gain * tint + 0.5 + offset
    if torch.rand(()) < 0.5:
        x = x + torch.randn_like(x) * 0.02
    return x.clamp(0, 1)


def naming_loss(outputs: tuple[Tensor, Tensor], subjects: Tensor) -> Tensor:
    goes_on, whose = outputs
    known = subjects > -2
    found = F.binary_cross_entropy_with_logits(goes_on[known].float(), (subjects[known] >= 0).float()) * ACTIONS
    active = subjects >= 0
    if not active.any():
        return found
    return found + F.cross_entropy(whose[active].float(), subjects[active])


@torch.no_grad()
def name_exactly(model: NamingEncoder, batch: FilmBatch, device: torch.device) -> Tensor:
    """bool: for each moment that is not at an edge, whether exactly the right events are named."""
    goes_on, whose = model(batch.frames.to(device))
    told = torch.where(goes_on > 0, whose.argmax(-1), -1).cpu()
    sure = (batch.subjects > -2).all(-1)
    return (told == batch.subjects).all(-1)[sure]


def vision_stage(model: NamingEncoder, reel: Reel, steps: int, batches: int, device: torch.device) -> Stage:
    unseen = LabelledFilms(reel.unseen(), 8)

    def loss(batch: FilmBatch) -> Tensor:
        frames = vary(batch.frames)
        with half(device):
            outputs = model(frames.to(device))
        return naming_loss(outputs, batch.subjects.to(device))

    def evaluate() -> Metrics:
        right = torch.cat([name_exactly(model, unseen[i], device) for i in range(unseen.batches)])
        return {"moments named exactly": right.float().mean().item()}

    data = LabelledFilms(reel, batches)
    return Stage("vision", steps, data, loss, evaluate, [model], model, lr=1.5e-3, evaluate_every=100, save_every=100)
