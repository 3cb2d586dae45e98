"""What stands there when `course lab` has opened."""

import pytest
from playwright.sync_api import expect

WELCOME, EXERCISE = "notebooks/00_welcome.ipynb", "exercises/1_frames.ipynb"
# WCAG's contrast of each text on the card against the card's background.
CONTRASTS = """card => {
  const rgb = text => text.match(/[\\d.]+/g).slice(0, 3).map(value => value / 255);
  const light = text => rgb(text).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const paper = light(getComputedStyle(card).backgroundColor);
  return [...card.querySelectorAll('h2, p, a, span')].map(node => {
    const ink = light(getComputedStyle(node).color);
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  });
}"""


def card_of(page):
    return page.get_by_role("region", name="Course progress")


def test_the_welcome_notebook_is_open_beside_the_folder_of_notebooks_and_the_progress(page):
    page.open(WELCOME)
    assert page.locator(".lm-TabBar-tabLabel", has_text="00_welcome.ipynb").is_visible()
    expect(page.locator(".jp-DirListing-itemText", has_text="07_pretrained.ipynb")).to_be_visible()
    expect(card_of(page)).to_contain_text("0 of 100 points")
    expect(card_of(page)).to_contain_text("Next: 1.times presentation times")


def test_nobody_is_asked_about_news_updates_or_a_build(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.open(WELCOME)
    expect(page.locator(".Toastify__toast, .jp-Dialog")).to_have_count(0)
    assert not [url for url in asked if "/lab/api/news" in url or "/lab/api/update" in url or "/lab/api/build" in url]
    assert not [url for url in asked if not url.startswith((page.lab.url, "data:", "blob:"))], "all is served from here"


def test_the_next_part_opens_its_notebook_by_the_keyboard_alone(page):
    page.open(WELCOME)
    link = card_of(page).get_by_role("link", name="1.times presentation times")
    link.focus()
    assert link.evaluate("node => getComputedStyle(node).outlineStyle") == "solid", "focus can be seen"
    page.keyboard.press("Enter")
    page.wait_for_kernel(EXERCISE)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_the_card_can_be_read_in_every_theme(page, theme):
    page.open(WELCOME)
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    page.locator(f"[data-jp-theme-name='{theme}']").wait_for(state="attached")
    expect(card_of(page)).to_contain_text("0 of 100 points")
    assert min(card_of(page).evaluate(CONTRASTS)) >= 4.5
    page.shot(f"progress_{theme.split()[-1].lower()}", card_of(page))


def test_on_a_narrow_screen_the_notebook_has_the_room(page):
    page.set_viewport_size({"width": 360, "height": 640})
    page.open(WELCOME)
    expect(card_of(page)).to_be_hidden()
    page.wait_for_function("() => document.querySelector('.jp-NotebookPanel').clientWidth > 250")
    page.shot("00_welcome_narrow")


def test_a_record_that_cannot_be_told_is_said_on_the_card(page):
    page.route("**/course/progress*", lambda route: route.fulfill(status=500, json={"message": "course.toml is cut."}))
    page.open(WELCOME)
    expect(card_of(page)).to_contain_text("No progress to show. course.toml is cut.")
    page.complaints.clear()  # the browser's own line about the 500
