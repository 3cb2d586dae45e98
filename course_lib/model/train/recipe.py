"""The recipe: how long each stage of training runs, and what is asked when."""

from __future__ import annotations

from dataclasses import dataclass

Curriculum = tuple[tuple[str, float], ...]  # what is asked, up to which part of the text stage

# A look-up must form before the sentence around it can be learned, and the look-up of a second before that of an event.
CURRICULUM: Curriculum = (("seconds", 0.06), ("tell", 0.15), ("events", 0.42), ("mixed", 1.0))


@dataclass(frozen=True)
class Recipe:
    """How long each stage runs, in steps of `clips` clips; `films`: how many batches of `clips` films are drawn."""

    vision: int = 4600
    text: int = 1700
    align: int = 150
    joint: int = 2000
    films: int = 1000
    clips: int = 8
    curriculum: Curriculum = CURRICULUM


POCKET = Recipe()
# Minutes: the look-up of a second is learned, the look-up of an event only begun.
LESSON = Recipe(
    vision=120, text=260, align=30, joint=40, films=30, clips=4, curriculum=(("seconds", 0.5), ("tell", 1.0))
)
