"""--unsafe-local: a plain process in place of a sandbox, for code that is trusted, on systems without namespaces."""

from __future__ import annotations

import contextlib
import secrets
import socket
import subprocess
import sys

from course_lib.grade.sandbox import INSIDE, SandboxError
from course_lib.grade.session import Session

WARNING = (
    "Without a sandbox the submitted code runs as you: it can read and change your files, use the network, read the "
    "checks, and leave processes behind. Only the time is limited."
)
# The child connects back over loopback, as every system can; the word keeps others from being taken for it.
CHILD = """
import socket, sys
sys.path.insert(0, sys.argv[1])
import wire; sys.modules["grader_wire"] = wire
import runner
channel = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
channel.sendall(sys.argv[3].encode())
del sys.argv[1:]
sys.path.pop(0)
runner.serve(channel)
"""


class LocalSession(Session):
    """A session whose process is ended with it."""

    def __init__(self, channel: socket.socket, process: subprocess.Popen[bytes]) -> None:
        ours, theirs = socket.socketpair()
        theirs.close()  # there is no keeper
        super().__init__(channel, ours)
        self.process = process

    def _ended(self, seconds: float) -> int | None:
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        super().close()


class Unsafe:
    def expect(self, torch: bool) -> None:
        """Nothing waits here."""

    def open(self, torch: bool = True) -> Session:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(60)
            word = secrets.token_hex(16)
            arguments = [sys.executable, "-I", "-B", "-c", CHILD, str(INSIDE), str(server.getsockname()[1]), word]
            process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            with contextlib.suppress(OSError):
                while True:
                    channel, _ = server.accept()
                    channel.settimeout(10)
                    if channel.recv(len(word), socket.MSG_WAITALL) == word.encode():
                        return LocalSession(channel, process)
                    channel.close()
        process.kill()
        raise SandboxError("The process for a notebook does not start.", "Run `course doctor`.")
