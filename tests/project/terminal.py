"""Run a command with a terminal of its own as standard error, as a person would see it."""

import os
import pty
import select
import subprocess
import sys
from pathlib import Path


def child_with_terminal(code: str, **env: str) -> tuple["subprocess.Popen[str]", int]:
    """Start python -c code; return it and the terminal's other end. Its standard input and output are pipes."""
    ours, theirs = pty.openpty()
    quiet = {"COURSE_PROGRESS", "TERM", "NO_COLOR", "CI"}
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=theirs, text=True,
        env={**{k: v for k, v in os.environ.items() if k not in quiet}, "TERM": "xterm", "COLUMNS": "100", **env},
        cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    os.close(theirs)
    return child, ours


def read_until(terminal: int, wanted: str, seconds: float = 60) -> str:
    """What the terminal shows, up to and with `wanted`; all of it when the other side closed or `seconds` passed."""
    shown = ""
    while wanted not in shown and select.select([terminal], [], [], seconds)[0]:
        try:
            data = os.read(terminal, 4096)
        except OSError:  # Linux says EIO when the last writer closed
            break
        if not data:
            break
        shown += data.decode(errors="replace")
    return shown
