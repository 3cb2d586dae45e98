"""The token budget, the sampler race and the attention as they stand in chapters: moved, read and read out."""

import re

BUDGET = ("notebooks/02_tokenization.ipynb", "budget.widget(", "Token budget")
RACE = ("notebooks/02_tokenization.ipynb", "race.widget(", "Sampler race")
ATTENTION = ("notebooks/03_architecture.ipynb", "attention.widget(", "Attention over frames")
MISSES = """
from course_lib.timeline import Event
from course_lib.viz import budget
events = [Event(1, 4, "red car", "stops"), Event(6.1, 6.9, "light", "turns red"), Event(12, 15, "dog", "runs")]
budget.widget(16.0, events, fps=0.5)
"""


def of_chapter(page, notebook, call, label):
    """The widget that a chapter's cell shows."""
    page.open(notebook)
    widget = page.run_for(call).get_by_role("group", name=label)
    widget.wait_for()
    return widget


def shown(page):
    """A small budget, whose numbers are known."""
    widget = page.show(MISSES).get_by_role("group", name="Token budget")
    says(widget, "8 frames, 512 tokens")
    return widget


def says(widget, words):
    widget.locator(".said", has_text=words).wait_for()


def redraws(widget, act, words):
    """After `act` the widget says `words`, and its drawing is another one."""
    before = widget.locator(".drawing").inner_html()
    act()
    says(widget, words)
    assert widget.locator(".drawing").inner_html() != before


def move(widget, name, value):
    """As a mouse does: to a value, wherever it lies on the slider."""
    widget.get_by_role("slider", name=name).fill(str(value))


def assert_readable_and_whole(page, widget):
    """Every word in both themes, and nothing cut off from a phone to 4k."""
    assert page.unreadable(widget) == []
    assert widget.bounding_box()["height"] < 600  # of 720, with JupyterLab's own bars
    for size in ((1280, 720), (360, 740), (3840, 2160)):
        page.resize(*size)
        assert page.beyond(widget) == []


def test_a_slider_that_is_moved_changes_the_numbers_and_the_drawing(page):
    widget = shown(page)
    assert page.locator(".jp-OutputArea-output img").count() == 0, "the widget stands in the place of its picture"
    says(widget, "misses: the light turns red (6.1 to 6.9 s)")
    assert widget.locator(".event.missed").count() == 1
    move(widget, "frames a second", 4)
    says(widget, "64 frames, 4,096 tokens")
    assert widget.locator(".event.missed").count() == 0


def test_a_flood_of_moves_ends_with_the_newest_and_is_not_answered_one_by_one(page):
    answers = shown(page).evaluate(
        """async widget => {
          const [input, said] = [widget.querySelector("input"), widget.querySelector(".said")];
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
    assert 1 <= answers < 100


def test_a_kernel_that_is_busy_is_said_until_it_answers(page):
    widget, flag = shown(page), page.lab.folder / "notebooks" / "go"
    busy = widget.get_by_text("The kernel is busy")
    assert busy.is_hidden()
    page.execute("from pathlib import Path\nwhile not Path('go').exists(): pass")
    move(widget, "frames a second", 2)
    busy.wait_for()
    flag.touch()
    says(widget, "32 frames")
    busy.wait_for(state="hidden")


def test_arrow_keys_move_a_slider_and_letters_do_not_reach_the_notebook(page):
    widget = shown(page)
    slider = widget.get_by_role("slider", name="pooling")
    slider.focus()
    page.keyboard.press("ArrowRight")
    says(widget, "8 frames, 200 tokens")
    page.keyboard.type("dda")  # in command mode: the cell is gone, and another one above
    page.keyboard.press("ArrowLeft")
    says(widget, "8 frames, 512 tokens")
    assert len(page.cells()) == 1
    assert slider.evaluate("input => getComputedStyle(input).outlineStyle") == "solid", "focus can be seen"


def test_the_budget_of_chapter_02_answers_its_three_sliders(page):
    widget = of_chapter(page, *BUDGET)
    page.shot("budget", widget)

    def numbers():
        return [int(n.replace(",", "")) for n in re.findall(r"[\d,]*\d", widget.locator(".said").inner_text())[:3]]

    frames, tokens, each = numbers()
    assert tokens == frames * each
    move(widget, "frames a second", 4)
    says(widget, "120 frames")
    assert numbers() == [120, 120 * each, each]
    move(widget, "size of a frame", 448)
    says(widget, f"{120 * 4 * each:,} tokens")
    move(widget, "pooling", 1)
    says(widget, f"{120 * 32 * 32:,} tokens: 1024 a frame")
    assert_readable_and_whole(page, widget)


def test_the_race_of_chapter_02_answers_its_slider_and_its_choice(page):
    widget = of_chapter(page, *RACE)
    page.shot("race", widget)
    says(widget, "With 16 frames")
    redraws(widget, lambda: move(widget, "frames", 1), "With 1 frame, 0 of 5 samplers saw all events.")
    choice = widget.get_by_role("combobox", name="has to be seen")
    choice.select_option(index=1)
    event = choice.locator("option").nth(1).inner_text().partition(": ")[2]
    says(widget, f"samplers saw that {event}")
    assert_readable_and_whole(page, widget)


def test_the_attention_of_chapter_03_follows_the_second_that_is_asked_for(page):
    widget = of_chapter(page, *ATTENTION)
    page.shot("attention", widget)
    says(widget, "second 17")
    slider = widget.get_by_role("slider", name="second asked for")
    redraws(widget, lambda: slider.press("ArrowRight"), "second 18")
    assert_readable_and_whole(page, widget)
