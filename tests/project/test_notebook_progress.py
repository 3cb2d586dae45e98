"""The bar in a Jupyter kernel: an HTML output that is updated in place and empty at the end."""

import nbformat
import pytest
from nbclient import NotebookClient

SLOW = """
from course_lib import progress as p
p.SHOW_AFTER = p.REDRAW_EVERY = 0
sum(p.progress(range(5), "frames <b>"))
"""


def outputs(code: str) -> list[dict]:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return notebook.cells[0].outputs


@pytest.fixture(autouse=True)
def _shown(monkeypatch):
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)


def test_the_bar_is_one_output_that_is_empty_at_the_end_and_nothing_goes_to_stderr():
    bar, result = outputs(SLOW)
    assert (bar["output_type"], bar["data"]["text/html"]) == ("display_data", "")
    assert result["data"]["text/plain"] == "10"


def test_before_the_end_it_shows_label_and_numbers_with_the_label_as_plain_text():
    bar = 'from course_lib import progress as p; p.SHOW_AFTER = 0; p._NotebookBar("frames <b>").update(2, 5, "2/5")'
    [shown] = outputs(bar)
    assert 'frames &lt;b&gt; <progress value="2" max="5"></progress> 2/5' in shown["data"]["text/html"]


def test_it_is_silent_when_switched_off(monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    [result] = outputs(SLOW)
    assert result["data"]["text/plain"] == "10"
