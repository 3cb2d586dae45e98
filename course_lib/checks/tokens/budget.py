"""2.budget: the tokens of a clip, from a model's rule."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from course_lib.checks.check import Case, Mistake, Values
from course_lib.tokens.budget import TokenRule

Rule = dict[str, int]
Two = Callable[[int, int], int]


def count_tokens(rule: Rule, frames: int, height: int, width: int) -> int:
    unit = rule["patch"] * rule["pool"]
    grids = -(-frames // rule["pair"])
    known = TokenRule(patch=unit, pair=rule["pair"], least=rule["least"], most=rule["most"])
    return known.count(frames, height, width) + (grids - 1) * rule["between"]


def _rule(**differs: int) -> Rule:
    return {"patch": 14, "pool": 2, "pair": 1, "least": 0, "most": 1_000_000, "between": 0, **differs}


def _cases(rng: Random) -> list[Case]:
    frames = rng.choice([3, 5, 7])
    most = _rule(most=rng.choice([100_000, 150_000, 200_000]))
    least = _rule(least=rng.choice([50_000, 70_000, 90_000]))
    other = _rule(patch=rng.choice([14, 16]))
    cases = [
        Case((_rule(), 1, 28 * rng.randint(1, 3), 28 * rng.randint(4, 6))),
        Case((_rule(), frames, 50, 28 * rng.randint(3, 5) - rng.randint(4, 8))),
        Case((other, frames, *_sizes(rng, other, 60, 300))),
        Case((_rule(pair=2), frames, 56, 28 * rng.randint(3, 5))),
        Case((_rule(between=rng.choice([1, 3])), frames, 56, 28 * rng.randint(3, 5))),
        Case((_rule(pair=2, between=2), frames, 56, 28 * rng.randint(3, 5))),
        Case((_rule(), 2, rng.randint(5, 12), 28 * rng.randint(6, 9))),
        Case((most, 4, *_sizes(rng, most, 480, 1200))),
        Case((least, 4, *_sizes(rng, least, 80, 160))),
        Case((_rule(most=2500), 2, rng.randint(45, 49), rng.randint(45, 49))),  # as it came it is not too large
        Case((_rule(most=56 * 84), 2, rng.randint(48, 50), rng.randint(90, 94))),  # exactly `most`
        Case((_rule(most=20_000), 2, rng.randint(30, 40), rng.randint(2600, 2700))),  # shrunk below half a unit
    ]
    for _ in range(6):
        rule = _rule(
            patch=rng.choice([14, 16]), pool=rng.choice([1, 2, 3]), pair=rng.choice([1, 2, 4]),
            least=rng.choice([20_000, 50_000, 100_000]), most=rng.choice([150_000, 300_000]),
            between=rng.choice([0, 1]),
        )  # fmt: skip
        cases.append(Case((rule, rng.randint(1, 65), *_sizes(rng, rule, 100, 1300))))
    return cases


def _sizes(rng: Random, rule: Rule, low: int, high: int) -> tuple[int, int]:
    while True:
        height, width = rng.randint(low, high), rng.randint(low, high)
        if abs(height - width) > high / 8 and _clear(rule, height, width):
            return height, width


def _clear(rule: Rule, height: int, width: int) -> bool:
    """Whether nothing lies so near to a border that the way of writing the formula decides."""
    unit = rule["patch"] * rule["pool"]
    if any(abs(side / unit % 1 - 0.5) < 0.03 for side in (height, width)):
        return False
    h, w = (max(1, round(side / unit)) * unit for side in (height, width))
    for limit, beyond in ((rule["most"], h * w > rule["most"]), (rule["least"], h * w < rule["least"])):
        if beyond:
            scaled = [side * math.sqrt(limit / (height * width)) / unit for side in (height, width)]
            pixels = TokenRule(patch=unit, least=rule["least"], most=rule["most"]).count(1, height, width) * unit**2
            return all(0.03 < s % 1 < 0.97 for s in scaled) and rule["least"] <= pixels <= rule["most"]
    return h * w not in (rule["most"], rule["least"])


def _counted(
    rule: Rule, frames: int, height: int, width: int, *, first: Callable[[float], int] = round, least_side: int = 1,
    large: str = "down", small: bool = True, cells: Two = lambda n, pool: n,
    grids: Two = lambda n, pair: -(-n // pair), between: Two = lambda n, grids: grids - 1,
    asked: str = "rounded", shrunk_side: int = 1, scaled: str = "as it came", exactly: bool = False,
) -> int:  # fmt: skip
    """The count with one of its steps done in another way."""
    unit = rule["patch"] * rule["pool"]
    h, w = (max(least_side, first(side / unit)) * unit for side in (height, width))
    pixels = h * w if asked == "rounded" else height * width
    area = height * width if scaled == "as it came" else h * w
    if scaled == "sides and factor":
        height, width = h, w
    if (pixels > rule["most"] or (exactly and pixels == rule["most"])) and large:
        s = math.sqrt(rule["most"] / area)
        if large == "square":
            h = w = math.floor(math.sqrt(rule["most"]) / unit) * unit
        else:
            way: Callable[[float], int] = math.floor if large == "down" else round
            h, w = (max(shrunk_side, way(side * s / unit)) * unit for side in (height, width))
    elif pixels < rule["least"] and small:
        s = math.sqrt(rule["least"] / area)
        h, w = (math.ceil(side * s / unit) * unit for side in (height, width))
    count = grids(frames, rule["pair"])
    return count * cells(h * w // unit**2, rule["pool"]) + rule["between"] * between(frames, count)


BUDGET = Values(
    _cases,
    count_tokens,
    mistakes=[
        Mistake(
            "pooling forgotten",
            "These are patches. pool x pool of them become one token: a token stands for a square of patch * pool "
            "pixels.",
            lambda *args: _counted(*args, cells=lambda n, pool: n * pool**2),
        ),
        Mistake(
            "pooled along one side only",
            "You have divided by `pool` once. It pools along both sides, pool x pool patches to one token: divide each "
            "side.",
            lambda *args: _counted(*args, cells=lambda n, pool: n * pool),
        ),
        Mistake(
            "an odd frame dropped",
            "A last group with fewer than `pair` frames takes a whole grid too: {call} gave {yours}. Divide rounding "
            "up: `-(-frames // pair)` or math.ceil.",
            lambda *args: _counted(*args, grids=lambda n, pair: n // pair),
        ),
        Mistake(
            "pairs forgotten",
            "You counted a grid for each frame. `pair` frames share one.",
            lambda *args: _counted(*args, grids=lambda n, pair: n),
        ),
        Mistake(
            "a separator after the last",
            "Separators stand between two grids, so there is one fewer than grids. Yours has one behind the last, too.",
            lambda *args: _counted(*args, between=lambda n, grids: grids),
        ),
        Mistake(
            "separators between frames that share",
            "Frames that share their tokens have nothing between them. Count separators between grids, not between "
            "frames.",
            lambda *args: _counted(*args, between=lambda n, grids: n - 1),
        ),
        Mistake(
            "no separators",
            "The separators are missing: `between` tokens stand between each two grids in a row.",
            lambda *args: _counted(*args, between=lambda n, grids: 0),
        ),
        Mistake(
            "too large stays large",
            "This frame has more than `most` pixels and was not made smaller: {call} gave {yours}.",
            lambda *args: _counted(*args, large=""),
        ),
        Mistake(
            "too small stays small",
            "This frame has fewer than `least` pixels and was not made larger: {call} gave {yours}.",
            lambda *args: _counted(*args, small=False),
        ),
        Mistake(
            "over the limit again",
            "When you shrink, you round to the nearest multiple, and that can be over `most` again. Round down there.",
            lambda *args: _counted(*args, large="nearest"),
        ),
        Mistake(
            "squashed to a square",
            "You make a square of a frame that is too large. Shrink both sides by the same factor, so that a wide "
            "frame stays wide.",
            lambda *args: _counted(*args, large="square"),
        ),
        Mistake(
            "cut off for the nearest",
            "You cut the sides off to a multiple of the unit. At first each side goes to the nearest multiple: 50 "
            "pixels are 56, not 28, at units of 28.",
            lambda *args: _counted(*args, first=math.floor),
        ),
        Mistake(
            "a side of nothing",
            "A frame may be flatter than half a unit, and then the nearest multiple is 0: no tokens at all. A side has "
            "at least one unit.",
            lambda *args: _counted(*args, least_side=0),
        ),
        Mistake(
            "a side of nothing",
            "When a flat frame is shrunk, rounding down makes nothing of its short side: no tokens at all. A side has "
            "at least one unit there, too.",
            lambda *args: _counted(*args, shrunk_side=0),
        ),
        Mistake(
            "limits asked of the frame as it came",
            "You compare the frame as it came with `most` and `least`. Compared is what it has become: sides rounded "
            "to the nearest multiple.",
            lambda *args: _counted(*args, asked="as it came"),
        ),
        Mistake(
            "scaled from the rounded sides",
            "You shrink or enlarge the sides that are already rounded, and round a second time. Take the sides as they "
            "came: `side * sqrt(limit / (height * width))`.",
            lambda *args: _counted(*args, scaled="sides and factor"),
        ),
        Mistake(
            "scaled from the rounded sides",
            "Your factor has the pixels of the rounded sides in it. Take height * width as they came, in the factor "
            "as in what it is multiplied with.",
            lambda *args: _counted(*args, scaled="the factor"),
        ),
        Mistake(
            "exactly at the limit",
            "A frame of exactly `most` pixels is not too large: leave it as it is (`>`, not `>=`).",
            lambda *args: _counted(*args, exactly=True),
        ),
    ],
)
