"""How a comparison is kept: the table on the screen, and the same rows as JSON and Markdown in benchmarks/results/."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"


def record(
    name: str, title: str, columns: tuple[str, ...], rows: list[tuple[object, ...]], note: str
) -> dict[str, Any]:
    """Print the rows, write results/NAME.json and results/NAME.md, renew RESULTS.md, and return what the JSON holds.

    Numbers come rounded to what was measured. note: what the table says and how to run it again.
    """
    data = {
        "name": name,
        "title": title,
        "machine": f"{os.cpu_count()} CPU cores, Python {platform.python_version()}",
        "columns": list(columns),
        "rows": [list(row) for row in rows],
        "note": note,
    }
    lines = [" | ".join(map(str, row)) for row in (columns, ("---",) * len(columns), *rows)]
    table = "\n".join(f"| {line} |" for line in lines)
    text = f"## {title}\n\n{table}\n\n{note} Measured on {data['machine']}.\n"
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
    together = [path.read_text(encoding="utf-8") for path in sorted(RESULTS.glob("*.md"))]
    (RESULTS.parent / "RESULTS.md").write_text("# What was measured\n\n" + "\n".join(together), encoding="utf-8")
    print(text)
    return data
