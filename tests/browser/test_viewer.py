"""The timeline viewer, used as a learner would: with the mouse, with keys, on a phone, without a decoder."""

import pytest
from lab_page import SCRATCH
from seen import OVERLAPS
from timeline import READY, at, axis, click, drag, place, show

VIEW = """truth = Timeline.load(clips / "demo.timeline.json")
told = [Event(0.9, 5.2, "blue bird", "lands"), Event(9.0, 12.5, "blue bird", "flies"),
        Event(16, 20, "green car", "turns right"), Event(21, 25, "red ball", "bounces")]
viz.view(clips / "demo.mp4", truth, told, [0.9 + 1.875 * i for i in range(16)], title="Demo")
"""


def test_a_click_on_the_axis_or_on_an_event_seeks_and_so_do_keys(page):
    show(page, VIEW)
    click(page, 20)
    at(page, 20)
    slider = axis(page)
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
    at(page, 9)


def test_no_key_in_it_reaches_the_notebook_and_commands_do(page):
    show(page, VIEW)
    for place_of in (axis(page), page.locator("button.tl-play")):
        place_of.focus()
        page.keyboard.type("ddax")  # in command mode: the cell is gone, and another one above
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        assert place_of.evaluate("node => node === document.activeElement"), "the focus stays"
        assert len(page.cells()) == 1
    page.get_by_role("button", name="Pause").press("Enter")
    axis(page).press("Control+Enter")  # runs the cell again
    page.wait_for_function("document.activeElement.className !== 'tl-ruler'")
    page.wait_for_function(READY)
    assert len(page.cells()) == 1


def test_dragging_along_the_axis_takes_the_film_with_it(page, film):
    show(page, VIEW)
    drag(page, 3, 15, page.locator(".tl-ruler"))
    at(page, 15)
    page.mouse.up()
    page.mouse.move(place(page, 0), 400)
    assert page.evaluate("document.querySelector('.tl video').currentTime") == pytest.approx(15, abs=0.06)


def test_the_playhead_moves_over_the_rows_while_the_film_plays(page, film):
    show(page, VIEW)
    head = page.locator(".tl-playhead")
    axis(page).press("Space")
    before = head.bounding_box()
    page.wait_for_function("document.querySelector('.tl video').currentTime > 1")
    over = head.bounding_box()
    assert over["x"] > before["x"] + 5
    for row in page.locator(".tl-track").all():
        box = row.bounding_box()
        assert over["y"] <= box["y"] + 1 and over["y"] + over["height"] >= box["y"] + box["height"] - 1
    page.get_by_role("button", name="Pause").click()
    page.wait_for_function("document.querySelector('.tl video').paused")
    stopped = page.evaluate("document.querySelector('.tl video').currentTime")
    assert head.bounding_box()["x"] + 1 == pytest.approx(place(page, stopped), abs=3)


def test_wrong_events_say_their_kind_and_are_hatched(page):
    show(page, VIEW)
    kinds = {"shifted": "blue bird flies · shifted +3.3 s", "invented": "green car turns right · invented"}
    for kind, text in (kinds | {"skipped": "red ball rolls · not told"}).items():
        bar = page.locator(f".tl-bar[data-kind={kind}]", has_text=text)
        assert bar.count() == 1
        assert "gradient" in bar.locator(".tl-fill").evaluate("node => getComputedStyle(node).backgroundImage")
    right = page.locator(".tl-row-told .tl-bar[data-kind='']").first.locator(".tl-fill")
    assert right.evaluate("node => getComputedStyle(node).backgroundImage") == "none"
    assert page.get_by_role("img", name="looked at 16 times: 0.9, 2.8").count() == 1


def test_nothing_is_cut_off_or_overlaps_from_a_phone_to_4k_and_text_has_contrast_in_both_themes(page):
    viewer = show(page, VIEW)
    assert page.unreadable(viewer) == []
    assert page.beyond(viewer) == [] and viewer.evaluate(OVERLAPS) == []
    assert viewer.bounding_box()["height"] < 600  # of 720, with JupyterLab's own bars
    for name, size in {"phone": (360, 740), "4k": (3840, 2160)}.items():
        wide = viewer.bounding_box()["width"]
        page.resize(*size)
        page.wait_for_function(f"Math.abs(document.querySelector('.tl').clientWidth - {wide}) > 50")
        assert page.beyond(viewer) == [] and viewer.evaluate(OVERLAPS) == []
        axis(page).scroll_into_view_if_needed()
        page.shot(f"viewer_{name}")


def test_a_browser_without_h264_gets_still_frames_and_one_line(page):
    page.open(SCRATCH)
    plays = "HTMLMediaElement.prototype.canPlayType"
    page.evaluate(f"() => {{ window.couldPlay = {plays}; {plays} = () => ''; }}")
    try:
        show(page, VIEW)
    finally:
        page.evaluate(f"() => {{ {plays} = window.couldPlay; }}")
    assert page.get_by_text("This browser cannot play H.264 video, so still frames are shown instead.").count() == 1
    frame = "document.querySelector('.tl-stills').style.backgroundPosition"
    before = page.evaluate(frame)
    click(page, 20)
    at(page, 20)
    assert page.evaluate(frame) != before
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("Number(document.querySelector('.tl-ruler').getAttribute('aria-valuenow')) > 20.3")
