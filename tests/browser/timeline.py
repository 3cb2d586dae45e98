"""The timeline viewer and the marker on the tests' page: shown by a cell, and pointed at by seconds."""

CLIPS = """from pathlib import Path
import course_lib
from course_lib import viz
from course_lib.timeline import Event, Timeline
clips = Path(course_lib.__file__).parent / "clips"
"""
READY = """() => {
  const [film, stills] = ['video', '.tl-stills'].map(face => document.querySelector('.tl ' + face));
  return film ? film.readyState >= 2 && !film.seeking : stills?.style.backgroundImage.startsWith('url');
}"""


def show(page, source):
    """Run `source` after CLIPS and wait until the film, or its still frames, can be seen. Returns the viewer."""
    viewer = page.show(CLIPS + source).locator(".tl")
    page.wait_for_function(READY)
    return viewer


def axis(page):
    return page.get_by_role("slider", name="Second of the clip")


def at(page, seconds):
    """Wait until the playhead stands there."""
    wanted = f"Math.abs(document.querySelector('.tl-ruler').getAttribute('aria-valuenow') - {seconds}) < 0.11"
    page.wait_for_function(wanted)


def place(page, seconds):
    """The x of a second, in pixels of the window."""
    page.locator(".tl-ruler").scroll_into_view_if_needed()
    box = page.locator(".tl-ruler").bounding_box()
    return box["x"] + box["width"] * seconds / float(axis(page).get_attribute("aria-valuemax"))


def drag(page, start, end, on):
    """From a second to another one, with the mouse, over the middle of a locator's element. The button stays down."""
    x, stop = place(page, start), place(page, end)
    box = on.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 8, y)
    page.mouse.move(stop, y)


def click(page, second):
    """On the axis."""
    drag(page, second, second, page.locator(".tl-ruler"))
    page.mouse.up()
