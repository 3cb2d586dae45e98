"""5.blocks: who may look at whom when several questions stand behind one video, and at which position."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Matrices

if TYPE_CHECKING:
    from torch import Tensor

Gives = Callable[["Tensor"], "Tensor"]


def _sides(owner: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Of each place that looks and each that is looked at: their owners, and whether it is no later."""
    import torch

    L = owner.shape[1]
    return owner[:, :, None], owner[:, None, :], torch.ones(L, L, dtype=torch.bool).tril()


def block_mask(owner: Tensor) -> Tensor:
    query, key, past = _sides(owner)
    return ((key == 0) | (key == query)) & past


def block_positions(owner: Tensor) -> Tensor:
    return _counted(owner, lambda number, video: video if number else 0)


def _counted(owner: Tensor, start: Callable[[int, int], int]) -> Tensor:
    """Positions that begin for each owner at start(owner, length of the video); 0 for padding."""
    positions = owner.clone()
    for b, row in enumerate(owner.tolist()):
        come: dict[int, int] = {}
        for i, number in enumerate(row):
            positions[b, i] = 0 if number < 0 else start(number, row.count(0)) + come.get(number, 0)
            come[number] = come.get(number, 0) + 1
    return positions


def packed(owner: Tensor) -> list[Tensor]:
    return [block_mask(owner), block_positions(owner)]


def _cases(rng: Random) -> list[Case]:
    import torch

    def row(left: int, video: int, sizes: list[int], length: int) -> list[int]:
        owner = [-1] * left + [0] * video
        for number, size in enumerate(sizes, start=1):
            owner += [number] * size
        return owner + [-1] * (length - len(owner))

    rows = [[row(0, 2, [2], 4)], [row(0, 3, [2, 2], 7)], [row(2, 2, [1, 2], 8)], [row(0, 2, [2, 1], 7)]]
    rows.append([row(0, 3, [3, 2], 10), row(1, 2, [1, 2, 2], 10)])
    for count in (2, 4):
        some = []
        for _ in range(count):
            sizes = [rng.randint(1, 6) for _ in range(rng.randint(1, 4))]
            some.append(row(rng.randint(0, 3), rng.randint(2, 8), sizes, 36))
        rows.append(some)
    return [Case((torch.tensor(some),)) for some in rows]


def _mask(gives: Gives) -> Callable[[tuple[Any, ...], Any, Any], bool]:
    """Whether a wrong mask is this one, whatever the positions."""
    return lambda args, yours, expected: bool(
        (yours[0] != expected[0]).any() and (yours[0] == gives(args[0])).all() and yours[0].shape == expected[0].shape
    )


def _positions(gives: Gives) -> Callable[[tuple[Any, ...], Any, Any], bool]:
    """Whether the mask is right and the positions are these."""
    return lambda args, yours, expected: bool(
        (yours[0] == expected[0]).all()
        and yours[1].shape == expected[1].shape
        and (yours[1] != expected[1]).any()
        and (yours[1] == gives(args[0])).all()
    )


def _plain_causal(owner: Tensor) -> Tensor:
    return _sides(owner)[2].expand(len(owner), -1, -1)


def _causal_no_padding(owner: Tensor) -> Tensor:
    return _plain_causal(owner) & (owner >= 0)[:, None, :]


def _own_block_alone(owner: Tensor) -> Tensor:
    query, key, past = _sides(owner)
    return (query == key) & past


def _video_looks_ahead(owner: Tensor) -> Tensor:
    query, key, past = _sides(owner)
    return ((query == key) & past) | (key == 0)


def _video_sees_questions(owner: Tensor) -> Tensor:
    query, key, _ = _sides(owner)
    return block_mask(owner) | ((query == 0) & (key > 0))


def _not_causal(owner: Tensor) -> Tensor:
    query, key, _ = _sides(owner)
    return (key == 0) | (key == query)


def _padding_seen(owner: Tensor) -> Tensor:
    query, key, past = _sides(owner)
    return ((key <= 0) | (key == query)) & past


def _padding_blind(owner: Tensor) -> Tensor:
    return block_mask(owner) & (owner >= 0)[:, :, None]


def _through(owner: Tensor) -> Tensor:
    return (owner == owner).long().cumsum(1) - 1


def _through_no_padding(owner: Tensor) -> Tensor:
    return ((owner >= 0).long().cumsum(1) - 1).clamp(min=0)


def _with_left_padding(owner: Tensor) -> Tensor:
    """Positions that count the padding before the video, as places do."""
    first = (owner >= 0).int().argmax(1, keepdim=True)
    return (block_positions(owner) + first).where(owner >= 0, 0)


def _picture(args: tuple[Any, ...], yours: Any, expected: Any) -> Matrices | None:
    owner = args[0][0].tolist()
    if len(owner) > 12:
        return None
    names = ["pad" if o < 0 else "video" if o == 0 else f"q{o}" for o in owner]
    if bool((yours[0] != expected[0]).any()):
        mine, right = (x[0][0].int().tolist() for x in (yours, expected))
        return Matrices({"yours: row looks at column": mine, "expected": right}, names, names)
    both = [x[1][0].tolist() for x in (yours, expected)]
    return Matrices({"positions": both}, ["yours", "expected"], names)


BLIND = (
    "Each question shall be read as if it were alone behind the video: by place i, only the video and i's own question"
)

BLOCKS = Values(
    _cases,
    packed,
    mistakes=[
        Mistake(
            "plain causal",
            "This is the plain causal mask: a later question reads the earlier ones with their answers, which it will "
            f"not have when it is asked alone. {BLIND} may be looked at.",
            when=_mask(_plain_causal),
        ),
        Mistake(
            "plain causal",
            "Padding is hidden, and else this is the plain causal mask: a later question reads the earlier ones with "
            f"their answers. {BLIND} may be looked at.",
            when=_mask(_causal_no_padding),
        ),
        Mistake(
            "the video not seen",
            "The questions look at themselves alone and never at the video. Owner 0 may be looked at from every later "
            "place.",
            when=_mask(_own_block_alone),
        ),
        Mistake(
            "the video looks ahead",
            "Owner 0 is looked at from places before it: the video sees its own future. In Python `&` binds before "
            "`|`: the condition j <= i must hold for both others, so put those in brackets.",
            when=_mask(_video_looks_ahead),
        ),
        Mistake(
            "the video sees questions",
            "The video's places look at the questions behind them. Then the video is another one for each set of "
            "questions, and through it they see each other. Nothing looks ahead.",
            when=_mask(_video_sees_questions),
        ),
        Mistake(
            "not causal inside",
            "Within the video and within a question places look ahead: an answer's word could be read where it is to "
            "be predicted. Only j <= i may be looked at.",
            when=_mask(_not_causal),
        ),
        Mistake(
            "padding attended",
            "Padding that stands before the video is looked at. It is -1, not 0: only owner 0 is seen by all.",
            when=_mask(_padding_seen),
        ),
        Mistake(
            "padding sees nothing",
            "The rows of padding are empty, and the softmax of an empty row is NaN, which spreads. The rule holds for "
            "padding as for every owner: it looks at itself.",
            when=_mask(_padding_blind),
        ),
        Mistake(
            "transposed",
            "This is the transposed mask. `mask[b, i, j]` says whether place i looks at place j: the one that looks is "
            "the row, and columns to its right are the future.",
            when=_mask(lambda owner: block_mask(owner).mT),
        ),
        Mistake(
            "upside down",
            "True and False are exchanged: yours says what is forbidden. Here True means: may look (as in "
            "scaled_dot_product_attention; nn.MultiheadAttention has it the other way round).",
            when=_mask(lambda owner: ~block_mask(owner)),
        ),
        Mistake(
            "the first row for all",
            "Every row of the batch has the first row's mask. The clips have questions of other lengths: build each "
            "from its own `owner[b]`.",
            when=_mask(lambda owner: block_mask(owner[:1]).expand(len(owner), -1, -1)),
        ),
        Mistake(
            "counted through",
            "The mask is right. The positions are counted through: the second question would stand where it never "
            "stands when it is asked alone. Each question begins at the length of the video.",
            when=_positions(_through),
        ),
        Mistake(
            "counted through",
            "The mask is right. The positions are counted through, padding left out. Each question begins anew, at the "
            "length of the video.",
            when=_positions(_through_no_padding),
        ),
        Mistake(
            "from zero",
            "The mask is right. Each question's positions begin at 0, where the video's begin: the model could not "
            "tell that it stands behind it. Begin at the length of the video.",
            when=_positions(lambda owner: _counted(owner, lambda number, video: 0)),
        ),
        Mistake(
            "one position too late",
            "The mask is right. A question begins one position too late: a video of n places has the positions 0 to "
            "n - 1, and n is the next.",
            when=_positions(lambda owner: _counted(owner, lambda number, video: video + 1 if number else 0)),
        ),
        Mistake(
            "one position too early",
            "The mask is right. A question begins at the position of the video's last place. A video of n places has "
            "the positions 0 to n - 1, and n is the next.",
            when=_positions(lambda owner: _counted(owner, lambda number, video: video - 1 if number else 0)),
        ),
        Mistake(
            "padding counted",
            "The mask is right. Padding before the video is counted: positions would depend on how long the other "
            "rows of the batch are. The video begins at 0 wherever it stands.",
            when=_positions(_with_left_padding),
        ),
    ],
    picture=_picture,
)
