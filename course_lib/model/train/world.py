"""What training sees of clipworld: seeds, moments, captions of moments, question blocks.

Seeds below TRAINING_SEEDS are never trained on.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from course_lib.clipworld import phrasings as say
from course_lib.clipworld.questions import questions, summary_text
from course_lib.clipworld.words import ACTIONS, COLOURS, KINDS, subject
from course_lib.model.prompt import END, place_video, turn
from course_lib.model.train.packing import Block
from course_lib.model.train.recipe import ASKED
from course_lib.timeline import Event, Timeline

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

TRAINING_SEEDS = 1_000_000
HARD = ("two", "repeated", "near_colours", "empty", "short")
SUBJECTS = tuple(subject(k, c) for k in KINDS for c in ((None,) if k == "light" else COLOURS))
ACTION_INDEX = {a.present: i for i, a in enumerate(ACTIONS)}
SUBJECT_INDEX = {s: i for i, s in enumerate(SUBJECTS)}
Moments = Sequence[float] | np.ndarray  # seconds
SHARE = {"count": 0.3, "frames": 0.3}  # of the lessons that ask this kind; the others always
DRILLED = {"after": 7, "before": 7, "when": 5, "order": 5, "unanswerable": 4}  # questions of a drill, at most
EDGE = 0.2  # seconds around an event's ends in which a moment may be called either way


def seen_at(timeline: Timeline, moment: float) -> tuple[Event, ...]:
    """The events of a moment in a fixed order (by action), as the fused tokens hold them."""
    return tuple(sorted(timeline.at(moment), key=lambda e: ACTION_INDEX[e.action]))


def caption_words(events: Sequence[Event], tokens: int) -> list[str]:
    """One caption for each of a moment's `tokens` fused tokens: an event, or "nothing"."""
    told = [f"{e.subject} {e.action}" for e in events[:tokens]]
    return told + ["nothing"] * (tokens - len(told))


@dataclass(frozen=True)
class Lesson:
    """One clip's worth of text: prefix ids (video placeholders in it), the told timeline, the question blocks."""

    prefix: list[int]
    timeline: Block
    blocks: list[Block]


class Teacher:
    """Turns timelines into token ids. Tokenised strings are kept: the world's sentences recur."""

    def __init__(
        self, tokenizer: PreTrainedTokenizerBase, tokens: int, time_signal: str, asked: Sequence[str] = ASKED,
        from_timeline: float = 0.8,
    ) -> None:  # fmt: skip
        """asked, from_timeline: as in `Recipe`."""
        self.tokenizer, self.tokens, self.time_signal, self.asked = tokenizer, tokens, time_signal, tuple(asked)
        self.from_timeline = from_timeline
        self.drilled = {kind: most for kind, most in DRILLED.items() if kind in self.asked}
        self._known: dict[str, list[int]] = {}

    def ids(self, text: str) -> list[int]:
        if text not in self._known:
            if len(self._known) > 200_000:
                self._known.clear()
            self._known[text] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return self._known[text]

    def block(self, question: str, answer: str, sees_timeline: bool = False, kind: str = "summary") -> Block:
        asked = self.ids(turn(question))
        return Block([*asked, *self.ids(f"{answer} {END}")], len(asked), sees_timeline, kind)

    def lesson(
        self,
        timeline: Timeline,
        moments: Moments,
        rng: random.Random,
        bare: float = 0.25,
        phrasing: str = "training",
    ) -> Lesson:
        """The summary (if any is told), and questions of every kind that is asked on one clip: `bare` of them as
        look-ups without a sentence, `self.from_timeline` of them answered with the told timeline in sight."""
        blocks = []
        for kind in self.asked:
            plain = rng.random() < bare
            if rng.random() > SHARE.get(kind, 1.0):
                continue
            way = "key-last" if plain else phrasing
            for q in questions(timeline, rng, kinds=[kind], num_frames=len(moments), phrasing=way):
                sees_timeline = rng.random() < self.from_timeline
                text = f"{q.text} {say.UNCERTAIN}" if way == "training" and rng.random() < 0.06 else q.text
                make = self.bare_block if plain else self.block
                blocks.append(make(text, q.answer, sees_timeline, kind))
        told = self.told(timeline, rng) if self.from_timeline else Block([], 0)
        return Lesson(self.prefix(timeline, moments), told, blocks)

    def told(self, timeline: Timeline, rng: random.Random) -> Block:
        """The turn that asks for a summary and gets it."""
        return self.block(rng.choice(say.SUMMARY[:-1]), summary_text(timeline.events))

    def bare_block(self, key: str, answer: str, sees_timeline: bool, kind: str) -> Block:
        """The look-up itself, with nothing between key and answer: "second 12 red car stops".

        A key that must first be carried through a sentence leaves the decoder naming a random event of the clip for
        thousands of questions; with bare look-ups among them, the sentences follow.
        """
        asked = self.ids(key.rstrip(":").strip())
        told = answer.removeprefix("the ").removeprefix("from second ")
        return Block([*asked, *self.ids(f"{told} {END}")], len(asked), sees_timeline, f"{kind} bare")

    def second_drill(self, timeline: Timeline, moments: Moments, rng: random.Random | None = None) -> Lesson:
        """Bare look-ups of the very seconds of the moments: where the curriculum begins. With rng the summary beside
        them: the same look-up, over and over, with the time found by itself."""
        seen = [(m, " and ".join(e.text for e in seen_at(timeline, m))) for m in moments if timeline.at(m)]
        blocks = [self.bare_block(f"second {round(m)}", told, False, "at") for m, told in seen]
        summary = Block([], 0) if rng is None else self.told(timeline, rng)
        return Lesson(self.prefix(timeline, moments), summary, blocks[:12])

    def event_drill(self, timeline: Timeline, moments: Moments, rng: random.Random) -> Lesson:
        """Bare look-ups of as many events as there are, behind the told timeline: what comes after and before each,
        when it is, which of two is first, and events that are not there."""
        blocks = []
        for kind, most in self.drilled.items():
            asked = questions(timeline, rng, kinds=[kind], each=2 * most, phrasing="key-last")
            for q in list({q.text: q for q in asked}.values())[:most]:
                blocks.append(self.bare_block(q.text, q.answer, True, kind))
        return Lesson(self.prefix(timeline, moments), self.told(timeline, rng), blocks)

    def prefix(self, timeline: Timeline, moments: Moments) -> list[int]:
        return self.ids(place_video(list(moments), self.tokens, self.time_signal, timeline.duration))

    def captions(self, timeline: Timeline, moments: Moments, width: int = 6) -> np.ndarray:
        """Word ids of each moment's fused tokens, int64 [T, tokens, width], padded with -1."""
        out = np.full((len(moments), self.tokens, width), -1, dtype=np.int64)
        for i, moment in enumerate(moments):
            for k, words in enumerate(caption_words(seen_at(timeline, moment), self.tokens)):
                ids = self.ids(words)[:width]
                out[i, k, : len(ids)] = ids
        return out
