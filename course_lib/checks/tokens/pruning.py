"""2.prune: leave out what says nothing new, and know where the rest was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Matrices
from course_lib.checks.tokens.indices import AnyIndices

if TYPE_CHECKING:
    from torch import Tensor


def prune(x: Tensor, threshold: float) -> list[Tensor]:
    from course_lib.tokens.prune import prune

    left = prune(x, threshold)
    return [left.values, left.frame, left.place]


def _cases(rng: Random) -> list[Case]:
    import torch

    step = rng.choice([3, 4, 5])
    cases = [
        Case((torch.tensor([[[1.0], [2.0]], [[1.0], [2.0 + step]]]), 1.0)),
        Case((torch.tensor([[[9.0], [2.0]], [[9.0 - step], [2.0]], [[9.0 - step], [3.0]]]), 1.0)),
        Case(
            (torch.tensor([[[5.0], [1.0], [0.0]]]) + torch.tensor([0, 0.75, 1.5, 2.25])[:, None, None] * _drift(), 1.0)
        ),
        Case((torch.tensor([[[4.0, 4.0]], [[4.0, 4.0]], [[6.0, 4.0]], [[6.0, 7.0]], [[3.0, 10.0]]]), 1.0)),
        Case((_distances(), 0.75)),
        Case((_quarters(rng, 1, 3, 2), 0.5)),
        Case((_quarters(rng, 5, 3, 2), 0.0)),
    ]
    for _ in range(4):
        shape = rng.randint(4, 9), rng.randint(5, 12), rng.choice([4, 8])
        cases.append(Case((_quarters(rng, *shape), rng.choice([0.25, 0.5, 0.75]))))
    return cases


def _drift() -> Tensor:
    """Three places: one stands still, one drifts up, one down."""
    import torch

    return torch.tensor([0.0, 1.0, -1.0])[:, None]


def _distances() -> Tensor:
    """[2, 4, 4]: at a threshold of 0.75, sum, norm, largest and root mean square each keep other places."""
    import torch

    changed = [[1.5, 1.5, 1, 1], [1.5, 1.5, 1.5, 1], [2, 1, 1, 1], [2.75, 1, 1, 1]]
    return torch.tensor([[[1.0] * 4] * 4, changed])


def _quarters(rng: Random, T: int, P: int, D: int) -> Tensor:
    """Walks in steps of a quarter, some places standing still: with D a power of 2 all means are exact, and some lie
    exactly on a threshold."""
    import torch

    of = torch.Generator().manual_seed(rng.randrange(2**31))
    steps = torch.randint(-4, 5, (T, P, D), generator=of) / 4
    still = torch.rand(T, P, 1, generator=of) < 0.4
    return (8 + steps.masked_fill(still, 0).cumsum(dim=0)).float()


def _distance(a: Tensor, b: Tensor) -> Tensor:
    return (a - b).abs().mean(dim=-1)


def _kept(
    x: Tensor, threshold: float, distance: Callable[[Tensor, Tensor], Tensor] = _distance, against: str = "kept",
    at_least: bool = False, first: bool = True,
) -> Tensor:  # fmt: skip
    """bool [T, P]: what is kept when one step is done in another way."""
    import torch

    keep, last = torch.full(x.shape[:2], first), x[0]
    for t in range(1, len(x)):
        far = distance(x[t], last if against == "kept" else x[t - 1] if against == "before" else x[0])
        keep[t] = far >= threshold if at_least else far > threshold
        last = torch.where(keep[t, :, None], x[t], last)
    return keep


def _into_a_view(x: Tensor, threshold: float) -> list[Tensor]:
    """The memory is a view of frame 0, which changes with it."""
    import torch

    x = x.clone()
    keep, last = torch.ones(x.shape[:2], dtype=torch.bool), x[0]
    for t in range(1, len(x)):
        keep[t] = _distance(x[t], last) > threshold
        last[keep[t]] = x[t][keep[t]]
    return _taken(x, keep)


def _taken(x: Tensor, keep: Tensor) -> list[Tensor]:
    frame, place = keep.nonzero(as_tuple=True)
    return [x[keep], frame, place]


def _after(change: Callable[[Tensor, Tensor, Tensor, Tensor], Sequence[Tensor]]) -> Callable[..., list[Tensor]]:
    """Rightly pruned, and then told wrongly: change(x, values, frame, place)."""
    return lambda x, threshold: list(change(x, *prune(x, threshold)))


def _ranks(frame: Tensor) -> Tensor:
    """Of each kept token, its number among those of its frame."""
    import torch

    return torch.tensor([int((frame[:i] == t).sum()) for i, t in enumerate(frame.tolist())], dtype=torch.int64)


def _place_after_place(x: Tensor, values: Tensor, frame: Tensor, place: Tensor) -> list[Tensor]:
    order = (place * len(x) + frame).argsort()
    return [values[order], frame[order], place[order]]


def _picture(args: tuple[Any, ...], yours: Any, expected: Any) -> Matrices | None:
    """Which token of which frame is kept."""
    import torch

    T, P = args[0].shape[:2]
    if T * P > 120:
        return None
    masks: dict[str, Sequence[Sequence[float]]] = {}
    for name, (_, frame, place) in (("kept by you", yours), ("expected", expected)):
        mask = torch.zeros(T, P, dtype=torch.int64)
        mask[frame, place] = 1
        masks[name] = mask.tolist()
    return Matrices(masks, [f"frame {t}" for t in range(T)], [f"place {p}" for p in range(P)])


PRUNE = AnyIndices(
    Values(
        _cases,
        prune,
        tolerance=1e-6,  # a token taken from the frame before, or as a difference, is off by 0.25 and more
        mistakes=[
            Mistake(
                "compared with the frame before",
                "Yours compares with the frame before, and slow change never counts: 0.75 in each frame is below 1 "
                "each time, and 2.25 after three. Compare with the last token that was kept at the place.",
                lambda x, threshold: _taken(x, _kept(x, threshold, against="before")),
            ),
            Mistake(
                "compared with the first frame",
                "Yours compares with frame 0 throughout: what has changed once is kept again and again. Compare with "
                "the last token that was kept at the place.",
                lambda x, threshold: _taken(x, _kept(x, threshold, against="first")),
            ),
            Mistake(
                "change without abs",
                "What gets smaller is change, too: yours keeps only what grows. Take the absolute value before the "
                "mean.",
                lambda x, threshold: _taken(x, _kept(x, threshold, lambda a, b: (a - b).mean(dim=-1))),
            ),
            Mistake(
                "change without abs",
                "Yours takes the absolute value after the mean: of numbers that rise and others that fall nothing is "
                "left. Take it before.",
                lambda x, threshold: _taken(x, _kept(x, threshold, lambda a, b: (a - b).mean(dim=-1).abs())),
            ),
            Mistake(
                "the sum for the mean",
                "Yours adds the differences of a token's D numbers up, and a threshold means something else for each "
                "D. Take their mean.",
                lambda x, threshold: _taken(x, _kept(x, threshold, lambda a, b: (a - b).abs().sum(dim=-1))),
            ),
            Mistake(
                "another distance",
                "Yours measures by the norm of the difference. Asked for is the mean of the absolute differences.",
                lambda x, threshold: _taken(x, _kept(x, threshold, lambda a, b: (a - b).norm(dim=-1))),
            ),
            Mistake(
                "another distance",
                "Yours measures by the largest of the differences. Asked for is the mean of their absolute values.",
                lambda x, threshold: _taken(x, _kept(x, threshold, lambda a, b: (a - b).abs().amax(dim=-1))),
            ),
            Mistake(
                "another distance",
                "Yours measures by the root of the mean square. Asked for is the mean of the absolute differences.",
                lambda x, threshold: _taken(x, _kept(x, threshold, lambda a, b: (a - b).square().mean(dim=-1).sqrt())),
            ),
            Mistake(
                "another distance",
                "Yours measures by the squared differences. Asked for is the mean of their absolute values.",
                lambda x, threshold: _taken(x, _kept(x, threshold, lambda a, b: (a - b).square().mean(dim=-1))),
            ),
            Mistake(
                "kept at the threshold",
                "Yours keeps a token that has changed by exactly the threshold. Only more than the threshold counts: "
                "at 0, what stands still must be left out (`>`, not `>=`).",
                lambda x, threshold: _taken(x, _kept(x, threshold, at_least=True)),
            ),
            Mistake(
                "the wrong half kept",
                "Yours keeps what did not change and drops what did. It is the other way round.",
                lambda x, threshold: _taken(x, _joined(_kept(x, threshold)[:1], _distance_before(x) <= threshold)),
            ),
            Mistake(
                "the first frame dropped",
                "Frame 0 is missing. Nothing comes before it, so all of it is new: keep it whole.",
                lambda x, threshold: _taken(x, _kept(x, threshold, first=False)),
            ),
            Mistake(
                "frames numbered from the second",
                "The tokens are right, and the frame numbers of the later ones are one too low: the change between 0 "
                "and 1 belongs to frame 1.",
                _after(lambda x, values, frame, place: [values, (frame - 1).clamp(min=0), place]),
            ),
            Mistake(
                "frame and place swapped",
                "The tokens are right; frame and place have changed places. First the frame, then the place in it.",
                _after(lambda x, values, frame, place: [values, place, frame]),
            ),
            Mistake(
                "numbered through the clip",
                "The tokens are right, and `place` counts on through the clip (frame * P + place). A place is from 0 "
                "to P - 1 in its own frame.",
                _after(lambda x, values, frame, place: [values, frame, frame * x.shape[1] + place]),
            ),
            Mistake(
                "numbered among the kept",
                "The tokens are right, and `place` is their number among the kept ones of their frame. Asked for is "
                "where they were before: nobody can know that afterwards.",
                _after(lambda x, values, frame, place: [values, frame, _ranks(frame)]),
            ),
            Mistake(
                "place after place",
                "The right tokens, in the order of their places. A model reads time from the order: all of frame 0, "
                "then all of frame 1.",
                _after(_place_after_place),
            ),
            Mistake(
                "frame 0 overwritten",
                "Frame 0 comes back with tokens of later frames: `last = x[0]` is no copy, and what is written into it "
                "is written into x. Begin with `x[0].clone()`.",
                _into_a_view,
            ),
            Mistake(
                "zeros in their stead",
                "Nothing was left out: what changed little became zeros, and zeros cost a model as much as any token. "
                "Hand back only what is kept.",
                when=lambda args, yours, expected: (
                    len(yours[0]) == args[0].shape[0] * args[0].shape[1] > len(expected[0])
                    and bool((yours[0] == 0).all(dim=-1).any())
                ),
            ),
        ],
        picture=_picture,
    )
)


def _joined(*parts: Tensor) -> Tensor:
    import torch

    return torch.cat(parts)


def _distance_before(x: Tensor) -> Tensor:
    """[T - 1, P]: from the frame before."""
    return _distance(x[1:], x[:-1])
