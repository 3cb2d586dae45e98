"""The README's commands for opening the notebooks, read out of it and run where they can run here."""

import re
import shutil
import subprocess
import sys
from urllib.request import urlopen

import pytest
from served import ROOT, served

from course_lib.lab.start import is_free

README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("## Opening the notebooks\n")[2].partition("\n## ")[0]
LINES = [
    line.partition("#")[0].strip()
    for block in re.findall(r"```\n(.*?)```", SECTION, re.DOTALL)
    for line in block.splitlines()
]
INLINE = re.findall(r"`(course lab[^`]*)`", SECTION)


def test_the_readme_has_a_way_for_each_system():
    assert {line.split()[0] for line in LINES} >= {"make", "ssh", r".venv\Scripts\course"}
    assert "course lab --no-browser" in INLINE


@pytest.mark.parametrize("arguments", sorted({line.partition("course ")[2] for line in INLINE + LINES} - {""}))
def test_a_command_that_opens_jupyterlab_serves_the_welcome_notebook(tmp_path, arguments):
    named = re.findall(r"--port (\d+)", arguments)
    if named and not is_free(int(named[0])):
        pytest.skip(f"port {named[0]} is in use on this machine")
    with served(arguments.split(), tmp_path, SSH_CONNECTION="10.0.0.2 51022 10.0.0.9 22") as lab:  # so no browser opens
        with urlopen(lab.url, timeout=60) as answer:
            assert answer.status == 200 and "00_welcome.ipynb?token=" in lab.url
        assert all(f":{port}/" in lab.url for port in named)
    assert lab.code == 0, "Ctrl-C ends it"


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make: apt-get install make")
def test_make_lab_sets_up_and_runs_course_lab():
    assert "make lab" in LINES
    make = ["make", "--no-print-directory", "-n", "lab"]  # under another make it would also say where it is
    does = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert does.splitlines()[-1].endswith("bin/course lab")


@pytest.mark.skipif(shutil.which("ssh") is None, reason="there is no ssh: apt-get install openssh-client")
def test_ssh_understands_the_line_for_a_remote_host():
    [line] = [line for line in LINES if line.startswith("ssh ")]
    options = line.split()
    read = subprocess.run([options[0], "-G", *options[1:]], capture_output=True, text=True, check=True).stdout
    assert "localforward 8888 [localhost]:8888" in read


def test_what_windows_installs_is_what_make_lab_installs():
    [line] = [line for line in LINES if "pip" in line]
    package, constraints = line.split()[-1], line.split()[line.split().index("-c") + 1]
    assert (ROOT / constraints).is_file()
    assert f"EXTRAS_lab  := {package.removeprefix('.')}" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_python_makes_the_environment_as_the_readme_says(tmp_path):
    [line] = [line for line in LINES if " -m venv " in line]
    subprocess.run([sys.executable, *line.split()[1:], "--without-pip"], cwd=tmp_path, check=True)
    assert (tmp_path / ".venv" / "pyvenv.cfg").is_file()
