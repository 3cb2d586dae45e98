"""00_welcome, from the first cell to the last, as a learner runs it."""

from playwright.sync_api import expect

WELCOME = "notebooks/00_welcome.ipynb"
WIDER = """() => [...document.querySelectorAll('.jp-Cell-outputArea, .jp-OutputArea-output')]
  .filter(area => area.scrollWidth > area.clientWidth + 1)
  .map(area => `${area.scrollWidth} > ${area.clientWidth}: ${area.innerText.slice(0, 80)}`)"""


def test_the_welcome_notebook_runs_from_the_first_cell_to_the_last_and_nothing_is_cut_off(page):
    page.open(WELCOME)
    page.run_all()
    assert page.errors() == []
    ran = [cell for cell in page.cells() if cell["type"] == "code"]
    assert [cell["count"] for cell in ran] == list(range(1, len(ran) + 1))
    wider = {}
    for index, cell in enumerate(page.cells()):
        if cell["outputs"]:
            page.cell(index)  # brings it into the page
            wider[index] = page.evaluate(WIDER)
    assert not any(wider.values()), wider


def test_every_chapter_opens_from_the_file_browser_and_says_what_it_is_about(page):
    page.open(WELCOME)
    for path in sorted((page.lab.folder / "notebooks").glob("*.ipynb")):
        page.locator(".jp-DirListing-item", has_text=path.name).dblclick()
        title = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-RenderedMarkdown h1").first
        expect(title).to_contain_text(f"{path.stem[:2]} ·")
        page.shot(path.stem)
