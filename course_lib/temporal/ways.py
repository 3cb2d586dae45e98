"""Ways of asking, summed up over clips: how much is right, what is gained over the plain model, and at which cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from course_lib.temporal.clipwork import CONSTANT, PLAIN, ClipWork, Item
from course_lib.temporal.paired import Resampling, Score

TITLES = {PLAIN: "as it is", "frozen": "single frame", CONSTANT: "constant answer", "shuffled": "shuffled frames"}
COSTS = ("tokens", "seconds", "frames", "calls")


@dataclass(frozen=True)
class Way:
    """One way of asking. role: "plain", "mitigation" or "baseline".

    overall, kinds (by kind of question), scenes (by kind of scene): shares right, with the gain over the plain model.
    failures: how many answers failed in which way. cost: tokens, frames and calls a question; seconds a question by the
    clock, so that these alone change from run to run and are not compared by ==. None for the constant answer.
    """

    name: str
    role: str
    overall: Score
    kinds: dict[str, Score]
    scenes: dict[str, Score]
    failures: dict[str, int]
    cost: dict[str, float] | None
    seconds: float | None = field(compare=False)

    @property
    def title(self) -> str:
        return TITLES.get(self.name, self.name)

    @property
    def hurts(self) -> tuple[str, ...]:
        """The kinds of question whose interval of the gain lies below zero."""
        return tuple(kind for kind, score in self.kinds.items() if score.hurts)


def ways_of(work: ClipWork, records: Sequence[tuple[Item, Any]]) -> tuple[tuple[Way, ...], int]:
    """The ways, plain first, baselines last, and how many questions were asked.

    From the records alone, in their order: who did the work, and when, changes nothing.
    """
    clusters = [seed for (_, seed), r in records for _ in r["kinds"]]
    kinds = [kind for _, r in records for kind in r["kinds"]]
    shown = [scene for (scene, _), r in records for _ in r["kinds"]]
    resampling = Resampling(clusters, work.seed)
    plain = _flags(records, PLAIN)

    def way(name: str) -> Way:
        right = _flags(records, name)

        def score(rows: Sequence[int]) -> Score:
            beside = None if name == PLAIN else [plain[i] for i in rows]
            return resampling.score([clusters[i] for i in rows], [right[i] for i in rows], beside)

        def among(labels: Sequence[str], which: Sequence[str]) -> dict[str, Score]:
            return {x: score([i for i, label in enumerate(labels) if label == x]) for x in which if x in labels}

        told = [r["told"][name] for _, r in records]
        failures = Counter(kind for t in told for kind in t["failures"] if kind)
        costs = [t["cost"] for t in told if t["cost"] is not None]
        n = max(1, len(plain))
        return Way(
            name=name,
            role="plain" if name == PLAIN else "mitigation" if name in work.ways else "baseline",
            overall=score(range(len(right))),
            kinds=among(kinds, (*work.kinds, "nothing")),
            scenes=among(shown, tuple(dict.fromkeys(shown))),
            failures=dict(sorted(failures.items(), key=lambda kv: (-kv[1], kv[0]))),
            cost={c: sum(x[c] for x in costs) / n for c in COSTS if c != "seconds"} if costs else None,
            seconds=sum(x["seconds"] for x in costs) / n if costs else None,
        )

    return tuple(way(name) for name in (*work.ways, CONSTANT, *work.controls)), len(plain)


def _flags(records: Sequence[tuple[Item, Any]], name: str) -> list[bool]:
    return [ok for _, r in records for ok in r["told"][name]["right"]]
