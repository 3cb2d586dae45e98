"""A tab of Chromium with JupyterLab in it, handled as a learner handles it.

What is done goes through the interface: menus, keys, clicks. What is seen is read from the page, or from JupyterLab's
own model of the notebook where the page holds only the cells that are near.
"""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from chapter import needed
from PIL import Image
from seen import BEYOND, CONTRASTS

SCRATCH = "notebooks/scratch.ipynb"
NOTEBOOK = "window.jupyterapp?.shell.currentWidget"
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
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
DIE = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"


class LabPage:
    """Playwright's page, and what a learner does in JupyterLab. Every attribute of the page is one of this too.

    lab: the server (see conftest.py); complaints: errors of the console and of scripts, as text; asked: addresses that
    the page asked for.
    """

    def __init__(self, page: Any, lab: Any, shots: Path | None) -> None:
        self.page, self.lab, self.shots = page, lab, shots
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.ran: set[int] = set()  # cells of the notebook that run_for has run
        page.set_default_timeout(20_000)  # what waits for a kernel waits longer
        page.on("console", lambda said: said.type == "error" and self.complaints.append(_where(said)))
        page.on("pageerror", lambda problem: self.complaints.append(f"uncaught: {problem.stack}"))
        page.on("request", lambda request: self.asked.append(request.url))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.page, name)

    def open(self, path: str, *, anew: bool = False) -> None:
        """Show a notebook by its path in the clone, and wait until its kernel is idle; nothing to do if it is shown.

        anew: in any case, with another kernel, the clone as it was and JupyterLab's first layout.
        """
        if not anew and self.page.evaluate(f"() => {NOTEBOOK}?.context?.path") == path:
            return
        self.page.goto("about:blank")  # nobody misses the kernels
        self.ran.clear()
        if anew:
            self.end_kernels()
            self.lab.reset()
        if path == SCRATCH:
            (self.lab.folder / path).write_text(json.dumps(EMPTY))
        self.page.goto(f"{self.lab.url}/lab/tree/{path}?token={self.lab.token}&reset")
        self.wait_for_kernel(path)

    def show(self, source: str) -> Any:
        """Run `source` in a notebook of one cell, which lies beside the chapters. Returns the locator of its output."""
        self.open(SCRATCH)
        self.write(0, source)
        self.run_cell(0)
        return self.output(0)

    def run_for(self, text: str) -> Any:
        """Run the first cell that contains `text`, as it stands in the notebook that is shown, after those that it
        needs and that have not run yet. Returns the locator of its output."""
        index = self.cell_with(text)
        for i in needed([cell["source"] if cell["type"] == "code" else "" for cell in self.cells()], index):
            if i == index or i not in self.ran:
                self.run_cell(i)
                assert self.errors() == []
                self.ran.add(i)
        return self.output(index)

    def wait_for_kernel(self, path: str) -> None:
        self.page.wait_for_function(READY, arg=path, timeout=120_000)

    def menu(self, menu: str, item: str) -> None:
        """Choose an item of the menu bar by the beginning of its name."""
        self.page.locator(".lm-MenuBar-item", has_text=menu).click()
        self.page.locator(f".lm-Menu-itemLabel:text-matches('^{item}')").first.click()

    def command(self, name: str, **arguments: Any) -> None:
        """One of JupyterLab's commands: for what is behind menus within menus."""
        self.page.evaluate("([name, args]) => window.jupyterapp.commands.execute(name, args)", [name, arguments])

    def theme(self, name: str) -> None:
        """JupyterLab's "Light" or "Dark"."""
        wanted = f"JupyterLab {name}"
        if self.page.evaluate("() => document.body.dataset.jpThemeName") not in (None, wanted):
            self.command("apputils:change-theme", theme=wanted)
            self.page.locator(f"body[data-jp-theme-name='{wanted}']").wait_for(state="attached")
            self.page.locator("#jupyterlab-splash").wait_for(
                state="detached"
            )  # two of them at a time are an error of it

    def resize(self, width: int, height: int) -> None:
        """Another size of window. On a narrow one both sides are shut, as `course lab` opens there."""
        do = "collapse" if width < 600 else "expand"
        self.page.evaluate(f"() => ['Left', 'Right'].forEach(side => window.jupyterapp?.shell[`{do}${{side}}`]())")
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

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
        found = self.page.locator(f"{PANEL} [data-windowed-list-index='{index}']")
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

    def execute(self, code: str) -> None:
        """Have the kernel run `code`, as a cell elsewhere would, and wait for nothing."""
        kernel = f"{NOTEBOOK}.sessionContext.session.kernel"
        self.page.evaluate(f"code => {{ {kernel}.requestExecute({{ code }}).done.catch(() => 0); }}", code)

    def kill_kernel(self) -> None:
        """The kernel's process dies, as one without memory does; say yes to what JupyterLab tells of it."""
        path = self.page.evaluate(f"() => {NOTEBOOK}.context.path")
        self.ran.clear()
        self.execute(DIE)
        died = self.page.locator(".jp-Dialog", has_text="appears to have died")
        died.get_by_role("button", name="Ok").click()
        self.wait_for_kernel(path)

    def contrasts(self, of: Any) -> list[tuple[str, float]]:
        """Every text in a locator's element, and its contrast with what is under it, as WCAG 2.2 defines it."""
        return [(text, ratio) for text, ratio in of.evaluate(CONTRASTS)]

    def unreadable(self, of: Any) -> list[tuple[str, float]]:
        """Those under WCAG's AA, in both of JupyterLab's themes."""
        found = []
        for theme in ("Dark", "Light"):
            self.theme(theme)
            contrasts = self.contrasts(of)
            assert contrasts
            found += [(text, round(ratio, 2)) for text, ratio in contrasts if ratio < 4.5]
        return found

    def beyond(self, of: Any) -> list[str]:
        """What is in a locator's element and reaches over its left or right edge, or the window's."""
        found: list[str] = of.evaluate(BEYOND)
        return found

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


EMPTY = {
    "cells": [{"cell_type": "code", "execution_count": None, "id": "one", "metadata": {}, "outputs": [], "source": ""}],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def _where(said: Any) -> str:
    return f"{said.text} ({said.location.get('url', '')})"
