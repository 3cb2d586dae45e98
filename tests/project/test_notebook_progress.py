"""The bar in a Jupyter kernel: an HTML output that is updated in place and empty at the end."""

import nbformat
import pytest
from nbclient import NotebookClient

SLOW = """
from course_lib import progress as p
p.SHOW_AFTER = p.REDRAW_EVERY = 0
sum(p.progress(range(5), "frames <b>"))
"""


# The work goes on when the bar has been published: no clock is involved.
STUCK = """
import threading
from IPython import get_ipython
from course_lib import progress as p
p.SHOW_AFTER = 0
seen = threading.Event()
publish = get_ipython().display_pub.publish
def noticed(data, *rest, **more):
    publish(data, *rest, **more)
    if "frames" in data.get("text/html", ""):
        print("published by", threading.current_thread().name)
        seen.set()
get_ipython().display_pub.publish = noticed
def work():
    assert seen.wait(60)
    yield 1
print(*p.progress(work(), "frames", total=1))
"""


class Watched(NotebookClient):
    """Notes every display on its way to a cell."""

    def process_message(self, message, cell, index):
        if "display" in message["msg_type"]:
            self.displayed = [*getattr(self, "displayed", []), (index, message["content"]["data"]["text/html"])]
        return super().process_message(message, cell, index)


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
    bar = 'from course_lib import progress as p; p._NotebookBar().update("frames <b>", 2, 5, "2/5")'
    [shown] = outputs(bar)
    assert 'frames &lt;b&gt; <progress value="2" max="5"></progress> 2/5' in shown["data"]["text/html"]


def test_it_is_silent_when_switched_off(monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    [result] = outputs(SLOW)
    assert result["data"]["text/plain"] == "10"


def test_the_bar_shows_in_its_own_cell_while_the_very_first_item_is_being_made():
    cells = [nbformat.v4.new_code_cell("1"), nbformat.v4.new_code_cell(STUCK), nbformat.v4.new_code_cell("2")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = Watched(notebook, timeout=120, kernel_name="python3")
    client.execute()
    first, last = client.displayed[0], client.displayed[-1]
    assert first[0] == 1 and "<label>frames <progress" in first[1] and "0/1" in first[1]
    assert last == (1, "")
    assert [[o["output_type"] for o in c.outputs] for c in notebook.cells][::2] == [["execute_result"]] * 2
    assert any("published by Thread" in o.get("text", "") for o in notebook.cells[1].outputs)
