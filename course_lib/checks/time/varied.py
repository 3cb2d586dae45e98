"""A check that also knows an answer which does not look at what it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from course_lib.checks.answer import Answer, Through
from course_lib.checks.check import Mistake, Passed, Values, Wrong
from course_lib.checks.values import shown


@dataclass(frozen=True)
class Varied:
    """check, unless what(result) is the same in every case: then it is the mistake `same`, whichever case failed."""

    check: Values
    same: Mistake
    what: Callable[[Any], Any]

    @property
    def mistakes(self) -> Sequence[Mistake]:
        return [*self.check.mistakes, self.same]

    def __call__(self, answer: Answer, rng: Random) -> Passed | None:
        watched = _Watched(answer)
        try:
            return self.check(watched, rng)
        except Wrong as wrong:
            if not watched.came or any(self._of(result) != self._of(watched.came[0]) for result in watched.came):
                raise
            raise Wrong(
                self.same.message, self.same.name, call=wrong.call, yours=wrong.yours, expected=wrong.expected
            ) from wrong

    def _of(self, result: Any) -> Any:
        try:
            return shown(self.what(result), 200)  # a text: arrays cannot be asked whether they are alike
        except Exception:  # a result of another type
            return id(result)


class _Watched(Through):
    """Keeps what came back."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.came: list[Any] = []

    def __call__(self, *args: Any) -> Any:
        result = super().__call__(*args)
        self.came.append(result)
        return result
