"""An asker over an asker: what every mitigation is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from course_lib.temporal.asker import Answered, Asker, Cost, Look, takes_pairs
from course_lib.temporal.footage import Footage
from course_lib.video import Clip

ANY_LOOK = Look()
Looks = Callable[[Asker, Footage, Look], Look]
Way = Callable[[Asker, Footage, Sequence[str], Look], list[Answered]]


def pass_on(below: Asker, footage: Footage, questions: Sequence[str], look: Look) -> list[Answered]:
    return below(footage, questions, look)


def same_look(below: Asker, footage: Footage, look: Look) -> Look:
    return look


class Mitigated:
    """Asks `below` in another way, with another look, or both; the cost is that of the model's asker at the bottom.

    name: "vote(denser(pocket))". way: (below, footage, questions, look) -> an answer a question, in their order. looks:
    (below, footage, look) -> the look that `way` gets. shown: the same for `clip`, where `way` changes the look itself.
    """

    def __init__(
        self,
        name: str,
        below: Asker,
        way: Way = pass_on,
        looks: Looks = same_look,
        shown: Looks | None = None,
    ) -> None:
        self.name, self.model = f"{name}({below.name})", below.model
        self._below, self._way, self._looks, self._shown = below, way, looks, shown or looks

    @property
    def cost(self) -> Cost:
        return self._below.cost

    def clip(self, footage: Footage, look: Look = ANY_LOOK) -> Clip:
        """The clip that the model sees, this mitigation's look included."""
        return self._below.clip(footage, self._shown(self._below, footage, look))

    def __call__(self, footage: Footage, questions: Sequence[str], look: Look = ANY_LOOK) -> list[Answered]:
        if not questions:
            return []
        return self._way(self._below, footage, questions, self._looks(self._below, footage, look))


def frames_a_moment(model: Any, duration: float) -> int:
    """Frames that a model takes for one of its `num_frames`: pocket's moments are pairs."""
    return 2 if takes_pairs(model, duration) else 1


def region(footage: Footage, look: Look) -> tuple[float, float]:
    """From and to second: the window of the look, or the whole clip."""
    return look.window or (0.0, footage.duration)
