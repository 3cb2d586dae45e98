"""Build the notebooks from their texts: `make notebooks-build`, or `python notebooks/build.py 00_welcome …` for some.

A chapter is written in notebooks/text/NAME.py (jupytext's percent format), the solution of an exercise in
solutions/text/NAME.py (`course build` makes the learner's notebook of the same text). Building runs it from top to
bottom in a fresh kernel and stores the outputs in NAME.ipynb above its text/. `{measured}` in the text becomes what that
run took. The same text gives the same cell ids, and nothing of the machine but its number of cores is stored. `--prose`
keeps the outputs where no code changed.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from course_lib.checks.manifest import exercise_of
from course_lib.checks.stubs import cells
from course_lib.grade.build import KERNEL, plain_cell
from course_lib.grade.build import notebook as exercise_notebook

HERE = Path(__file__).resolve().parent
SOLUTIONS = HERE.parent / "solutions"
CELL_TIMEOUT = 600  # seconds, as under `make test`
# The stored outputs show no half-drawn bar, and a notebook that is built needs no model hub.
ENVIRONMENT = {
    "COURSE_PROGRESS": "off", "COURSE_RECORD": "off", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false",
}  # fmt: skip
PEAK = """
import resource, sys
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


@dataclass(frozen=True)
class Measured:
    """What one run took. minutes: from the kernel's start to the last cell; peak_gb: of the kernel, in 1e9 bytes."""

    minutes: float
    peak_gb: float
    cores: int

    @property
    def text(self) -> str:
        return f"Running it took {self.minutes:g} minutes and {self.peak_gb:g} GB of memory on {self.cores} CPU cores."


def texts() -> list[Path]:
    return [*sorted((HERE / "text").glob("*.py")), *sorted((SOLUTIONS / "text").glob("*.py"))]


def unrun_of(text: Path, measured: Measured | None) -> NotebookNode:
    """The notebook of a text file, without outputs."""
    if text.parent.parent == SOLUTIONS:
        return exercise_notebook(exercise_of(text.stem), solution=True)
    return unrun(text.read_text(encoding="utf-8"), measured)


def unrun(text: str, measured: Measured | None) -> NotebookNode:
    """The notebook of a text, without outputs; with `measured`, its placeholder is filled in."""
    made, ids = [], set()
    for cell in cells(text):
        source = cell.source.replace("{measured}", measured.text) if measured else cell.source
        made.append(plain_cell(cell, source, ids))
    metadata = dict(KERNEL)
    if measured:
        metadata["course"] = asdict(measured)
    return nbformat.v4.new_notebook(cells=made, metadata=metadata)


def execute(notebook: NotebookNode, folder: Path) -> Measured:
    """Run every cell in a kernel that works in `folder`; outputs and execution counts go into the notebook."""
    client = NotebookClient(
        notebook, timeout=CELL_TIMEOUT, startup_timeout=180, kernel_name="python3", record_timing=False,
        coalesce_streams=True, resources={"metadata": {"path": str(folder)}},
    )  # fmt: skip
    began = time.monotonic()
    with client.setup_kernel(env={**os.environ, **ENVIRONMENT}):
        for i, cell in enumerate(notebook.cells):
            client.execute_cell(cell, i)
        minutes = (time.monotonic() - began) / 60
        peak = nbformat.v4.new_code_cell(PEAK)
        notebook.cells.append(peak)
        client.execute_cell(peak, len(notebook.cells) - 1, store_history=False)
        notebook.cells.pop()
    return Measured(_rounded(minutes), _rounded(int(peak.outputs[0].text) / 1e9), os.cpu_count() or 1)


def _rounded(value: float) -> float:
    return max(0.1, round(value, 1))


def build(text: Path, out: Path) -> Measured:
    """Run the notebook of a text file and write it to `out`. Nothing is written if a cell fails."""
    ran = unrun_of(text, None)
    measured = execute(ran, out.parent)
    _store(unrun_of(text, measured), ran, out)
    return measured


def _store(done: NotebookNode, ran: NotebookNode, out: Path) -> None:
    """Write `done` with the outputs of `ran`, which has the same code cells."""
    for cell, run in zip(_code(done), _code(ran), strict=True):
        cell.outputs, cell.execution_count = run.outputs, run.execution_count
    nbformat.validate(done)
    out.write_text(nbformat.writes(done, version=4) + "\n", encoding="utf-8")


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def build_prose(text: Path, out: Path) -> bool:
    """Write the notebook anew with the outputs that it has; False, and nothing is written, if a code cell changed."""
    old = nbformat.read(out, as_version=4)
    measured = Measured(**old.metadata["course"]) if "course" in old.metadata else None
    done = unrun_of(text, measured)
    if [cell.source for cell in _code(old)] != [cell.source for cell in _code(done)]:
        return False
    _store(done, old, out)
    return True


def main(names: list[str]) -> int:
    known = {text.stem: text for text in texts()}
    prose, names = "--prose" in names, [name for name in names if name != "--prose"]
    if unknown := [name for name in names if name not in known]:
        print(f"There is no text for {', '.join(unknown)}. Give some of: {', '.join(known)}.", file=sys.stderr)
        return 2
    for name in names or known:
        out = known[name].parent.parent / f"{name}.ipynb"
        if prose:
            kept = build_prose(known[name], out)
            print(f"{name}: {'its prose is that of the text' if kept else 'its code changed, so it has to run'}")
            continue
        try:
            measured = build(known[name], out)
        except CellExecutionError as problem:
            print(f"{name}: a cell failed, and the notebook is left as it was.\n{problem}", file=sys.stderr)
            return 1
        print(f"{name}: {measured.minutes:g} minutes, {measured.peak_gb:g} GB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
