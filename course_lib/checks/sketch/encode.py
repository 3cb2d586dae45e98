"""4.encode: from pictures to features."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from course_lib.checks.answer import Stopped
from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Matrices, Picture
from course_lib.checks.sketch.inputs import CLOSE, drawn


def encode(pictures: Any, batch: int, vision: Callable[[Any], Any]) -> Any:
    features = vision(pictures)
    return features.reshape(batch, len(pictures) // batch, *features.shape[1:])


def _own_number(pictures: Any) -> Any:
    return pictures.flatten(1)[:, :1, None]


def _vision(rng: Random, channels: int, tokens: int, width: int) -> Callable[[Any], Any]:
    weight = drawn(rng, tokens, width, channels)

    def vision(pictures: Any) -> Any:
        import torch

        if pictures.ndim != 4 or pictures.shape[1] != channels:
            raise Stopped(f"vision reads pictures [N, {channels}, H, W]; it got {list(pictures.shape)}")
        return torch.einsum("kdc,nc->nkd", weight, pictures.mean(dim=(2, 3)))  # [N, K, D]

    return vision


def _encode_cases(rng: Random) -> list[Case]:
    import torch

    numbers = torch.arange(6.0).reshape(6, 1, 1, 1)
    said = "FUNCTION(6 pictures, 2, vision): picture i is all i, and vision gives each picture its number"
    cases = [Case((numbers, 2, _own_number), said)]
    for B, T, K, D in ((1, 4, 3, 2), (3, 2, 4, 5), (2, rng.randint(5, 8), 3, 4)):
        pictures = drawn(rng, B * T, 3, 2, 2)
        cases.append(
            Case((pictures, B, _vision(rng, 3, K, D)), f"FUNCTION({B * T} pictures, {B}, vision with K = {K})")
        )
    return cases


def _of_clips(args: tuple[Any, ...], yours: Any, expected: Any) -> Picture | None:
    if len(args[0]) != 6 or yours.shape[:2] != expected.shape[:2] or expected.shape[-1] > 1:
        return None
    panels = {"yours: picture number": yours[:, :, 0, 0].tolist(), "expected": expected[:, :, 0, 0].tolist()}
    return Matrices(panels, rows=["clip 0", "clip 1"], columns=["t = 0", "t = 1", "t = 2"])


ENCODE = Values(
    _encode_cases,
    encode,
    tolerance=CLOSE,
    mistakes=[
        Mistake(
            "clips mixed",
            "The shape is right, and clip 0 has features of clip 1: change the one, and the other changes with it. "
            "With one clip nothing is seen. The cause: rows that stand clip after clip were read off as if they stood "
            "moment after moment. Unfold them in the order in which they lie.",
            lambda pictures, batch, vision: (
                vision(pictures).reshape(len(pictures) // batch, batch, *vision(pictures).shape[1:]).transpose(0, 1)
            ),
        ),
        Mistake(
            "moments first",
            "The result is [T, B, K, D], and clips are mixed in it as well. Asked for is [B, T, K, D], clip after "
            "clip.",
            lambda pictures, batch, vision: vision(pictures).reshape(
                len(pictures) // batch, batch, *vision(pictures).shape[1:]
            ),
        ),
        Mistake(
            "moments first",
            "The clips are kept apart now, but the result is [T, B, K, D]. Without the transpose it is [B, T, K, D].",
            lambda pictures, batch, vision: encode(pictures, batch, vision).transpose(0, 1),
        ),
        Mistake(
            "all one clip",
            "All pictures became one clip: [1, B * T, K, D]. Right for a batch of one, and only there: `batch` says "
            "how many clips there are.",
            lambda pictures, batch, vision: vision(pictures)[None],
        ),
        Mistake(
            "the first clip only",
            "Only clip 0 is encoded; the batch lost the rest.",
            lambda pictures, batch, vision: encode(pictures, batch, vision)[:1],
        ),
        Mistake(
            "tokens for moments",
            "The right shape, with a picture's K tokens spread over moments. A picture's tokens lie together and "
            "belong to one moment: [B * T, K, D] -> [B, T, K, D], nothing turned afterwards.",
            lambda pictures, batch, vision: (
                vision(pictures)
                .reshape(batch, vision(pictures).shape[1], -1, vision(pictures).shape[2])
                .transpose(1, 2)
            ),
        ),
        Mistake(
            "joined too early",
            "Frames and their K tokens share an axis: [B, T * K, D] where [B, T, K, D] is asked for. Joining comes in "
            "`project`, when the projector has seen each moment by itself.",
            lambda pictures, batch, vision: encode(pictures, batch, vision).flatten(1, 2),
        ),
        Mistake(
            "tokens averaged",
            "Each picture's K tokens were averaged to one: where in the picture something is has gone. Keep all of "
            "them.",
            lambda pictures, batch, vision: encode(pictures, batch, vision).mean(dim=2, keepdim=True),
        ),
        Mistake(
            "tokens averaged",
            "Each picture's K tokens were averaged away, and an axis with them: [B, T, D] where [B, T, K, D] is asked "
            "for.",
            lambda pictures, batch, vision: encode(pictures, batch, vision).mean(dim=2),
        ),
    ],
    picture=_of_clips,
)
