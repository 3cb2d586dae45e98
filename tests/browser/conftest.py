"""JupyterLab as `course lab` opens it, on a copy of the clone, in a real Chromium.

Fixtures: `page`, a tab of 1280x720 that the tests of a file share, since loading JupyterLab takes longer than most of
what is tested in it (see lab_page.py); it fails a test if a script complains. `tab` is the same for fixtures of a file.
`film` skips where Chromium cannot play the films. A file begins with the notebooks of the clone and no record of
progress. `pytest tests/browser --shots` keeps a picture of each first screen and each widget in tests/browser/shots/.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "browser"), str(TESTS / "lab")]  # importlib mode leaves a test's neighbours out of reach

from browsers import H264, executable, unmet  # noqa: E402
from clone import Lab, opened  # noqa: E402
from lab_page import LabPage  # noqa: E402

SIZE = (1280, 720)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shots", action="store_true", help="Keep screenshots under tests/browser/shots/.")


@pytest.fixture(scope="session")
def executable_path() -> str:
    return executable()


@pytest.fixture(scope="session")
def lab(executable_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server of `course lab` for all files that one worker runs."""
    with opened(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(scope="module")
def tab(lab: Lab, executable_path: str, request: pytest.FixtureRequest) -> Iterator[LabPage]:
    """A tab of a headless Chromium, and no kernel left behind it.

    Not for the session: while Playwright is up its event loop runs, and other files' tests start loops of their own.
    """
    lab.reset()
    shots = Path(__file__).parent / "shots" if request.config.getoption("--shots", default=False) else None
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=executable_path, args=["--no-sandbox", "--disable-gpu"])
        made = LabPage(browser.new_page(), lab, shots)
        made.resize(*SIZE)
        yield made
        browser.close()
        made.end_kernels()


@pytest.fixture
def page(tab: LabPage) -> Iterator[LabPage]:
    """The file's tab. After the test: no complaint in the console, and the size and theme that it began with."""
    yield tab
    complaints, tab.complaints = tab.complaints, []
    tab.unroute_all()
    tab.resize(*SIZE)
    tab.theme("Light")
    assert not complaints, "JupyterLab says nothing in the console by itself, so this is ours"


@pytest.fixture
def film(page: LabPage) -> None:
    """Skips, and in CI fails, where Chromium cannot play the course's films."""
    if not page.evaluate(f"document.createElement('video').canPlayType({H264!r})"):
        unmet("This Chromium has no H.264 (Playwright's own has none), so no film plays. Take the system's chromium.")
