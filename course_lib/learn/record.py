"""What a learner did: a small local file, a line for each check, hint and opened solution."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_lib.checks.manifest import ROOT


def path() -> Path | None:
    """.course/progress.jsonl in the clone; COURSE_RECORD names another file, or "off" for none."""
    chosen = os.environ.get("COURSE_RECORD", "")
    if chosen == "off":
        return None
    return Path(chosen) if chosen else ROOT / ".course" / "progress.jsonl"


def note(part: str, what: str, **more: Any) -> None:
    """Add a line. One write in append mode: two kernels do not tear each other's lines. A folder that cannot be
    written to loses the record and nothing else."""
    if (file := path()) is None:
        return
    line = json.dumps({"time": round(time.time(), 1), "part": part, "what": what, **more})
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, f"{line}\n".encode())
        finally:
            os.close(descriptor)
    except OSError:
        return


def lines() -> Iterator[dict[str, Any]]:
    """What was noted, oldest first; a line that is damaged is passed over."""
    if (file := path()) is None or not file.is_file():
        return
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            row = json.loads(line)
            if isinstance(row, dict) and isinstance(row.get("part"), str) and isinstance(row.get("what"), str):
                yield row
        except ValueError:
            continue


@dataclass
class Done:
    """Of one part. points: the most that a check gave; tries: checks that were not passed before the first pass."""

    points: float = 0.0
    passed: bool = False
    tries: int = 0
    hints: int = 0
    revealed: bool = False
    outcomes: list[str] = field(default_factory=list)


def done() -> dict[str, Done]:
    """Part id -> what was done with it; only parts that something was done with."""
    parts: dict[str, Done] = {}
    for row in lines():
        part = parts.setdefault(row["part"], Done())
        if row["what"] == "hint":
            part.hints += 1
        elif row["what"] == "revealed":
            part.revealed = True
        elif row["what"] == "check" and row.get("state") != "not attempted":
            points = row.get("points")
            part.points = max(part.points, float(points) if isinstance(points, int | float) else 0.0)
            part.tries += not part.passed and row.get("state") != "pass"
            part.passed |= row.get("state") == "pass"
    return parts
