"""How long the command line takes to start, beside what it would take if it loaded torch and transformers."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from typing import Any

from benchmarks.record import record

RUNS = 7
BASELINE = "import torch, transformers"
CASES = {
    "python alone": "pass",
    "import course_lib": "import course_lib",
    "course --help": "from course_lib.cli import main; main(['--help'])",
    "course summarize --help": "from course_lib.cli import main; main(['summarize', '--help'])",
    "course summarize missing.mp4 (refused)": "from course_lib.cli import main; main(['summarize', 'missing.mp4'])",
    "import torch": "import torch",
    BASELINE: "import torch, transformers; transformers.LlamaForCausalLM",
}


def run() -> dict[str, Any]:
    """Start a fresh interpreter RUNS times for each case; the first start of each, with cold files, does not count."""
    medians = {label: _median_seconds(code) for label, code in CASES.items()}
    rows: list[tuple[object, ...]] = [
        (label, f"{seconds:.2f}", f"{medians[BASELINE] / seconds:.1f}") for label, seconds in medians.items()
    ]
    return record(
        "cli",
        "Starting the command line",
        ("what", "seconds (median)", f"times faster than {BASELINE}"),
        rows,
        f"Wall time of a fresh interpreter, median of {RUNS}. Again: `course bench cli`.",
    )


def _median_seconds(code: str) -> float:
    times = []
    for _ in range(RUNS + 1):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:])


if __name__ == "__main__":
    run()
