"""One clip of a comparison: the same questions asked in every way, judged, with what each way cost."""

from __future__ import annotations

import functools
import random
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from course_lib.clipworld.questions import NOTHING, UNSEEN, questions
from course_lib.clipworld.scene import make_scene
from course_lib.temporal.asker import Asker, Look, PlainAsker, takes_pairs
from course_lib.temporal.controls import CONTROLS
from course_lib.temporal.footage import of_scene
from course_lib.temporal.judge import judge

PLAIN = "none"  # the model as it is, in the words of `mitigated`
CONSTANT = "constant"
TRAINING_SEEDS = range(1_000_000, 1_000_060)  # training takes seeds from a million on
_one_at_a_time = threading.Lock()  # models keep what they saw last, which two threads would mix up

Item = tuple[str, int]  # kind of scene, seed
Make = Callable[[Any, str], Asker]


@dataclass(frozen=True)
class ClipWork:
    """`work((scene_kind, seed)) -> record`, plain data; it can be pickled if `model` is a name.

    A record: kinds, questions and expected answers, and for every way of asking (ways, controls, the constant answer)
    its answers, whether each is right, its kind of failure, and the cost.

    model: a name for `load`, or the model itself. ways: names of mitigations, "none" first. controls: names in
    `controls.CONTROLS`, asked of the plain model on the clip so changed. make: (model, name of a mitigation) -> Asker,
    None: `mitigate.mitigated`. load: name -> model, None: `zoo.load`; each process loads once.
    """

    model: Any
    ways: tuple[str, ...]
    controls: tuple[str, ...]
    kinds: tuple[str, ...]
    seconds: float
    each: int
    seed: int
    make: Make | None = None
    load: Callable[[str], Any] | None = None

    def __call__(self, item: Item) -> dict[str, Any]:
        with _one_at_a_time:
            return self._ask(item)

    def _ask(self, item: Item) -> dict[str, Any]:
        scene_kind, seed = item
        scene = make_scene(seed, self.seconds, scene_kind)
        model = _loaded(self.load, self.model) if isinstance(self.model, str) else self.model
        num = len(model.moments(scene.duration)) // (2 if takes_pairs(model, scene.duration) else 1)
        rng = random.Random(f"compare/{self.seed}/{scene_kind}/{seed}")
        # "Frame 3" counts what the plain model looks at.
        asked = questions(scene.timeline, rng, self.kinds, self.each, "any", num)
        told: dict[str, Any] = {}
        for name in (*self.ways, *self.controls):
            paint = CONTROLS.get(name)
            asker = PlainAsker(model) if paint else _make(self.make)(model, name)
            footage = of_scene(scene)  # a new one each time: nobody profits from what another has looked at
            look = Look(paint=paint)
            answers = [a.answer for a in asker(footage, [q.text for q in asked], look)]
            told[name] = {"answers": answers, "cost": asdict(asker.cost)}
        told[CONSTANT] = {"answers": [constant_answer(q.kind, scene_kind, self.seconds) for q in asked], "cost": None}
        for way in told.values():
            verdicts = [judge(q, a, scene.timeline) for q, a in zip(asked, way["answers"], strict=True)]
            way["right"] = [v.ok for v in verdicts]
            way["failures"] = [v.kind for v in verdicts]
        # An idle second or the end of the story is a question of its own: always "nothing happens" is right there.
        kinds = ["nothing" if q.answer == NOTHING else q.kind for q in asked]
        return {
            "kinds": kinds,
            "questions": [q.text for q in asked],
            "expected": [q.answer for q in asked],
            "told": told,
        }


def _make(make: Make | None) -> Make:
    if make is not None:
        return make
    from course_lib.temporal.mitigate import mitigated

    return mitigated


@functools.lru_cache(maxsize=1)
def _loaded(load: Callable[[str], Any] | None, name: str) -> Any:
    if load is None:
        from course_lib import zoo

        load = zoo.load
    return load(name)


def constant_answer(kind: str, scene_kind: str, seconds: float) -> str:
    """What one would answer to a kind of question without seeing clip or question: for `when` the middle third of the
    clip; else the commonest right answer of training seeds that is not "nothing happens"."""
    if kind == "when":
        return f"from second {round(seconds / 3)} to {round(2 * seconds / 3)}"
    return _commonest(scene_kind, seconds).get(kind, NOTHING)


@functools.lru_cache(maxsize=64)
def _commonest(scene_kind: str, seconds: float) -> dict[str, str]:
    found: dict[str, Counter[str]] = defaultdict(Counter, unanswerable=Counter([UNSEEN]))
    for seed in TRAINING_SEEDS:
        timeline = make_scene(seed, seconds, scene_kind).timeline
        for q in questions(
            timeline, random.Random(seed), ("at", "after", "before", "order", "count", "frames"), 2, "any"
        ):
            if q.answer != NOTHING:
                found[q.kind][q.answer] += 1
    return {kind: min(count, key=lambda answer: (-count[answer], answer)) for kind, count in found.items()}
