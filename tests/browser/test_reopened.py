"""A notebook that was run, saved and opened again when its kernel had gone."""

from lab_page import NOTEBOOK, SCRATCH

SHOWN = """
from course_lib.timeline import Event
from course_lib.viz import budget
budget.widget(16.0, [Event(1, 4, "red car", "stops")], fps=0.5)
"""


def test_a_widget_without_its_kernel_is_the_picture_of_it(page):
    page.show(SHOWN).get_by_role("group", name="Token budget").wait_for()
    page.command("docmanager:save")
    page.wait_for_function(f"() => !{NOTEBOOK}.context.model.dirty")
    page.goto("about:blank")
    page.end_kernels()
    page.goto(f"{page.lab.url}/lab/tree/{SCRATCH}?token={page.lab.token}&reset")
    page.wait_for_kernel(SCRATCH)
    picture = page.output(0).get_by_role("img")
    picture.wait_for()
    assert picture.get_attribute("alt").startswith("8 frames over 1 events")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
    page.output(0).get_by_text("Run this cell to play with it.").wait_for()
    assert "Error displaying widget" not in page.output(0).inner_text()
    told = [line for line in page.complaints if "widget model not found" not in line]
    assert told == [], "JupyterLab says that the kernel has no such widget; nothing else is wrong"
    page.complaints.clear()
    page.run_cell(0)
    page.output(0).get_by_role("group", name="Token budget").wait_for()
    assert page.output(0).get_by_role("img", name="A picture").count() == 0
