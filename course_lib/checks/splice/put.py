"""3.splice: video tokens where the placeholders stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Matrices
from course_lib.checks.splice.demands import leaves_alone, refuses

if TYPE_CHECKING:
    from torch import Tensor


def splice(text: Tensor, video: Sequence[Tensor], is_video: Tensor) -> Tensor:
    from course_lib.model import splice as library

    return library.splice(text, video, is_video)


def drawn(rng: Random, *shape: int) -> Tensor:
    """Numbers that can be told apart, drawn from rng alone."""
    import torch

    return torch.rand(shape, generator=torch.Generator().manual_seed(rng.randrange(2**31))).mul(1.9).sub(0.95)


def _case(rng: Random, counts: list[int], D: int, words: int = 4, dtype: str = "float32") -> Case:
    """Rows of equal length, so the row with fewer video tokens has more words; the clips stand apart in places."""
    import torch

    L = max(counts) + words
    is_video = torch.zeros(len(counts), L, dtype=torch.bool)
    for row, count in enumerate(counts):
        first = 1 if len(counts) == 1 or row else 2  # not at the same place in all rows
        places = list(range(first, L - 1))
        gap = rng.choice(places[1:-1]) if count < len(places) and len(places) > 2 else -1
        is_video[row, [place for place in places if place != gap][:count]] = True
    text = drawn(rng, len(counts), L, D).to(getattr(torch, dtype))
    video = [drawn(rng, count, D) + 3 for count in counts]
    call = "FUNCTION(text [{}, {}, {}] {}, video of {} tokens, is_video at {})".format(
        *text.shape, dtype, counts, [row.nonzero().flatten().tolist() for row in is_video]
    )
    return Case((text, video, is_video), call)


def _cases(rng: Random) -> list[Case]:
    import torch

    text = torch.tensor([[[0.1, 0.2], [0, 0], [0, 0], [0, 0], [0.3, 0.4]]])
    video, places = torch.tensor([[7.0, 70], [8, 80], [9, 90]]), torch.tensor([[False, True, True, True, False]])
    cases = [Case((text, [video], places)), _case(rng, [3], 4), _case(rng, [2, 2], 3), _case(rng, [2, 4, 0], 5)]
    cases += [_case(rng, [rng.randint(1, 7) for _ in range(rng.randint(2, 4))], rng.choice([8, 16])) for _ in range(3)]
    return [*cases, _case(rng, [5], 5), *(_case(rng, [2, 3], 4, dtype=kind) for kind in ("bfloat16", "float16"))]


def _refused(rng: Random) -> list[tuple[Case, tuple[int, ...], Mistake]]:
    found = []
    for counts, row, given, mistake in (
        ([15], 0, 16, CUT), ([15], 0, 12, TOO_FEW), ([13], 0, 1, REPEATED), ([15, 14], 1, 17, CUT), ([0], 0, 11, CUT),
    ):  # fmt: skip
        text, video, is_video = _case(rng, counts, 4).args
        video[row] = drawn(rng, given, 4) + 3
        call = f"FUNCTION(text {list(text.shape)}, video of {[len(v) for v in video]} tokens, {counts} placeholders)"
        found.append((Case((text, video, is_video), call), (counts[row], given), mistake))
    text, video, is_video = _case(rng, [14, 17], 4).args
    video = [drawn(rng, n, 4) + 3 for n in (15, 16)]  # as many in all, and not in each row
    call = f"FUNCTION(text {list(text.shape)}, video of [15, 16] tokens, [14, 17] placeholders)"
    return [*found, (Case((text, video, is_video), call), (14, 15), IN_ALL)]


def _put(change: Callable[[Tensor, list[Tensor]], Any]) -> Callable[..., Any]:
    """A wrong answer that puts in other tokens: change(b, video) -> [N, D] for row b."""

    def gives(text: Tensor, video: list[Tensor], is_video: Tensor) -> Tensor:
        return splice(text, [change(b, video) for b in range(len(video))], is_video)  # type: ignore[arg-type]

    return gives


def _joined(order: Callable[..., Any]) -> Callable[..., Any]:
    """A wrong answer that puts each row together from pieces: order(words [*, D], tokens [N, D], places [L])."""

    def gives(text: Tensor, video: list[Tensor], is_video: Tensor) -> Tensor:
        import torch

        rows = zip(text, video, is_video, strict=True)
        return torch.stack([torch.cat(order(row[~at], v.to(row.dtype), at.long())) for row, v, at in rows])

    return gives


def _one_block(words: Tensor, tokens: Tensor, at: Tensor) -> list[Tensor]:
    first = int(at.argmax()) if len(tokens) else 0
    return [words[:first], tokens, words[first:]]


def _side_by_side(text: Tensor, video: list[Tensor], is_video: Tensor) -> Tensor:
    out = text.clone()
    for b, tokens in enumerate(video):
        first = int(is_video[b].long().argmax())
        out[b, first : first + len(tokens)] = tokens.to(text.dtype)
    return out


def _by_column(text: Tensor, video: list[Tensor], is_video: Tensor) -> Tensor:
    import torch

    out = text.transpose(0, 1).clone()  # [L, B, D]
    out[is_video.T] = torch.cat(video).to(text.dtype)
    return out.transpose(0, 1)


def _added(text: Tensor, video: list[Tensor], is_video: Tensor) -> Tensor:
    return text + splice(text * 0, video, is_video)


def _first_alone(text: Tensor, video: list[Tensor], is_video: Tensor) -> Tensor:
    out = text.clone()
    out[:1] = splice(text[:1], video[:1], is_video[:1])
    return out


def _cut_features(args: tuple, yours: Tensor, expected: Tensor) -> bool:
    at, D = args[2], expected.shape[-1]
    same = [bool((yours[at][:, d] == expected[at][:, d]).all()) for d in range(D)]
    return 0 < sum(same) < D and same == sorted(same, reverse=True) and bool((yours[~at] == expected[~at]).all())


def _picture(args: tuple, yours: Tensor, expected: Tensor) -> Matrices | None:
    """The first row that differs, a column for each place."""
    row = next(b for b in range(len(expected)) if not (yours[b] == expected[b]).all())
    if yours[row].numel() > 400:
        return None
    panels = {f"yours, row {row}": yours[row], "expected": expected[row]}
    return Matrices(
        {name: found.T.float().tolist() for name, found in panels.items()},
        columns=["video" if at else "" for at in args[2][row]],
    )


CUT = Mistake(
    "cut in silence",
    "There are more video tokens than placeholders ({counts}), and the rest was dropped without a word: every token "
    "after a cut would be at the wrong moment. Count both in each row, and raise ValueError that names them.",
)
TOO_FEW = Mistake(
    "places left empty",
    "There are fewer video tokens than placeholders ({counts}), and nothing was raised: some places are not the "
    "video's. Count both in each row, and raise ValueError that names them.",
)
REPEATED = Mistake(
    "one token for all places",
    "One video token was repeated over all the places: an assignment broadcasts one row to as many as it likes. Count "
    "both in each row, and raise ValueError that names them.",
)
IN_ALL = Mistake(
    "counted over the batch",
    "As many in all, and still wrong: row 0 has 14 placeholders and 15 tokens, so a token of its clip went to row 1. "
    "Count row by row.",
)
BY_CHANCE = Mistake(
    "torch complains",
    "Nobody checked the counts: torch ran into the difference by chance ({kind}), and with other numbers it would not "
    "have. Compare them yourself, and raise ValueError that names both.",
)
UNNAMED = Mistake(
    "counts not named",
    "ValueError is right, but its message does not name both counts ({counts}). Whoever meets it wants to know how far "
    "off it is, as numbers: places in the row, and tokens.",
)
CHANGED = Mistake(
    "input overwritten",
    "The values are right, but your {place} argument was overwritten. It is the caller's: asked the same about a new "
    "clip, they would find the first one in it. Begin with `text.clone()`.",
)

SPLICE = Values(
    _cases,
    splice,
    mistakes=[
        Mistake(
            "video in front",
            "The video stands in front of all words. Put it where the placeholders are; the words keep their places.",
            _joined(lambda words, tokens, at: [tokens, words]),
        ),
        Mistake(
            "video behind",
            "The video stands behind all words. Put it where the placeholders are; the words keep their places.",
            _joined(lambda words, tokens, at: [words, tokens]),
        ),
        Mistake(
            "in one block",
            "The video is in one piece from the first placeholder on. Placeholders may stand apart (two clips, or a "
            "time between two moments): every one of them takes its token.",
            _joined(_one_block),
        ),
        Mistake(
            "side by side",
            "The tokens stand side by side from the first placeholder on: they cover a word between two placeholders, "
            "and leave a placeholder behind. Every placeholder takes its token, wherever it stands.",
            _side_by_side,
        ),
        Mistake(
            "the first clip in every row",
            "Every row got the video of row 0. It is right for a batch of one only: row b takes `video[b]`.",
            _put(lambda b, video: video[0]),
        ),
        Mistake(
            "written into a copy",
            "Nothing came in: your result is the text with its placeholders. Picking places with a mask makes a copy, "
            "and what is written into that is lost. Assign in one step: `out[b, is_video[b]] = …`.",
            lambda text, video, is_video: text,
        ),
        Mistake(
            "only the first row",
            "Only row 0 got its video; the others still have their placeholders. Go over all rows.",
            _first_alone,
        ),
        Mistake(
            "column by column",
            "The places were filled column by column, so tokens of one clip are spread over the rows. Each row takes "
            "its own, from left to right.",
            _by_column,
        ),
        Mistake(
            "backwards",
            "The tokens of a row are in reverse order: the film runs backwards.",
            _put(lambda b, video: video[b].flip(0)),
        ),
        Mistake(
            "mean over time",
            "Every place got the mean of the clip's tokens: what happened when is lost. Each place has its own token.",
            _put(lambda b, video: video[b].mean(0, keepdim=True).expand_as(video[b])),
        ),
        Mistake(
            "transposed",
            "Rows and columns are mixed up: the tokens are [N, D], one row each, and were read as if they were [D, N].",
            _put(lambda b, video: video[b].reshape(video[b].shape[::-1]).T),
        ),
        Mistake(
            "truncated features",
            "Only the first features of each token came in; the rest is cut off. A token has all D of them.",
            when=_cut_features,
        ),
        Mistake(
            "added to the placeholder",
            "The video was added to what stood there: the word vector of the placeholder is still in it. Replace it.",
            _added,
        ),
        Mistake(
            "dtype of the video",
            "The result has the video's dtype. The language model computes in the text's: `video[b].to(text.dtype)`.",
            when=lambda args, yours, expected: yours.dtype == args[1][0].dtype != args[0].dtype,
        ),
        Mistake(
            "dtypes left apart",
            "Text and video may differ in dtype (a half-precision language model, a projector in float32), and torch "
            "does not put the one into the other. `.to(text.dtype)` for the video first.",
            raises="RuntimeError",
            looks="dtypes",
        ),
        CUT, TOO_FEW, REPEATED, IN_ALL, BY_CHANCE, UNNAMED, CHANGED,
    ],
    properties=[leaves_alone(lambda rng: _cases(rng)[1:4], CHANGED), refuses(_refused, BY_CHANCE, UNNAMED)],
    picture=_picture,
)  # fmt: skip
