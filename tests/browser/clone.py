"""`course lab` on a copy of the clone, so that nothing that is done in it changes the clone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from served import served

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("course_lib", "notebooks", "exercises", "course.toml")


@dataclass(frozen=True)
class Lab:
    """url: without a slash at its end; folder: the copy of the clone; home: of the learner, with the server's log."""

    url: str
    token: str
    folder: Path
    home: Path

    def reset(self) -> None:
        """The notebooks as they are in the clone; no record, no layout, no theme chosen."""
        shutil.rmtree(self.home / ".jupyter" / "lab", ignore_errors=True)
        for name in (".course", "notebooks", "exercises"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        _copy(self.folder)


@contextmanager
def opened(base: Path) -> Iterator[Lab]:
    """A server in `base`, with a home of its own: empty but for a setting that the tests look through."""
    home, folder = base / "home", base / "clone"
    (home / ".jupyter").mkdir(parents=True)
    (home / ".jupyter" / "jupyter_lab_config.json").write_text(json.dumps({"LabApp": {"expose_app_in_browser": True}}))
    folder.mkdir()
    _copy(folder)
    with served(["lab", "--no-browser"], home, PYTHONPATH=str(folder)) as started:
        url, _, token = started.url.partition("/lab/tree/notebooks/00_welcome.ipynb?token=")
        yield Lab(url, token, folder, home)


def _copy(folder: Path) -> None:
    for name in COPIED:
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, folder)
        elif not (folder / name).exists():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
