"""What goes wrong in a notebook is one line there too."""

import nbformat
from nbclient import NotebookClient


def test_an_error_that_a_user_can_mend_is_one_line_in_a_notebook():
    cell = nbformat.v4.new_code_cell('from course_lib import video\nvideo.probe("nothing.mp4")')
    NotebookClient(nbformat.v4.new_notebook(cells=[cell]), kernel_name="python3", allow_errors=True).execute()
    [output] = [output for output in cell.outputs if output.output_type == "error"]
    assert output.ename == "VideoError" and len(output.traceback) == 1
    assert output.traceback[0].startswith("VideoError: nothing.mp4") and "\n" not in output.traceback[0]
