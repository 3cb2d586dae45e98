"""An exercise, from a wrong answer over a hint to a pass, as a learner does it."""

import json
import re
from pathlib import Path

SOLUTION = Path(__file__).resolve().parents[2] / "solutions" / "1_frames.ipynb"
EXERCISE = "exercises/1_frames.ipynb"
WRONG = """def decode_runs(keyframes, wanted):
    return [[frame, frame] for frame in sorted(wanted)]


check("1.seek", decode_runs)
"""


def right():
    """The cell of the solution that defines decode_runs."""
    cells = json.loads(SOLUTION.read_text(encoding="utf-8"))["cells"]
    [source] = ["".join(cell["source"]) for cell in cells if "def decode_runs" in "".join(cell["source"])]
    return source


def test_a_wrong_answer_is_explained_a_hint_helps_and_a_pass_moves_the_progress(page):
    page.open(EXERCISE)
    page.run_cell(page.cell_with("from course_lib.learn import"))
    seek = page.cell_with("def decode_runs")

    page.write(seek, WRONG)
    page.run_cell(seek)
    said = page.output(seek)
    assert "✘ 1.seek" in said.inner_text() and "keyframe" in said.inner_text() and 'hint("1.seek")' in said.inner_text()
    assert page.unreadable(said.locator(".jp-OutputArea-output")) == [] and page.beyond(said) == []
    page.shot("check_wrong", said)

    page.write(seek, WRONG.replace("check(", 'hint("1.seek")\n#'))
    page.run_cell(seek)
    assert "last one at or before it" in page.output(seek).inner_text()
    page.shot("hint", page.output(seek))
    card = page.get_by_role("region", name="Course progress")
    card.get_by_text("1 hint").wait_for()

    page.write(seek, right())
    page.run_cell(seek)
    assert "✔ 1.seek" in said.inner_text() and "3 of 3 points" in said.inner_text()
    page.shot("check_pass", said)
    card.get_by_text("3 of 100 points").wait_for()
    assert re.search(r"1 Frames\s+3 of 12 points, 1 of 4 parts, 1 hint", card.inner_text())
    page.shot("progress_moved", card)


def test_after_the_death_of_the_kernel_one_goes_on_with_a_new_one(page):
    page.open(EXERCISE)
    page.run_cell(page.cell_with("from course_lib.learn import"))
    page.kill_kernel()
    seek = page.cell_with("def decode_runs")
    page.write(seek, right())
    page.run_cell(seek)
    assert "NameError" in page.output(seek).inner_text(), "a new kernel knows nothing"
    page.run_cell(page.cell_with("from course_lib.learn import"))
    page.run_cell(seek)
    assert "✔ 1.seek" in page.output(seek).inner_text()
