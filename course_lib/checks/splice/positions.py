"""3.positions: mask and positions of the expanded rows."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Matrices
from course_lib.checks.splice.demands import leaves_alone

if TYPE_CHECKING:
    from torch import Tensor

Found = dict[str, Any]
Rows = list[list[int]]


def mask_and_positions(ids: Tensor, mask: Tensor, clips: Rows, video_id: int, side: str) -> Found:
    return laid_out(_lengths(ids, mask, clips, video_id), side)


def laid_out(lengths: list[int], side: str) -> Found:
    """Mask and positions of rows with so many real tokens."""
    import torch

    place = torch.arange(max(lengths))
    real = torch.tensor(lengths)[:, None]  # [B, 1]
    mask = (place < real if side == "right" else place >= max(lengths) - real).long()  # [B, L']
    return _found(mask, (mask.cumsum(1) - 1) * mask)


def _found(mask: Tensor, positions: Tensor) -> Found:
    return {"mask": mask, "positions": positions}


def _lengths(ids: Tensor, mask: Tensor, clips: Rows, video_id: int) -> list[int]:
    words = ((ids != video_id) & mask.bool()).sum(1).tolist()
    return [real + sum(counts) for real, counts in zip(words, clips, strict=True)]


def _batch(rng: Random, clips: Rows, side: str, own: str, pad: int, v: int) -> Case:
    """Rows with these clips as a tokenizer hands them over: padded on its own side, with a token that ends turns."""
    import torch

    rows = []
    for counts in clips:
        row = [rng.randint(10, 30) for _ in range(rng.randint(2, 5))]
        row.insert(rng.randrange(len(row)), pad)  # an earlier turn has ended: the same id, and a real token
        for _ in counts:
            row.insert(rng.randrange(len(row)), v)
        rows.append(row)
    L = max(map(len, rows)) + rng.randint(0, 2)
    ids, mask = torch.full((len(rows), L), pad), torch.zeros(len(rows), L, dtype=torch.long)
    for r, row in enumerate(rows):
        where = slice(L - len(row), L) if own == "left" else slice(0, len(row))
        ids[r, where], mask[r, where] = torch.tensor(row), 1
    return Case((ids, mask, clips, v, side))


def _cases(rng: Random) -> list[Case]:
    import torch

    v = rng.randint(40, 99)
    two, real = torch.tensor([[1, v, 2], [v, 3, 4]]), torch.ones(2, 3, dtype=torch.long)
    cases = [
        Case((two[:1], real[:1], [[3]], v, "left")),
        Case((two, real, [[1], [3]], v, "left")),
        Case((two, real, [[1], [3]], v, "right")),
        Case((torch.tensor([[0, 0, 5, 6], [7, v, 8, 9]]), torch.tensor([[0, 0, 1, 1], [1] * 4]), [[], [2]], v, "left")),
    ]
    for side in ("left", "right"):
        for own in ("left", "right"):
            clips = [[rng.randint(0, 5) for _ in range(n)] for n in rng.sample([0, 1, 2, 2, 3], 3)]
            cases.append(_batch(rng, clips, side, own, rng.randint(0, 4), v))
    return cases


def _by_mask(mask: Tensor) -> Found:
    return _found(mask, (mask.cumsum(1) - 1) * mask)


def _changed(change: Any) -> Any:
    """A wrong answer that takes mask and positions as they should be, and the side, and changes them."""

    def gives(ids: Tensor, mask: Tensor, clips: Rows, video_id: int, side: str) -> Found:
        right = mask_and_positions(ids, mask, clips, video_id, side)
        return _found(*change(right["mask"], right["positions"]))  # type: ignore[no-any-return]

    return gives


def _video_once(ids: Tensor, mask: Tensor, clips: Rows, video_id: int, side: str) -> Found:
    """Positions of the row before it was expanded, repeated for each token of a clip."""
    import torch

    right = mask_and_positions(ids, mask, clips, video_id, side)
    for r, counts in enumerate(clips):
        row, left = ids[r][mask[r].bool()], list(counts)
        many = torch.tensor([left.pop(0) if token == video_id else 1 for token in row.tolist()])
        right["positions"][r][right["mask"][r].bool()] = torch.arange(len(row)).repeat_interleave(many)
    return right


def _every_row(ids: Tensor, mask: Tensor, clips: Rows, video_id: int, side: str, strip: bool) -> list[Any]:
    """Expanded ids of each row, [n] each; strip: without the tokenizer's padding."""
    import torch

    rows = []
    for r, counts in enumerate(clips):
        row, left = ids[r][mask[r].bool()] if strip else ids[r], list(counts)
        many = torch.tensor([left.pop(0) if t == video_id and left else 1 for t in row.tolist()], dtype=torch.long)
        rows.append(row.repeat_interleave(many))
    return rows


def _by_id(ids: Tensor, mask: Tensor, clips: Rows, video_id: int, side: str) -> Found:
    import torch

    right = mask_and_positions(ids, mask, clips, video_id, side)["mask"]
    pad = int(ids[~mask.bool()][0])
    for r, row in enumerate(_every_row(ids, mask, clips, video_id, side, True)):
        right[r][right[r].bool()] = (row != pad).long()
    return _by_mask(torch.as_tensor(right))


def _old_padding(ids: Tensor, mask: Tensor, clips: Rows, video_id: int, side: str) -> Found:
    """The tokenizer's padding is taken for a part of the row: kept, and the rows are padded to the longest."""
    import torch

    old = [len(row) for row in _every_row(ids, mask, clips, video_id, side, False)]
    right = mask_and_positions(ids, mask, clips, video_id, side)["mask"]
    more = torch.zeros(len(old), max(old) - right.shape[1], dtype=torch.long)
    return _by_mask(torch.cat([more, right] if side == "left" else [right, more], 1))


def _hides_video(ids: Tensor, mask: Tensor, clips: Rows, video_id: int, side: str) -> Found:
    right = mask_and_positions(ids, mask, clips, video_id, side)["mask"]
    for r, row in enumerate(_every_row(ids, mask, clips, video_id, side, True)):
        right[r][right[r].bool()] = (row != video_id).long()
    return _by_mask(right)


def _without_padding(mask: Tensor) -> Tensor:
    import torch

    return torch.arange(mask.shape[1]).expand_as(mask)


def _picture(args: tuple, yours: Found, expected: Found) -> Matrices | None:
    name = "mask" if yours["mask"].tolist() != expected["mask"].tolist() else "positions"
    panels = {f"your {name}": yours[name].tolist(), "expected": expected[name].tolist()}
    return Matrices(panels, rows=[f"row {r}" for r in range(len(args[2]))])


CHANGED = Mistake(
    "input changed",
    "Right, but your {place} argument is not what it was: the caller's own has been changed. Make new tensors, and "
    "take from a copy of a list.",
)

POSITIONS = Values(
    _cases,
    mask_and_positions,
    mistakes=[
        Mistake(
            "not lengthened",
            "These are as long as the ids before the expansion. A row grows by all tokens of its clips but the "
            "placeholders: mask and positions are made for the long row.",
            lambda ids, mask, clips, v, side: _by_mask(mask),
        ),
        Mistake(
            "padding is counted",
            "The positions count the padding, too: the first real token of a padded row is at 0, wherever it stands. "
            "Count ones of the mask, not places.",
            _changed(lambda mask, positions: (mask, _without_padding(mask))),
        ),
        Mistake(
            "padding is counted",
            "The positions count the padding (which has its 0), too: the first real token is at 0, wherever it stands. "
            "Count ones of the mask, not places.",
            _changed(lambda mask, positions: (mask, _without_padding(mask) * mask)),
        ),
        Mistake(
            "counted from one",
            "Your positions begin at 1. A running sum of the mask counts the token itself, too: take one off.",
            _changed(lambda mask, positions: (mask, (positions + 1) * mask)),
        ),
        Mistake(
            "padding below zero",
            "Padding in front is at -1: nothing has been counted there, and one was taken off. There is no position -1 "
            "(a table of learned positions would fail): padding is at 0.",
            _changed(lambda mask, positions: (mask, mask.cumsum(1) - 1)),
        ),
        Mistake(
            "padding repeats the last",
            "Padding behind the row repeats its last position. Asked for is 0 at padding on either side: multiply by "
            "the mask, so that nobody takes it for a token.",
            _changed(lambda mask, positions: (mask, (mask.cumsum(1) - 1).clamp(min=0))),
        ),
        Mistake(
            "padding at one",
            "Padding is at 1, as in Transformers. It makes no difference to a model that masks it; asked for is 0.",
            _changed(lambda mask, positions: (mask, positions.masked_fill(mask == 0, 1))),
        ),
        Mistake(
            "the other side",
            "The padding is on the other side. `side` says where it stands: on the left for an answer that continues "
            "the row, on the right for training.",
            lambda ids, mask, clips, v, side: mask_and_positions(
                ids, mask, clips, v, "left" if side == "right" else "right"
            ),
        ),
        Mistake(
            "a clip counts once",
            "All tokens of a clip have one position. Each is a token of its own to the language model: positions go on "
            "counting through the video, or its order is lost.",
            _video_once,
        ),
        Mistake(
            "padding told by its id",
            "A real token is masked: it has the id that the batch is padded with. Many language models pad with the "
            "token that ends a turn, so the id does not tell; the mask that you were given does.",
            _by_id,
        ),
        Mistake(
            "padding of the tokenizer kept",
            "The rows are longer than the longest needs: the padding from before the expansion has been kept, or "
            "counted as part of a row. Keep what has a 1 in the mask, and pad anew.",
            _old_padding,
        ),
        Mistake(
            "video masked",
            "The video tokens have a 0 in the mask: the model would not see them. They are real tokens.",
            _hides_video,
        ),
        Mistake(
            "clips of the first row",
            "Every row was lengthened by the clips of row 0. That is right for a batch of one: row b takes `clips[b]`.",
            lambda ids, mask, clips, v, side: mask_and_positions(ids, mask, [clips[0]] * len(clips), v, side),
        ),
        CHANGED,
    ],
    properties=[leaves_alone(lambda rng: _cases(rng)[3:5], CHANGED)],
    picture=_picture,
)  # fmt: skip
