"""3.expand: one placeholder in the prompt becomes one for each video token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Matrices
from course_lib.checks.splice.demands import leaves_alone, refuses

Rows = list[list[int]]


def expand_placeholders(rows: Rows, clips: Rows, video_id: int) -> Rows:
    return _with(rows, lambda r, k: clips[r][k], video_id)


def _with(rows: Rows, count: Callable[[int, int], int], video_id: int) -> Rows:
    """Expanded with count(row, clip) placeholders for each clip."""
    out = []
    for r, row in enumerate(rows):
        k, new = 0, list[int]()
        for token in row:
            new += [token] * (count(r, k) if token == video_id else 1)
            k += token == video_id
        out.append(new)
    return out


def _prompt(rng: Random, clips: int, video_id: int) -> list[int]:
    words = [token for token in (rng.randint(10, 99) for _ in range(rng.randint(3, 7))) if token != video_id] or [9]
    for _ in range(clips):
        words.insert(rng.randrange(len(words)), video_id)  # never last: a question follows
    return words


def _cases(rng: Random) -> list[Case]:
    v = rng.randint(10, 99)
    cases = [
        Case(([[1, v, 2]], [[3]], v)),
        Case(([[1, v], [v, 2]], [[3], [2]], v)),
        Case(([[v, 1, v, 2]], [[2, 4]], v)),
        Case(([[1, v, v, 2]], [[3, 2]], v)),
        Case(([[0, 0, 1, 2], [0, 1, v, 2]], [[], [3]], v)),
        Case(([[1, v, 2, v, 3]], [[0, 2]], v)),
    ]
    for B in (1, 3, 5):
        clips = [[rng.randint(1, 6) for _ in range(rng.randint(0, 3))] for _ in range(B)]
        cases.append(Case(([_prompt(rng, len(counts), v) for counts in clips], clips, v)))
    return cases


def _refused(rng: Random) -> list[tuple[Case, tuple[int, ...], Mistake]]:
    v = rng.randint(10, 99)
    few, many = [1, v, 2, v, 3, v, 4], [5, v, 6]
    return [
        (Case(([many], [[2, 3]], v)), (), TOO_MANY),
        (Case(([few], [[2, 3]], v)), (), TOO_FEW),
        (Case(([[1, v, 2], [3, v, v]], [[2, 2], [4]], v)), (), TOO_MANY),
        (Case(([[1, v, 2], [1, v, 2]], [[3]], v)), (), ROW_LOST),
    ]


def _found_again(rows: Rows, clips: Rows, video_id: int) -> Rows:
    out = []
    for row, counts in zip(rows, clips, strict=True):
        new = list(row)
        for count in counts:
            i = new.index(video_id)
            new[i : i + 1] = [video_id] * count
        out.append(new)
    return out


def _padded(args: tuple, yours: Rows, expected: Rows) -> bool:
    longest = max(map(len, expected))
    return all(
        len(row) == longest and want in (row[longest - len(want) :], row[: len(want)])
        for row, want in zip(yours, expected, strict=True)
    )


def _picture(args: tuple, yours: Rows, expected: Rows) -> Matrices | None:
    width = max(map(len, [*yours, *expected]))
    panels: dict[str, Sequence[Sequence[float]]] = {
        name: [[float(t == args[2]) for t in row] + [0.0] * (width - len(row)) for row in rows]
        for name, rows in {"yours: 1 is video": yours, "expected": expected}.items()
    }
    return Matrices(panels) if width <= 40 else None


TOO_MANY = Mistake(
    "clips left over",
    "A row has fewer placeholders than clips, and nothing was raised: a clip would be dropped without a word. Count "
    "the row's placeholders, compare with its clips, and raise ValueError.",
)
TOO_FEW = Mistake(
    "placeholders left over",
    "A row has more placeholders than clips, and nothing was raised: a placeholder that stands for no clip stays. "
    "Count them first, and raise ValueError.",
)
ROW_LOST = Mistake(
    "a row left out",
    "There were two rows and clips for one, and nothing was raised. `zip` stops at the shorter list in silence: "
    "`strict=True` makes it raise ValueError.",
)
BY_CHANCE = Mistake(
    "another exception",
    "Placeholders and clips do not fit, and your answer fell over them ({kind}). Say it yourself, before you begin: "
    "raise ValueError.",
)
CHANGED = Mistake(
    "input changed",
    "Right, but your {place} argument is not what it was: the caller's own list has been changed. Build a new list "
    "(or work on `list(row)`; `pop` takes from the caller's, too).",
)

EXPAND = Values(
    _cases,
    expand_placeholders,
    mistakes=[
        Mistake(
            "one more",
            "There is one placeholder too many for each clip: the one that stood there is among its tokens. Put N in "
            "its place, not behind it.",
            lambda rows, clips, v: _with(rows, lambda r, k: clips[r][k] + 1, v),
        ),
        Mistake(
            "as many as the first clip",
            "Every placeholder of a row became as many as its first clip has tokens. Each clip has its own number.",
            lambda rows, clips, v: _with(rows, lambda r, k: clips[r][0], v),
        ),
        Mistake(
            "clips of the first row",
            "Every row got the numbers of row 0. It is right for a batch of one only: row b takes `clips[b]`.",
            lambda rows, clips, v: _with(rows, lambda r, k: clips[0][k], v),
        ),
        Mistake(
            "only the first placeholder",
            "Only the first placeholder of a row was expanded. A prompt can hold several clips.",
            lambda rows, clips, v: _with(rows, lambda r, k: clips[r][k] if k == 0 else 1, v),
        ),
        Mistake(
            "found again",
            "What you have just put in is found again: `index` gives the first placeholder, and that is now one of the "
            "clip before. Walk over the old row and write a new one.",
            _found_again,
        ),
        Mistake(
            "clips from the back",
            "The numbers went to the clips from the last to the first. Clips come in the order of their placeholders.",
            lambda rows, clips, v: _with(rows, lambda r, k: clips[r][-1 - k], v),
        ),
        Mistake(
            "all in front",
            "The number is right and the place is not: video tokens stand at the front of the row. They belong where "
            "their placeholder stood, since the words around it speak of it.",
            lambda rows, clips, v: [
                [v] * sum(counts) + [token for token in row if token != v]
                for row, counts in zip(rows, clips, strict=True)
            ],
        ),
        Mistake(
            "padded already",
            "The rows have been filled up to one length. Leave each as long as it is: padding comes in 3.positions.",
            when=_padded,
        ),
        TOO_MANY, TOO_FEW, ROW_LOST, BY_CHANCE, CHANGED,
    ],
    properties=[
        leaves_alone(lambda rng: _cases(rng)[2:5], CHANGED),
        refuses(_refused, BY_CHANCE, BY_CHANCE),
    ],
    picture=_picture,
)  # fmt: skip
