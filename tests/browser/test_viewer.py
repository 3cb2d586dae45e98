"""The timeline viewer and the marker, used as a learner would: in JupyterLab, in a real browser."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from course_lib.timeline import Event, Timeline

ROOT = Path(__file__).parents[2]
CLIPS = ROOT / "course_lib" / "clips"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
TIMEOUT = 60_000  # ms: a cold kernel on a busy machine


@dataclass(frozen=True)
class Lab:
    url: str  # without a slash at its end
    token: str
    folder: Path


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab server of its own on an empty folder."""
    folder, home = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("home")
    token = secrets.token_hex(16)
    environment = os.environ | {
        "PYTHONPATH": str(ROOT), "JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTER_RUNTIME_DIR": str(home / "run"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(home / "spaces"),
        "IPYTHONDIR": str(home / "ipython"), "JUPYTER_PREFER_ENV_PATH": "1",
    }  # fmt: skip
    asks = home / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    asks.parent.mkdir(parents=True)
    asks.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    options = [f"--ServerApp.token={token}", "--ServerApp.port=0", f"--ServerApp.root_dir={folder}", "--no-browser"]
    options.append("--allow-root")
    with subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options],
        env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        said = []
        for line in server.stderr:
            said.append(line)
            if found := re.search(r"http://(?:localhost|127\.0\.0\.1):(\d+)/lab", line):
                break
        else:
            pytest.fail("JupyterLab did not start:\n" + "".join(said))
        reader = threading.Thread(target=server.stderr.read)  # a full pipe would stop the server
        reader.start()
        yield Lab(f"http://127.0.0.1:{found[1]}", token, folder)
        server.terminate()
        reader.join()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """A page of 1280 x 720 that fails the test on an error of our own script."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(TIMEOUT)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error.stack)))
    page.on(
        "console", lambda said: errors.append(f"{said.text} ({said.location['url']})") if said.type == "error" else 0
    )
    yield page
    context.close()
    assert not errors


SETUP = """from pathlib import Path
import course_lib
from course_lib import viz
from course_lib.timeline import Event, Timeline
clips = Path(course_lib.__file__).parent / "clips"
"""
VIEW = (
    SETUP
    + """truth = Timeline.load(clips / "demo.timeline.json")
told = [Event(0.9, 5.2, "blue bird", "lands"), Event(9.0, 12.5, "blue bird", "flies"),
        Event(16, 20, "green car", "turns right"), Event(21, 25, "red ball", "bounces")]
viz.view(clips / "demo.mp4", truth, told, [0.9 + 1.875 * i for i in range(16)], title="Demo")
"""
)
MARK = SETUP + 'viz.mark(clips / "demo.mp4")\n'
READY = "() => { const v = document.querySelector('.tl video'); return v && v.readyState >= 2 && !v.seeking; }"
OVERFLOWS = """() => [...document.querySelectorAll('.tl, .tl *')].filter(node => {
  const box = node.getBoundingClientRect(), edge = document.querySelector('.tl').getBoundingClientRect();
  return box.width && (box.right > edge.right + 1 || box.left < edge.left - 1 || box.right > innerWidth + 1);
}).map(node => node.className + ': ' + node.textContent)"""
OVERLAPS = """() => [...document.querySelectorAll('.tl-track')].flatMap(track => {
  const boxes = [...track.querySelectorAll('.tl-text, .tl-fill')].map(node => [node, node.getBoundingClientRect()]);
  return boxes.flatMap(([a, p], i) => boxes.slice(i + 1).filter(([b, q]) => p.left < q.right - 0.5
    && q.left < p.right - 0.5 && p.top < q.bottom - 0.5 && q.top < p.bottom - 0.5)
    .map(([b]) => a.textContent + b.textContent));
})"""
# WCAG 2.2: contrast of each text with the first background under it that is not clear.
CONTRASTS = """() => {
  const rgba = text => text.match(/[\\d.]+/g).map(Number);
  const over = ([r, g, b, a = 1], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a));
  const light = rgb => rgb.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const under = node => {
    for (; node; node = node.parentElement) {
      const colour = rgba(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const texts = [...document.querySelectorAll('.tl *')].filter(node => node.checkVisibility()
    && (node.matches('input') || [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim())));
  return texts.map(node => {
    const paper = under(node), ink = over(rgba(getComputedStyle(node).color), paper);
    const [a, b] = [light(paper), light(ink)].sort((m, n) => n - m);
    return [node.textContent || node.placeholder, (a + 0.05) / (b + 0.05)];
  });
}"""


def show(page, lab, source, ready=READY):
    """Write a notebook of one cell, open it, run it through the menu, and wait until the film can be seen."""
    name = "scratch.ipynb"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, lab.folder / name)
    page.goto(f"{lab.url}/lab/tree/{name}?token={lab.token}&reset", wait_until="domcontentloaded")
    run(page, ready)


def run(page, ready=READY):
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.wait_for_function(ready)


def second(page):
    return page.evaluate("document.querySelector('.tl video').currentTime")


def at(page, seconds):
    """Wait until the film stands there."""
    wanted = f"() => Math.abs(document.querySelector('.tl video').currentTime - {seconds}) < 0.06"
    page.wait_for_function(wanted)


def click_at(page, where, seconds, duration=30.0):
    page.locator(".tl-ruler").scroll_into_view_if_needed()
    box = page.locator(".tl-ruler").bounding_box()
    row = page.locator(where).bounding_box()
    page.mouse.click(box["x"] + box["width"] * seconds / duration, row["y"] + row["height"] - 4)


def mark(page, start, end, who, what):
    """An event by the keyboard alone, from wherever the playhead is: whole seconds."""
    slider = page.locator(".tl-ruler")
    slider.press("Home")
    for _ in range(start):
        slider.press("Shift+ArrowRight")
    slider.press("s")
    for _ in range(end - start):
        slider.press("Shift+ArrowRight")
    slider.press("s")
    for words in (who, what):
        page.keyboard.type(words)
        page.keyboard.press("Enter")


def dark(page, wanted):
    """JupyterLab's theme, by its menu."""
    page.locator(".lm-MenuBar-itemLabel", has_text="Settings").click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Theme$")).hover()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^JupyterLab {'Dark' if wanted else 'Light'}$")).click()
    page.wait_for_function(f"document.body.dataset.jpThemeLight === '{str(not wanted).lower()}'")


def without_sidebar(page):
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^View$")).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Appearance$")).hover()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Show Left Sidebar$")).click()


def test_a_click_on_the_axis_or_on_an_event_seeks_and_so_do_keys(page, lab):
    show(page, lab, VIEW)
    click_at(page, ".tl-ruler", 20.0)
    at(page, 20.0)
    slider = page.get_by_role("slider", name="Second of the clip")
    assert float(slider.get_attribute("aria-valuenow")) == pytest.approx(20, abs=0.06)
    assert page.evaluate("document.activeElement.className") == "tl-ruler"
    page.get_by_role("button", name="true: red ball rolls, 10.4 to 15.0 s").click()
    at(page, 10.4)
    slider.press("ArrowRight")
    at(page, 10.5)
    slider.press("Shift+ArrowLeft")
    at(page, 9.5)
    assert slider.get_attribute("aria-valuetext") == "9.5 seconds"
    slider.press("End")
    at(page, 30)
    slider.press("Home")
    at(page, 0)
    page.get_by_role("button", name="told: blue bird flies, 9.0 to 12.5 s, shifted +3.3 s").press("Enter")
    at(page, 9.0)


def test_dragging_along_the_axis_takes_the_film_with_it(page, lab):
    show(page, lab, VIEW)
    page.locator(".tl-ruler").scroll_into_view_if_needed()
    box = page.locator(".tl-ruler").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 10, box["y"] + 5)
    page.mouse.down()
    for tenth in (2, 4, 5):
        page.mouse.move(box["x"] + box["width"] * tenth / 10, box["y"] + 5)
    at(page, 15)
    page.mouse.up()
    page.mouse.move(box["x"], box["y"] + 5)
    assert abs(second(page) - 15) < 0.06


def test_the_playhead_moves_over_the_rows_while_the_film_plays(page, lab):
    show(page, lab, VIEW)
    slider, head = page.locator(".tl-ruler"), page.locator(".tl-playhead")
    slider.press("Space")
    before = head.bounding_box()
    page.wait_for_function("document.querySelector('.tl video').currentTime > 1")
    after = head.bounding_box()
    assert after["x"] > before["x"] + 5
    rows, axis = page.locator(".tl-track"), head.bounding_box()
    for i in range(rows.count()):
        row = rows.nth(i).bounding_box()
        assert axis["y"] <= row["y"] + 1 and axis["y"] + axis["height"] >= row["y"] + row["height"] - 1
    page.get_by_role("button", name="Pause").click()
    page.wait_for_function("document.querySelector('.tl video').paused")
    stopped = second(page)
    ruler = page.locator(".tl-ruler").bounding_box()
    x = head.bounding_box()
    assert (x["x"] + 1 - ruler["x"]) / ruler["width"] * 30 == pytest.approx(stopped, abs=0.1)


def test_wrong_events_say_their_kind_and_are_hatched(page, lab):
    show(page, lab, VIEW)
    kinds = {"shifted": "blue bird flies · shifted +3.3 s", "invented": "green car turns right · invented"}
    for kind, text in (kinds | {"skipped": "red ball rolls · not told"}).items():
        bar = page.locator(f".tl-bar[data-kind={kind}]", has_text=text)
        assert bar.count() == 1
        assert "gradient" in bar.locator(".tl-fill").evaluate("node => getComputedStyle(node).backgroundImage")
    right = page.locator(".tl-row-told .tl-bar[data-kind='']").first.locator(".tl-fill")
    assert right.evaluate("node => getComputedStyle(node).backgroundImage") == "none"
    assert page.get_by_role("img", name="looked at 16 times: 0.9, 2.8").count() == 1


def test_nothing_overflows_or_overlaps_from_a_phone_to_4k_and_text_has_contrast_in_both_themes(page, lab):
    show(page, lab, VIEW)
    for wanted in (False, True):
        dark(page, wanted)
        contrasts = page.evaluate(CONTRASTS)
        assert len(contrasts) > 20 and not [c for c in contrasts if c[1] < 4.5]
    assert page.evaluate(OVERFLOWS) == [] and page.evaluate(OVERLAPS) == []
    assert page.locator(".tl").bounding_box()["height"] < 600  # of 720, with JupyterLab's own bars
    without_sidebar(page)
    for size in ({"width": 360, "height": 740}, {"width": 3840, "height": 2160}):
        wide = page.locator(".tl").bounding_box()["width"]
        page.set_viewport_size(size)
        page.wait_for_function(f"Math.abs(document.querySelector('.tl').clientWidth - {wide}) > 50")
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert page.evaluate(OVERFLOWS) == [] and page.evaluate(OVERLAPS) == []


def test_a_browser_without_h264_gets_still_frames_and_one_line(page, lab):
    page.add_init_script("HTMLMediaElement.prototype.canPlayType = () => ''")
    show(page, lab, VIEW, "() => document.querySelector('.tl-stills')?.style.backgroundImage.startsWith('url')")
    assert page.get_by_text("This browser cannot play H.264 video, so still frames are shown instead.").count() == 1
    place = "document.querySelector('.tl-stills').style.backgroundPosition"
    before = page.evaluate(place)
    click_at(page, ".tl-ruler", 20.0)
    assert page.evaluate(place) != before
    assert page.get_by_role("slider").get_attribute("aria-valuenow") == "20.0"
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("Number(document.querySelector('.tl-ruler').getAttribute('aria-valuenow')) > 20.3")


def test_an_event_is_marked_named_and_saved_by_keys_alone_and_is_there_after_a_reload(page, lab):
    file = lab.folder / "clip.timeline.json"
    file.unlink(missing_ok=True)
    show(page, lab, MARK)
    mark(page, 1, 5, "a blue bird", "lands")
    mark(page, 10, 15, "red ball", "rolls")
    page.locator(".tl-ruler").press("Control+s")
    page.get_by_text("2 events, saved in clip.timeline.json.").wait_for()
    want = (Event(1, 5, "blue bird", "lands"), Event(10, 15, "red ball", "rolls"))
    assert Timeline.load(file) == Timeline(want, 30.0)
    page.reload(wait_until="domcontentloaded")
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    run(page)
    page.get_by_role("button", name="yours: blue bird lands, 1.0 to 5.0 s").wait_for()
    page.get_by_role("button", name="yours: red ball rolls, 10.0 to 15.0 s").wait_for()
    assert page.locator("datalist").first.evaluate("list => [...list.options].map(o => o.value)") == [
        "blue bird",
        "red ball",
    ]


def test_undo_takes_back_step_by_step(page, lab):
    (lab.folder / "clip.timeline.json").unlink(missing_ok=True)
    show(page, lab, MARK)
    mark(page, 1, 3, "dog", "runs")
    mark(page, 4, 6, "dog", "sits")
    bar = page.get_by_role("button", name="yours: dog sits")
    bar.click()
    page.get_by_role("slider", name="end of dog sits").press("Shift+ArrowRight")
    page.get_by_role("button", name="yours: dog sits, 4.0 to 7.0 s").wait_for()
    page.keyboard.press("Control+z")
    page.get_by_role("button", name="yours: dog sits, 4.0 to 6.0 s").press("Delete")
    page.get_by_text("1 event, not saved yet.").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("2 events, not saved yet.").wait_for()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.get_by_text("0 events, not saved yet.").wait_for()
    assert page.get_by_role("button", name="Undo").is_disabled()


def test_events_are_drawn_and_their_ends_dragged_with_the_mouse(page, lab):
    (lab.folder / "clip.timeline.json").unlink(missing_ok=True)
    show(page, lab, MARK)
    box, row = page.locator(".tl-ruler").bounding_box(), page.locator(".tl-row-yours").bounding_box()

    def drag(x, y, seconds):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 8, y)
        page.mouse.move(box["x"] + box["width"] * seconds / 30, y)
        page.mouse.up()

    drag(box["x"] + box["width"] * 3 / 30, row["y"] + 20, 9)
    page.keyboard.type("cat")
    page.keyboard.press("Enter")
    page.keyboard.type("sleeps")
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("button", name="yours: cat sleeps, 3.0 to 9.0 s").click()
    end = page.get_by_role("slider", name="end of cat sleeps").bounding_box()
    drag(end["x"] + 7, end["y"] + 12, 12)
    page.get_by_role("button", name=re.compile("yours: cat sleeps, 3.0 to 12.0 s")).wait_for()


def test_what_cannot_be_saved_is_said_in_one_line(page, lab):
    file = lab.folder / "clip.timeline.json"
    file.unlink(missing_ok=True)
    show(page, lab, MARK)
    slider = page.locator(".tl-ruler")
    slider.press("s")
    slider.press("s")
    page.get_by_text("An event needs a length. Go on, and press S where it ends.").wait_for()
    slider.press("Escape")
    mark(page, 1, 3, "dog", "runs")
    file.write_text("my diary")
    page.get_by_role("button", name="Save", exact=True).click()
    line = page.get_by_text("clip.timeline.json is there and is not a timeline, so it stays as it is.")
    line.wait_for()
    assert "tl-wrong" in line.get_attribute("class") and file.read_text() == "my diary"
    for wanted in (True, False):
        dark(page, wanted)
        assert not [c for c in page.evaluate(CONTRASTS) if c[1] < 4.5]
    assert page.evaluate(OVERFLOWS) == []
    file.unlink()
