"""The recipe: how long each stage of training runs, and what is asked when."""

from __future__ import annotations

from dataclasses import dataclass

Curriculum = tuple[tuple[str, float], ...]  # what is asked, up to which part of the text stage

# A look-up must form before the sentence around it can be learned, and the look-up of a second before that of an event.
CURRICULUM: Curriculum = (("seconds", 0.06), ("tell", 0.15), ("events", 0.42), ("mixed", 1.0))
ASKED = (*("at", "after", "before", "order", "when", "unanswerable") * 2, "count", "frames")  # of each clip


@dataclass(frozen=True)
class Recipe:
    """How long each stage runs, in steps of `clips` clips; `films`: how many batches of `clips` films are drawn.

    asked: kinds of question of a lesson, as often as they stand there. from_timeline: the share of them answered with
    the told timeline in sight; at 0 nothing is told. vision=0: the encoder is the shipped pocket's.
    """

    vision: int = 4600
    text: int = 1700
    align: int = 150
    joint: int = 4500
    films: int = 1000
    clips: int = 8
    curriculum: Curriculum = CURRICULUM
    asked: tuple[str, ...] = ASKED
    from_timeline: float = 0.8


POCKET = Recipe()
# Minutes, since the encoder is there: one kind of question, from its bare look-up to the sentences around it.
LESSON = Recipe(
    vision=0, text=300, align=60, joint=100, films=40, clips=4,
    curriculum=(("seconds", 0.3), ("mixed", 1.0)), asked=("at",) * 10, from_timeline=0.0,
)  # fmt: skip
