"""pocket on the forms of a question: open, as a choice, as yes or no, and as pairs of clips with both to be right."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from benchmarks.record import record
from course_lib.clipworld import make_scene
from course_lib.clipworld.questions import questions
from course_lib.temporal.asker import PlainAsker
from course_lib.temporal.footage import of_scene
from course_lib.temporal.judge import judge
from course_lib.temporal.metrics import wilson
from course_lib.temporal.minimal_pairs import KINDS, minimal_pairs, score_pairs
from course_lib.temporal.twins import multiple_choice, yes_no

SEEDS = range(300, 360)
ASKED = ("at", "after", "before", "order", "when")
CHANCE = {"open": "–", "choice of 4": "25%", "yes or no": "50%"}


def run(model: str = "pocket", seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """A row a form, and a row a kind of minimal pair."""
    from course_lib import zoo

    asker = PlainAsker(zoo.load(model))
    right: dict[str, list[bool]] = defaultdict(list)
    for seed in seeds:
        scene, rng = make_scene(seed), random.Random(seed)
        footage, timeline = of_scene(scene), scene.timeline
        asked = questions(timeline, rng, ASKED, each=1, phrasing="any")
        choices, yes_nos = multiple_choice(asked, timeline, rng), yes_no(asked, timeline, rng)
        for form, put in zip(CHANCE, (asked, choices, yes_nos), strict=True):
            for q, a in zip(put, asker(footage, [q.text for q in put]), strict=True):
                right[form].append(judge(q, a.answer, timeline).ok)
    rows: list[tuple[object, ...]] = []
    for form, ok in right.items():
        rows.append((form, len(ok), _share(sum(ok), len(ok)), CHANCE[form]))
    score = score_pairs(asker, [pair for seed in seeds for pair in minimal_pairs(seed)])
    for kind in KINDS:
        own = score.of(kind)
        n = len(own.results)
        rows.append((f"pairs that differ in {kind}: both right", n, _share(own.both, n), "25%"))
    note = (
        "Clips of seeds never trained on; 95 % intervals. pocket was never taught choices or yes and no: it answers "
        "them in its own words, which are judged as such. Run again: `course bench forms`."
    )
    return record("forms", f"{model}: the same questions in other forms", ("form", "n", "right", "chance"), rows, note)


def _share(right: int, n: int) -> str:
    low, high = wilson(right, n)
    return f"{right / max(1, n):.0%} ({low:.0%} to {high:.0%})"


if __name__ == "__main__":
    run()
