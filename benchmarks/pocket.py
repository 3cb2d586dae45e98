"""pocket on clips that it was not trained on: accuracy by kind of question, beside shuffled, blank and no pictures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from benchmarks.record import RESULTS, record
from course_lib.temporal.benchmark import as_rows, bench_pocket

SEEDS = range(500)  # training takes seeds from a million on


def run(model: Any = "pocket", seeds: Sequence[int] = SEEDS, name: str = "pocket", **options: Any) -> dict[str, Any]:
    """Bench a model (its name, or the model itself) and write results/NAME.json and NAME.md.

    options: as `course_lib.temporal.benchmark.bench_pocket` takes them.
    """
    if isinstance(model, str):
        from course_lib import zoo

        model = zoo.load(model)
    result = bench_pocket(model, seeds, phrasing="held-out", **options)
    known = bench_pocket(model, seeds, phrasing="training", **options | {"controls": ()})["conditions"]["clip"]
    clip, *controls = result["conditions"].items()
    result["conditions"] = dict([clip, ("known phrasings", known), *controls])
    head, *rows = as_rows(result)
    title = f"{result['model']}: questions about time on {result['clips']} clips of {result['seconds']:g} s"
    first, last = result["seeds"]
    note = (
        f"Drawn by clipworld (kind {result['scene_kind']}), seeds {first} to {last}, none of them trained on. "
        "Asked in phrasings that training never uses, and beside it (other questions, about as many) in those that it "
        "uses. "
        "Shares with 95 % intervals; shuffled, blank and question only are controls: the same questions on a clip "
        "without its order, its pictures, or both pictures and times. `nothing`: questions whose right answer is that "
        "nothing happens. Run again: `course bench pocket`."
    )
    data = record(name, title, tuple(head), [tuple(row) for row in rows], note) | {"detail": result}
    (RESULTS / f"{name}.json").write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return data


if __name__ == "__main__":
    run()
