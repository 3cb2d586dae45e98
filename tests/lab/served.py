"""`course lab` as a process of its own, for as long as a test needs it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COURSE = [sys.executable, "-c", "import sys; from course_lib.cli import main; sys.exit(main())"]
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Served:
    """said: the lines up to the address; url: the address, with its token; code: what it ended with on Ctrl-C."""

    said: list[str]
    url: str
    code: int | None = None


def environment(home: Path, **more: str) -> dict[str, str]:
    """This process's, with a home of its own and nobody's settings of Jupyter."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("COURSE_", "JUPYTER", "IPYTHON", "XDG_", "SSH_"))}
    return {**kept, "HOME": str(home), "USERPROFILE": str(home), "PYTHONPATH": str(ROOT), **more}


@contextmanager
def served(arguments: Sequence[str], home: Path, **more: str) -> Iterator[Served]:
    """Run `course ARGUMENTS` in `home` until it has told its address; press Ctrl-C at the end.

    What the server logs goes to `home`/log. more: of the environment.
    """
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [*COURSE, *arguments], cwd=home, env=environment(home, **more), text=True,
            stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip
    try:
        said, url = [], None
        while not url and (line := process.stdout.readline()):
            said.append(line.strip())
            url = re.search(r"http://\S+", line)
        assert url, (said, (home / "log").read_text())
        result = Served(said, url[0])
        yield result
        process.send_signal(signal.SIGINT)
        result.code = process.wait(60)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
