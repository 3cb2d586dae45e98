"""What stands there when `course lab` has opened."""

import pytest
from playwright.sync_api import expect

WELCOME, EXERCISE = "notebooks/00_welcome.ipynb", "exercises/1_frames.ipynb"


@pytest.fixture
def card(page):
    """The card with the progress, beside the welcome notebook."""
    page.open(WELCOME)
    return page.get_by_role("region", name="Course progress")


def test_the_welcome_notebook_is_open_beside_the_folder_of_notebooks_and_the_progress(page, card):
    assert page.locator(".lm-TabBar-tabLabel", has_text="00_welcome.ipynb").is_visible()
    expect(page.locator(".jp-DirListing-itemText", has_text="07_pretrained.ipynb")).to_be_visible()
    expect(card).to_contain_text("0 of 100 points")
    expect(card).to_contain_text("Next: 1.times presentation times")


def test_nobody_is_asked_about_news_updates_or_a_build(page, card):
    expect(page.locator(".Toastify__toast, .jp-Dialog")).to_have_count(0)
    asked = [url for url in page.asked if url != "about:blank"]
    assert not [url for url in asked if "/lab/api/news" in url or "/lab/api/update" in url or "/lab/api/build" in url]
    assert not [url for url in asked if not url.startswith((page.lab.url, "data:", "blob:"))], "all is served from here"


def test_the_card_can_be_read_in_every_theme_and_nothing_on_it_is_cut_off(page, card):
    assert page.unreadable(card) == []
    assert page.beyond(card) == []
    page.shot("progress", card)
    page.theme("Dark")
    page.shot("progress_dark", card)


def test_the_next_part_opens_its_notebook_by_the_keyboard_alone(page, card):
    link = card.get_by_role("link", name="1.times presentation times")
    link.focus()
    assert link.evaluate("node => getComputedStyle(node).outlineStyle") == "solid", "focus can be seen"
    page.keyboard.press("Enter")
    page.wait_for_kernel(EXERCISE)


def test_on_a_narrow_screen_the_notebook_has_the_room(page):
    page.goto("about:blank")
    page.resize(360, 640)
    page.open(WELCOME, anew=True)
    expect(page.get_by_role("region", name="Course progress")).to_be_hidden()
    page.wait_for_function("() => document.querySelector('.jp-NotebookPanel').clientWidth > 250")
    page.shot("00_welcome_narrow")


def test_a_record_that_cannot_be_told_is_said_on_the_card(page):
    page.route("**/course/progress*", lambda route: route.fulfill(status=500, json={"message": "course.toml is cut."}))
    page.open(WELCOME, anew=True)
    expect(page.get_by_role("region", name="Course progress")).to_contain_text(
        "No progress to show. course.toml is cut."
    )
    page.complaints.clear()  # the browser's own line about the 500
