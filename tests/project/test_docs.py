"""What the README and the manifest say is so."""

import re
import tomllib

import pytest
import typer.main
from repository import ROOT, tracked_text

from course_lib.cli import app

README = (ROOT / "README.md").read_text(encoding="utf-8")
MANIFEST = tomllib.loads((ROOT / "course.toml").read_text(encoding="utf-8"))
COMMANDS = typer.main.get_command(app).commands
# Code in the README: fenced blocks by line, and inline spans.
CODE = [line for block in re.findall(r"```\w*\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]
CODE += re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", README, flags=re.DOTALL))


def test_every_make_target_in_the_readme_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    used = {name for code in CODE for name in re.findall(r"\bmake ([a-z-]+)", code)}
    assert {"demo", "lab", "test", "test-gpu"} <= used
    assert used - targets == set()


def test_every_course_command_and_option_in_the_readme_exists():
    used = set()
    for code in CODE:
        for name, rest in re.findall(r"(?:^|[ /])course ([a-z]+)([^#]*)", code):
            assert name in COMMANDS, code
            options = {option for p in COMMANDS[name].params for option in (*p.opts, *p.secondary_opts)}
            assert set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", rest)) - options == set(), code
            used.add(name)
    assert used == set(COMMANDS), "the README names every command"


def test_every_file_that_a_document_links_to_is_there():
    for name, text in tracked_text().items():
        if name.endswith(".md"):
            for target in re.findall(r"\]\(([^)#\s]+)", text) + re.findall(r'<img[^>]+src="([^"]+)"', text):
                if "://" not in target:
                    assert ((ROOT / name).parent / target).exists(), f"{name} links to {target}"


def test_every_picture_in_the_readme_has_a_text_for_those_who_cannot_see_it():
    pictures = re.findall(r"!\[([^\]]*)\]", README)
    assert pictures and all(len(text) > 20 for text in pictures)


def test_the_manifest_names_every_chapter_and_every_exercise_that_is_there():
    chapters = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    exercises = {path.stem for path in (ROOT / "solutions").glob("*.ipynb")}
    assert {chapter["id"] for chapter in MANIFEST["chapters"]} == chapters
    assert {exercise["id"] for exercise in MANIFEST["exercises"]} == exercises


def test_the_exercises_add_up_to_the_points_of_the_course_and_belong_to_a_chapter():
    chapters = {chapter["id"] for chapter in MANIFEST["chapters"]}
    assert sum(exercise["points"] for exercise in MANIFEST["exercises"]) == MANIFEST["course"]["points"] == 100
    assert {exercise["chapter"] for exercise in MANIFEST["exercises"]} <= chapters
    ids = [row["id"] for row in (*MANIFEST["chapters"], *MANIFEST["exercises"])]
    assert len(ids) == len(set(ids))


def test_the_readme_gives_every_chapter_its_title_from_the_manifest():
    for chapter in MANIFEST["chapters"]:
        [row] = [line for line in README.splitlines() if line.startswith("|") and chapter["id"] in line]
        assert chapter["title"] in row


def test_the_readme_gives_every_exercise_its_points_from_the_manifest():
    for exercise in MANIFEST["exercises"]:
        [row] = [line for line in README.splitlines() if line.startswith(f"| [{exercise['id']}]")]
        assert f"| {exercise['points']} |" in row


def _joined(*parts: str) -> str:
    return "".join(parts)  # so that this file does not contain what it looks for


@pytest.mark.parametrize(
    "pattern",
    [
        _joined("/(work|home|Users|root)", r"/\w"),
        _joined("/opt/", "(wheels|pypi)"),
        _joined(r"[A-Z]:\\", "Users"),
    ],
)
def test_no_file_names_a_path_of_somebodys_machine(pattern):
    assert {name: re.search(pattern, text) for name, text in tracked_text().items() if re.search(pattern, text)} == {}


@pytest.mark.parametrize(
    "host",
    [
        _joined("pypi", ".org"),
        _joined("python", "hosted.org"),
        _joined("npm", "js.org"),
        _joined("npm", "js.com"),
        _joined("debian", ".org"),
        _joined("download.pytorch", ".org"),
        _joined("anaconda", ".org"),
        _joined("anaconda", ".com"),
    ],
)
def test_no_file_names_a_package_registrys_host(host):
    assert [name for name, text in tracked_text().items() if host in text] == []
