"""Runs a notebook's cells and then answers calls, in the process that nothing trusts.

Whoever wrote the notebook can change everything here: what this side says is only what it says. The other side
(course_lib/grade/session.py) checks every frame. This file imports nothing of the course.
"""

from __future__ import annotations

import ast
import linecache
import socket
import sys
import traceback
import types
from typing import Any

import grader_wire as wire

COURSE = "course_lib"


class Absent(types.ModuleType):
    """A module of the course, which is not here: using anything of it says so."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self.__name__}.{name}")

    def __call__(self, *_: Any, **__: Any) -> Any:
        raise ImportError(f"{self.__name__} is not there when an answer is graded: write what the exercise asks for")

    def __mro_entries__(self, bases: Any) -> Any:
        self()


class _Finder:
    """Finds course_lib and all below it as absent."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        from importlib.machinery import ModuleSpec

        if name.split(".")[0] != COURSE:
            return None
        return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: Any) -> types.ModuleType:
        return Absent(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        module.__path__ = []


class Notebook:
    """A namespace in which cells run; answers: part -> what its cell handed to check()."""

    def __init__(self) -> None:
        self.space: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
        self.answers: dict[str, Any] = {}
        self.files: set[str] = set()
        sys.modules["__main__"] = main = types.ModuleType("__main__")
        main.__dict__.update(self.space)
        self.space = main.__dict__
        sys.meta_path.insert(0, _Finder())  # type: ignore[arg-type]
        learn = types.ModuleType(f"{COURSE}.learn")
        learn.check = self._check  # type: ignore[attr-defined]
        for name in ("hint", "points", "progress", "solution"):
            setattr(learn, name, lambda *_, **__: None)
        sys.modules[COURSE] = package = Absent(COURSE)
        package.__path__ = []
        package.learn = learn  # type: ignore[attr-defined]
        sys.modules[learn.__name__] = learn

    def _check(self, part: str, answer: Any, seed: Any = None) -> None:
        self.answers[str(part)] = answer

    def run(self, name: str, source: str) -> dict[str, Any] | None:
        """Run a cell; None if it went through, otherwise how it failed."""
        file = f"<cell {name}>"
        self.files.add(file)
        try:
            tree, plain = _parsed(source, file)
            linecache.cache[file] = (len(plain), None, plain.splitlines(keepends=True), file)
            exec(compile(tree, file, "exec"), self.space)
        except BaseException as problem:
            return self.failure(problem)
        return None

    def failure(self, problem: BaseException) -> dict[str, Any]:
        """Kind, message and their line of an exception."""
        line, text = 0, ""
        try:
            for frame, number in traceback.walk_tb(problem.__traceback__):
                if frame.f_code.co_filename in self.files:
                    line, text = number, linecache.getline(frame.f_code.co_filename, number).strip()
            if isinstance(problem, SyntaxError) and problem.lineno:
                line, text = problem.lineno, str(problem.text or "").strip()
            message = str(problem)
        except BaseException:
            message = ""
        return {"kind": type(problem).__name__[:80], "message": message[:2000], "line": line, "text": text[:200]}


def _parsed(source: str, file: str) -> tuple[ast.Module, str]:
    """A cell's tree and text. Where it is no Python, once more without the lines that speak to a notebook's kernel: in
    a cell that is, `%` at the beginning of a line goes on with the line above."""
    try:
        return ast.parse(source, file), source
    except SyntaxError:
        plain = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.split("\n"))
        return ast.parse(plain, file), plain


def serve(channel: socket.socket) -> None:
    """Requests until the channel closes: ["cells", [[name, source], …]], ["call", part, [argument, …]]."""
    notebook = Notebook()
    while True:
        request = _receive(channel, lambda number: _lent(channel, number))
        if request is None:
            return
        if request[0] == "cells":
            failed = {}
            for name, source in request[1]:
                problem = notebook.run(name, source)
                if problem:
                    failed[name] = problem
            _send(channel, ["ran", failed, sorted(map(str, notebook.answers))])
        else:
            _send(channel, _call(notebook, request[1], request[2]))


def _call(notebook: Notebook, part: str, arguments: list[Any]) -> list[Any]:
    if part not in notebook.answers:
        return ["absent"]
    answer, before = notebook.answers[part], _forms(arguments)
    try:
        result = answer(*arguments) if callable(answer) else answer
    except NotImplementedError:
        return ["stub"]
    except BaseException as problem:
        return ["raised", notebook.failure(problem)]
    try:
        wire.encode(result)
    except Exception as problem:  # a tensor without data, an array that lies about itself
        return ["not plain", str(problem)]
    return ["result", result, [i for i, form in enumerate(_forms(arguments)) if form != before[i]]]


def _forms(values: list[Any]) -> list[bytes]:
    """Each value as it would be sent: what tells whether an answer changed it."""
    forms = []
    for value in values:
        try:
            forms.append(wire.encode(value, lambda function: 0))
        except Exception:  # something was put in that could not have come
            forms.append(b"")
    return forms


def _lent(channel: socket.socket, number: int) -> Any:
    def ask(*arguments: Any) -> Any:
        try:
            _send(channel, ["ask", number, list(arguments)])
        except wire.WireError as problem:
            raise TypeError(f"{problem}: only plain values can be handed over") from None
        kind, value = _receive(channel, None) or ["stopped", "the check has ended"]
        if kind == "stopped":
            raise RuntimeError(value)
        return value

    return ask


def _send(channel: socket.socket, message: Any) -> None:
    channel.sendall(wire.encode(message))


def _receive(channel: socket.socket, borrow: Any) -> Any:
    head = _exactly(channel, wire.HEAD.size)
    if head is None:
        return None
    body, blob = wire.lengths(head)
    return wire.decode(_exactly(channel, body) or b"", _exactly(channel, blob) or b"", borrow)


def _exactly(channel: socket.socket, count: int) -> bytes | None:
    data = bytearray()
    while len(data) < count:
        piece = channel.recv(min(1 << 20, count - len(data)))
        if not piece:
            return None
        data += piece
    return bytes(data)
