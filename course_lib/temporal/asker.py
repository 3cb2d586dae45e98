"""Asking a model, with what it costs: the one interface that mitigations take and give.

An `Asker` answers questions about footage. `asker(model)` asks the model as it is; a mitigation makes a new asker from
an asker, so that they compose: `vote(denser(asker(model)))`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from course_lib.errors import ModelError
from course_lib.temporal.footage import Footage
from course_lib.video import Clip

KEPT = 4  # looks: those of a mitigation that goes to and fro between them


@dataclass(frozen=True)
class Cost:
    """calls: answers that were written; frames: pictures looked at; tokens: read by the model, what questions on one
    clip share counted once; seconds: by the clock."""

    calls: int = 0
    frames: int = 0
    tokens: int = 0
    seconds: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.calls + other.calls,
            self.frames + other.frames,
            self.tokens + other.tokens,
            self.seconds + other.seconds,
        )


@dataclass(frozen=True)
class Answered:
    """confidence: how likely the answer is to be right, as the model says, 0 to 1; None from a model without logits."""

    answer: str
    confidence: float | None = None


@dataclass(frozen=True)
class Look:
    """How to look and decode; mitigations change it on the way down to the model.

    num_frames: as the model counts them (None: its own number). window: from and to second, in which those frames are
    taken. paint: changes the clip's pictures before the model sees them. against: makes the clip whose logits are taken
    off (contrast), `weight` of them.
    """

    num_frames: int | None = None
    window: tuple[float, float] | None = None
    paint: Callable[[Clip], Clip] | None = None
    against: Callable[[Clip], Clip] | None = None
    weight: float = 0.5


class Asker(Protocol):
    """name: of the model and what was done to it. cost: of everything asked so far."""

    name: str
    model: Any

    @property
    def cost(self) -> Cost: ...

    def clip(self, footage: Footage, look: Look = ...) -> Clip: ...

    def __call__(self, footage: Footage, questions: Sequence[str], look: Look = ...) -> list[Answered]: ...


def takes_pairs(model: Any, duration: float) -> bool:
    """Whether a model's `moments` are pairs of frames, as pocket's are."""
    return len(model.moments(duration, num_frames=1)) == 2


class PlainAsker:
    """Asks a model of the zoo as it is. Clips looked at last are kept for the next questions about them."""

    def __init__(self, model: Any) -> None:
        self.model, self.name, self._cost = model, str(model.name), Cost()
        self._seen: list[tuple[Footage, Look, Clip]] = []

    @property
    def cost(self) -> Cost:
        return self._cost

    def clip(self, footage: Footage, look: Look = Look()) -> Clip:
        """The clip that the model sees."""
        for known, how, clip in self._seen:
            if known is footage and how == look:
                return clip
        began = time.monotonic()
        begin, end = look.window or (0.0, footage.duration)
        moments = [begin + s for s in self.model.moments(end - begin, num_frames=look.num_frames)]
        clip = replace(footage.look(moments, self.model.size), pairs=takes_pairs(self.model, end - begin))
        clip = look.paint(clip) if look.paint is not None else clip
        self._seen = [(footage, look, clip), *self._seen][:KEPT]
        self._cost += Cost(frames=len(clip), tokens=self._tokens(clip, ""), seconds=time.monotonic() - began)
        return clip

    def __call__(self, footage: Footage, questions: Sequence[str], look: Look = Look()) -> list[Answered]:
        """Answers in the order of the questions. Raises ModelError for a look that needs logits of a model without."""
        if not questions:
            return []
        clip = self.clip(footage, look)
        began, before = time.monotonic(), self._asked_itself()
        if hasattr(self.model, "scored"):
            other = look.against(clip) if look.against is not None else None
            if other is not None:
                self._cost += Cost(frames=len(other), tokens=self._read(other, questions))
            scored = self.model.scored(clip, list(questions), against=other, weight=look.weight)
            answers = [Answered(text, confidence) for text, confidence in scored]
        elif look.against is not None:
            raise ModelError(f"{self.name} gives no logits to contrast.", "Choose a mitigation that needs none.")
        else:
            answers = [Answered(text) for text in self.model.answers(clip, list(questions))]
        text = self._read(clip, questions) - self._tokens(clip, "")
        own = [self._asked_itself()[i] - before[i] for i in (0, 1)]
        self._cost += Cost(calls=len(questions) + own[0], tokens=text + own[1], seconds=time.monotonic() - began)
        return answers

    def _read(self, clip: Clip, questions: Sequence[str]) -> int:
        """Tokens of the clip and of each question behind it."""
        video = self._tokens(clip, "")
        return video + sum(self._tokens(clip, q) - video for q in questions)

    def _asked_itself(self) -> tuple[int, int]:
        """Questions that the model asked itself so far (pocket, to tell a timeline), and their tokens."""
        return getattr(self.model, "asked_itself", 0), getattr(self.model, "asked_itself_tokens", 0)

    def _tokens(self, clip: Clip, question: str) -> int:
        return int(self.model.num_tokens(clip, question)) if hasattr(self.model, "num_tokens") else 0


def narrowed(look: Look, begin: float, end: float) -> Look:
    """The look, inside a window alone."""
    return replace(look, window=(begin, end))
