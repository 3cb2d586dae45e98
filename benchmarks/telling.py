"""What telling the timeline first is worth to pocket, and telling it second by second instead of in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.record import record
from course_lib.temporal.benchmark import bench_pocket

SEEDS = range(500, 600)
KINDS = ("at", "after", "before", "order", "when", "unanswerable")
WAYS: dict[str, dict[str, Any]] = {
    "video alone": {"timeline_first": False, "tells": "in one go"},
    "told in one go": {"timeline_first": True, "tells": "in one go"},
    "told second by second": {"timeline_first": True, "tells": "second by second"},
}


def run(model: str = "pocket", seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """A row a kind of question and a row for the summary; a column a way."""
    from course_lib import zoo
    from course_lib.zoo.pocket import Pocket

    loaded = zoo.load(model)
    assert isinstance(loaded, Pocket)
    told = {
        name: bench_pocket(Pocket(loaded.model, model, **way), seeds, controls=(), asked=KINDS, phrasing="held-out")
        for name, way in WAYS.items()
    }
    clips = {name: t["conditions"]["clip"] for name, t in told.items()}
    rows: list[tuple[object, ...]] = []
    for kind in (*KINDS, "nothing"):
        cells = [c["kinds"][kind] for c in clips.values()]
        rows.append((kind, cells[0]["n"], *(f"{c['share']:.0%} ({c['low']:.0%} to {c['high']:.0%})" for c in cells)))
    f1 = [c["summary"]["event_f1"] for c in clips.values()]
    rows.append(
        ("summary: event F1", f1[0]["n"], *(f"{f['mean']:.2f} ({f['low']:.2f} to {f['high']:.2f})" for f in f1))
    )
    invented = [c["summary"]["invented_share"] for c in clips.values()]
    rows.append(("summary: invented events", "", *("–" if s is None else f"{s:.0%}" for s in invented)))
    note = (
        f"{len(seeds)} clips of 30 s, seeds never trained on, phrasings that training never uses; 95 % intervals. Told "
        "second by second, what the model answers of every second is put together by a program. Run again: "
        "`course bench telling`."
    )
    return record("telling", f"{model}: what telling the timeline first is worth", ("", "n", *WAYS), rows, note)


if __name__ == "__main__":
    run()
