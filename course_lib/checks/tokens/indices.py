"""Indices are right whether they are int64, int32 or a list: what a check of them must not stumble over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from course_lib.checks.answer import Answer, Through
from course_lib.checks.check import Mistake, Passed, Values
from course_lib.checks.values import is_tensor


class _Indices(Through):
    """An answer whose second and third results are int64 tensors, whichever whole numbers they were: their dtype is not
    the point."""

    def __call__(self, *args: Any) -> Any:
        given = super().__call__(*args)
        if not isinstance(given, list) or len(given) != 3:
            return given
        return [given[0], *(_whole(where) for where in given[1:])]


def _whole(where: Any) -> Any:
    import torch

    if isinstance(where, list) and all(type(i) is int for i in where):
        return torch.tensor(where, dtype=torch.int64)
    if type(where).__name__ == "ndarray" and where.dtype.kind in "iu":
        return torch.from_numpy(where.astype("int64"))
    if is_tensor(where) and not (where.is_floating_point() or where.dtype is torch.bool):
        return where.long()
    return where


@dataclass(frozen=True)
class AnyIndices:
    """Compares as `values` does, whichever whole numbers the indices are."""

    values: Values

    @property
    def mistakes(self) -> Sequence[Mistake]:
        return self.values.mistakes

    def __call__(self, answer: Answer, rng: Random) -> Passed | None:
        return self.values(_Indices(answer), rng)
