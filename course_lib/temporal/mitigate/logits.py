"""Contrast at the logits: what the model would say of the clip without its order is taken off what it says."""

from __future__ import annotations

from dataclasses import replace

from course_lib.errors import ModelError
from course_lib.temporal.asker import Asker, Look
from course_lib.temporal.controls import shuffled
from course_lib.temporal.footage import Footage
from course_lib.temporal.mitigate.layer import Mitigated

WEIGHT = 0.5


def contrast(below: Asker, weight: float = WEIGHT) -> Mitigated:
    """log p + weight (log p - log q), q from the same clip with its moments shuffled.

    Raises ModelError where the model gives no logits. Source: visual contrastive decoding (Leng et al., 2024), with
    lost order in the place of lost detail.
    """
    needs_logits(below, "contrast")

    def looks(below: Asker, footage: Footage, look: Look) -> Look:
        return replace(look, against=shuffled, weight=weight)

    return Mitigated("contrast", below, looks=looks)


def needs_logits(below: Asker, name: str) -> None:
    """Raises ModelError unless the model scores its answers."""
    if not hasattr(below.model, "scored"):
        raise ModelError(
            f'The mitigation "{name}" needs logits, and {below.model.name} gives none.',
            "Choose one that needs none, such as vote or denser.",
        )
