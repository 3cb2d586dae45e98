"""Pocket: the video LLM that this repository trains and ships."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from course_lib.clipworld.phrasings import AT
from course_lib.clipworld.questions import SUMMARY_QUESTION, read_together, summary_text
from course_lib.errors import ModelError
from course_lib.model.decode import Prefix, Written, complete, extend, prefill
from course_lib.model.prompt import END, place_video, turn
from course_lib.model.tokenizer import LAST_NUMBER
from course_lib.progress import waiting
from course_lib.timeline import Event
from course_lib.tokens.sampling import PAIR_GAP, in_pairs, tubelets, uniform
from course_lib.video import Clip, probe, sample

if TYPE_CHECKING:
    from course_lib.model.video_llama import VideoLLaMA

MOMENTS = 16
MOST_MOMENTS = 512
SUMMARY_TOKENS = 400  # two minutes of events
AT_TOKENS = 48  # three events at once
ASK_OF_A_SECOND = AT[1]
TELLS = ("second by second", "in one go")  # how a timeline is told
IN_MEMORY = 4  # clips whose cached prefixes are kept


@dataclass
class _Watched:
    """A clip with what is computed once for it: the video's prefix; when first needed, what the model tells of it."""

    clip: Clip
    video: Prefix
    told: Written | None = None
    with_told: Prefix | None = None


class Pocket:
    """A VideoLLM over a trained `VideoLLaMA` with a tubelet encoder.

    It looks at 16 moments, two frames half a second apart each. timeline_first=True: it tells the clip's timeline
    before the first question, and answers with the video and its own timeline in sight; False: it answers from the
    video alone. tells: how it tells a timeline, "second by second" (it is asked what happens at every second, and what
    it answers alike on end is one event) or "in one go" (it writes the whole timeline itself). None: as the model's
    config says. Source: captions of short pieces, put together, LLoVi (Zhang et al., 2024).
    """

    def __init__(
        self, model: VideoLLaMA, name: str = "pocket", timeline_first: bool | None = None, tells: str | None = None
    ) -> None:
        self.model, self.name = model.eval(), name
        self.tells = tells or model.extra.get("tells", TELLS[0])
        if self.tells not in TELLS:
            raise ModelError(f"Pocket cannot tell {self.tells!r}.", f"Choose from {', '.join(TELLS)}.")
        self.timeline_first = bool(model.extra.get("timeline_first")) if timeline_first is None else timeline_first
        self.size: int = model.encoder.size
        self.tubelet: int = model.encoder.tubelet
        self.asked_itself = self.asked_itself_tokens = 0  # look-ups so far, and what they had to read
        self._watched: list[_Watched] = []

    def moments(self, duration: float, num_frames: int | None = None, fps: float | None = None) -> list[float]:
        """Seconds of the frames it wants: the two of each moment, one after the other. num_frames counts moments
        (16 without it); fps is moments a second."""
        wanted = num_frames or (max(1.0, duration * fps) if fps else MOMENTS)
        if wanted > MOST_MOMENTS:
            raise ModelError(
                f"{wanted:.3g} moments are more than {self.name} can read.", f"Give at most {MOST_MOMENTS} frames."
            )
        number = round(wanted)
        middles = uniform(duration, number)
        return list(tubelets(middles, duration) if self.tubelet == 2 else middles)

    def watch(self, path: str | Path, num_frames: int | None = None, fps: float | None = None) -> Clip:
        duration = probe(path).duration
        clip = sample(path, at=self.moments(duration, num_frames, fps), size=(self.size, self.size))
        return replace(clip, pairs=self.tubelet == 2)

    def summarize(self, clip: Clip) -> str:
        """The clip's events with their seconds, as the model tells them."""
        with waiting(f"{self.name} tells"):
            return self._text(self._tell(self._watch(clip)).ids)

    def answer(self, clip: Clip, question: str, max_new_tokens: int = 96) -> str:
        return self.answers(clip, [question], max_new_tokens)[0]

    def answers(self, clip: Clip, questions: Sequence[str], max_new_tokens: int = 96) -> list[str]:
        return [text for text, _ in self.scored(clip, questions, max_new_tokens)]

    def scored(
        self,
        clip: Clip,
        questions: Sequence[str],
        max_new_tokens: int = 96,
        against: Clip | None = None,
        weight: float = 0.5,
    ) -> list[tuple[str, float]]:
        """Answers with how likely each is to be right, 0 to 1: the probability that the model gives it, through the
        slope and offset in its config (see `temporal.confidence`). against: a clip whose predictions are taken off,
        `weight` of them (see `complete`)."""
        with waiting(f"{self.name} answers"):
            return self._scored(clip, questions, max_new_tokens, against, weight)

    def _scored(
        self, clip: Clip, questions: Sequence[str], max_new_tokens: int, against: Clip | None, weight: float
    ) -> list[tuple[str, float]]:
        watched, other = self._watch(clip), self._watch(against) if against is not None else None
        out: dict[int, tuple[str, float]] = {}
        asked = [i for i, q in enumerate(questions) if q != SUMMARY_QUESTION]
        if len(asked) < len(questions):
            told = self._tell(watched) if other is None else self._telling(watched, other.video, weight)
            out = {i: (self._text(told.ids), self._sure(told)) for i in set(range(len(questions))) - set(asked)}
        if asked:
            prompts = [self._ids(turn(questions[i])) for i in asked]
            prefix = self._behind_told(watched) if self.timeline_first else watched.video
            away = None if other is None else self._behind_told(other) if self.timeline_first else other.video
            answers = complete(self.model, prefix, prompts, max_new_tokens, against=away, weight=weight)
            out |= {i: (self._text(a.ids), self._sure(a)) for i, a in zip(asked, answers, strict=True)}
        return [out[i] for i in range(len(questions))]

    def _sure(self, written: Written) -> float:
        slope, offset = self.model.extra.get("confidence", (1.0, 0.0))
        return 1 / (1 + math.exp(-(slope * log_odds(written.confidence) + offset)))

    def num_tokens(self, clip: Clip, question: str) -> int:
        told = self._told_turn(self._watch(clip)) if self.timeline_first else []
        return len(self._ids(self._place(clip) + turn(question))) + len(told)

    def _watch(self, clip: Clip) -> _Watched:
        for known in self._watched:
            if known.clip is clip:
                return known
        video = prefill(self.model, self._ids(self._place(clip)), self.video_tokens(clip))
        self._watched = [_Watched(clip, video), *self._watched][:IN_MEMORY]
        return self._watched[0]

    def _tell(self, watched: _Watched) -> Written:
        if watched.told is None:
            watched.told = self._telling(watched)
        return watched.told

    def _telling(self, watched: _Watched, against: Prefix | None = None, weight: float = 0.5) -> Written:
        """A timeline in one go; or put together from what it answers of every whole second, its confidence their
        mean."""
        if self.tells == "in one go":
            asked = [self._ids(turn(SUMMARY_QUESTION))]
            return complete(self.model, watched.video, asked, SUMMARY_TOKENS, against=against, weight=weight)[0]
        moments, _ = pair_up(watched.clip, self.tubelet)
        seconds = whole_seconds(moments, watched.clip.duration)
        asked = [self._ids(turn(ASK_OF_A_SECOND.format(t=t))) for t in seconds]
        self.asked_itself += len(asked)
        self.asked_itself_tokens += sum(map(len, asked))
        answers = complete(self.model, watched.video, asked, AT_TOKENS, against=against, weight=weight)
        seen = [frozenset(read_together(self._text(a.ids))) for a in answers]
        told = summary_text(runs(seconds, seen))
        return Written(self._ids(told), sum(a.confidence for a in answers) / len(answers))

    def _behind_told(self, watched: _Watched) -> Prefix:
        if watched.with_told is None:
            watched.with_told = extend(self.model, watched.video, self._told_turn(watched))
        return watched.with_told

    def _told_turn(self, watched: _Watched) -> list[int]:
        return [*self._ids(turn(SUMMARY_QUESTION)), *self._tell(watched).ids, *self._ids(END)]

    def forget(self) -> None:
        """Drop what is kept of the clips watched last."""
        self._watched = []

    def video_tokens(self, clip: Clip) -> torch.Tensor:
        """What the language model reads of the clip: [moments * tokens a moment, hidden]."""
        seconds, frames = pair_up(clip, self.tubelet)
        pixels = torch.from_numpy(np.ascontiguousarray(clip.frames[frames])).permute(0, 3, 1, 2)  # [2 M, 3, H, W]
        if pixels.shape[-2:] != (self.size, self.size):
            pixels = torch.nn.functional.interpolate(
                pixels.float() / 255, (self.size, self.size), mode="bilinear", antialias=True
            )
        with torch.no_grad():
            return self.model.tell_time(self.model.encode(pixels[None])[0], seconds)

    def _place(self, clip: Clip) -> str:
        seconds, _ = pair_up(clip, self.tubelet)
        return place_video(list(seconds), self.model.projector.tokens, self.model.time_signal, clip.duration)

    def _ids(self, text: str) -> list[int]:
        return self.model.tokenizer(text, add_special_tokens=False)["input_ids"]

    def _text(self, ids: Sequence[int]) -> str:
        return str(self.model.tokenizer.decode(list(ids), skip_special_tokens=True)).strip()


def whole_seconds(moments: np.ndarray, duration: float) -> list[int]:
    """The whole seconds of the stretch that the moments (seconds [M]) stand for, half a gap around each; up to the last
    second that the model has a word for."""
    half = (moments[-1] - moments[0]) / max(1, len(moments) - 1) / 2
    first, last = (
        math.ceil(max(0.0, moments[0] - half - 0.05)),
        math.floor(min(moments[-1] + half, duration - 1e-6, LAST_NUMBER)),
    )
    return list(range(first, last + 1)) or [min(int(moments[0]), LAST_NUMBER)]


def runs(seconds: Sequence[int], seen: Sequence[frozenset[tuple[str, str]]]) -> list[Event]:
    """Events from what is seen at each of `seconds`, in order of their start: a (subject, action) seen at two or more
    of them on end is one, from the first to the last. What is seen at one alone is a slip, unless but one was asked."""
    events = []
    for what in sorted(frozenset().union(*seen)):
        places = [i for i, there in enumerate(seen) if what in there]
        cuts = [j for j in range(1, len(places)) if places[j] - places[j - 1] > 1]
        for first, end in zip([0, *cuts], [*cuts, len(places)], strict=True):
            if end - first > 1 or len(seconds) == 1:
                start, last = seconds[places[first]], seconds[places[end - 1]]
                events.append(Event(float(start), float(max(last, start + 1)), *what))
    return sorted(events, key=lambda e: (e.start, e.end))


def log_odds(probability: float) -> float:
    """log p / (1 - p), with p kept a millionth away from 0 and 1."""
    p = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def pair_up(clip: Clip, tubelet: int) -> tuple[np.ndarray, np.ndarray]:
    """Moments [M] in seconds and the frames [tubelet * M] that show them.

    A clip sampled by `Pocket.watch` is pairs already. In a clip that is not, each frame is a moment; its partner is the
    frame nearest to half a second later, or itself (a picture without motion) where the clip has none within 0.25 s.
    """
    seconds = clip.seconds
    if tubelet == 1:
        return seconds, np.arange(len(seconds))
    if in_pairs(clip):
        return (seconds[::2] + seconds[1::2]) / 2, np.arange(len(seconds))
    partner = np.abs(seconds[None, :] - (seconds[:, None] + PAIR_GAP)).argmin(axis=1)
    alone = np.abs(seconds[partner] - seconds - PAIR_GAP) > PAIR_GAP / 2
    partner[alone] = np.arange(len(seconds))[alone]
    return (seconds + seconds[partner]) / 2, np.stack([np.arange(len(seconds)), partner], axis=1).reshape(-1)
