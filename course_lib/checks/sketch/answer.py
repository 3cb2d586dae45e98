"""4.answer: reading the answers."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from course_lib.checks.answer import Stopped
from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.sketch.inputs import PAD, drawn


def read_answers(
    embeds: Any, mask: Any, generate: Callable[[Any, Any], Any], end_id: int, since: int = 0, more: int = 0
) -> list[list[int]]:
    """since: how many ids are cut off in front; more: how many behind the end are kept."""
    return [row[since : row.index(end_id, since) + more] for row in generate(embeds, mask).tolist()]


def _writer(answers: list[list[int]], prompts: Any, masks: Any, end_id: int, pad: int) -> Callable[[Any, Any], Any]:
    """A stand-in for `generate`: the answers to these prompts, all at once or some, ended and padded; other ones if it
    sees padding as real."""

    def generate(embeds: Any, mask: Any) -> Any:
        import torch

        if mask.shape != embeds.shape[:2]:
            raise Stopped(f"generate got embeds {list(embeds.shape)} and a mask {list(mask.shape)}")
        rows = []
        for prompt, seen in zip(embeds, mask, strict=True):
            which = next((b for b, known in enumerate(prompts) if torch.equal(prompt, known)), None)
            if which is None:
                raise Stopped("generate got other embeds than those that were handed over")
            off = int((seen != masks[which]).sum())
            rows.append([*(word + off for word in answers[which]), end_id])
        longest = max(map(len, rows))
        return torch.tensor([row + [pad] * (longest - len(row)) for row in rows])

    return generate


def _answer_cases(rng: Random) -> list[Case]:
    import torch

    end, cases = 2, []
    for B, L, lengths, pad in (
        (1, 4, [2], PAD), (2, 3, [6, 5], PAD), (2, 5, [1, 4], PAD), (3, rng.randint(5, 8), [3, 0, 5], rng.randint(3, 9))
    ):  # fmt: skip
        answers = [[rng.randrange(10, 90) for _ in range(length)] for length in lengths]
        mask = torch.ones(B, L, dtype=torch.long)
        for b in range(1, B):
            mask[b, :b] = 0
        embeds = drawn(rng, B, L, 3)
        args = (embeds, mask, _writer(answers, embeds, mask, end, pad), end)
        written = [row + [end] + [pad] * (max(lengths) - len(row)) for row in answers]
        cases.append(Case(args, f"FUNCTION(embeds [{B}, {L}, 3], mask, a generate that writes {written}, {end})"))
    return cases


def _in_front(embeds: Any, mask: Any, generate: Callable[[Any, Any], Any], end_id: int) -> list[list[int]]:
    rows = [row[embeds.shape[1] :] for row in generate(embeds, mask).tolist()]
    return [row[: row.index(end_id)] if end_id in row else row for row in rows]


ANSWER = Values(
    _answer_cases,
    read_answers,
    mistakes=[
        Mistake(
            "a prompt that is not there",
            "No end is found, because nothing is left to look in. The cause: as many ids were cut off as the "
            "prompt is long, and the prompt is not among them. `generate` gives the prompt back when it gets ids; "
            "from embeds it gives only what is new. (With an answer longer than the prompt nothing raises, and its "
            "beginning is lost.)",
            raises="ValueError",
            looks="in list",
        ),
        Mistake(
            "a prompt that is not there",
            "Nothing raises any more, and the answers are empty: {yours}. The cause is still there: as many ids are "
            "cut off as the prompt is long, and the prompt is not among them. From embeds `generate` gives only what "
            "is new.",
            _in_front,
        ),
        Mistake(
            "the end kept",
            "The id that ends the answer is still there. It says that the answer is over and is no part of it.",
            lambda embeds, mask, generate, end_id: read_answers(embeds, mask, generate, end_id, more=1),
        ),
        Mistake(
            "a word cut off",
            "The answer's first word is missing. Nothing stands before it, no prompt and no sign of a beginning.",
            lambda embeds, mask, generate, end_id: [row[1:] for row in read_answers(embeds, mask, generate, end_id)],
        ),
        Mistake(
            "padding kept",
            "Behind the end of a short answer there stands padding, since the rows of a batch are equally long. Stop "
            "at the end; to take out the end alone is not enough.",
            lambda embeds, mask, generate, end_id: [
                [word for word in row if word != end_id] for row in generate(embeds, mask).tolist()
            ],
        ),
        Mistake(
            "padding kept",
            "These are the rows as they were written, with their end and the padding behind it. Stop each at its own "
            "end.",
            lambda embeds, mask, generate, end_id: generate(embeds, mask).tolist(),
        ),
        Mistake(
            "padding by its id",
            "0 is not padding in every model, and here it is not: padding is whatever stands behind the row's end. "
            "Stop at the end, and no id has to be known but `end_id`.",
            lambda embeds, mask, generate, end_id: [
                [word for word in row if word not in (end_id, PAD)] for row in generate(embeds, mask).tolist()
            ],
        ),
        Mistake(
            "the first row alone",
            "Only the first clip's answer came back. There is one for each row.",
            lambda embeds, mask, generate, end_id: read_answers(embeds, mask, generate, end_id)[:1],
        ),
        Mistake(
            "the first row alone",
            "Only the first clip's answer came back, without a list around it. There is one for each row: a list of "
            "lists.",
            lambda embeds, mask, generate, end_id: read_answers(embeds, mask, generate, end_id)[0],
        ),
        Mistake(
            "the first end for all",
            "Every answer is cut where row 0 ends. Each row has an end of its own.",
            lambda embeds, mask, generate, end_id: [
                row[: generate(embeds, mask)[0].tolist().index(end_id)] for row in generate(embeds, mask).tolist()
            ],
        ),
        Mistake(
            "the mask forgotten",
            "These are answers to another prompt: `generate` was told that all places are real, and read the padding "
            "as words. Hand it the mask that came with the embeds.",
            lambda embeds, mask, generate, end_id: read_answers(embeds, mask * 0 + 1, generate, end_id),
        ),
        Mistake(
            "the mask forgotten",
            "Without a mask `generate` cannot know what is padding. Hand it the mask that came with the embeds.",
            raises="TypeError",
            looks="mask",
        ),
    ],
)
