"""What a command prints: tables for a person, JSON for a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.errors import CourseError

if TYPE_CHECKING:
    from rich.console import Console

PIPED_WIDTH = 120  # characters; a table that goes to a file is not cut at 80


def console() -> Console:
    """Where tables go. Text from a clip or a model is printed as it is: its brackets are no markup."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else PIPED_WIDTH
    return Console(markup=False, highlight=False, emoji=False, width=width)


def table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print rows under `columns`."""
    from rich.table import Table
    from rich.text import Text

    drawn = Table(*columns, box=None, pad_edge=False, header_style="bold", show_header=any(columns))
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    console().print(drawn)


def written(paths: Sequence[Path]) -> None:
    """Say which files were written, if any."""
    if paths:
        console().print("\nWritten: " + ", ".join(str(p) for p in paths), soft_wrap=True)


def as_json(data: Any) -> None:
    """Print `data` as JSON and nothing else."""
    print(json.dumps(data, indent=2, ensure_ascii=False))


def make_folder(path: Path) -> None:
    """Make the folder that is to be written into. Raises CourseError where that cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise CourseError(f"{path} cannot be made a folder ({problem.strerror}).", "Give another --out.") from problem
