"""Every chapter: its notebook is its text, run from top to bottom, and can be read without running it."""

import ast
import importlib.util
import re
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXTS = sorted((ROOT / "notebooks" / "text").glob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NOT_RUN_HERE = "skip-execution"


def _load_build():
    spec = importlib.util.spec_from_file_location("notebooks_build", ROOT / "notebooks" / "build.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


build = _load_build()


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def pictures(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            for mime in output.get("data", {}):
                if mime.startswith("image/"):
                    yield cell, output, mime


def promises_output(source: str) -> bool:
    """Whether a cell prints, displays, or ends in an expression that Jupyter shows."""
    source = "\n".join("pass" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines())
    tree = ast.parse(source)
    if not tree.body:
        return False
    # A function's own body prints when it is called, not where it is written.
    here = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
    calls = {getattr(n.func, "id", "") for top in here for n in ast.walk(top) if isinstance(n, ast.Call)}
    shown = isinstance(tree.body[-1], ast.Expr) and not source.rstrip().endswith(";")
    return shown or bool(calls & {"print", "display"})


def test_every_text_has_its_notebook_and_every_notebook_its_text():
    assert [path.stem for path in TEXTS] == [path.stem for path in NOTEBOOKS]


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.stem)
def test_a_notebook_has_the_cells_of_its_text(text):
    notebook = nbformat.read(text.parent.parent / f"{text.stem}.ipynb", as_version=4)
    written = build.unrun(text.read_text(encoding="utf-8"), build.Measured(**notebook.metadata["course"]))
    wanted = [(c.id, c.cell_type, tags(c), c.source) for c in written.cells]
    assert [(c.id, c.cell_type, tags(c), c.source) for c in notebook.cells] == wanted, "run: make notebooks-build"
    assert notebook.metadata == written.metadata


def test_the_header_says_what_the_last_build_measured(notebook):
    measured = build.Measured(**notebook.metadata["course"])
    assert measured.text in notebook.cells[0].source
    assert 0 < measured.minutes <= (7 if "four stages" in notebook.cells[0].source else 3)
    assert 0 < measured.peak_gb < 2.5


def test_all_chapters_together_run_in_a_quarter_of_an_hour():
    minutes = [nbformat.read(path, as_version=4).metadata["course"]["minutes"] for path in NOTEBOOKS]
    assert sum(minutes) <= 15


def test_cells_were_run_once_each_from_top_to_bottom(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook) if NOT_RUN_HERE not in tags(cell)]
    assert counts == list(range(1, len(counts) + 1))


def test_a_cell_that_shows_something_has_it_stored(notebook):
    ran = [c for c in code_cells(notebook) if NOT_RUN_HERE not in tags(c)]
    silent = [c.source for c in ran if promises_output(c.source) and not c.outputs]
    assert [source for source in silent if source] == []


def test_no_cell_failed_or_wrote_to_stderr(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", output.text


def test_every_picture_has_a_text_for_those_who_cannot_see_it(notebook):
    shown = list(pictures(notebook))
    assert shown
    for cell, output, mime in shown:
        assert len(output.metadata.get(mime, {}).get("alt", "")) > 20, cell.source


def test_nothing_is_loaded_from_elsewhere_when_a_notebook_is_opened(notebook):
    for cell in notebook.cells:
        html = [o.data.get("text/html", "") for o in cell.get("outputs", []) if "data" in o]
        for text in (cell.source if cell.cell_type == "markdown" else "", *html):
            assert not re.search(r"<(?:img|video|script|iframe|link)\b[^>]*?(?:src|href)=[\"']?(?:https?:)?//", text)
            assert not re.search(r"!\[[^\]]*\]\(", text), "a linked picture: draw it in a cell"


def test_prose_is_short_and_says_to_predict_first(notebook):
    prose = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    for cell in prose:
        lines = [line for line in cell.source.splitlines() if line.strip() and not line.startswith("#")]
        assert len(lines) <= 3 or "quiz" in tags(cell), cell.source
    assert any("**Predict:**" in cell.source for cell in prose)
    [quiz] = [cell for cell in prose if "quiz" in tags(cell)]
    assert quiz.source.count("<details>") == quiz.source.count("</details>") == 5


def test_code_cells_fit_on_a_screen_and_one_sets_up(notebook):
    for cell in code_cells(notebook):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= 16 and max(map(len, lines)) <= 120, cell.source
    assert len(code_cells(notebook)[0].source.splitlines()) <= 3


def test_every_link_to_a_file_leads_somewhere(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)#\s]+)", cell.source):
                assert "://" in target or (ROOT / "notebooks" / target).exists(), target


def test_every_course_command_that_a_notebook_names_exists(notebook):
    import typer.main

    from course_lib.cli import app

    commands = set(typer.main.get_command(app).commands)
    named = {n for cell in notebook.cells for n in re.findall(r"`course ([a-z]+)", cell.source)}
    assert named - commands == set()
