"""4.pictures: from clips to pictures."""

from __future__ import annotations

from random import Random
from typing import Any

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Matrices, Picture
from course_lib.checks.sketch.inputs import drawn


def pictures_of(video: Any) -> Any:
    return video.transpose(1, 2).flatten(0, 1)


def _numbered(B: int, T: int) -> Any:
    """Every pixel of frame t, colour c of clip b is 100 b + 10 c + t."""
    import torch

    clip, colour, frame = torch.arange(B), torch.arange(3), torch.arange(T)
    video = 100.0 * clip[:, None, None] + 10 * colour[:, None] + frame  # [B, C, T]
    return video[..., None, None]


def _pictures_cases(rng: Random) -> list[Case]:
    said = "FUNCTION(video [{}, 3, {}, 1, 1]), in which clip b, colour c, frame t is all 100 b + 10 c + t"
    cases = [Case((_numbered(B, T),), said.format(B, T)) for B, T in ((1, 2), (2, 4))]
    for B, C, T, H, W in ((1, 3, 5, 2, 3), (2, 3, 3, 4, 4), (3, 6, rng.randint(4, 7), 3, 5)):
        cases.append(Case((drawn(rng, B, C, T, H, W),), f"FUNCTION(video [{B}, {C}, {T}, {H}, {W}])"))
    return cases


def _first_pixels(args: tuple[Any, ...], yours: Any, expected: Any) -> Picture | None:
    if args[0].shape[-1] > 1 or yours.ndim != 4:
        return None
    panels = {"yours": yours[:, :, 0, 0].tolist(), "expected": expected[:, :, 0, 0].tolist()}
    return Matrices(panels, rows=[f"picture {i}" for i in range(len(expected))], columns=["red", "green", "blue"])


PICTURES = Values(
    _pictures_cases,
    pictures_of,
    mistakes=[
        Mistake(
            "frames and colours mixed",
            "A picture's red, green and blue come from three different frames: ghosts in false colours, and of the "
            "right shape. The cause: the numbers were read off in their order in memory, where all frames of the red "
            "come before the green. Bring T before C first, and then join B and T.",
            lambda video: video.reshape(-1, video.shape[1], *video.shape[3:]),
        ),
        Mistake(
            "moments before clips",
            "Clean pictures in the wrong order: moment 0 of all clips, then moment 1. `encode` takes clip 0's first, "
            "then clip 1's. With one clip nobody sees the difference. B stays in front of T.",
            lambda video: video.permute(2, 0, 1, 3, 4).flatten(0, 1),
        ),
        Mistake(
            "not joined",
            "The axes are in order and still five. Join the first two: [B, T, C, H, W] -> [B * T, C, H, W].",
            lambda video: video.transpose(1, 2),
        ),
        Mistake(
            "colours for frames",
            "These are the pictures of B * C, not of B * T: one for each colour, with the frames in the place of its "
            "colours.",
            lambda video: video.flatten(0, 1),
        ),
        Mistake(
            "the first clip only",
            "These are the pictures of clip 0. The others are left out, which no batch of one clip shows.",
            lambda video: video[0].transpose(0, 1),
        ),
        Mistake(
            "colours last",
            "The pictures are right and their colours stand last, as in a file. The vision model reads [N, C, H, W].",
            lambda video: video.permute(0, 2, 3, 4, 1).flatten(0, 1),
        ),
        Mistake(
            "height and width swapped",
            "The pictures lie on their side: height and width have changed places. Only C and T are to be turned.",
            lambda video: video.permute(0, 2, 1, 4, 3).flatten(0, 1),
        ),
        Mistake(
            "view of what lies apart",
            "The idea is right. But `view` reads memory as it lies, and a turned tensor does not lie in its "
            "new order. `reshape` or `flatten` copy where they must. (With one clip `view` gets by.)",
            raises="RuntimeError",
            looks="view",
        ),
    ],
    picture=_first_pixels,
)
