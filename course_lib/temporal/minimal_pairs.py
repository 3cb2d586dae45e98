"""Minimal pairs: two clips of the same pictures that differ only in order, direction or speed, and one question.

The right answers differ, and a pair counts only if both are right: whoever looks at single pictures, or at the question
alone, says the same of both and is right of one. Sources: the group score of Winoground (Thrush et al., 2022), and its
clips in Vinoground (2024) and TimeBlind.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from course_lib.clipworld import phrasings as say
from course_lib.clipworld.controls import BACKWARDS
from course_lib.clipworld.questions import Question
from course_lib.clipworld.scene import make_scene
from course_lib.temporal.asker import Asker
from course_lib.temporal.asking import put
from course_lib.temporal.footage import Footage, of_scene
from course_lib.temporal.judge import judge
from course_lib.temporal.judge_choice import ASK_FOR_LETTER, LETTERS
from course_lib.temporal.metrics import wilson
from course_lib.temporal.time_map import backwards, shown, slowed, swapped
from course_lib.temporal.verdict import Verdict
from course_lib.timeline import Event, Timeline

WHICH_WAY = "Does the {a_s} {a_base} or {b_base}?"
LONGER = "Which takes longer?"
KINDS = ("order", "direction", "speed")
CHANCE = 0.25  # two options, twice
SLOW = 2.0  # times as long
PAUSE = 0.2  # seconds without an event, enough for a cut
ALIKE = 1.6  # longer by less than this, either of two events is clearly the longer one at half speed


@dataclass(frozen=True)
class Side:
    """One clip of a pair. question: the pair's, with the answer that is right of this clip."""

    footage: Footage
    timeline: Timeline
    question: Question

    @property
    def answer(self) -> str:
        return self.question.answer


@dataclass(frozen=True)
class Pair:
    """kind: what the clips differ in, one of KINDS. question: as asked of both. Its right answers differ."""

    kind: str
    question: str
    first: Side
    second: Side


def minimal_pairs(
    seed: int, seconds: float = 30.0, kinds: Sequence[str] = KINDS, each: int = 1, scene: str = "story"
) -> list[Pair]:
    """Up to `each` pairs of every kind from the clip of a seed; the same pairs for the same seed.

    seconds, scene: length and kind of clipworld's scene. Raises SceneError for those that cannot be made.
    """
    made = make_scene(seed, seconds, scene)
    return pairs_of(of_scene(made), made.timeline, random.Random(f"pairs/{seed}"), kinds, each)


def pairs_of(
    footage: Footage, timeline: Timeline, rng: random.Random, kinds: Sequence[str] = KINDS, each: int = 1
) -> list[Pair]:
    """Up to `each` pairs of every kind from any footage whose timeline is known, a learner's own file too.

    `order`: cut where nothing happens and the halves put the other way round; which of an event before and one after
    the cut is first? `direction`: played backwards; of events that still have a name (up becomes down, a walk stays
    one), which is seen, or which is first? `speed`: one of two events at half speed, and the other; which takes longer?
    A kind that the timeline has no pair for is left out. Only events that happen once and are told in words of their
    own are asked about.
    """
    makers = {"order": _order, "direction": _direction, "speed": _speed}
    found = []
    for kind in kinds:
        pairs = makers[kind](footage, timeline, rng)
        found += rng.sample(pairs, min(each, len(pairs)))
    return found


def _order(footage: Footage, timeline: Timeline, rng: random.Random) -> list[Pair]:
    ends = [0.0, *itertools.accumulate((e.end for e in timeline), max)]
    starts = [*(e.start for e in timeline), timeline.duration]
    pairs = []
    for begin, end in zip(ends, starts, strict=True):
        cut = round((begin + end) / 2, 3)
        if end - begin < PAUSE or not 0 < cut < timeline.duration:
            continue
        other = swapped(timeline, cut)
        sides = (footage, timeline), (shown(footage, other), other.timeline)
        for a, b in itertools.product(_once(timeline), repeat=2):
            if a.end <= cut <= b.start:
                pairs.append(_which_is_first("order", sides, a, b, rng))
    return pairs


def _direction(footage: Footage, timeline: Timeline, rng: random.Random) -> list[Pair]:
    mirror = backwards(timeline)
    sides = (footage, timeline), (shown(footage, mirror), mirror.timeline)
    named = [e for e in _once(timeline) if e.action in BACKWARDS]
    told = {(e.subject, e.action) for e in timeline}
    pairs = []
    for e in named:
        back = replace(e, action=BACKWARDS[e.action])
        if BACKWARDS.get(back.action) == e.action != back.action and (back.subject, back.action) not in told:
            pairs.append(_which_way(sides, e, back, rng))
    for a, b in itertools.combinations([e for e in named if BACKWARDS[e.action] == e.action], 2):
        if a.end <= b.start:
            pairs.append(_which_is_first("direction", sides, a, b, rng))
    return pairs


def _speed(footage: Footage, timeline: Timeline, rng: random.Random) -> list[Pair]:
    alone = [e for e in _once(timeline) if not any(f.overlaps(e.start, e.end) for f in timeline if f != e)]
    pairs = []
    for a, b in itertools.combinations(alone, 2):
        lengths = sorted((a.end - a.start, b.end - b.start))
        if lengths[1] < ALIKE * lengths[0]:
            worlds = [slowed(timeline, e, SLOW) for e in (a, b)]
            sides = tuple((shown(footage, w), w.timeline) for w in worlds)
            pairs.append(_which_is_longer(sides, a, b, rng))
    return pairs


def _once(timeline: Timeline) -> list[Event]:
    told = [e.text for e in timeline]
    return [e for e in timeline if told.count(e.text) == 1]


Sides = tuple[tuple[Footage, Timeline], ...]


def _which_is_first(kind: str, sides: Sides, a: Event, b: Event, rng: random.Random) -> Pair:
    text = put(say.ORDER_FIRST[0], *_either(a, b, rng))
    return _pair(kind, sides, Question(text, "", "order", (0.0, 0.0), (), False), (a.text, b.text))


def _which_way(sides: Sides, forth: Event, back: Event, rng: random.Random) -> Pair:
    text = put(WHICH_WAY, *_either(forth, back, rng))
    return _pair("direction", sides, Question(text, "", "at", (0.0, 0.0), (), False), (forth.text, back.text))


def _which_is_longer(sides: Sides, a: Event, b: Event, rng: random.Random) -> Pair:
    x, y = _either(a, b, rng)
    text = f"{LONGER} (A) {x.text} (B) {y.text} {ASK_FOR_LETTER}"
    asked = Question(text, "", "when", (0.0, 0.0), (), False, "choice", (x.text, y.text))
    return _pair("speed", sides, asked, (a.text, b.text))


def _either(a: Event, b: Event, rng: random.Random) -> tuple[Event, Event]:
    return (a, b) if rng.random() < 0.5 else (b, a)


def _pair(kind: str, sides: Sides, asked: Question, right: tuple[str, str]) -> Pair:
    both = []
    for (footage, timeline), told in zip(sides, right, strict=True):
        shows = next(e for e in timeline if e.text == told)
        letter = (LETTERS[asked.options.index(told)],) if asked.options else ()
        accepted = (*letter, told)
        question = replace(asked, answer=accepted[0], accepted=accepted, evidence=(shows.start, shows.end))
        both.append(Side(footage, timeline, question))
    return Pair(kind, asked.text, both[0], both[1])


@dataclass(frozen=True)
class PairResult:
    """What was answered of the first and of the second clip, and the verdicts on it."""

    pair: Pair
    answers: tuple[str, str]
    verdicts: tuple[Verdict, Verdict]

    @property
    def ok(self) -> bool:
        """Both right."""
        return self.verdicts[0].ok and self.verdicts[1].ok


@dataclass(frozen=True)
class PairScore:
    """share: of pairs with both right; single: of questions right; interval, single_interval: 95%, by Wilson. By chance
    a quarter of the pairs is right (CHANCE), and half of the questions; the same answer to both clips is never."""

    results: tuple[PairResult, ...]

    @property
    def both(self) -> int:
        return sum(r.ok for r in self.results)

    @property
    def share(self) -> float:
        return self.both / len(self.results) if self.results else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.both, len(self.results))

    @property
    def single(self) -> float:
        return self._right / (2 * len(self.results)) if self.results else math.nan

    @property
    def single_interval(self) -> tuple[float, float]:
        return wilson(self._right, 2 * len(self.results))

    @property
    def _right(self) -> int:
        return sum(v.ok for r in self.results for v in r.verdicts)

    def of(self, kind: str) -> PairScore:
        """The score of one kind of pairs."""
        return PairScore(tuple(r for r in self.results if r.pair.kind == kind))


def score_pairs(ask: Asker, pairs: Sequence[Pair]) -> PairScore:
    """Ask both questions of every pair and judge them. All questions on one footage go to the model in one call."""
    sides = [side for pair in pairs for side in (pair.first, pair.second)]
    asked: dict[int, list[int]] = {}
    for i, side in enumerate(sides):
        asked.setdefault(id(side.footage), []).append(i)
    told = [""] * len(sides)
    for group in asked.values():
        answered = ask(sides[group[0]].footage, [sides[i].question.text for i in group])
        for i, a in zip(group, answered, strict=True):
            told[i] = a.answer
    results = []
    for k, pair in enumerate(pairs):
        answers = told[2 * k], told[2 * k + 1]
        first, second = (judge(s.question, a, s.timeline) for s, a in zip((pair.first, pair.second), answers))
        results.append(PairResult(pair, answers, (first, second)))
    return PairScore(tuple(results))
