"""pocket beside pocket-notime, which was trained on the same and is never told when a moment is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.record import record
from course_lib.temporal.benchmark import bench_pocket

SEEDS = range(200, 300)
NO_TIME = ("order", "after", "before")  # can be answered from the order of things alone
LENGTHS = (30.0, 20.0)  # seconds; most of the training's clips have the first


def run(models: Sequence[str] = ("pocket", "pocket-notime"), seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """A row a kind of question and length of clip: the share right of each model, and the points between them."""
    from course_lib import zoo

    kinds = ("at", "when", *NO_TIME)
    rows: list[tuple[object, ...]] = []
    loaded = [zoo.load(name) for name in models]
    for seconds in LENGTHS:
        told = [
            bench_pocket(m, seeds, controls=(), seconds=seconds, asked=kinds)["conditions"]["clip"]["kinds"]
            for m in loaded
        ]
        for kind in kinds:
            cells = [t[kind] for t in told]
            shown = [f"{c['share']:.0%} ({c['low']:.0%} to {c['high']:.0%})" for c in cells]
            apart = 100 * (cells[0]["share"] - cells[1]["share"])
            rows.append((f"{seconds:g} s", kind, cells[0]["n"], *shown, f"{apart:+.0f}"))
    note = (
        f"{len(seeds)} clips of seeds never trained on; 95 % intervals. at and when ask for a second, the others only "
        "for an order. Run again: `course bench time_signal`."
    )
    columns = ("clips", "kind", "n", *models, "points apart")
    return record("time_signal", "What the time signal is worth", columns, rows, note)


if __name__ == "__main__":
    run()
