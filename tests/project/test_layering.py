"""The order of the rooms is a contract that import-linter checks; here: that it names them all, and that it bites."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from repository import PYPROJECT, ROOT

LAYERS = PYPROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
DATA = {"clips", "weights"}  # folders without code


def named() -> list[str]:
    return [re.sub(r"[() ]", "", room) for layer in LAYERS for room in layer.split("|")]


def rooms() -> set[str]:
    return {p.stem for p in (ROOT / "course_lib").iterdir() if not p.name.startswith(("_", "."))} - DATA


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_every_room_has_its_place_in_the_order():
    assert rooms() - set(named()) == set()


def test_the_rooms_of_the_house_plan_are_in_its_order():
    plan = ["video", "clipworld", "tokens", "model", "zoo", "temporal", "viz", "cli"]
    assert [room for room in reversed(named()) if room in plan] == plan


def test_a_room_that_imports_one_above_it_is_found(tmp_path):
    ignored = shutil.ignore_patterns("__pycache__", "*.safetensors", "*.mp4")
    shutil.copytree(ROOT / "course_lib", tmp_path / "course_lib", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "course_lib" / "timeline.py").open("a") as file:
        file.write("\n\ndef upwards():\n    from course_lib.video import sample\n    return sample\n")
    run = lint(tmp_path)
    assert run.returncode == 1
    assert "course_lib.timeline -> course_lib.video" in run.stdout
