"""Mitigations that need no training: each makes an asker from an asker, so that they compose.

`mitigated(model, "vote+denser")` asks in several phrasings a model that looks at twice the frames. What loads here is
light: no torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from course_lib.errors import ModelError
from course_lib.temporal.asker import Asker, PlainAsker
from course_lib.temporal.mitigate.abstention import abstain
from course_lib.temporal.mitigate.backwards import reverse
from course_lib.temporal.mitigate.coarse import coarse_to_fine
from course_lib.temporal.mitigate.logits import contrast
from course_lib.temporal.mitigate.looks import denser, numbers
from course_lib.temporal.mitigate.prompts import structured, timeline_first, timestamps
from course_lib.temporal.mitigate.steps import two_step
from course_lib.temporal.mitigate.votes import vote

MITIGATIONS: dict[str, str] = {
    "structured": "the structured prompt with frame ranges around the question (the known form, word for word)",
    "two-step": "describe the clip, 15 seconds at a time (two-step:30: 30), then work the answer out (as LLoVi, 2024)",
    "timeline-first": "the model tells the timeline first and answers with it in sight (describe, then answer)",
    "timestamps": "a line that says at which second each frame was taken (LLaVA-Video, 2024)",
    "numbers": "the frame's number in red on every frame, and the prompt says so (NumPro, 2024)",
    "denser": "twice the frames",
    "coarse-to-fine": "look again, closer, where question or answer points (as VideoTree, 2024)",
    "reverse": "ask about the clip backwards too, and keep the surer of two answers that differ",
    "contrast": "take off what is said of the shuffled clip, at the logits (visual contrastive decoding, 2024)",
    "vote": "three phrasings, and the answer that most of them get (self-consistency, 2023)",
    "abstain": 'say that it cannot be seen where the confidence is low; "abstain:0.4" sets the threshold',
}
_MAKE: dict[str, Callable[[Asker], Asker]] = {
    "structured": structured,
    "two-step": two_step,
    "timeline-first": timeline_first,
    "timestamps": timestamps,
    "numbers": numbers,
    "denser": denser,
    "coarse-to-fine": coarse_to_fine,
    "reverse": reverse,
    "contrast": contrast,
    "vote": vote,
    "abstain": abstain,
}
_SET: dict[str, Callable[[Asker, float], Asker]] = {"two-step": two_step, "abstain": abstain}
READ_THE_QUESTION = ("two-step", "coarse-to-fine", "reverse", "vote")
WRITE_INTO_IT = ("structured", "two-step", "timeline-first", "timestamps", "numbers")


def mitigated(model: Any, spec: str = "none") -> Asker:
    """The model with mitigations: "none", one name of MITIGATIONS, or several joined by "+", the outermost first.

    Raises ModelError for a name that is unknown or given twice, for an order in which one would undo another (a
    question has to be read before anything is written into it, and abstention comes last of all), and for a
    mitigation that needs logits over a model that gives none.
    """
    asker: Asker = PlainAsker(model)
    if spec.strip() == "none":
        return asker
    parts = parts_of(spec)
    for part in reversed(parts):
        asker = _one(part, asker)
    return asker


def parts_of(spec: str) -> list[str]:
    """The mitigations that a spec joins. Raises ModelError as `mitigated` does for names and their order."""
    parts = [part.strip() for part in spec.split("+")]
    _check([part.partition(":")[0] for part in parts], spec)
    return parts


def _one(part: str, below: Asker) -> Asker:
    name, colon, setting = part.partition(":")
    if not colon:
        return _MAKE[name](below)
    try:
        value = float(setting)
    except ValueError:
        value = math.nan
    if name not in _SET or math.isnan(value):
        raise ModelError(f"{part!r} is no setting of a mitigation.", "Only two have one: abstain:0.4 and two-step:30.")
    return _SET[name](below, value)


def _check(names: list[str], spec: str) -> None:
    for i, name in enumerate(names):
        if name not in MITIGATIONS:
            known = ", ".join(MITIGATIONS)
            raise ModelError(f"There is no mitigation {name!r}.", f'Give "none" or names joined by "+", of: {known}.')
        if name in names[:i]:
            raise ModelError(f"{spec!r} has {name!r} twice.", "Give each mitigation once.")
        if name == "abstain" and i > 0:
            raise ModelError(f"In {spec!r} abstain is not the outermost.", "Put abstain first: it is the last word.")
        outside = [other for other in names[:i] if other in WRITE_INTO_IT]
        if name in READ_THE_QUESTION and outside:
            raise ModelError(
                f"In {spec!r} {outside[0]} writes into the question before {name} can read it.",
                f"Put {name} before {outside[0]}.",
            )


__all__ = ["MITIGATIONS", "mitigated"]
