"""Copy notebooks for a machine with CUDA: cells tagged `gpu` lose the tags that keep them from running elsewhere.

python tests/project/with_gpu_cells.py OUT NOTEBOOK…  writes OUT/<folder of the notebook>/<its name>. What was in OUT
is removed first, so that no notebook of an earlier run is tested again.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ELSEWHERE = {"nbval-skip", "skip-execution"}


def with_gpu_cells(notebook: NotebookNode) -> int:
    """Let the cells tagged `gpu` run; gives how many there are."""
    cells = [cell for cell in notebook.cells if "gpu" in cell.metadata.get("tags", [])]
    for cell in cells:
        cell.metadata["tags"] = [tag for tag in cell.metadata["tags"] if tag not in ELSEWHERE]
    return len(cells)


def main(out: Path, notebooks: list[Path]) -> int:
    shutil.rmtree(out, ignore_errors=True)
    for path in notebooks:
        notebook = nbformat.read(path, as_version=4)
        number = with_gpu_cells(notebook)
        copy = out / path.resolve().parent.name / path.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, copy)
        print(f"{copy}: {number} cells for the GPU")
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: python tests/project/with_gpu_cells.py OUT NOTEBOOK…")
    sys.exit(main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]))
