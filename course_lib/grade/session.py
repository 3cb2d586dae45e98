"""One notebook in a sandbox, seen from the side that is trusted.

Whatever comes from there was written by who wants to pass: it can make a call end in one of five ways that are told
apart (a value, Raised, NotAttempted, NotPlain, Broken), and never in another exception here.
"""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from course_lib.checks.answer import NotAttempted, Raised, Stopped
from course_lib.checks.values import NotPlain, crossed, legible
from course_lib.grade.inside.wire import HEAD, WireError, decode, encode, lengths


class Broken(Exception):
    """The process behind an answer is no more. state: "timeout" or "crashed"; why: in words for the student."""

    def __init__(self, state: str, why: str) -> None:
        super().__init__(f"{state}: {why}")
        self.state, self.why = state, why


class SandboxGone(Exception):
    """The sandbox itself failed: nobody's answer is to blame."""


SIGNALS = {
    -4: "an illegal instruction",
    -6: "an abort",
    -7: "a bus error",
    -9: "it was killed: too much CPU time or memory",
    -11: "a segmentation fault",
    -24: "too much CPU time",
    -25: "a file that is too large",
    -31: "a system call that no exercise needs",
}


class Session:
    """run(cells), then call(part, arguments) as often as wanted, then close(). Every wait has an end: deadline(seconds)
    sets how long all that follows may take together."""

    def __init__(self, channel: socket.socket, lifeline: socket.socket) -> None:
        self.channel, self.lifeline = channel, lifeline
        self.until = time.monotonic() + 60
        self.over: Broken | None = None
        self.ending: int | None = None  # the code of its exit, or minus the signal
        self.changed: tuple[int, ...] = ()  # the arguments that the last answer changed, as its own side says

    def deadline(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds

    def run(self, cells: Sequence[tuple[str, str]]) -> dict[str, Raised]:
        """Run the cells; those that failed, by name. Raises Broken."""
        self._send(["cells", [list(cell) for cell in cells]])
        kind, *rest = self._message()
        if kind != "ran" or len(rest) != 2 or type(rest[0]) is not dict:
            raise self._broken("crashed", "its process answered with something else than was asked")
        return {name: _raised(rest[0][name]) for name, _ in cells if name in rest[0]}

    def call(self, part: str, arguments: Sequence[Any]) -> Any:
        """What the answer to a part gives. Raises Raised, NotAttempted, NotPlain, or Broken."""
        lent: list[Callable[..., Any]] = []

        def lend(function: Callable[..., Any]) -> int:
            lent.append(function)
            return len(lent) - 1

        self._send(["call", part, list(arguments)], lend)
        while True:
            kind, *rest = self._message()
            if (
                kind == "ask"
                and len(rest) == 2
                and type(rest[0]) is int
                and 0 <= rest[0] < len(lent)
                and type(rest[1]) is list
            ):
                self._write(_asked(lent[rest[0]], rest[1]))
            elif kind == "result" and len(rest) == 2 and type(rest[1]) is list:
                self.changed = tuple(i for i in rest[1][:100] if type(i) is int and 0 <= i < len(arguments))
                return crossed(rest[0])
            elif kind == "stub":
                raise NotAttempted
            elif kind == "absent":
                raise Raised("NameError", f"no cell hands an answer to check({part!r}, …)")
            elif kind == "raised" and len(rest) == 1:
                raise _raised(rest[0])
            elif kind == "not plain" and len(rest) == 1:
                raise NotPlain(f"it is {legible(str(rest[0]), 200)}")
            else:
                raise self._broken("crashed", "its process answered with something else than was asked")

    def close(self) -> None:
        """Have the process ended, and all that it started. The next notebook need not wait for that: it has a process
        and namespaces of its own."""
        for end in (self.channel, self.lifeline):  # the keeper ends what it keeps when its lifeline closes
            with contextlib.suppress(OSError):
                end.close()

    def _let_go(self) -> None:
        with contextlib.suppress(OSError):
            self.lifeline.shutdown(socket.SHUT_WR)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, message: Any, lend: Callable[[Callable[..., Any]], int] | None = None) -> None:
        if self.over:
            raise self.over
        try:
            frame = encode(message, lend)
        except WireError as problem:  # a check hands on what an answer gave
            raise NotPlain(f"what is handed on is {problem}") from problem
        self._write(frame)

    def _write(self, frame: bytes) -> None:
        self._within(lambda: self.channel.sendall(frame))

    def _message(self) -> list[Any]:
        body, blob = lengths_of(self._exactly(HEAD.size), self)
        try:
            message = decode(self._exactly(body), self._exactly(blob))
        except WireError as problem:
            raise self._broken("crashed", f"its process sent what is no answer ({problem})") from problem
        if type(message) is not list or not message or type(message[0]) is not str:
            raise self._broken("crashed", "its process sent what is no answer")
        return message

    def _exactly(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            most = min(1 << 20, count - len(data))
            piece = self._within(partial(self.channel.recv, most))
            if not piece:
                raise self._broken("crashed", self._how_it_ended())
            data += piece
        return bytes(data)

    def _within(self, work: Callable[[], Any]) -> Any:
        left = self.until - time.monotonic()
        if left <= 0:
            raise self._broken("timeout", "it took too long")
        self.channel.settimeout(left)
        try:
            return work()
        except TimeoutError as problem:
            raise self._broken("timeout", "it took too long") from problem
        except OSError as problem:
            raise self._broken("crashed", self._how_it_ended()) from problem

    def _broken(self, state: str, why: str) -> Broken:
        self.over = Broken(state, why)
        return self.over

    def _how_it_ended(self) -> str:
        ending = self._ended(2.0)
        if ending is None:
            self._let_go()
            return "it closed its line to the grader"
        return SIGNALS.get(ending, f"its process ended with code {ending}" if ending >= 0 else f"signal {-ending}")

    def _ended(self, seconds: float) -> int | None:
        """What the keeper says when the process has ended; None if it goes on. Raises SandboxGone if there is no
        keeper: no answer can reach it."""
        if self.ending is None:
            waiting = select.poll()
            waiting.register(self.lifeline, select.POLLIN)
            if not waiting.poll(seconds * 1000):
                return None
            try:
                said = self.lifeline.recv(200).decode()
            except OSError as problem:
                raise SandboxGone(str(problem)) from problem
            if not said or said.startswith("!"):
                raise SandboxGone(said[1:].strip() or "a keeper ended without a word")
            self.ending = int(said)
        return self.ending


def lengths_of(head: bytes, session: Session) -> tuple[int, int]:
    try:
        return lengths(head)
    except WireError as problem:
        raise session._broken("crashed", f"its process sent what is no answer ({problem})") from problem


def _asked(function: Callable[..., Any], arguments: list[Any]) -> bytes:
    """The frame that a lent function says to an answer that asks it. A refusal is told in its words; of a question that
    it cannot take only the kind of the exception, whose text may speak of what the check keeps to itself."""
    try:
        return encode(["value", crossed(function(*arguments))])
    except Stopped as problem:
        return encode(["stopped", str(problem)[:2000]])
    except Exception as problem:
        kind = type(problem).__name__
        return encode(["stopped", f"{kind}: the function that you are given cannot take what you hand to it"])


def _raised(said: Any) -> Raised:
    """An exception as the other side tells it: four plain fields, cut to size."""
    fields = said if type(said) is dict else {}
    kind, message, text = (
        str(fields.get(key, ""))[:most] for key, most in (("kind", 80), ("message", 2000), ("text", 200))
    )
    line = fields.get("line")
    return Raised(kind or "an exception", message, line if type(line) is int and 0 < line < 100_000 else 0, text)
