"""Starting JupyterLab for a learner: which folder, which port, and whether a browser can be opened here."""

from __future__ import annotations

import errno
import os
import secrets
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path

from course_lib.checks.manifest import ROOT
from course_lib.errors import CourseError

WELCOME = "notebooks/00_welcome.ipynb"
FIRST_PORT, OTHER_PORTS = 8888, 50  # as Jupyter has it
TEXT_BROWSERS = ("www-browser", "links", "elinks", "lynx", "w3m")  # they run no JavaScript
EXTENSION = Path(__file__).parent / "labextension"  # the card; its package.json turns JupyterLab's news off
SETTINGS = Path(__file__).parent / "settings"  # overrides.json: other defaults, under what the user has set
# Not listed among a learner's notebooks: what Jupyter leaves out anyway, and what they are built from.
HIDDEN = ["__pycache__", "*.pyc", "*.pyo", ".DS_Store", "*~", "text", "build.py", "nbval.cfg"]


class LabError(CourseError):
    """JupyterLab cannot be opened here."""


@dataclass(frozen=True)
class Place:
    """Where the learner sits. browser: one can be opened on this machine. ssh: how theirs reaches this one, or ""."""

    browser: bool
    ssh: str = ""


def serve(port: int | None, browser: bool, say: Callable[[str], object]) -> None:
    """Serve the clone in JupyterLab until Ctrl-C, with the welcome notebook as its first page.

    port: exactly this one; None takes the first free one from 8888. browser: False opens none. say: is given each line
    for the learner, once the server listens. The layout is kept in the clone, in .course/; the user's own settings hold
    and stay as they are. Raises LabError outside a clone, without JupyterLab, or for a port that is in use.
    """
    root = clone()
    try:
        from jupyterlab.labapp import LabApp
    except ImportError as problem:
        raise LabError(
            f"JupyterLab is not installed ({problem.name or problem} is missing).",
            f'In {root}: {sys.executable} -m pip install -c constraints.txt -e ".[lab]"',
        ) from problem
    if port is not None:
        refuse_taken(port)
    token = secrets.token_hex(24)
    place = where(os.environ) if browser else Place(browser=False)
    server = LabApp.initialize_server(argv=options(root, port, token, place.browser))
    url = f"{server.connection_url}lab/tree/{WELCOME}?token={token}"
    for line in announcement(url, place, wanted=port or FIRST_PORT, port=server.port):
        server.io_loop.add_callback(say, line)  # after the one that binds the port
    server.start()


def clone(root: Path = ROOT) -> Path:
    """The clone that course_lib was imported from, wherever the command is called. Raises LabError if it is none."""
    if not (root / "course.toml").is_file() or not (root / WELCOME).is_file():
        raise LabError(
            f"{root} holds no notebooks: course_lib was not installed from a clone of the course.",
            "In the clone: make lab",
        )
    return root


def refuse_taken(port: int) -> None:
    """Raise LabError if somebody listens on `port`, or this user may not."""
    try:
        if is_free(port):
            return
    except PermissionError as problem:
        raise LabError(f"Port {port} may not be used by this user.", "Choose one above 1023: --port 8888") from problem
    raise LabError(f"Port {port} is in use.", "Leave --port out, and a free one is taken.")


def is_free(port: int) -> bool:
    """Whether the server can listen on it: on localhost, by IPv4 and IPv6."""
    for family, kind, protocol, _, address in socket.getaddrinfo("localhost", port, type=socket.SOCK_STREAM):
        with socket.socket(family, kind, protocol) as one:
            if os.name == "posix":  # as the server does: a port that a server has just left is free
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind(address)
            except PermissionError:
                raise
            except OSError as problem:
                if problem.errno != errno.EADDRNOTAVAIL:  # a machine without IPv6
                    return False
    return True


def where(environment: Mapping[str, str]) -> Place:
    """Whether a browser can be opened here, or the learner sits at another machine."""
    import webbrowser

    if connection := environment.get("SSH_CONNECTION", "").split():  # their address and port, then this machine's
        other = f"-p {connection[-1]} " if connection[-1] != "22" else ""
        return Place(browser=False, ssh=f"{other}{getuser()}@{connection[-2]}")
    if sys.platform.startswith("linux") and not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        return Place(browser=False, ssh=f"{getuser()}@{socket.gethostname()}")
    try:
        return Place(browser=getattr(webbrowser.get(), "name", "") not in TEXT_BROWSERS)
    except webbrowser.Error:
        return Place(browser=False)


def options(root: Path, port: int | None, token: str, browser: bool) -> list[str]:
    """JupyterLab's options: they hold for this server alone, above the user's configuration."""
    chosen = {
        "ServerApp.root_dir": root,
        "ServerApp.port": port or FIRST_PORT,
        "ServerApp.port_retries": 0 if port else OTHER_PORTS,
        "ServerApp.open_browser": browser,
        "ServerApp.answer_yes": True,  # one Ctrl-C ends it
        "ServerApp.jpserver_extensions": {"course_lib.lab.server": True},
        "IdentityProvider.token": token,
        "LabApp.default_url": f"/lab/tree/{WELCOME}",
        "ContentsManager.hide_globs": HIDDEN,
        "LabApp.extra_labextensions_path": EXTENSION,
        "LabApp.app_settings_dir": SETTINGS,
        "LabApp.workspaces_dir": root / ".course" / "lab",  # the layout: the user's own workspaces stay as they are
        "Application.log_level": "WARN",
    }
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        chosen["ServerApp.allow_root"] = True  # in a container there is often nobody else
    return [f"--{name}={value}" for name, value in chosen.items()]


def announcement(url: str, place: Place, wanted: int, port: int) -> list[str]:
    """What is said once the server listens."""
    lines = [f"Port {wanted} is in use: JupyterLab takes {port}."] if port != wanted else []
    if place.browser:
        lines.append(f"JupyterLab opens in your browser. If it does not, open this address: {url}")
    elif place.ssh:
        lines.append(f"On the machine that you sit at: ssh -N -L {port}:localhost:{port} {place.ssh}")
        lines.append(f"Then open this address in its browser: {url}")
    else:
        lines.append(f"Open this address in a browser: {url}")
    return [*lines, "Ctrl-C here ends it."]
