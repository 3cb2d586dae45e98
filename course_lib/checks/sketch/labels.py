"""4.labels: what is learned."""

from __future__ import annotations

from random import Random
from typing import Any

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Matrices
from course_lib.checks.sketch.inputs import PAD

IGNORED = -100


def labels_of(ids: Any, mask: Any, starts: list[int]) -> Any:
    import torch

    place = torch.arange(ids.shape[1])
    keep = (place >= torch.tensor(starts)[:, None]) & (mask == 1)
    return ids.masked_fill(~keep, IGNORED)


def _slid(labels: Any, by: int) -> Any:
    """Every label `by` places further left; what comes in is ignored."""
    slid = labels.roll(-by, dims=1)
    if by > 0:
        slid[:, -by:] = IGNORED
    else:
        slid[:, :-by] = IGNORED
    return slid


def _labels_cases(rng: Random) -> list[Case]:
    import torch

    cases = [Case((torch.tensor([[5, 6, 7, 8]]), torch.ones(1, 4, dtype=torch.long), [2]))]
    right = torch.tensor([[5, 6, 7, 8, 0], [5, 6, 9, 7, 8]]), torch.tensor([[1, 1, 1, 1, 0], [1, 1, 1, 1, 1]]), [2, 3]
    cases.append(Case(right))
    for B, L in ((2, 9), (3, rng.randint(10, 14))):
        ids = torch.tensor([[rng.randrange(1, 50) for _ in range(L)] for _ in range(B)])
        mask, starts = torch.ones(B, L, dtype=torch.long), []
        for b in range(B):
            pads, left = b, bool(b % 2)
            mask[b, :pads] = 0 if left else 1
            mask[b, L - pads :] = 1 if left else 0
            starts.append(rng.randint(3 + b, L - b - 3))
        cases.append(Case((ids.masked_fill(mask == 0, PAD), mask, starts)))
    return cases


LABELS = Values(
    _labels_cases,
    labels_of,
    mistakes=[
        Mistake(
            "shifted twice",
            "The model learns to write the word after next: behind the question the answer's second "
            "word, and its first word never. The cause: the labels are moved on by one here, and once more by the "
            "language model, which does that itself. Leave each label at its own id's place.",
            lambda ids, mask, starts: _slid(labels_of(ids, mask, starts), 1),
        ),
        Mistake(
            "shifted the other way",
            "Now they are moved one place to the right: the model would learn to write the word that it has just "
            "read. They are not to be moved at all.",
            lambda ids, mask, starts: _slid(labels_of(ids, mask, starts), -1),
        ),
        Mistake(
            "a label too few",
            "The labels are one shorter than the ids, as in a loop that shifts by hand. The language model does the "
            "shift, and wants as many labels as ids.",
            lambda ids, mask, starts: labels_of(ids, mask, starts)[:, 1:],
        ),
        Mistake(
            "the prompt learned too",
            "Nothing is moved any more, but the prompt is among the labels: the model learns to write questions. -100 "
            "before each row's start.",
            lambda ids, mask, starts: ids.masked_fill(mask == 0, IGNORED),
        ),
        Mistake(
            "the prompt learned too",
            "These are the ids as they came. Prompt and padding are among them: the model learns to write questions. "
            "-100 before each row's start and where the mask is 0.",
            lambda ids, mask, starts: ids,
        ),
        Mistake(
            "padding learned",
            "Nothing is moved any more, but the padding is among the labels: behind each short answer the model "
            "learns to write padding. -100 where the mask is 0.",
            lambda ids, mask, starts: labels_of(ids, mask * 0 + 1, starts),
        ),
        Mistake(
            "the first word left out",
            "The answer's first word, at `start` itself, has no label, so nobody learns how an answer begins. Mask "
            "what stands before start.",
            lambda ids, mask, starts: labels_of(ids, mask, [start + 1 for start in starts]),
        ),
        Mistake(
            "a word of the prompt",
            "The last word of the prompt has a label. The prompt ends right before `start`. (The model's own shift is "
            "no reason to begin earlier: the label at start is already compared with what is written before it.)",
            lambda ids, mask, starts: labels_of(ids, mask, [start - 1 for start in starts]),
        ),
        Mistake(
            "another number for the ignored",
            "What is not to be learned carries another number than -100, and the loss takes it for a word. -100 is "
            "what cross entropy leaves out.",
            when=lambda args, yours, expected: (
                yours.shape == expected.shape
                and bool((yours == expected)[expected != IGNORED].all())
                and len(set(yours[expected == IGNORED].tolist()) - {IGNORED}) == 1
            ),
        ),
        Mistake(
            "the first start for all",
            "Row 0's start was used for every row. Each question has a length of its own.",
            lambda ids, mask, starts: labels_of(ids, mask, [starts[0]] * len(starts)),
        ),
    ],
    picture=lambda args, yours, expected: Matrices(
        {"yours (-9: -100)": yours.clamp(min=-9).tolist(), "expected (-9: -100)": expected.clamp(min=-9).tolist()}
    ),
)
