"""`course lab`: the folder, the port, the browser, and what is said when something is missing."""

import contextlib
import json
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from served import COURSE, ROOT, environment, served

from course_lib.cli import main
from course_lib.lab import start


@pytest.fixture
def taken():
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def get(url):
    with urlopen(url, timeout=60) as answer:
        return answer.read().decode()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A server that was started in some other folder."""
    with served(["lab", "--no-browser"], tmp_path_factory.mktemp("elsewhere")) as lab:
        yield lab


def test_from_any_folder_it_serves_the_clone_without_news_and_without_a_build(lab):
    page = get(lab.url)
    options = json.loads(page.partition('id="jupyter-config-data" type="application/json">')[2].partition("<")[0])
    assert Path(options["serverRoot"]).expanduser() == ROOT
    assert options["buildCheck"] is False
    assert "@jupyterlab/apputils-extension:announcements" in options["disabledExtensions"]


def test_the_progress_is_answered_to_those_who_have_the_token_alone(lab):
    base, _, token = lab.url.partition("/lab/tree/notebooks/00_welcome.ipynb?token=")
    assert json.loads(get(f"{base}/course/progress?token={token}"))["most"] == 100
    with pytest.raises(HTTPError, match="403"):
        get(f"{base}/course/progress")


def test_the_users_own_configuration_of_jupyter_holds_and_is_not_written(tmp_path):
    (tmp_path / ".jupyter").mkdir()
    mine = tmp_path / ".jupyter" / "jupyter_server_config.json"
    mine.write_text('{"ServerApp": {"base_url": "/mine/"}}')
    with served(["lab", "--no-browser"], tmp_path) as lab:
        assert "/mine/lab/tree/notebooks/" in lab.url and "jupyter-config-data" in get(lab.url)
    written = {path.name for path in (tmp_path / ".jupyter").rglob("*") if path.is_file()}
    assert written <= {mine.name, "migrated"}  # Jupyter's own mark that there was nothing older to take over


def test_a_port_in_use_is_passed_over_and_that_is_said(tmp_path):
    try:
        listening = socket.create_server(("127.0.0.1", start.FIRST_PORT))
    except OSError:  # somebody else listens on it: as good
        listening = contextlib.nullcontext()
    with listening, served(["lab", "--no-browser"], tmp_path) as lab:
        assert re.fullmatch(rf"Port {start.FIRST_PORT} is in use: JupyterLab takes \d+\.", lab.said[0])
        assert f":{lab.said[0].split()[-1].rstrip('.')}/" in lab.url
    assert lab.code == 0, "Ctrl-C ends it"


def test_a_port_that_was_asked_for_and_is_in_use_is_refused_in_one_line(taken, capsys):
    assert main(["lab", "--port", str(taken)]) == 2
    assert capsys.readouterr().err == f"LabError: Port {taken} is in use. Leave --port out, and a free one is taken.\n"


def test_without_jupyterlab_one_line_says_how_to_install_it(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    assert main(["lab"]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "JupyterLab is not installed" in line and 'pip install -c constraints.txt -e ".[lab]"' in line


def test_an_installed_package_without_a_clone_says_so_in_one_line(tmp_path):
    shutil.copytree(
        ROOT / "course_lib", tmp_path / "course_lib", ignore=shutil.ignore_patterns("weights", "clips", "__pycache__")
    )
    done = subprocess.run(
        [*COURSE, "lab"], cwd=tmp_path, env={**environment(tmp_path), "PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert "holds no notebooks" in line and "make lab" in line


def test_on_a_remote_host_the_line_for_the_tunnel_is_told_and_no_browser_is_tried():
    place = start.where({"SSH_CONNECTION": "10.0.0.2 51022 10.0.0.9 22", "DISPLAY": ":10"})
    assert not place.browser
    first, second, _ = start.announcement("http://localhost:8890/", place, wanted=8890, port=8890)
    assert f"ssh -N -L 8890:localhost:8890 {start.getuser()}@10.0.0.9" in first
    assert "http://localhost:8890/" in second


def test_the_tunnel_goes_to_the_port_that_ssh_came_in_by():
    assert start.where({"SSH_CONNECTION": "10.0.0.2 51022 10.0.0.9 2222"}).ssh.startswith("-p 2222 ")


def test_without_a_display_the_tunnel_goes_to_this_hosts_name(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    assert start.where({}).ssh.endswith(f"@{socket.gethostname()}")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="macOS and Windows always have a browser")
@pytest.mark.parametrize("text_browser", ["", "w3m"])
def test_where_no_browser_shows_pages_the_address_is_told(tmp_path, text_browser):
    if text_browser:
        (tmp_path / text_browser).symlink_to("/bin/true")
    ask = "import os; from course_lib.lab.start import where; print(where(os.environ))"
    shown = {**environment(tmp_path), "PATH": str(tmp_path), "DISPLAY": ":0", "TERM": "xterm", "BROWSER": ""}
    done = subprocess.run([sys.executable, "-c", ask], cwd=tmp_path, env=shown, capture_output=True, text=True)
    assert done.stdout.strip() == "Place(browser=False, ssh='')", done.stderr
    assert start.announcement("URL", start.Place(False), 1, 1)[0] == "Open this address in a browser: URL"
