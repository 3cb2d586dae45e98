"""The doctor tries each thing, and says how to mend what fails."""

import json
import os
import sys
from collections import namedtuple

import pytest

from course_lib import doctor
from course_lib.cli import main
from course_lib.doctor import GIB, Check
from course_lib.grade.sandbox import bubblewrap

NAMES = ["python", "torch", "codecs", "disk", "hub", "torchvision", "browser", "sandbox"]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def put_on_path(folder, monkeypatch, name, script):
    folder.mkdir(exist_ok=True)
    command = folder / name
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def put_on_import_path(folder, monkeypatch, name, source):
    (folder / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, name, raising=False)


def test_this_machine_which_runs_the_tests_has_all_that_is_required():
    found = doctor.examine()
    assert [c.name for c in found] == NAMES
    assert [c for c in found if c.state == "fail"] == []
    assert {c.name: c.state for c in found}["codecs"] == "ok"


def test_whatever_is_not_ok_comes_with_a_fix():
    assert all(c.fix for c in doctor.examine() if c.state != "ok")


def test_an_old_python_fails_with_what_to_install():
    assert doctor.python((3, 11, 0)).state == "ok"
    old = doctor.python((3, 10, 14))
    assert (old.state, old.found) == ("fail", "3.10.14")
    assert "3.11 or newer" in old.fix


def test_a_full_disk_fails(monkeypatch, tmp_path):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage(100 * GIB, 99 * GIB, GIB))
    found = doctor.disk(tmp_path)
    assert (found.state, found.found, found.fix) == ("fail", "1.0 GiB free here.", "Free 2 GiB.")


def test_a_torchvision_built_for_another_torch_fails_with_its_own_words(monkeypatch, tmp_path):
    put_on_import_path(
        tmp_path, monkeypatch, "torchvision", "raise RuntimeError('operator torchvision::nms is not there')"
    )
    found = doctor.torchvision()
    assert found.state == "fail"
    assert "operator torchvision::nms is not there" in found.found
    assert "install the torchvision of that build" in found.fix


def test_a_bubblewrap_that_the_kernel_forbids_is_not_called_ok(monkeypatch, tmp_path):
    put_on_path(
        tmp_path / "bin", monkeypatch, "bwrap", "echo 'bwrap: No permissions to create new namespace' >&2; exit 1"
    )
    bubblewrap.cache_clear()
    found = doctor.sandbox()
    bubblewrap.cache_clear()
    assert found.state == "absent"
    assert "No permissions to create new namespace" in found.found


def test_a_hub_that_cannot_be_reached_is_optional(monkeypatch):
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    found = doctor.hub()
    assert found.state == "absent"
    assert "pocket works without" in found.fix


def test_a_check_that_breaks_is_a_failure_and_the_others_still_run(monkeypatch):
    def codecs() -> Check:
        raise ImportError("libav is gone")

    monkeypatch.setattr(doctor, "codecs", codecs)
    found = {c.name: c for c in doctor.examine()}
    assert list(found) == NAMES
    assert found["codecs"].found == "ImportError: libav is gone"


def test_the_command_exits_with_1_when_something_required_fails_and_marks_it(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "disk", lambda: Check("disk", "fail", "0.1 GiB free here.", "Free 2 GiB."))
    assert main(["doctor"]) == 1
    lines = [line.split(maxsplit=2) for line in capsys.readouterr().out.splitlines()]
    marks = {line[1]: line[0] for line in lines if line[0].startswith("[")}
    assert marks["disk"] == "[FAIL]"
    assert marks["python"] == "[OK]"
    assert marks["hub"] == "[--]"


def test_its_json_is_json_alone(capsys):
    assert main(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in found] == NAMES
    assert set(found[0]) == {"name", "state", "found", "fix"}
