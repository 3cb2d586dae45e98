"""4.choose: which frames."""

from __future__ import annotations

from math import gcd
from random import Random

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Matrices


def choose_frames(total: int, n: int) -> list[int]:
    return [i * (total - 1) // (n - 1) for i in range(n)]


def _linspace(first: float, last: float, n: int) -> list[float]:
    return [first + i * ((last - first) / (n - 1)) for i in range(n)]


def _choose_cases(rng: Random) -> list[Case]:
    sizes = [(5, 3), (10, 4), (3, 5), (375, 16)]
    while len(sizes) < 9:
        total, n = rng.randint(40, 2000), rng.randint(4, 64)
        # No look between falls on a whole number, where sums of floats may slip below it.
        # In one a step in floats, n - 1 times, falls short of the last frame.
        if gcd(total - 1, n - 1) == 1 < total % n and (len(sizes) < 8 or _stepped(total, n)[-1] < total - 1):
            sizes.append((total, n))
    return [Case(size) for size in sizes]


def _stepped(total: int, n: int) -> list[int]:
    return [int(i * ((total - 1) / (n - 1))) for i in range(n)]


def _looks(total: int, yours: list[int], expected: list[int]) -> Matrices:
    frames = range(max(total, max(yours) + 1) if max(yours) < 2 * total else total)
    rows = [[looks.count(frame) for frame in frames] for looks in (yours, expected)]
    return Matrices({"looks at each frame": rows}, rows=["yours", "expected"], columns=[str(frame) for frame in frames])


CHOOSE = Values(
    _choose_cases,
    choose_frames,
    mistakes=[
        Mistake(
            "one past the end",
            "{call} gives {yours}, and the last of these frames does not exist. Whoever collects frames by "
            "`if i in chosen` gets one too few, without a word. The cause: `total` frames are numbered from 0 to "
            "`total - 1`.",
            lambda total, n: [int(x) for x in _linspace(0, total, n)],
        ),
        Mistake(
            "the last one clamped",
            "Now every number is a frame, but the steps are still those of a clip one frame longer: only the last was "
            "pushed back. Spread the n numbers between 0 and `total - 1` from the start.",
            lambda total, n: [min(total - 1, int(x)) for x in _linspace(0, total, n)],
        ),
        Mistake(
            "the last one dropped",
            "One look is missing: {yours}. The number past the end is gone, and nothing came in its place. n looks "
            "were asked for, the last of them at the last frame.",
            lambda total, n: [int(x) for x in _linspace(0, total, n) if x < total],
        ),
        Mistake(
            "the end never reached",
            "These are the starts of n equal parts: the last stretch of the clip is never looked at. The last look "
            "belongs at the last frame, so there are n - 1 steps between n looks.",
            lambda total, n: [i * total // n for i in range(n)],
        ),
        Mistake(
            "the end never reached",
            "n looks have n - 1 steps between them. Yours divides by n, so the last look falls short of the last "
            "frame.",
            lambda total, n: [i * (total - 1) // n for i in range(n)],
        ),
        Mistake(
            "middles of the parts",
            "These are the middles of n equal parts, as in exercise 1. A good choice, and not what this function "
            "promises: its first look is at frame 0 and its last at the last frame.",
            lambda total, n: [(2 * i + 1) * total // (2 * n) for i in range(n)],
        ),
        Mistake(
            "rounded",
            "These are rounded to the nearest whole number. Cut off what is behind the point, as the docstring says.",
            lambda total, n: [round(x) for x in _linspace(0, total - 1, n)],
        ),
        Mistake(
            "a fixed step",
            "A whole step of (total - 1) // (n - 1) loses what the division leaves over, more with every look: the "
            "last one falls short of the end. Compute each number from i.",
            lambda total, n: [i * ((total - 1) // (n - 1)) for i in range(n)],
        ),
        Mistake(
            "a step in floats",
            "The step (total - 1) / (n - 1) is a float and a hair too small here: n - 1 of them stay below the last "
            "frame's number, and cutting off makes it the frame before. Divide last, in whole numbers: "
            "i * (total - 1) // (n - 1).",
            _stepped,
        ),
        Mistake(
            "counted from one",
            "Frame 0 is never looked at: these are spread from 1 on. Frames are numbered from 0.",
            lambda total, n: [int(x) for x in _linspace(1, total - 1, n)],
        ),
        Mistake(
            "no repeats",
            "With fewer frames than looks some frames come twice, and n numbers were asked for. A `set` took the "
            "repeats out.",
            lambda total, n: sorted(set(choose_frames(total, n))),
        ),
    ],
    picture=lambda args, yours, expected: _looks(args[0], yours, expected) if args[0] <= 12 else None,
)
