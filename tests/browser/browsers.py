"""Which Chromium the tests use, and what becomes of a test that finds none."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "google-chrome")  # they play H.264, which Playwright's own does not
H264 = 'video/mp4; codecs="avc1.640028"'
MISSING = "No Chromium is here. Debian, Ubuntu: apt-get install chromium; elsewhere: playwright install chromium"


def executable() -> str:
    """The path of the system's Chromium, else of Playwright's own. Without one the test is skipped, and in CI fails."""
    if found := next(filter(None, map(shutil.which, NAMES)), None):
        return found
    with sync_playwright() as started:
        own = started.chromium.executable_path
    return own if Path(own).is_file() else unmet(MISSING)


def unmet(what: str) -> NoReturn:
    """End the test: skipped on a learner's machine; failed in CI, which installs what tests need."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)
