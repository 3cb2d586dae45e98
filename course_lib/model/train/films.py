"""Rendered training clips: a film is a clip's moments as pixels, with its timeline. Kept on disk once drawn."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from course_lib.clipworld import make_scene
from course_lib.model.train.world import HARD, TRAINING_SEEDS
from course_lib.timeline import Timeline
from course_lib.tokens.sampling import tubelets, uniform

MOMENTS = 16


@dataclass(frozen=True)
class Film:
    """What film `number` shows: the same for the same number."""

    seed: int
    seconds: float
    kind: str

    @property
    def moments(self) -> np.ndarray:
        return uniform(self.seconds, MOMENTS)


def film(number: int, held_out: bool = False) -> Film:
    """Training film `number`: mostly 30-second stories, the rest of the hard kinds and from 5 s to a minute.

    held_out: a plain 30-second story of a seed that is never trained on.
    """
    if held_out:
        return Film(number, 30.0, "story")
    rng = random.Random(f"film/{number}")
    seconds = 30.0 if rng.random() < 0.8 else round(rng.uniform(5, 60), 1)
    return Film(TRAINING_SEEDS + number, seconds, "story" if rng.random() < 0.75 else rng.choice(HARD))


def draw(shown: Film, size: int, tubelet: int) -> tuple[np.ndarray, Timeline]:
    """uint8 [MOMENTS * tubelet, size, size, 3], and the timeline."""
    scene = make_scene(shown.seed, shown.seconds, shown.kind)
    seconds = tubelets(shown.moments, shown.seconds) if tubelet == 2 else shown.moments
    return scene.render(list(seconds), size), scene.timeline


class Reel:
    """Films drawn `batch` at a time and kept in `folder`, 7 MB for eight of 96 pixels."""

    def __init__(self, folder: Path, size: int, tubelet: int, batch: int = 8, held_out: bool = False) -> None:
        self.folder, self.size, self.tubelet, self.batch, self.held_out = folder, size, tubelet, batch, held_out

    def unseen(self) -> Reel:
        """The reel of the seeds that are never trained on, in the same folder."""
        return Reel(self.folder, self.size, self.tubelet, self.batch, held_out=True)

    def films(self, number: int) -> list[Film]:
        return [film(number * self.batch + i, self.held_out) for i in range(self.batch)]

    def load(self, number: int) -> tuple[np.ndarray, list[Timeline]]:
        """Batch `number`: frames uint8 [batch, MOMENTS * tubelet, size, size, 3], and the films' timelines.

        Both are stored together, so that a later change to what stories tell cannot part them.
        """
        path = self.folder / f"{'held-out' if self.held_out else 'film'}-{number:05d}.npz"
        if not path.exists():
            drawn = [draw(f, self.size, self.tubelet) for f in self.films(number)]
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(f".{os.getpid()}.tmp")
            with open(temporary, "wb") as file:
                np.savez(file, frames=np.stack([f for f, _ in drawn]), timelines=[t.to_json() for _, t in drawn])
            os.replace(temporary, path)
        with np.load(path) as stored:
            return stored["frames"], [Timeline.from_json(str(text)) for text in stored["timelines"]]
