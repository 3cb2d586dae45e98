"""The token budget in JupyterLab: sliders answer, by mouse and keyboard, and can be read and read out."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
ROOT = Path(__file__).resolve().parents[2]
CELL = """
from course_lib.timeline import Event
from course_lib.viz import budget
events = [Event(1, 4, "red car", "stops"), Event(6.1, 6.9, "light", "turns red"), Event(12, 15, "dog", "runs")]
budget.widget(16.0, events, fps=0.5)
"""
# Of every text in the widget: its contrast with the paper behind it, as WCAG 2.2 defines it.
CONTRASTS = """
() => {
  const rgb = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return [...n.slice(0, 3), n[3] ?? 1]; };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const light = (c) => c.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const paper = (node) => {
    for (let up = node; up; up = up.parentElement) {
      const c = rgb(getComputedStyle(up).backgroundColor);
      if (c[3] === 1) return c.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const node of document.querySelectorAll(".course-play *")) {
    if (![...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim())) continue;
    const below = paper(node);
    const [a, b] = [light(over(rgb(getComputedStyle(node).color), below)), light(below)].sort((x, y) => y - x);
    found.push([node.textContent.slice(0, 30), (a + 0.05) / (b + 0.05)]);
  }
  return found;
}
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A JupyterLab of its own on a notebook with one cell, whose settings are nobody's."""
    folder = tmp_path_factory.mktemp("lab")
    cell = nbformat.v4.new_code_cell(CELL)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=kernel), folder / "budget.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER_{name}_DIR": str(folder / ".jupyter" / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    own |= {f"JUPYTERLAB_{name}_DIR": str(folder / ".jupyter" / name) for name in ("SETTINGS", "WORKSPACES")}
    command = [
        sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}",
        "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None",
    ]  # fmt: skip
    environment = {**os.environ, **own, "PYTHONPATH": str(ROOT), "COURSE_RECORD": "off"}
    server = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    said = ""
    for line in server.stderr:
        said += line
        if "is running at" in line:
            break
    else:
        pytest.fail(f"JupyterLab did not start: {said[-2000:]}")
    yield f"http://127.0.0.1:{port}/lab/tree/budget.ipynb"
    server.stderr.close()
    server.terminate()
    server.wait(60)


def is_ours(where: str) -> bool:
    """A widget's module is loaded from a blob; JupyterLab has errors of its own."""
    return any(word in where for word in ("blob:", "anywidget", "course-play"))


@pytest.fixture(scope="module")
def page(address):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(60_000)
        page.ours = []
        page.on(
            "console", lambda m: is_ours(f"{m.text} {m.location}") and m.type == "error" and page.ours.append(m.text)
        )
        page.on("pageerror", lambda problem: is_ours(str(problem.stack)) and page.ours.append(str(problem)))
        page.goto(address)
        page.locator(".jp-Notebook .jp-CodeCell").wait_for()
        page.get_by_text("(ipykernel) | Idle").wait_for()
        page.evaluate("window.jupyterapp.shell.collapseLeft()")  # on a phone it leaves no room beside it
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        page.get_by_role("group", name="Token budget").wait_for()
        yield page
        browser.close()


def says(page, words: str) -> None:
    page.locator(".course-play .said", has_text=words).wait_for()


def moved(page, name: str, value: float) -> None:
    page.get_by_role("slider", name=name).evaluate(
        f"input => {{ input.value = {value}; input.dispatchEvent(new Event('input', {{bubbles: true}})); }}"
    )


def test_the_widget_shows_in_place_of_its_picture_and_says_its_numbers(page):
    says(page, "8 frames, 512 tokens")
    says(page, "misses: the light turns red (6.1 to 6.9 s)")
    assert page.locator(".jp-OutputArea-output img").count() == 0


def test_a_slider_that_is_moved_changes_the_numbers_and_the_drawing(page):
    moved(page, "frames a second", 4)
    says(page, "64 frames, 4,096 tokens")
    assert page.locator(".course-play .event.missed").count() == 0
    moved(page, "frames a second", 0.5)
    says(page, "8 frames, 512 tokens")
    assert page.locator(".course-play .event.missed").count() == 1


def test_arrow_keys_move_a_slider_and_letters_do_not_reach_the_notebook(page):
    page.get_by_role("slider", name="pooling").focus()
    page.keyboard.press("ArrowRight")
    says(page, "8 frames, 200 tokens")
    page.keyboard.type("dda")  # in command mode: the cell is gone, and another one above
    page.keyboard.press("ArrowLeft")
    says(page, "8 frames, 512 tokens")
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == 1
    outline = page.get_by_role("slider", name="pooling").evaluate("input => getComputedStyle(input).outlineStyle")
    assert outline == "solid"


def test_a_flood_of_moves_ends_with_the_newest_and_is_not_answered_one_by_one(page):
    counted = page.evaluate(
        """async () => {
          const input = document.querySelector(".course-play input");
          const said = document.querySelector(".course-play .said");
          let answers = 0;
          const seen = new MutationObserver(() => { answers += 1; });
          seen.observe(said, { childList: true, subtree: true });
          for (let k = 1; k <= 200; k++) {
            input.value = 0.5 + k * 0.0125;
            input.dispatchEvent(new Event("input", { bubbles: true }));
          }
          while (!said.textContent.startsWith("48 frames")) await new Promise(requestAnimationFrame);
          seen.disconnect();
          return answers;
        }"""
    )
    assert 1 <= counted < 100
    moved(page, "frames a second", 0.5)
    says(page, "8 frames")


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_every_word_can_be_read_in_both_themes(page, theme):
    page.evaluate(f"window.jupyterapp.commands.execute('apputils:change-theme', {{theme: {json.dumps(theme)}}})")
    page.locator(f'body[data-jp-theme-name="{theme}"]').wait_for(state="attached")
    found = page.evaluate(CONTRASTS)
    assert len(found) > 15
    assert [(text, round(ratio, 2)) for text, ratio in found if ratio < 4.5] == []


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (360, 740), (3840, 2160)])
def test_nothing_is_cut_off_at_the_side(page, width, height):
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("document.querySelector('.course-play').clientWidth < window.innerWidth")
    beyond = page.evaluate(
        """() => {
          const edge = document.querySelector(".course-play").getBoundingClientRect().right + 1;
          return [...document.querySelectorAll(".course-play *")].filter((n) => n.getBoundingClientRect().right > edge)
            .map((n) => n.outerHTML.slice(0, 80));
        }"""
    )
    assert beyond == []
    page.set_viewport_size({"width": 1280, "height": 720})


def test_the_console_has_no_error_of_ours(page):
    assert page.ours == []
