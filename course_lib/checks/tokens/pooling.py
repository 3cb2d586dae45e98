"""2.pool: one token for each square of a frame."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Matrices

if TYPE_CHECKING:
    from torch import Tensor


def drawn(rng: Random, *shape: int, double: bool = False) -> Tensor:
    """Whole numbers from 0 to 90, as floats: easy to read in a message."""
    import torch

    of = torch.Generator().manual_seed(rng.randrange(2**31))
    return torch.randint(0, 91, shape, generator=of).to(torch.float64 if double else torch.float32)


def first_difference(args: tuple[Any, ...], yours: Tensor, expected: Tensor) -> Matrices | None:
    """The first frame and channel that differ, where they are small enough to read."""
    x = args[0]
    if yours.shape != expected.shape or max(x.shape[1:3]) > 12:
        return None
    t, _, _, d = ((yours - expected).abs() > 1e-3).nonzero()[0].tolist()
    named = {f"x, frame {t}": x, "yours": yours, "expected": expected}
    return Matrices({name: grid[t, :, :, d].double().tolist() for name, grid in named.items()})


def average_pool(x: Tensor, k: int) -> Tensor:
    from course_lib.tokens.pool import pool

    return pool(x, k, "average")


def _pool_cases(rng: Random) -> list[Case]:
    shapes = [(2, 2, 4, 2, 2), (2, 4, 2, 2, 2), (2, 5, 3, 2, 2), (3, 6, 9, 3, 3), (3, 7, 8, 3, 3), (2, 27, 27, 4, 2)]
    shapes += [(2, 3, 5, 2, 1), (rng.randint(2, 4), rng.randint(8, 11), rng.randint(12, 15), 5, rng.randint(2, 4))]
    cases = [Case((drawn(rng, *shape), k)) for *shape, k in shapes]
    return [*cases, Case((drawn(rng, 2, 4, 6, 3, double=True), 2))]


def _squares(x: Tensor, k: int) -> Tensor:
    """[T, H, W, D] -> [T, h, w, D, k * k], without what is left over."""
    return x.unfold(1, k, k).unfold(2, k, k).flatten(-2)


def _spatial(x: Tensor, k: int, **how: Any) -> Tensor:
    from torch.nn import functional

    return functional.avg_pool2d(x, k, **how)


def channels_first(x: Tensor) -> Tensor:
    return x.permute(0, 3, 1, 2)


def channels_last(x: Tensor) -> Tensor:
    return x.permute(0, 2, 3, 1)


def _split_wrongly(x: Tensor, k: int) -> Tensor:
    T, H, W, D = x.shape
    h, w = H // k, W // k
    return x[:, : h * k, : w * k].reshape(T, h, w, k, k, D).mean(dim=(3, 4))


POOL = Values(
    _pool_cases,
    average_pool,
    tolerance=1e-3,  # of numbers up to 90: one token of a square left out moves its mean by 0.06 and more
    mistakes=[
        Mistake(
            "the last two axes",
            "You pooled W and D. torch's pooling works on the last two axes and takes the ones before for batch and "
            "channels: bring D forward with permute(0, 3, 1, 2) first, and back afterwards.",
            _spatial,
        ),
        Mistake(
            "the first two axes",
            "You pooled T and H: frames were mixed with each other, and W is untouched. The grid is on axes 1 and 2.",
            lambda x, k: x.unfold(0, k, k).unfold(1, k, k).mean(dim=(-2, -1)),
        ),
        Mistake(
            "channels left in front",
            "The numbers are right and stand as [T, D, H, W]: bring the channels back to the end, permute(0, 2, 3, 1).",
            lambda x, k: channels_first(average_pool(x, k)),
        ),
        Mistake(
            "H and W swapped",
            "These are the right numbers with rows and columns swapped: [T, W, H, D]. Look at your last permute or "
            "transpose.",
            lambda x, k: average_pool(x, k).transpose(1, 2),
        ),
        Mistake(
            "reshape for permute",
            "The shape is right and the numbers are from anywhere: `reshape` or `view` only gives new names to the "
            "same row of numbers. To move the channels you need `permute`.",
            lambda x, k: channels_last(_spatial(x.reshape(len(x), x.shape[3], *x.shape[1:3]), k)),
        ),
        Mistake(
            "reshape for permute",
            "The shape is right and the numbers are from anywhere: `reshape` or `view` only gives new names to the "
            "same row of numbers. To move the channels you need `permute`.",
            lambda x, k: _spatial(x.reshape(len(x), x.shape[3], *x.shape[1:3]), k).reshape(
                len(x), x.shape[1] // k, x.shape[2] // k, x.shape[3]
            ),
        ),
        Mistake(
            "squares cut wrongly",
            "What you average are not squares: your reshape puts both k side by side, and then each holds a run of "
            "tokens from one row. It is [T, h, k, w, k, D], each k right behind its own h or w; average over both k.",
            _split_wrongly,
        ),
        Mistake(
            "reshaped before the edge is cut",
            "Rows or columns that fill no square are still there when you reshape, and the numbers do not come out. "
            "Cut x to its first h * k rows and w * k columns before that.",
            raises="RuntimeError",
            looks="invalid for input of size",
        ),
        Mistake(
            "the edge kept",
            "A row or column that does not fill a square is dropped here; yours makes tokens of what is left. (27 x 27 "
            "pooled by 2 is 13 x 13.)",
            lambda x, k: channels_last(_spatial(channels_first(x), k, ceil_mode=True)),
        ),
        Mistake(
            "the edge filled with zeros",
            "Zeros were added at the edge and averaged in, so that the edge gets darker. Drop what does not fill a "
            "square.",
            lambda x, k: _filled_up(x, k),
        ),
        Mistake(
            "every kth token",
            "These are every k-th tokens as they were: the others of each square are thrown away unseen. Average them.",
            lambda x, k: x[:, ::k, ::k],
        ),
        Mistake(
            "every kth token",
            "These are every k-th tokens as they were: the others of each square are thrown away unseen. Average them.",
            lambda x, k: _squares(x, k)[..., 0],
        ),
        Mistake(
            "the largest for the mean",
            "These are the largest of each square. Asked for is the mean.",
            lambda x, k: _squares(x, k).amax(dim=-1),
        ),
        Mistake(
            "the sum for the mean",
            "These are sums: larger by k * k. Divide, or use mean.",
            lambda x, k: _squares(x, k).sum(dim=-1),
        ),
        Mistake(
            "mean over time",
            "Your mean goes over the frames too. Each frame has its own grid: T stays as it is.",
            lambda x, k: average_pool(x, k).mean(dim=0),
        ),
        Mistake(
            "mean over time",
            "Your mean goes over the frames too. Each frame has its own grid: T stays as it is.",
            lambda x, k: average_pool(x, k).mean(dim=0, keepdim=True),
        ),
    ],
    picture=first_difference,
)


def _filled_up(x: Tensor, k: int) -> Tensor:
    from torch.nn import functional

    H, W = x.shape[1:3]
    return average_pool(functional.pad(x, (0, 0, 0, -W % k, 0, -H % k)), k)
