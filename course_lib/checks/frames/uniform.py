"""1.uniform: frames in the middles of equal parts."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Ticks


def uniform_indices(total: int, n: int) -> list[int]:
    return [(2 * i + 1) * total // (2 * n) for i in range(n)]


def _linspace(first: float, last: float, n: int) -> list[float]:
    return [first + (last - first) * i / (n - 1) if n > 1 else first for i in range(n)]


def _uniform_cases(rng: Random) -> list[Case]:
    sizes = [(4, 2), (10, 4), (rng.randint(5, 9), 1), (3, 5), _clear(rng, 11, 40, 3, 9), (900, 16)]
    sizes += [_clear(rng, 100, 2000, 5, 64) for _ in range(4)]
    return [Case(size) for size in sizes]


def _clear(rng: Random, least: int, most: int, few: int, many: int) -> tuple[int, int]:
    """total and n for which no middle is a whole number: there the way of writing the formula would decide."""
    while True:
        total, n = rng.randint(least, most), rng.randint(few, many)
        if all((2 * i + 1) * total % (2 * n) for i in range(n)):
            return total, n


UNIFORM = Values(
    _uniform_cases,
    uniform_indices,
    mistakes=[
        Mistake(
            "one past the end",
            "Your last index is one past the end: frames are numbered from 0 to `total - 1`. Did you use `total` where "
            "`total - 1` belongs? ({call} gave {yours})",
            when=lambda args, yours, expected: isinstance(yours, list) and max(yours, default=0) >= args[0],
        ),
        Mistake(
            "both ends",
            "Yours go from the first frame to the very last one. Asked for are the middles of equal parts: each look "
            "stands for the time around it, and none is wasted on an edge.",
            lambda total, n: [int(x) for x in _linspace(0, total - 1, n)],
        ),
        Mistake(
            "both ends",
            "Yours go from the first frame to the very last one, rounded. Asked for are the middles of equal parts.",
            lambda total, n: [round(x) for x in _linspace(0, total - 1, n)],
        ),
        Mistake(
            "starts of the parts",
            "These are the starts of the parts. Half a part is missing: the middle of part i is at (i + 0.5) * "
            "total / n.",
            lambda total, n: [i * total // n for i in range(n)],
        ),
        Mistake(
            "a fixed step",
            "A step of `total // n` loses what the division leaves over: the last frames are never looked at, or "
            "there is "
            "one look too many. Compute each index from i.",
            when=lambda args, yours, expected: (
                len(yours) > 1
                and len({b - a for a, b in pairwise(yours)}) == 1
                and yours[1] - yours[0] == max(1, args[0] // args[1])
                and yours != expected
            ),
        ),
        Mistake(
            "no repeats",
            "When there are fewer frames than looks, some frames are looked at twice: n indices were asked for. Did a "
            "`set` or `unique` take them out?",
            lambda total, n: sorted(set(uniform_indices(total, n))),
        ),
        Mistake(
            "rounded up",
            "Yours are rounded to the nearest whole number. A frame is shown from its index on to the next: cut "
            "off, do "
            "not round.",
            lambda total, n: [round((i + 0.5) * total / n) for i in range(n)],
        ),
    ],
    picture=lambda args, yours, expected: (
        Ticks({"yours": yours, "expected": expected}, args[0], unit="frames") if args[0] <= 60 else None
    ),
)
