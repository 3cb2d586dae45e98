"""2.merge: two frames share their tokens."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Matrices
from course_lib.checks.tokens.pooling import drawn

if TYPE_CHECKING:
    from torch import Tensor


def merge_pairs(x: Tensor) -> Tensor:
    from course_lib.tokens.merge_frames import merge_frames

    return merge_frames(x, 2)


def _cases(rng: Random) -> list[Case]:
    shapes: list[tuple[int, ...]] = [(2, 1, 2, 1), (4, 2, 2, 1), (5, 1, 2, 1), (1, 2, 3, 1), (6, 4, 3, 2)]
    shapes += [(2 * rng.randint(3, 6) + 1, 3, 2, rng.randint(2, 5)), (2 * rng.randint(2, 6), rng.randint(2, 5), 3)]
    cases = [Case((drawn(rng, *shape),)) for shape in shapes]
    seconds = drawn(rng, 2 * rng.randint(2, 5) + 1, double=True).sort().values
    return [*cases, Case((seconds,))]


def _joined(*parts: Tensor) -> Tensor:
    import torch

    return torch.cat(parts)


def _picture(args: tuple[Any, ...], yours: Tensor, expected: Tensor) -> Matrices | None:
    """A row for each frame, of its first few numbers."""
    if yours.dim() != expected.dim() or len(args[0]) > 12:
        return None
    named = {"x": args[0], "yours": yours, "expected": expected}
    return Matrices({name: x.reshape(len(x), -1)[:, :4].double().tolist() for name, x in named.items()})


_ODD = "With an odd number of frames yours fails: the last has no partner. Keep it as it is, behind the pairs."

MERGE = Values(
    _cases,
    merge_pairs,
    tolerance=1e-3,  # of numbers up to 90: a neighbour's share that is wrong by a hundredth is off by 0.01 and more
    mistakes=[
        Mistake(
            "the last frame dropped",
            "With an odd number of frames the last has no partner, and yours drops it: whatever happens at the end of "
            "the clip is unseen. Keep it as it is.",
            lambda x: merge_pairs(x[: len(x) // 2 * 2]),
        ),
        Mistake(
            "the last frame halved",
            "With an odd number of frames you average the last one with zeros, and it fades to half. It has no "
            "partner: keep it as it is.",
            lambda x: merge_pairs(_joined(x, 0 * x[:1]) if len(x) % 2 else x),
        ),
        Mistake("an odd frame", _ODD, raises="RuntimeError", looks="is invalid for input of size"),
        Mistake("an odd frame", _ODD, raises="RuntimeError", looks="must match the size"),
        Mistake(
            "a sliding mean",
            "Yours averages each frame with the next, so that the middle frames are used twice and hardly any token is "
            "saved. Pairs do not overlap: 0 with 1, 2 with 3.",
            lambda x: (x[:-1] + x[1:]) / 2,
        ),
        Mistake(
            "pairs shifted by one",
            "Your pairs are 1 with 2, 3 with 4, and frame 0 alone. The first pair is 0 with 1.",
            lambda x: _joined(x[:1], merge_pairs(x[1:])) if len(x) > 1 else x,
        ),
        Mistake(
            "first half with second half",
            "You averaged frames that lie half a clip apart. Neighbours share: 0 with 1, 2 with 3 (`x[0::2]` and "
            "`x[1::2]`).",
            lambda x: (x[: len(x) // 2] + x[len(x) // 2 :]) / 2,
        ),
        Mistake(
            "every second frame",
            "These are every second frames as they were: the others are thrown away unseen. Average the two.",
            lambda x: x[::2],
        ),
        Mistake(
            "the sum for the mean",
            "These are sums: twice as large as a token of this model may be. Divide by 2.",
            lambda x: _joined(x[: len(x) // 2 * 2 : 2] + x[1::2], x[len(x) // 2 * 2 :]),
        ),
        Mistake(
            "rows for frames",
            "You merged rows of a frame (axis 1). Frames are on axis 0.",
            lambda x: merge_pairs(x.transpose(0, 1)).transpose(0, 1),
        ),
        Mistake(
            "mean over all frames",
            "You averaged all frames: one is left, and nothing can be told of when. Average two at a time.",
            lambda x: x.mean(dim=0, keepdim=True),
        ),
    ],
    picture=_picture,
)
