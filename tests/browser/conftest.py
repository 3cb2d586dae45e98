"""JupyterLab as `course lab` opens it, on a copy of the clone, in a real Chromium.

Fixtures: `lab`, a server for all tests of a file; `page`, a page of Chromium for one test (see lab_page.py), which
fails the test if a script complains. Each test begins with the notebooks of the clone, without a record of progress.
`pytest tests/browser --shots` keeps a picture of each first screen and each widget under tests/browser/shots/.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "browser"), str(TESTS / "lab")]  # importlib mode leaves a test's neighbours out of reach

from lab_page import LabPage  # noqa: E402
from served import served  # noqa: E402

ROOT = TESTS.parent
COPIED = ("course_lib", "notebooks", "exercises", "course.toml")
SIZE = {"width": 1280, "height": 720}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shots", action="store_true", help="Keep screenshots under tests/browser/shots/.")


@dataclass(frozen=True)
class Lab:
    """url: without a slash at its end; folder: the copy of the clone; log: what the server said."""

    url: str
    token: str
    folder: Path
    log: Path

    @property
    def record(self) -> Path:
        return self.folder / ".course" / "progress.jsonl"

    def reset(self) -> None:
        """The notebooks as they are in the clone, no record and no layout."""
        shutil.rmtree(self.folder / ".course", ignore_errors=True)
        for name in ("notebooks", "exercises"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        _copy(self.folder)


def _copy(folder: Path) -> None:
    for name in COPIED:
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, folder)
        elif not (folder / name).exists():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))


@pytest.fixture(scope="module")
def lab(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server of `course lab`, with a home of its own: empty but for a setting that the tests look through."""
    base = tmp_path_factory.mktemp("lab")
    home, folder = base / "home", base / "clone"
    (home / ".jupyter").mkdir(parents=True)
    (home / ".jupyter" / "jupyter_lab_config.json").write_text(json.dumps({"LabApp": {"expose_app_in_browser": True}}))
    folder.mkdir()
    _copy(folder)
    with served(["lab", "--no-browser"], home, PYTHONPATH=str(folder)) as started:
        url, _, token = started.url.partition("/lab/tree/notebooks/00_welcome.ipynb?token=")
        yield Lab(url, token, folder, home / "log")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A headless Chromium: the system's, else Playwright's own. Without one: skipped, and in CI failed.

    Not for the session: while Playwright is up its event loop runs, and other files' tests start loops of their own.
    """
    with sync_playwright() as started:
        path = shutil.which("chromium") or started.chromium.executable_path
        if not Path(path).is_file():
            missing = (
                "No Chromium is here. Debian, Ubuntu: apt-get install chromium; elsewhere: playwright install chromium"
            )
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def page(lab: Lab, chromium: Any, request: pytest.FixtureRequest) -> Iterator[LabPage]:
    """A fresh page of 1280x720. After the test: no complaint in the console that is ours, and no kernel left."""
    lab.reset()
    context = chromium.new_context(viewport=SIZE)
    shots = Path(__file__).parent / "shots" if request.config.getoption("--shots", default=False) else None
    made = LabPage(context.new_page(), lab, shots)
    yield made
    complaints = list(made.complaints)  # while the page is open: closing it breaks off what JupyterLab asks for
    context.close()
    made.end_kernels()
    assert not complaints, "JupyterLab says nothing in the console by itself, so this is ours"
