"""Published models behind the zoo's interface: a clip is read once, and every question is answered behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from course_lib.clipworld.questions import SUMMARY_QUESTION
from course_lib.errors import ModelError
from course_lib.model.decode import Prefix, Writer, complete
from course_lib.progress import waiting
from course_lib.tokens.sampling import Sampling, tubelets, uniform
from course_lib.video import Clip, no_larger, probe, sample
from course_lib.zoo.fit import memory_is_enough

IN_MEMORY = 2  # clips whose cached prefixes are kept
SUMMARY_TOKENS = 512
ASK_FOR_EVENTS = (
    "Tell what happens in this video, in order. Write one line for each event, with the second at which it starts and "
    "the second at which it ends, like this: 3s - 7s: the red car turns left."
)


class Reader(Protocol):
    """What differs from model to model. sampling: its default; writer: what writes its answers."""

    sampling: Sampling

    @property
    def writer(self) -> Writer: ...

    def read(self, clip: Clip) -> Prefix:
        """Run all that stands before a question: the clip, and the text before it."""

    def behind(self, clip: Clip, question: str) -> list[int]:
        """The ids of what stands behind the clip: the rest of the prompt."""

    def video_tokens(self, clip: Clip) -> int:
        """Placeholders that the clip fills: what it costs without the text around it."""

    def length(self, clip: Clip) -> int:
        """Tokens of the prefix."""

    def text(self, ids: Sequence[int]) -> str: ...

    def forget(self) -> None:
        """Drop what is kept of the last clip."""


@dataclass
class _Watched:
    clip: Clip
    prefix: Prefix


class Published:
    """A VideoLLM over a published model. name: as `course models` lists it; reader: see there.

    Answers are the likeliest tokens, one by one (greedy), also where the model's own configuration draws them or
    makes repeated words less likely.
    """

    size: int | None = None  # frames in the video's own shape: the model's processor resizes

    def __init__(self, reader: Reader, name: str) -> None:
        self.reader, self.name = reader, name
        self._watched: list[_Watched] = []

    def moments(self, duration: float, num_frames: int | None = None, fps: float | None = None) -> list[float]:
        """Seconds of the frames it wants; of a model that takes pairs, the two of each moment one after the other, and
        num_frames counts moments."""
        sampling = self.reader.sampling
        middles = uniform(duration, sampling.count(duration, num_frames, fps))
        return [float(s) for s in (tubelets(middles, duration) if sampling.pairs else middles)]

    def watch(self, path: str | Path, num_frames: int | None = None, fps: float | None = None) -> Clip:
        info = probe(path)
        clip = sample(path, at=self.moments(info.duration, num_frames, fps), size=no_larger(info))
        return replace(clip, pairs=True) if self.reader.sampling.pairs else clip

    def summarize(self, clip: Clip) -> str:
        """What the model tells when it is asked for events with their seconds."""
        return self.answer(clip, SUMMARY_QUESTION, SUMMARY_TOKENS)

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
        """Answers with the probability that the model gives them, 0 to 1. against: a clip whose predictions are taken
        off, `weight` of them (see `complete`)."""
        if not questions:
            return []
        with waiting(f"{self.name} answers"), memory_is_enough(self.name, len(clip)):
            prefix = self._read(clip)
            away = self._read(against) if against is not None else None
            prompts = [self.reader.behind(clip, _worded(q)) for q in questions]
            longest = max(max_new_tokens, SUMMARY_TOKENS if SUMMARY_QUESTION in questions else 0)
            written = complete(self.reader.writer, prefix, prompts, longest, against=away, weight=weight)
        return [(self.reader.text(w.ids), w.confidence) for w in written]

    def num_tokens(self, clip: Clip, question: str) -> int:
        return self.reader.length(clip) + len(self.reader.behind(clip, _worded(question)))

    def forget(self) -> None:
        """Drop what is kept of the clips watched last."""
        self._watched = []
        self.reader.forget()

    def _read(self, clip: Clip) -> Prefix:
        for known in self._watched:
            if known.clip is clip:
                return known.prefix
        length, room = self.reader.length(clip), self.reader.writer.room
        if length >= room:
            raise ModelError(
                f"{len(clip)} frames are {length} tokens; {self.name} has room for {room}.", "Give fewer frames."
            )
        self._watched = self._watched[: IN_MEMORY - 1]
        self._watched.insert(0, _Watched(clip, self.reader.read(clip)))
        return self._watched[0].prefix


def _worded(question: str) -> str:
    """The summary question names no form that a model could know without having been trained on it."""
    return ASK_FOR_EVENTS if question == SUMMARY_QUESTION else question
