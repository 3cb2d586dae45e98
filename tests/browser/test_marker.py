"""The marker, used as a learner would: an event drawn, named, mended, saved, and there again."""

import pytest
from timeline import READY, at, axis, drag, show

from course_lib.timeline import Event, Timeline

PRETRAINED = "notebooks/07_pretrained.ipynb"


@pytest.fixture
def file(page, request):
    """Where the marker of this test saves: nothing is there yet, and the kernel has seen none of it."""
    return page.lab.folder / "notebooks" / f"{request.node.name}.json"


def marker_of(page, file):
    return show(page, f'viz.mark(clips / "demo.mp4", "{file.name}")\n')


def mark(marker, start, end, who, what):
    """An event by the keyboard alone, from wherever the playhead is: whole seconds."""
    slider = axis(marker)
    slider.press("Home")
    for second in range(end):
        if second == start:
            slider.press("s")
        slider.press("Shift+ArrowRight")
    slider.press("s")
    for words in (who, what):
        marker.page.keyboard.type(words)
        marker.page.keyboard.press("Enter")


def test_an_event_marked_in_chapter_07_by_keys_alone_is_saved_and_there_after_a_reload(page):
    page.open(PRETRAINED)
    marker = page.run_for("viz.mark(").locator(".tl")
    page.wait_for_function(READY)
    mark(marker, 1, 5, "a blue bird", "lands")
    mark(marker, 10, 15, "red ball", "rolls")
    page.shot("marker", marker)
    axis(marker).press("Control+s")
    page.get_by_text("2 events, saved in my_clip.timeline.json.").wait_for()
    want = (Event(1, 5, "blue bird", "lands"), Event(10, 15, "red ball", "rolls"))
    saved = Timeline.load(page.lab.folder / "notebooks" / "my_clip.timeline.json")
    assert tuple(saved) == want
    page.reload()
    page.wait_for_kernel(PRETRAINED)
    page.run_for("viz.mark(")
    page.get_by_role("button", name="yours: blue bird lands, 1.0 to 5.0 s").wait_for()
    page.get_by_role("button", name="yours: red ball rolls, 10.0 to 15.0 s").wait_for()
    names = page.locator("datalist").first.evaluate("list => [...list.options].map(option => option.value)")
    assert names == ["blue bird", "red ball"]


def test_undo_takes_back_step_by_step(page, file):
    marker = marker_of(page, file)
    mark(marker, 1, 3, "dog", "runs")
    mark(marker, 4, 6, "dog", "sits")
    page.get_by_role("button", name="yours: dog sits").click()
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
    assert "viz.mark" in page.cells()[0]["source"], "the notebook took nothing back"


def test_running_the_cell_again_keeps_what_was_marked_and_not_saved(page, file):
    mark(marker_of(page, file), 1, 3, "dog", "runs")
    page.get_by_text("1 event, not saved yet.").wait_for()
    page.run_cell(0)
    page.get_by_role("button", name="yours: dog runs, 1.0 to 3.0 s").wait_for()
    page.get_by_text("1 event, not saved yet.").wait_for()
    assert not file.exists()


def test_events_are_drawn_and_their_ends_dragged_with_the_mouse(page, file):
    marker_of(page, file)
    drag(page, 3, 9, page.locator(".tl-row-yours"))
    at(page, 9)
    page.mouse.up()
    page.keyboard.type("cat")
    page.keyboard.press("Enter")
    page.keyboard.type("sleeps")
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("button", name="yours: cat sleeps, 3.0 to 9.0 s").click()
    drag(page, 9.1, 12, page.get_by_role("slider", name="end of cat sleeps"))
    page.mouse.up()
    page.get_by_role("button", name="yours: cat sleeps, 3.0 to 12.0 s").wait_for()


def test_what_cannot_be_saved_is_said_in_one_line(page, file):
    marker = marker_of(page, file)
    slider = axis(page)
    slider.press("s")
    slider.press("s")
    page.get_by_text("An event needs a length. Go on, and press S where it ends.").wait_for()
    slider.press("Escape")
    mark(marker, 1, 3, "dog", "runs")
    file.write_text("my diary")
    page.get_by_role("button", name="Save", exact=True).click()
    line = page.get_by_text(f"{file.name} is there and is not a timeline, so it stays as it is.")
    line.wait_for()
    assert "tl-wrong" in line.get_attribute("class") and file.read_text() == "my diary"
    assert page.unreadable(marker) == [] and page.beyond(marker) == []
