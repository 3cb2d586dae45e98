"""Pocket: the video LLM that this repository trains and ships."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from course_lib.clipworld.questions import SUMMARY_QUESTION
from course_lib.model.decode import Prefix, complete, extend, prefill
from course_lib.model.prompt import END, place_video, turn
from course_lib.tokens.sampling import PAIR_GAP, tubelets, uniform
from course_lib.video import Clip, probe, sample

if TYPE_CHECKING:
    from course_lib.model.video_llama import VideoLLaMA

MOMENTS = 16
SUMMARY_TOKENS = 400  # two minutes of events
IN_MEMORY = 4  # clips whose cached prefixes are kept


@dataclass(frozen=True)
class _Watched:
    """A clip with what is computed once for it: the video's prefix, what the model told of it, and both together."""

    clip: Clip
    video: Prefix
    told: str
    with_told: Prefix


class Pocket:
    """A VideoLLM over a trained `VideoLLaMA` with a tubelet encoder.

    It looks at 16 moments, two frames half a second apart each. It first tells the clip's timeline, then answers with
    the video and its own timeline before it (timeline_first=False: with the video alone).
    """

    def __init__(self, model: VideoLLaMA, name: str = "pocket", timeline_first: bool = True) -> None:
        self.model, self.name, self.timeline_first = model.eval(), name, timeline_first
        self.size: int = model.encoder.size
        self.tubelet: int = model.encoder.tubelet
        self._watched: list[_Watched] = []

    def moments(self, duration: float, num_frames: int | None = None, fps: float | None = None) -> list[float]:
        """Seconds of the frames it wants: the two of each moment, one after the other. num_frames counts moments
        (16 without it); fps is moments a second."""
        number = num_frames or (max(1, round(duration * fps)) if fps else MOMENTS)
        middles = uniform(duration, number)
        return list(tubelets(middles, duration) if self.tubelet == 2 else middles)

    def watch(self, path: str | Path, num_frames: int | None = None, fps: float | None = None) -> Clip:
        duration = probe(path).duration
        return sample(path, at=self.moments(duration, num_frames, fps), size=(self.size, self.size))

    def summarize(self, clip: Clip) -> str:
        """The clip's events with their seconds, as the model tells them."""
        return self._watch(clip).told

    def answer(self, clip: Clip, question: str, max_new_tokens: int = 96) -> str:
        return self.answers(clip, [question], max_new_tokens)[0]

    def answers(self, clip: Clip, questions: Sequence[str], max_new_tokens: int = 96) -> list[str]:
        if not questions:
            return []
        watched = self._watch(clip)
        out = [watched.told if q == SUMMARY_QUESTION else "" for q in questions]
        asked = [i for i, q in enumerate(questions) if q != SUMMARY_QUESTION]
        prompts = [self._ids(turn(questions[i])) for i in asked]
        prefix = watched.with_told if self.timeline_first else watched.video
        if prompts:
            for i, ids in zip(asked, complete(self.model, prefix, prompts, max_new_tokens), strict=True):
                out[i] = self._text(ids)
        return out

    def num_tokens(self, clip: Clip, question: str) -> int:
        seconds, _ = pair_up(clip.seconds, self.tubelet)
        return len(self._ids(self._place(seconds) + turn(question)))

    def _watch(self, clip: Clip) -> _Watched:
        for known in self._watched:
            if known.clip is clip:
                return known
        seconds, _ = pair_up(clip.seconds, self.tubelet)
        video = prefill(self.model, self._ids(self._place(seconds)), self.video_tokens(clip))
        asked = self._ids(turn(SUMMARY_QUESTION))
        told = complete(self.model, video, [asked], SUMMARY_TOKENS)[0]
        watched = _Watched(clip, video, self._text(told), extend(self.model, video, [*asked, *told, *self._ids(END)]))
        self._watched = [watched, *self._watched][:IN_MEMORY]
        return watched

    def forget(self) -> None:
        """Drop what is kept of the clips watched last."""
        self._watched = []

    def video_tokens(self, clip: Clip) -> torch.Tensor:
        """What the language model reads of the clip: [moments * tokens a moment, hidden]."""
        seconds, frames = pair_up(clip.seconds, self.tubelet)
        pixels = torch.from_numpy(np.ascontiguousarray(clip.frames[frames])).permute(0, 3, 1, 2)  # [2 M, 3, H, W]
        if pixels.shape[-2:] != (self.size, self.size):
            pixels = torch.nn.functional.interpolate(
                pixels.float() / 255, (self.size, self.size), mode="bilinear", antialias=True
            )
        with torch.no_grad():
            return self.model.tell_time(self.model.encode(pixels[None])[0], seconds)

    def _place(self, seconds: np.ndarray) -> str:
        return place_video(list(seconds), self.model.projector.tokens, self.model.time_signal)

    def _ids(self, text: str) -> list[int]:
        return self.model.tokenizer(text, add_special_tokens=False)["input_ids"]

    def _text(self, ids: Sequence[int]) -> str:
        return str(self.model.tokenizer.decode(list(ids), skip_special_tokens=True)).strip()


def pair_up(seconds: np.ndarray, tubelet: int) -> tuple[np.ndarray, np.ndarray]:
    """Moments [M] in seconds and the frames [tubelet * M] that show them, from the times of a clip's frames.

    A clip sampled by `Pocket.watch` is pairs already. In any other clip each frame is a moment; its partner is the
    frame nearest to half a second later, or itself (a picture without motion) where the clip has none within 0.25 s.
    """
    if tubelet == 1:
        return seconds, np.arange(len(seconds))
    if len(seconds) % 2 == 0:
        first, second = seconds[::2], seconds[1::2]
        gaps, between = second - first, first[1:] - second[:-1]
        if (gaps >= 0).all() and gaps.max() <= 1.5 * PAIR_GAP and (len(first) == 1 or gaps.max() < np.median(between)):
            return (first + second) / 2, np.arange(len(seconds))
    partner = np.abs(seconds[None, :] - (seconds[:, None] + PAIR_GAP)).argmin(axis=1)
    alone = np.abs(seconds[partner] - seconds - PAIR_GAP) > PAIR_GAP / 2
    partner[alone] = np.arange(len(seconds))[alone]
    return (seconds + seconds[partner]) / 2, np.stack([np.arange(len(seconds)), partner], axis=1).reshape(-1)
