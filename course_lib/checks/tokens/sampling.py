"""2.bilinear: each frame's grid sampled anew, on fewer rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, Any

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.tokens.pooling import channels_first, channels_last, drawn, first_difference

if TYPE_CHECKING:
    from torch import Tensor


def bilinear_pool(x: Tensor, h: int, w: int) -> Tensor:
    return _sampled(x, h, w, mode="bilinear")


def _sampled(x: Tensor, h: int, w: int, **how: Any) -> Tensor:
    from torch.nn import functional

    return channels_last(functional.interpolate(channels_first(x), size=(h, w), **how))


def _bilinear_cases(rng: Random) -> list[Case]:
    shapes = [(1, 3, 2, 1, 2, 1), (1, 5, 4, 1, 2, 3), (2, 9, 6, 2, 4, 4), (3, 5, 7, 2, 5, 7), (2, 8, 12, 3, 2, 3)]
    shapes += [(2, 27, 27, 2, 14, 14)]
    H, W = rng.randint(6, 11), rng.randint(12, 17)
    shapes.append((rng.randint(2, 4), H, W, 3, rng.randint(3, H - 2), rng.randint(7, W - 2)))
    cases = [Case((drawn(rng, *shape), h, w)) for *shape, h, w in shapes]
    return [*cases, Case((drawn(rng, 1, 6, 4, 2, double=True), 4, 3))]


def _mixed(x: Tensor, places: Sequence[Sequence[float]]) -> Tensor:
    """Bilinear values at the places (rows, columns), held at the edges."""
    for axis, at in ((1, places[0]), (2, places[1])):
        last = x.shape[axis] - 1
        parts = []
        for place in at:
            low = min(max(int(place), 0), last)
            share = min(max(place - low, 0.0), 1.0)
            one, two = x.select(axis, low), x.select(axis, min(low + 1, last))
            parts.append((1 - share) * one + share * two)
        import torch

        x = torch.stack(parts, dim=axis)
    return x


def _without_half(x: Tensor, h: int, w: int) -> Tensor:
    return _mixed(x, [[i * side / n for i in range(n)] for side, n in zip(x.shape[1:3], (h, w), strict=True)])


def _half_kept(x: Tensor, h: int, w: int) -> Tensor:
    return _mixed(x, [[(i + 0.5) * side / n for i in range(n)] for side, n in zip(x.shape[1:3], (h, w), strict=True)])


def _area(x: Tensor, h: int, w: int) -> Tensor:
    return _sampled(x, h, w, mode="area")


def _shares_swapped(x: Tensor, h: int, w: int) -> Tensor:
    """Each place mirrored between its two neighbours."""
    places = []
    for side, n in zip(x.shape[1:3], (h, w), strict=True):
        at = [(i + 0.5) * side / n - 0.5 for i in range(n)]
        places.append([2 * int(p) + 1 - p if p > int(p) else p + 1 for p in at])
    return _mixed(x, places)


BILINEAR = Values(
    _bilinear_cases,
    bilinear_pool,
    tolerance=1e-2,  # of numbers up to 90; align_corners=True, nearest and average are off by 1 and more in each case
    mistakes=[
        Mistake(
            "corners aligned",
            "Yours puts the first and last token on the very corners of the old grid (align_corners=True). Here the "
            "middles of the new tokens count: the first lies half a new token from the edge, at H / h / 2 - 0.5.",
            lambda x, h, w: _sampled(x, h, w, mode="bilinear", align_corners=True),
        ),
        Mistake(
            "the half token left out",
            "Yours takes the new token i at i * H / h, where it begins. Its middle counts: (i + 0.5) * H / h, less the "
            "0.5 by which an old token's middle lies behind its own beginning.",
            _without_half,
        ),
        Mistake(
            "half a token too far",
            "Yours lies half an old token too far down and right: token j has its middle at j + 0.5. Take 0.5 off: "
            "(i + 0.5) * H / h - 0.5.",
            _half_kept,
        ),
        Mistake(
            "the shares swapped",
            "The two neighbours have each other's share. At place 2.25 the token 2 counts 0.75 and the token 3 counts "
            "0.25: the nearer one counts more.",
            _shares_swapped,
        ),
        Mistake(
            "nearest",
            "Yours takes one old token for each new one (F.interpolate does so unless mode='bilinear' is said). "
            "Bilinear mixes the 2 x 2 around the place.",
            lambda x, h, w: _sampled(x, h, w, mode="nearest"),
        ),
        Mistake(
            "nearest",
            "Yours takes the one old token that lies nearest. Bilinear mixes the 2 x 2 tokens around the place, each "
            "by how near it is.",
            lambda x, h, w: _sampled(x, h, w, mode="nearest-exact"),
        ),
        Mistake(
            "average",
            "Yours averages all old tokens under a new one (area or adaptive pooling). Bilinear looks at only the 2 x "
            "2 around its middle, however many lie beneath.",
            _area,
        ),
        Mistake(
            "smoothed first",
            "Yours smooths before it samples (antialias=True), as for pictures. LLaVA-Video does not, and its models "
            "have learned from tokens that were not smoothed.",
            lambda x, h, w: _sampled(x, h, w, mode="bilinear", antialias=True),
        ),
        Mistake(
            "H and W swapped",
            "Yours has w rows and h columns. Rows come first: [T, h, w, D].",
            lambda x, h, w: bilinear_pool(x, w, h),
        ),
        Mistake(
            "H and W swapped",
            "The picture is lying on its side: rows became columns on the way. Look at your permutes: "
            "(0, 3, 1, 2) there and (0, 2, 3, 1) back.",
            lambda x, h, w: bilinear_pool(x.transpose(1, 2), h, w),
        ),
        Mistake(
            "the last two axes",
            "You sampled W and D. F.interpolate works on the axes behind the second: bring D forward with "
            "permute(0, 3, 1, 2) first, and back afterwards.",
            lambda x, h, w: channels_first(_sampled(channels_last(x), h, w, mode="bilinear")),
        ),
        Mistake(
            "across time",
            "You sampled T and H: frames were mixed with each other, and W is untouched. The grid is on axes 1 and 2.",
            lambda x, h, w: bilinear_pool(x.permute(2, 0, 1, 3), h, w).permute(1, 2, 0, 3),
        ),
        Mistake(
            "across time",
            "Your frames are mixed with each other. Each frame is sampled by itself: what is in frame 0 must not "
            "appear in frame 1.",
            when=lambda args, yours, expected: (
                len(expected) > 1
                and yours.shape == expected.shape
                and bool((yours - expected.mean(dim=0, keepdim=True)).abs().max() < 1e-2)
            ),
        ),
        Mistake(
            "channels left in front",
            "The numbers are right and stand as [T, D, h, w]: bring the channels back to the end, permute(0, 2, 3, 1).",
            lambda x, h, w: channels_first(bilinear_pool(x, h, w)),
        ),
        Mistake(
            "reshape for permute",
            "The shape is right and the numbers are from anywhere: `reshape` or `view` only gives new names to the "
            "same row of numbers. To move the channels you need `permute`.",
            lambda x, h, w: _sampled(
                channels_last(x.reshape(len(x), x.shape[3], *x.shape[1:3])), h, w, mode="bilinear"
            ),
        ),
    ],
    picture=first_difference,
)
