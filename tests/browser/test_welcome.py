"""00_welcome, from the first cell to the last, as a learner runs it; and the first screen of every chapter."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
WELCOME = "notebooks/00_welcome.ipynb"
# What of the shown notebook, as far as it is drawn, is wider than its place.
WIDER = """() => [...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) :is('
  + '.jp-Cell-outputArea, .jp-OutputArea-output, .jp-RenderedMarkdown, .cm-scroller)')]
  .filter(area => area.checkVisibility() && area.scrollWidth > area.clientWidth + 1)
  .map(area => `${area.scrollWidth} > ${area.clientWidth}: ${area.innerText.slice(0, 80)}`)"""


@pytest.fixture(scope="module")
def run(tab):
    """All cells of the welcome notebook, run."""
    tab.open(WELCOME)
    tab.run_all()


def test_the_welcome_notebook_runs_from_the_first_cell_to_the_last(run, page):
    assert page.errors() == []
    ran = [cell for cell in page.cells() if cell["type"] == "code"]
    assert [cell["count"] for cell in ran] == list(range(1, len(ran) + 1))


def test_nothing_that_it_shows_is_cut_off(run, page):
    wider = {}
    for index, cell in enumerate(page.cells()):
        if cell["outputs"]:
            page.cell(index)  # brings it into the page
            wider[index] = page.evaluate(WIDER)
    assert not any(wider.values()), wider


def test_its_words_can_be_read_in_both_themes(run, page):
    assert page.unreadable(page.cell(0).locator(".jp-RenderedMarkdown")) == []
    assert page.unreadable(page.output(page.cell_with("viz.view(")).locator(".jp-OutputArea-output").last) == []


def test_a_click_on_its_timeline_moves_the_film_and_the_playhead(run, page, film):
    viewer = page.output(page.cell_with("viz.view(")).locator(".tl")
    axis = viewer.get_by_role("slider", name="Second of the clip")
    duration, box = float(axis.get_attribute("aria-valuemax")), axis.bounding_box()
    axis.click(position={"x": box["width"] / 2, "y": 5})
    page.wait_for_function(f"Math.abs(document.querySelector('.tl video').currentTime - {duration / 2}) < 0.1")
    assert float(axis.get_attribute("aria-valuenow")) == pytest.approx(duration / 2, abs=0.1)
    page.shot("viewer", viewer)
    page.theme("Dark")
    page.shot("viewer_dark", viewer)


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_chapter_opens_from_the_file_browser_and_its_first_screen_is_whole(page, chapter):
    if not page.locator(".jp-DirListing-item").count():
        page.open(WELCOME)
    page.locator(".jp-DirListing-item", has_text=chapter.name).dblclick()
    title = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-RenderedMarkdown h1").first
    expect(title).to_contain_text(f"{chapter.stem[:2]} ·")
    assert page.evaluate(WIDER) == []
    page.shot(chapter.stem)
