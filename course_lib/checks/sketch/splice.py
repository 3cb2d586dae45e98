"""4.splice: the video in the prompt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Matrices, Picture
from course_lib.checks.sketch.inputs import PAD, drawn


def splice(ids: Any, tokens: Any, table: Any, video_id: int, pad_id: int) -> list[Any]:
    return _laid(ids, tokens, table, video_id, pad_id, lambda row: int((row == video_id).nonzero()))


def _laid(
    ids: Any, tokens: Any, table: Any, video_id: int, pad_id: int, place: Callable[[Any], int], skip: int = 1
) -> list[Any]:
    """place: where in a row of ids the video goes; skip: how many ids make room for it."""
    import torch

    embeds, masks = [], []
    for row, video in zip(ids, tokens, strict=True):
        at, real = place(row), (row != pad_id).long()
        words = table[row.clamp(max=len(table) - 1)]  # whoever leaves the placeholder in reads some row for it
        embeds.append(torch.cat([words[:at], video, words[at + skip :]]))
        masks.append(torch.cat([real[:at], torch.ones(len(video), dtype=torch.long), real[at + skip :]]))
    return [torch.stack(embeds), torch.stack(masks)]


def _front(ids: Any, tokens: Any, table: Any, video_id: int, pad_id: int) -> list[Any]:
    import torch

    words = table[ids.clamp(max=len(table) - 1)]
    return [torch.cat([tokens, words], dim=1), _front_mask(ids, tokens, pad_id)]


def _front_mask(ids: Any, tokens: Any, pad_id: int) -> Any:
    import torch

    return torch.cat([torch.ones(tokens.shape[:2], dtype=torch.long), (ids != pad_id).long()], dim=1)


def _text_mask(ids: Any, pad_id: int) -> Any:
    return (ids != pad_id).long()


def _splice_cases(rng: Random) -> list[Case]:
    import torch

    tenths = torch.arange(5.0)[:, None] / 10
    said = "FUNCTION(ids {}, tokens {}, table 0.0, 0.1, …, 0.4, video_id 4, pad_id 0)"
    one = torch.tensor([[1, 4, 2]])
    two = torch.tensor([[1, 4, 3, 2], [0, 1, 4, 2]])
    cases = [
        Case((one, torch.tensor([[[7.0], [8.0]]]), tenths, 4, PAD), said.format(one.tolist(), "7, 8")),
        Case(
            (two, torch.tensor([[[7.0], [8.0]], [[5.0], [6.0]]]), tenths, 4, PAD),
            said.format(two.tolist(), "7, 8 and 5, 6"),
        ),
    ]
    for B, N, words in ((2, 3, 9), (3, rng.randint(4, 6), 20)):
        video_id = words  # one past the table: the placeholder is no word
        rows = []
        for b in range(B):
            pads, before = b, rng.randint(1, 3) + 3 * (b % 2)
            row = [PAD] * pads + [rng.randrange(1, words) for _ in range(before)] + [video_id]
            rows.append(row + [rng.randrange(1, words) for _ in range(12 - len(row))])
        args = (torch.tensor(rows), drawn(rng, B, N, 4), drawn(rng, words, 4), video_id, PAD)
        cases.append(Case(args, f"FUNCTION(ids {rows}, tokens [{B}, {N}, 4], table [{words}, 4], {video_id}, {PAD})"))
    return cases


def _places(args: tuple[Any, ...], yours: Any, expected: Any) -> Picture | None:
    if args[1].shape[-1] > 1:
        return None
    panels: dict[str, Sequence[Sequence[float]]] = {
        "your embeds, and mask": [*yours[0][..., 0].tolist(), *yours[1].tolist()],
        "expected": [*expected[0][..., 0].tolist(), *expected[1].tolist()],
    }
    if any(len({len(row) for row in rows}) > 1 for rows in panels.values()):
        return None
    count = len(args[0])
    return Matrices(panels, rows=[f"embeds {b}" for b in range(count)] + [f"mask {b}" for b in range(count)])


SPLICE = Values(
    _splice_cases,
    splice,
    tolerance=1e-6,  # nothing is computed here, only laid out: a neighbouring word's vector is 0.1 away
    mistakes=[
        Mistake(
            "the video in front",
            "Your row has a place too many, and the video stands at its beginning, whatever the prompt says. The "
            "cause: `cat` puts the video in front of the text, and the placeholder is left behind and read as a word. "
            "(Where the table has no row for it, that raises IndexError.) The tokens belong in the placeholder's "
            "place, in the mask as well.",
            _front,
        ),
        Mistake(
            "the video in front",
            "The video stands at the beginning, whatever the prompt says. The placeholder is gone, and what it said "
            "is lost: where in the text the video belongs. Put the tokens in its place.",
            lambda ids, tokens, table, video_id, pad_id: _moved(ids, tokens, table, video_id, pad_id, front=True),
        ),
        Mistake(
            "the video at the end",
            "The video stands behind the question. The placeholder says where it belongs: put the tokens in its place.",
            lambda ids, tokens, table, video_id, pad_id: _moved(ids, tokens, table, video_id, pad_id, front=False),
        ),
        Mistake(
            "the placeholder left",
            "The tokens stand at the right place, and beside them the placeholder is still there, read as a word. It "
            "makes room: the row has L - 1 + N places.",
            lambda ids, tokens, table, video_id, pad_id: _laid(
                ids, tokens, table, video_id, pad_id, lambda row: int((row == video_id).nonzero()) + 1, skip=0
            ),
        ),
        Mistake(
            "the placeholder left",
            "The tokens stand before the placeholder, which is still there and read as a word. It makes room: the row "
            "has L - 1 + N places.",
            lambda ids, tokens, table, video_id, pad_id: _laid(
                ids, tokens, table, video_id, pad_id, lambda row: int((row == video_id).nonzero()), skip=0
            ),
        ),
        Mistake(
            "the first place for all",
            "Row 0 is right, and the others have their video where row 0 has it. Each row has its placeholder at a "
            "place of its own: look for it row by row.",
            lambda ids, tokens, table, video_id, pad_id: _laid(
                ids, tokens, table, video_id, pad_id, lambda row: int((ids[0] == video_id).nonzero())
            ),
        ),
        Mistake(
            "one token for the clip",
            "The row is as long as the ids: one token took the placeholder's place, and the rest of the clip is lost. "
            "All N belong there.",
            when=lambda args, yours, expected: (
                yours[0].shape == (*args[0].shape, args[1].shape[-1]) and yours[1].shape == args[0].shape
            ),
        ),
        Mistake(
            "a mask of the text alone",
            "The embeds are right, and the mask is as long as the ids: too short by the video. transformers fills it "
            "up with zeros at the end, and hides the question. The mask grows with the row.",
            lambda ids, tokens, table, video_id, pad_id: [
                splice(ids, tokens, table, video_id, pad_id)[0],
                _text_mask(ids, pad_id),
            ],
        ),
        Mistake(
            "the mask of before",
            "The embeds are right, and the mask is the one of before: video in front, a place too many. Lay it out as "
            "the embeds are.",
            lambda ids, tokens, table, video_id, pad_id: [
                splice(ids, tokens, table, video_id, pad_id)[0],
                _front_mask(ids, tokens, pad_id),
            ],
        ),
        Mistake(
            "the mask of before",
            "The embeds are right and the mask is as long as they are, but it is laid out with the video in front: "
            "padding stands elsewhere in it than in the row. Open it at the placeholder too.",
            lambda ids, tokens, table, video_id, pad_id: [
                splice(ids, tokens, table, video_id, pad_id)[0],
                _front_mask(ids, tokens, pad_id)[:, :-1],
            ],
        ),
        Mistake(
            "padding seen",
            "The embeds are right, and the mask calls the padding real: a row's answer then depends on how long its "
            "neighbours are. 0 where `ids` has `pad_id`.",
            lambda ids, tokens, table, video_id, pad_id: [
                (embeds := splice(ids, tokens, table, video_id, pad_id)[0]),
                embeds.new_ones(embeds.shape[:2]).long(),
            ],
        ),
        Mistake(
            "a placeholder without a row",
            "The placeholder was looked up in the table, which has no row for it. It is no word: leave it "
            "out before you look the words up. (A table with a row to spare hides this, and its row is never trained.)",
            raises="IndexError",
        ),
    ],
    picture=_places,
)


def _moved(ids: Any, tokens: Any, table: Any, video_id: int, pad_id: int, front: bool) -> list[Any]:
    """The placeholder taken out and the video put at one end."""
    import torch

    text = torch.stack([row[row != video_id] for row in ids])
    seen = torch.ones(tokens.shape[:2], dtype=torch.long)
    pieces, masks = [tokens, table[text]], [seen, (text != pad_id).long()]
    order = 1 if front else -1
    return [torch.cat(pieces[::order], dim=1), torch.cat(masks[::order], dim=1)]
