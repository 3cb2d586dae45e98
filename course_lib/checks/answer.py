"""The interface through which a check calls an answer. It does not know in which process the answer runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class Answer(Protocol):
    """Somebody's function. Arguments and results are plain values (`values.crossed`); an argument may also be a
    function of such values, which then runs on the check's side.

    source: its text as it was handed in, with what it is given on module level if that is known; "" if unknown.
    changed: the places of the arguments that its last call changed, 0 for the first: it works on copies, so only the
    interface can tell. own: whether it runs for who wrote it, on their machine; a check opens no file and loads no
    model for anybody else because an answer says so. Calling it raises Raised, NotAttempted, or NotPlain.
    """

    @property
    def source(self) -> str: ...

    @property
    def changed(self) -> Sequence[int]: ...

    @property
    def own(self) -> bool: ...

    def __call__(self, *args: Any) -> Any: ...


class Through:
    """An answer that stands before another: whoever extends it looks at what comes back, or changes it."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    @property
    def source(self) -> str:
        return self.answer.source

    @property
    def changed(self) -> Sequence[int]:
        return self.answer.changed

    @property
    def own(self) -> bool:
        return self.answer.own

    def __call__(self, *args: Any) -> Any:
        return self.answer(*args)


class NotAttempted(Exception):
    """The answer raised NotImplementedError: it is still the stub."""


class Raised(Exception):
    """The answer failed. kind: "IndexError"; message: its text; line, text: in their code, 0 and "" if unknown."""

    def __init__(self, kind: str, message: str, line: int = 0, text: str = "") -> None:
        super().__init__(f"{kind}: {message}")
        # A message may be anybody's: what would steer a terminal is left out of it.
        self.kind, self.message, self.text = (_printable(said) for said in (kind, message, text))
        self.line = line

    @property
    def shown(self) -> str:
        first = f"{self.kind}: {self.message}".rstrip(": ")
        return f"{first}\nline {self.line} of your cell: `{self.text}`" if self.line else first


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


class Stopped(Exception):
    """A function that a check lent to an answer says no: the message tells the learner why (a budget is spent, a moment
    does not exist). An answer may catch it as any exception."""
