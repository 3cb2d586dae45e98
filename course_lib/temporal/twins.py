"""Multiple-choice and yes-no twins of questions, balanced so that a constant answer scores chance.

Sources: options that share the clip's content, so that they differ in time alone, as in TempCompass and TemporalBench
(2024); pairs of a yes and a no question as in POPE (Li et al., 2023).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from course_lib.clipworld.questions import NOTHING, UNSEEN, Question
from course_lib.errors import CourseError
from course_lib.temporal.absent import absent_events, unanswerable_twins
from course_lib.temporal.distractors import asks_for, first_of_all, other_events, other_numbers, other_times
from course_lib.temporal.judge import judge
from course_lib.temporal.judge_choice import ASK_FOR_LETTER, LETTERS
from course_lib.temporal.plain import plain
from course_lib.temporal.yes_no import yes_no
from course_lib.timeline import Timeline

__all__ = ["multiple_choice", "unanswerable_twins", "yes_no"]


def multiple_choice(
    questions: Sequence[Question], timeline: Timeline, rng: random.Random, options: int = 4
) -> list[Question]:
    """The questions with lettered options: "… (A) … (B) … (C) … (D) … Answer with the letter."

    The answer is a letter; form "choice", kind and evidence as before. Every letter is right equally often (the counts
    differ by one at most). The other options are events of the same clip at other times, so that knowing what is in the
    clip is not enough, then events that are not in it; each fails by `judge` as an answer to the open question.
    "nothing happens" and "that cannot be seen in the video" are offered where they are wrong as often as makes
    choosing them chance too, if there are questions enough: three that can be answered for one that cannot.

    An order question asks for the first of all options. How often one event happens is mostly once, and can be guessed.
    Left out are summaries, questions that have a form already, and those for which a clip is too short to have so many
    options. options: 2 to 8. Raises CourseError for another number.
    """
    if not 2 <= options <= len(LETTERS):
        raise CourseError(f"A choice of {options} options cannot be made.", f"Ask for 2 to {len(LETTERS)}.")
    drafts = [d for q in questions if q.form == "open" and (d := _draft(q, timeline, rng, options - 1))]
    for special in (NOTHING, UNSEEN):
        drafts = _plant(special, drafts, timeline, rng)
    letters = [i % options for i in range(len(drafts))]
    rng.shuffle(letters)
    return [_lettered(draft, letter, rng) for draft, letter in zip(drafts, letters, strict=True)]


@dataclass(frozen=True)
class _Draft:
    """An open question and wrong answers to it, the best first."""

    question: Question
    others: tuple[str, ...]


def _lettered(draft: _Draft, letter: int, rng: random.Random) -> Question:
    q, others = draft.question, list(draft.others)
    rng.shuffle(others)
    told = (*others[:letter], q.answer, *others[letter:])
    listed = " ".join(f"({LETTERS[i]}) {option}" for i, option in enumerate(told))
    accepted = (LETTERS[letter], *q.accepted)
    text = f"{q.text} {listed} {ASK_FOR_LETTER}"
    return replace(q, text=text, answer=LETTERS[letter], accepted=accepted, form="choice", options=told)


def _plant(special: str, drafts: list[_Draft], timeline: Timeline, rng: random.Random) -> list[_Draft]:
    """Offer an answer that stands out where it is wrong, in place of the least option, as often as choice is chance."""
    fits = [
        i for i, d in enumerate(drafts)
        if d.question.answer != special and (special == UNSEEN or asks_for(d.question) == "event")
        and not judge(d.question, special, timeline).ok
    ]  # fmt: skip
    right = sum(d.question.answer == special for d in drafts)
    others = len(drafts[0].others) if drafts else 0
    for i in rng.sample(fits, min(len(fits), right * others)):
        kept = [o for o in drafts[i].others if o == UNSEEN] + [o for o in drafts[i].others if o != UNSEEN]
        drafts[i] = _Draft(drafts[i].question, (special, *kept[: others - 1]))
    return drafts


def _draft(question: Question, timeline: Timeline, rng: random.Random, n: int) -> _Draft | None:
    asks = asks_for(question)
    if asks == "first":
        first = first_of_all(question, timeline)
        if first is None:
            return None
        question, others = first
        thought: Iterable[str] = [*others, *(e.text for e in absent_events(timeline, rng, n))]
    elif asks == "event":
        thought = other_events(question, timeline, rng, n)
    elif asks == "time":
        thought = other_times(question, timeline, rng)
    elif asks == "number":
        thought = other_numbers(question, rng, n)
    else:
        return None
    seen = {plain(question.answer)}
    found: list[str] = []
    for text in thought:
        if len(found) < n and plain(text) not in seen and not judge(question, text, timeline).ok:
            seen.add(plain(text))
            found.append(text)
    return _Draft(question, tuple(found)) if len(found) == n else None
