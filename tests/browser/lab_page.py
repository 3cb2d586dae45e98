"""A page of Chromium with JupyterLab in it, handled as a learner handles it.

What is done goes through the interface: menus, keys, clicks. What is seen is read from the page, or from JupyterLab's
own model of the notebook where the page holds only the cells that are near.
"""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from PIL import Image

NOTEBOOK = "window.jupyterapp?.shell.currentWidget"
READY = f"""path => {{
  const panel = {NOTEBOOK};
  return panel?.context?.path === path && panel.context.isReady && panel.sessionContext.kernelDisplayStatus === 'idle';
}}"""
IDLE = f"() => {NOTEBOOK}.sessionContext.kernelDisplayStatus === 'idle'"
CELLS = f"""() => {NOTEBOOK}.content.widgets.map(cell => ({{
  type: cell.model.type,
  source: cell.model.sharedModel.source,
  count: cell.model.executionCount ?? null,
  idle: (cell.model.executionState ?? 'idle') === 'idle',
  outputs: cell.model.outputs?.toJSON() ?? [],
}}))"""
ENDED = f"""at => {{
  const panel = {NOTEBOOK};
  const cells = panel.content.widgets.map(cell => cell.model).filter(model => model.type === 'code'
    && model.sharedModel.source.trim());
  const wanted = at === null ? cells : [panel.content.widgets[at].model];
  const failed = cells.some(model => model.outputs.toJSON().some(output => output.output_type === 'error'));
  return panel.sessionContext.kernelDisplayStatus === 'idle'
    && (wanted.every(model => model.executionCount !== null && model.executionState === 'idle')
        || (at === null && failed));
}}"""


class LabPage:
    """Playwright's page, and what a learner does in JupyterLab. Every attribute of the page is one of this too.

    lab: the server (see conftest.py); complaints: errors of the console and of scripts, as text.
    """

    def __init__(self, page: Any, lab: Any, shots: Path | None) -> None:
        self.page, self.lab, self.shots = page, lab, shots
        self.complaints: list[str] = []
        page.on("console", lambda said: said.type == "error" and self.complaints.append(_where(said)))
        page.on("pageerror", lambda problem: self.complaints.append(f"uncaught: {problem}"))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.page, name)

    def open(self, path: str, *, reset: bool = True) -> None:
        """Open a notebook by its path in the clone and wait until its kernel is idle. reset: forget the old layout."""
        self.page.goto(f"{self.lab.url}/lab/tree/{path}?token={self.lab.token}{'&reset' * reset}")
        self.wait_for_kernel(path)

    def wait_for_kernel(self, path: str) -> None:
        self.page.wait_for_function(READY, arg=path, timeout=120_000)

    def menu(self, menu: str, item: str) -> None:
        """Choose an item of the menu bar by the beginning of its name."""
        self.page.locator(".lm-MenuBar-item", has_text=menu).click()
        self.page.locator(f".lm-Menu-itemLabel:text-matches('^{item}')").first.click()

    def run_all(self, timeout: float = 300) -> None:
        """Run > Run All Cells, until every cell has ended, or one has failed. timeout: seconds."""
        self.menu("Edit", "Clear Outputs of All Cells")  # stored outputs would look like finished cells
        self.menu("Run", "Run All Cells")
        self.page.wait_for_function(ENDED, arg=None, timeout=timeout * 1000, polling=200)

    def cells(self) -> list[dict[str, Any]]:
        """type, source, count, idle and outputs (nbformat) of each cell, from JupyterLab's model."""
        found: list[dict[str, Any]] = self.page.evaluate(CELLS)
        return found

    def errors(self) -> list[str]:
        """What cells raised."""
        outputs = [output for cell in self.cells() for output in cell["outputs"]]
        return [f"{o['ename']}: {o['evalue']}" for o in outputs if o["output_type"] == "error"]

    def cell_with(self, text: str) -> int:
        """The index of the first code cell whose source contains `text`."""
        return next(i for i, cell in enumerate(self.cells()) if cell["type"] == "code" and text in cell["source"])

    def cell(self, index: int) -> Any:
        """The cell's locator, scrolled to."""
        self.page.evaluate(f"i => {NOTEBOOK}.content.scrollToItem(i, 'start')", index)
        found = self.page.locator(f".jp-NotebookPanel:not(.lm-mod-hidden) [data-windowed-list-index='{index}']")
        found.wait_for()
        return found

    def output(self, index: int) -> Any:
        """The locator of a cell's output area."""
        return self.cell(index).locator(".jp-Cell-outputArea")

    def write(self, index: int, source: str) -> None:
        """Put `source` in the place of what stands in a code cell, by the keyboard."""
        self.cell(index).locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(source)

    def run_cell(self, index: int, timeout: float = 120) -> None:
        """Click into a code cell, Ctrl+Enter, and wait until it has ended."""
        self.cell(index).locator(".cm-content").click()
        # An earlier run's number would look like this one's end.
        self.page.evaluate(f"i => {NOTEBOOK}.content.widgets[i].model.clearExecution()", index)
        self.page.keyboard.press("ControlOrMeta+Enter")
        self.page.wait_for_function(ENDED, arg=index, timeout=timeout * 1000)

    def restart(self) -> None:
        """Kernel > Restart Kernel, say yes, and wait for the new one."""
        path = self.page.evaluate(f"() => {NOTEBOOK}.context.path")
        self.page.evaluate(f"""() => {{
          window.newKernel = false;
          {NOTEBOOK}.sessionContext.session.kernel.statusChanged.connect((_, status) => {{
            window.newKernel ||= status.endsWith('restarting');
          }});
        }}""")
        self.menu("Kernel", "Restart Kernel…")
        self.page.get_by_role("button", name="Confirm Kernel Restart").click()
        self.page.wait_for_function("() => window.newKernel", timeout=120_000)
        self.wait_for_kernel(path)

    def shot(self, name: str, of: Any = None) -> None:
        """Keep a picture of the page, or of a locator, under tests/browser/shots/ if --shots asks for it."""
        if self.shots is not None:
            self.shots.mkdir(exist_ok=True)
            self.page.wait_for_function(IDLE)  # by then what lies further down the page is there too
            picture = Image.open(BytesIO((of or self.page).screenshot())).convert("RGB")
            picture.quantize(128, dither=Image.Dither.NONE).save(self.shots / f"{name}.png", optimize=True)

    def end_kernels(self) -> None:
        for kernel in self.api("GET", "kernels"):
            self.api("DELETE", f"kernels/{kernel['id']}")

    def api(self, method: str, path: str) -> Any:
        """Jupyter's own interface, for what no learner does."""
        request = Request(f"{self.lab.url}/api/{path}", method=method)
        request.add_header("Authorization", f"token {self.lab.token}")
        with urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None


def _where(said: Any) -> str:
    return f"{said.text} ({said.location.get('url', '')})"
