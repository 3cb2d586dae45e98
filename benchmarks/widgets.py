"""What a learner waits for in JupyterLab: the first picture of 00_welcome, and a widget's answer to its slider."""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.record import record

TESTS = Path(__file__).resolve().parents[1] / "tests"
MOVES = 21
# Ends at the first change of what a widget says after its slider was moved, in milliseconds of the page's own clock.
MOVED = """(input, value) => new Promise(done => {
  const said = input.closest('.course-play').querySelector('.said'), began = performance.now();
  const watch = new MutationObserver(() => { watch.disconnect(); done(performance.now() - began); });
  watch.observe(said, { childList: true, characterData: true, subtree: true });
  input.value = value;
  input.dispatchEvent(new Event('input', { bubbles: true }));
})"""
WIDGETS = (
    ("the token budget of 02", "notebooks/02_tokenization.ipynb", "budget.widget(", (0.3, 1.5)),
    ("the sampler race of 02", "notebooks/02_tokenization.ipynb", "race.widget(", (9, 40)),
    ("the attention of 03", "notebooks/03_architecture.ipynb", "attention.widget(", (4, 25)),
)


def run() -> dict[str, Any]:
    """Seconds to the first picture, and milliseconds from a slider's move to the changed words."""
    sys.path[:0] = [str(TESTS / "browser"), str(TESTS / "lab")]  # the tests' own way to use JupyterLab
    from browsers import executable
    from clone import opened
    from lab_page import LabPage
    from playwright.sync_api import sync_playwright

    rows: list[tuple[object, ...]] = []
    with TemporaryDirectory() as folder, opened(Path(folder)) as lab, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=executable(), args=["--no-sandbox", "--disable-gpu"])
        page = LabPage(browser.new_page(), lab, None)
        page.resize(1280, 720)
        rows.append(("00_welcome: from Run All on a fresh kernel to the first picture", _first_picture(page), "20 s"))
        for name, notebook, call, ends in WIDGETS:
            page.open(notebook)
            slider = page.run_for(call).get_by_role("slider").first
            slider.wait_for()
            took = sorted(slider.evaluate(MOVED, ends[i % 2]) for i in range(MOVES))
            rows.append(
                (f"{name}: a slider moved", f"{statistics.median(took):.0f} ms, {took[-1]:.0f} at most", "150 ms")
            )
        browser.close()
    note = (
        f"In headless Chromium; of {MOVES} moves from one end to the other the median, from the input's event to the "
        "changed sentence. Again: `course bench widgets`."
    )
    return record("widgets", "What a learner waits for", ("what", "measured", "aim"), rows, note)


def _first_picture(page: Any) -> str:
    page.open("notebooks/00_welcome.ipynb", anew=True)
    page.menu("Edit", "Clear Outputs of All Cells")
    began = time.perf_counter()
    page.menu("Run", "Run All Cells")
    page.locator(".jp-OutputArea-output img").first.wait_for(timeout=120_000)
    return f"{time.perf_counter() - began:.1f} s"
