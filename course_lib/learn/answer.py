"""An answer in the learner's own kernel."""

from __future__ import annotations

import ast
import dis
import inspect
import linecache
import textwrap
import traceback
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from course_lib.checks.answer import NotAttempted, Raised
from course_lib.checks.compare import difference
from course_lib.checks.origin import PACKAGE
from course_lib.checks.values import NotPlain, crossed


class InProcess:
    """A function of this process, behind the interface of checks.answer: values are copied on their way in and out."""

    own = True

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.changed: tuple[int, ...] = ()

    @property
    def source(self) -> str:
        """Its text, with an import line for everything of the library that it reaches."""
        try:
            text = textwrap.dedent(inspect.getsource(self.function))
            ast.parse(text)
        except (OSError, TypeError, SyntaxError):  # of a lambda, Python finds the whole line around it
            text = ""
        return "".join(f"import {name}\n" for name in dict.fromkeys(_reached(self.function))) + text

    def __call__(self, *args: Any) -> Any:
        given = [crossed(arg, _lent) for arg in args]
        try:
            result = self.function(*given)
        except NotImplementedError as problem:
            raise NotAttempted from problem
        except KeyboardInterrupt:
            raise
        except BaseException as problem:  # a SystemExit in an answer must not end the kernel
            raise _raised(problem, self.function) from problem
        finally:
            self.changed = tuple(i for i, pair in enumerate(zip(args, given, strict=True)) if _differ(*pair))
        return crossed(result)


def _differ(before: Any, after: Any) -> bool:
    try:
        one, other = (crossed(value, _nothing) for value in (before, after))
    except NotPlain:  # something was put in that could not have come
        return True
    return difference(other, one) is not None


def _nothing(function: Callable[..., Any]) -> Any:
    """A function in an argument cannot be changed."""


def _lent(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of the check as the answer gets it: what goes in and comes out is copied."""

    def call(*args: Any) -> Any:
        try:
            plain = [crossed(arg) for arg in args]
        except NotPlain as problem:
            raise TypeError(f"{problem.what}; only plain values can be handed over") from problem
        return crossed(function(*plain))

    return call


def _raised(problem: BaseException, function: Callable[..., Any]) -> Raised:
    """Their line, not our stack: the innermost line of the file that the function is from."""
    code = getattr(function, "__code__", None)
    line, text = 0, ""
    if code is not None:
        for frame, number in traceback.walk_tb(problem.__traceback__):
            if frame.f_code.co_filename == code.co_filename:
                line, text = number, linecache.getline(code.co_filename, number).strip()
    return Raised(type(problem).__name__, str(problem), line, text)


def _reached(function: Any) -> Iterator[str]:
    """The modules of the library whose objects a function uses by name, through functions of its own too."""
    todo, seen = [inspect.unwrap(function) if callable(function) else function], set()
    while todo:
        thing = todo.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        name = thing.__name__ if isinstance(thing, ModuleType) else getattr(thing, "__module__", None)
        if isinstance(name, str) and name.split(".")[0] == PACKAGE:
            yield name
        elif isinstance(thing, FunctionType):
            todo += [thing.__globals__[n] for n in _names(thing.__code__) if n in thing.__globals__]
            todo += [cell.cell_contents for cell in thing.__closure__ or () if _filled(cell)]
        elif isinstance(thing, type) and thing.__module__ in (getattr(function, "__module__", None), "__main__"):
            todo += [member for member in vars(thing).values() if isinstance(member, FunctionType)]
        elif getattr(thing, "func", None) is not None and not isinstance(thing, type):
            todo.append(thing.func)  # functools.partial


def _names(code: CodeType) -> Iterator[str]:
    """The names that a function looks up in its module; those of attributes are others'."""
    yield from (i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME"))
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False
