"""16 frames at 224 px of a 30-second 1080p H.264 clip: course_lib beside the usual ways to get them."""

from __future__ import annotations

import importlib.util
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.record import record
from benchmarks.video_clips import clip
from benchmarks.video_readers import READERS

ROUNDS = 3
GOPS = (250, 30)
ROOT = Path(__file__).resolve().parents[1]


def run() -> dict[str, Any]:
    """Each reader in a process of its own, in turn, ROUNDS times; medians, and ratios to course_lib's."""
    rows: list[tuple[object, ...]] = []
    for gop in GOPS:
        path = clip(gop)
        installed = [n for n, (_, module) in READERS.items() if importlib.util.find_spec(module)]
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in installed}
        for _ in range(ROUNDS):  # in turn, so that what else the machine does falls on all alike
            for name in installed:
                runs[name].append(_measure(name, path))
        middle = {n: {k: statistics.median(r[k] for r in runs[n]) for k in runs[n][0]} for n in installed}
        ours = middle["course_lib"]
        for name in READERS:
            if name not in middle:
                rows.append((gop, name, "not installed", "", "", "", ""))
                continue
            m = middle[name]
            wall, cpu = m["wall"] / ours["wall"], m["cpu"] / ours["cpu"]
            cells = (f"{m['wall']:.2f}", f"{wall:.1f}", f"{m['cpu']:.2f}", f"{cpu:.1f}", f"{m['peak_mb']:.0f}")
            rows.append((gop, name, *cells))
    return record(
        "video",
        "16 frames at 224 px of 30 s of 1080p H.264",
        ("keyframe each", "reader", "seconds", "x course_lib", "CPU seconds", "x course_lib", "peak MB"),
        rows,
        f"Medians of {ROUNDS} processes each, in turn; imports count in memory, not in time. CPU seconds are those of "
        "all threads and children, and are the steadier measure on a busy machine. Again: `course bench video`.",
    )


def _measure(name: str, path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.video_readers", name, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    run()
