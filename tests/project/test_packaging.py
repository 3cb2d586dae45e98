"""pyproject.toml, constraints.txt, environment.yml and the Makefile agree, and the package holds its data."""

import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, metadata, requires, version

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from repository import PYPROJECT, ROOT

PROJECT = PYPROJECT["project"]
TESTED_EXTRAS = ("lab", "grade", "scale", "dev")
NOT_PINNED = ("nvidia-", "cuda-", "triton", "torchvision")  # pinned by torch itself, for its own build


def requirements(*extras: str) -> list[Requirement]:
    lines = PROJECT["dependencies"] + [r for extra in extras for r in PROJECT["optional-dependencies"][extra]]
    return [Requirement(line) for line in lines]


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = {}
    for line in lines:
        if line and not line.startswith("#"):
            match = re.fullmatch(r"([a-z0-9-]+)==([0-9][^+\s]*)", line)
            assert match, f"constraints.txt: {line!r} is no exact pin without a local build"
            found[match[1]] = match[2]
    return found


def closure(todo: list[Requirement]) -> dict[str, str]:
    """Name -> version of all that the requirements bring in, as installed where this test runs."""
    found: dict[str, str] = {}
    seen = set()
    while todo:
        wanted = todo.pop()
        key = (canonicalize_name(wanted.name), frozenset(wanted.extras))
        if key in seen or key[0].startswith(NOT_PINNED):
            continue
        seen.add(key)
        try:
            found[key[0]] = version(wanted.name).split("+")[0]
        except PackageNotFoundError:
            pytest.fail(f"{wanted} is not installed: run `make test`, which sets up .venv")
        for line in requires(wanted.name) or []:
            inner = Requirement(line)
            if inner.marker is None or any(inner.marker.evaluate({"extra": e}) for e in ("", *wanted.extras)):
                todo.append(inner)
    return found


def test_the_constraints_are_the_versions_that_these_tests_run_with():
    assert pins() == closure(requirements(*TESTED_EXTRAS))


def test_every_pin_lies_in_the_range_that_pyproject_allows():
    pinned = pins()
    for wanted in requirements(*TESTED_EXTRAS):
        assert wanted.specifier.contains(pinned[canonicalize_name(wanted.name)]), wanted


def test_every_pin_installs_on_the_oldest_python_that_is_promised():
    for name in pins():
        allowed = metadata(name).get("Requires-Python")
        assert allowed is None or SpecifierSet(allowed).contains("3.11.0"), f"{name} needs Python {allowed}"


def test_torch_is_pinned_to_the_tested_release_and_allowed_from_2_9():
    torch = next(r for r in requirements() if r.name == "torch")
    assert pins()["torch"] == "2.13.0"
    assert [torch.specifier.contains(v) for v in ("2.8.0", "2.9.0", "2.13.0", "3.0.0")] == [False, True, True, False]


def test_every_dependency_has_its_reason_beside_it():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for wanted in requirements(*PROJECT["optional-dependencies"]):
        assert re.search(rf'^    "{re.escape(wanted.name)}[^"]*", +# \w.+$', text, re.MULTILINE), wanted


def test_conda_users_get_what_the_makefile_installs():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    plain = [d for d in environment["dependencies"] if isinstance(d, str)]
    [pip] = [d["pip"] for d in environment["dependencies"] if isinstance(d, dict)]
    assert plain == [f"python{PROJECT['requires-python']}", "pip"]
    [extras] = re.findall(r"^EXTRAS_test := (\[.*\])$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert pip == ["-c constraints.txt", f"-e .{extras}"]
    assert extras == f"[{','.join(TESTED_EXTRAS)}]"


def test_make_says_which_python_it_needs(tmp_path):
    for impostor in ("no-such-python", "false"):
        run = subprocess.run(
            ["make", "demo", f"PYTHON={impostor}", f"VENV={tmp_path / 'venv'}"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == 2
        assert f"'{impostor}' is not Python 3.11 or newer" in run.stderr
        assert "make demo PYTHON=" in run.stderr
        assert not (tmp_path / "venv").exists()


def test_the_wheel_holds_the_library_its_data_and_the_licence_and_nothing_else(tmp_path):
    source = tmp_path / "source"
    shutil.copytree(ROOT / "course_lib", source / "course_lib", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    (source / "tests").mkdir()
    (source / "tests" / "test_x.py").write_text("")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", tmp_path, source],
        check=True, capture_output=True,
    )  # fmt: skip
    [wheel] = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    here = {p.relative_to(source).as_posix() for p in (source / "course_lib").rglob("*") if p.is_file()}
    assert {name for name in inside if ".dist-info/" not in name} == here
    assert any(name.endswith("licenses/LICENSE") for name in inside)
    assert "course_lib/clips/car-detection.timeline.json" in inside


def test_the_ci_script_can_be_run():
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
