"""4.size: how large a frame becomes."""

from __future__ import annotations

from math import isqrt
from random import Random

from course_lib.checks.check import Case, Mistake, Values


def frame_size(height: int, width: int, patch: int, most: int) -> list[int]:
    scale = (most / (height * width)) ** 0.5
    return [max(patch, int(side * scale) // patch * patch) for side in (height, width)]


def _far_from_an_edge(height: int, width: int, patch: int, most: int) -> bool:
    """Whether rounding of floats cannot push a side over a multiple of the patch."""
    scale = (most / (height * width)) ** 0.5
    return all(1e-3 < side * scale / patch % 1 < 1 - 1e-3 for side in (height, width))


def _size_cases(rng: Random) -> list[Case]:
    sizes = [(50, 90, 10, 1000), (720, 1280, 28, 60_000), (1080, 608, 14, 60_000), (48, 100, 14, 40_000)]
    sizes += [(40, 1300, 28, 12_000), (600, 610, 14, 50_000)]
    while len(sizes) < 12:
        sizes.append(
            (rng.randint(90, 2000), rng.randint(90, 2000), rng.choice([14, 16, 28]), rng.randint(30_000, 90_000))
        )
        if not _far_from_an_edge(*sizes[-1]):
            sizes.pop()
    return [Case(size) for size in sizes]


def _kept(height: int, width: int, patch: int, scale: float) -> list[int]:
    return [max(patch, int(side * scale) // patch * patch) for side in (height, width)]


def _square_side(patch: int, most: int) -> int:
    return isqrt(most) // patch * patch


SIZE = Values(
    _size_cases,
    frame_size,
    mistakes=[
        Mistake(
            "squashed to a square",
            "{call} gives {yours}: a wide frame and a tall one become the same square, and a ball in them an egg. The "
            "cause: the sides come from the budget alone; height and width are never asked. Scale both by one factor.",
            lambda height, width, patch, most: [_square_side(patch, most)] * 2,
        ),
        Mistake(
            "height and width swapped",
            "The shape is kept and lies on its side: {yours}. Height comes first, then width.",
            lambda height, width, patch, most: frame_size(height, width, patch, most)[::-1],
        ),
        Mistake(
            "a factor without its root",
            "`most / (height * width)` is by how much the area may grow or shrink. A side grows by its square root.",
            lambda height, width, patch, most: _kept(height, width, patch, most / (height * width)),
        ),
        Mistake(
            "no whole patches",
            "{yours} cannot be cut into patches of that size. Cut each side off to a multiple of `patch`.",
            lambda height, width, patch, most: [
                max(patch, int(side * (most / (height * width)) ** 0.5)) for side in (height, width)
            ],
        ),
        Mistake(
            "rounded up",
            "A side was rounded to the nearest multiple of `patch`; the budget can be overstepped by that. Cut off "
            "downwards.",
            lambda height, width, patch, most: [
                max(patch, round(side * (most / (height * width)) ** 0.5 / patch) * patch) for side in (height, width)
            ],
        ),
        Mistake(
            "no side left",
            "A very long frame gets a side of 0: there is nothing left of it. A side is at least one patch.",
            lambda height, width, patch, most: [
                int(side * (most / (height * width)) ** 0.5) // patch * patch for side in (height, width)
            ],
        ),
        Mistake(
            "small frames not enlarged",
            "This frame is smaller than the budget and yours stays small. The factor may be above 1: small frames "
            "grow.",
            lambda height, width, patch, most: _kept(height, width, patch, min(1.0, (most / (height * width)) ** 0.5)),
        ),
        Mistake(
            "fitted into the square",
            "The shape is kept, but much of the budget is left unused: the longer side was fitted into the square of "
            "before. `most` limits the area, not a side.",
            lambda height, width, patch, most: _kept(height, width, patch, most**0.5 / max(height, width)),
        ),
        Mistake(
            "over the budget",
            "{yours} are more pixels than `most`: the shorter side was given the side of the square of before, and "
            "the longer one grew with it. `most` limits the area.",
            when=lambda args, yours, expected: (
                yours[0] * yours[1] > args[3] and yours[0] > expected[0] and yours[1] > expected[1]
            ),
        ),
        Mistake(
            "one side from a cut one",
            "The second side was computed from the first after that was cut off, so what the cut took away is taken "
            "twice. Scale both sides first; then cut each off.",
            lambda height, width, patch, most: [
                h := frame_size(height, width, patch, most)[0],
                max(patch, int(h * width / height) // patch * patch),
            ],
        ),
        Mistake(
            "one side from a cut one",
            "The height was computed from the width after that was cut off, so what the cut took away is taken twice. "
            "Scale both sides first; then cut each off.",
            lambda height, width, patch, most: [
                max(patch, int((w := frame_size(height, width, patch, most)[1]) * height / width) // patch * patch),
                w,
            ],
        ),
    ],
)
