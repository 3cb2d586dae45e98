"""What each mitigation gains on pocket's hard clips, at which cost, and where it hurts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.record import record
from course_lib.temporal.comparison import Comparison, compare
from course_lib.temporal.ways import Way

SEEDS = range(1000, 1020)  # neither trained on nor used to choose a mitigation's rules
HARD = {"short, repeated, two at once": (("short", "repeated", "two"), 30.0), "2 minutes": (("story",), 120.0)}
TRIED = ("denser", "two-step", "two-step:60", "two-step:60+denser", "vote", "coarse-to-fine", "reverse", "contrast",
         "numbers", "structured", "abstain:0.3")  # fmt: skip


def run(model: str = "pocket", seeds: Sequence[int] = SEEDS, tried: Sequence[str] = TRIED) -> dict[str, Any]:
    """A row a way of asking and a kind of clip. Gains are against the model as it is, on the same questions."""
    rows: list[tuple[object, ...]] = []
    detail = {}
    for name, (kinds, seconds) in HARD.items():
        some = seeds if len(kinds) > 1 else seeds[: len(seeds) * 2 // 3]
        found = compare(model, tried, some, scene_kinds=kinds, seconds=seconds)
        detail[name] = found.to_dict()
        rows += [_row(name, found, way) for way in found.ways]
    note = (
        f"Clips of seeds from {min(seeds)} on; gain in points of the share right, with the 95 % interval of a paired "
        "bootstrap over clips. hurts: kinds of question whose gain is surely below zero. tokens, seconds: as multiples "
        "of the model as it is. Run again: `course bench mitigations`."
    )
    columns = ("clips", "asked", "right", "gain", "tokens", "seconds", "hurts")
    return record("mitigations", f"{model}: what mitigations gain on hard clips", columns, rows, note) | {
        "detail": detail
    }


def _row(name: str, found: Comparison, way: Way) -> tuple[object, ...]:
    score = way.overall
    gain = ""
    if score.gain is not None and score.gain_low is not None and score.gain_high is not None:
        gain = f"{100 * score.gain:+.0f} ({100 * score.gain_low:+.0f} to {100 * score.gain_high:+.0f})"
    share = "–" if score.share is None else f"{score.share:.0%}"
    costs = [f"{ratio:.1f}" if (ratio := found.ratio(way, what)) is not None else "" for what in ("tokens", "seconds")]
    return (name, way.title, share, gain, *costs, ", ".join(way.hurts))


if __name__ == "__main__":
    run()
