"""3.decode: the likeliest answer, token by token, every token read once."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any

from course_lib.checks.answer import Answer, Raised
from course_lib.checks.check import Judged, Mistake, Wrong
from course_lib.checks.compare import difference
from course_lib.checks.outcome import Matrices
from course_lib.checks.splice import pocket
from course_lib.checks.splice.lent import CALLS, Asked, Reader, ask, vectors_of

if TYPE_CHECKING:
    from torch import Tensor


def _cases(rng: Random) -> list[Asked]:
    return [
        ask(rng, 3, ends=False),
        ask(rng, 8, end_at=2, ends=True),
        ask(rng, 6, end_at=0, ends=True),
        ask(rng, 1),
        ask(rng, 40, moments=rng.randint(4, 6), ends=True),
        ask(rng, 2, moments=rng.randint(4, 6), ends=False),
    ]


def _judge(answer: Answer, rng: Random, wrong: Callable[..., Wrong]) -> None:
    for asked in _cases(rng):
        step = Reader(len(asked.prompt) + asked.most + CALLS, share=1 / 16)
        yours: Any = None
        try:
            yours = answer(step, asked.prompt, pocket.words(), asked.end, asked.most)
        except Raised:
            if not step.refused:
                raise
        if step.refused and step.refused != "never stops":
            raise wrong("not a vector", call=asked.call, said=step.refused)
        if yours is not None or not step.refused:
            _typed(yours, asked)
        if name := _mistake(yours or [], step, asked):
            raise wrong(
                name, call=asked.call, fed=step.fed, needed=len(asked.needed), most=asked.most, end=asked.end,
                calls=len(step.calls), yours="" if yours is None else _told(yours), expected=_told(asked.expected),
                picture=_picture(step, asked) if name.endswith("read again") else None,
            )  # fmt: skip
        if found := difference(yours, asked.expected):
            raise Wrong(found[1], call=asked.call, yours=_told(yours), expected=_told(asked.expected))


def _typed(yours: Any, asked: Asked) -> None:
    found = difference(yours, asked.expected)
    if not found or found[0] != "type":
        odd = next((i for i, token in enumerate(yours) if type(token) is not int), None) if yours else None
        found = None if odd is None else difference(yours[odd], 0, where=f"[{odd}]")
    if found:
        raise Wrong(found[1], call=asked.call, yours=yours, expected=_told(asked.expected))


def _mistake(yours: list[int], step: Reader, asked: Asked) -> str:
    """The name of what is wrong with an answer or with what was fed for it; "" if nothing known is."""
    import torch

    fed = torch.cat([vectors.float() for vectors in step.calls]) if step.calls else asked.prompt[:0]
    needed, expected, L = asked.needed, asked.expected, len(asked.prompt)
    same_fed = fed.shape == needed.shape and _same(fed, needed)
    if same_fed and yours == expected:
        return ""
    if any(_begins(vectors, asked.prompt) for vectors in step.calls[1:]):
        return "prefix read again"
    if not _begins(fed, asked.prompt):
        return "prompt not read"
    behind = fed[L:]
    if _begins(behind, asked.prompt[-1:]):
        return "last prompt token read twice"
    if any(len(vectors) > 1 for vectors in step.calls[1:]) and len(step.calls[0]) == L:
        return "answer read again"
    if step.refused or len(yours) > asked.most:
        return "more than max new tokens"
    if asked.end in yours and len(fed) >= len(needed):
        return "end token kept" if yours == asked.said else "past the end"
    if len(expected) > 1 and yours[: len(expected) - 1] == expected[1:]:
        return "first token lost"
    if yours == expected and len(fed) == len(needed) + 1:
        return "one step too many"
    if yours == expected and len(fed) > len(needed):
        return "past the end"
    if yours == expected[:-1]:
        return "one too few"
    if _same(behind, vectors_of(yours)[: len(behind)]):  # it read what it chose
        said = step.likeliest[len(step.likeliest) - len(behind) - 1 :]
        return "not the likeliest" if any(a != b for a, b in zip(yours, said, strict=False)) else "tokens not read"
    return "another token read"


def _same(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and bool((one - other).abs().max() < 1e-5) if len(one) else len(other) == 0


def _begins(vectors: Tensor, first: Tensor) -> bool:
    return len(vectors) >= len(first) and _same(vectors[: len(first)].float(), first)


def _told(ids: list[int]) -> str:
    return f"{ids}, in words: {pocket.model().tokenizer.decode(ids)!r}"


def _picture(step: Reader, asked: Asked) -> Matrices | None:
    """Which places of prompt and answer each call read: a row for a call."""
    L, width = len(asked.prompt), len(asked.needed)
    if width > 44:
        return None
    rows = []
    for vectors in step.calls:
        first = 0 if _begins(vectors, asked.prompt) else L
        rows.append([float(first <= place < first + len(vectors)) for place in range(width)])
    enough = [[float(place < L) for place in range(width)]]
    enough += [[float(place == L + k) for place in range(width)] for k in range(len(asked.said) - 1)]
    return Matrices({"yours: a row for each call": rows, "enough": enough})


DECODE = Judged(
    _judge,
    [
        Mistake(
            "prefix read again",
            "You fed {fed} tokens, {needed} were needed: the prompt was read more than once. `step` keeps what it has "
            "read (its cache). After the prompt, give it the new token alone: `words[token][None]`.",
        ),
        Mistake(
            "answer read again",
            "You fed {fed} tokens, {needed} were needed: the answer so far was read anew for each token. `step` keeps "
            "what it has read. Give it the newest token alone.",
        ),
        Mistake(
            "last prompt token read twice",
            "You fed {fed} tokens, {needed} were needed: the prompt's last token was read twice. What `step(prompt)` "
            "gives back is already the prediction of the first new token.",
        ),
        Mistake(
            "prompt not read",
            "You fed {fed} tokens, {needed} were needed: the prompt was not read from its first token to its last, in "
            "order. The model answers what it has read, and nothing else.",
        ),
        Mistake(
            "one step too many",
            "You fed {fed} tokens, {needed} were needed: the answer is right, but its last token was fed as well, and "
            "nobody looks at what would follow it. Ask whether you are done before you feed.",
        ),
        Mistake(
            "past the end",
            "The model said that it is done (token {end}), and you went on: {fed} tokens fed, {needed} needed. Stop "
            "there; what comes behind the end token is made up.",
        ),
        Mistake(
            "end token kept",
            "The end token ({end}) is in your result. It says that the answer is over and is not a part of it.",
        ),
        Mistake(
            "more than max new tokens",
            "More than max_new_tokens = {most} tokens were written ({calls} calls). A model need not ever say that it "
            "is done: count.",
        ),
        Mistake(
            "one too few",
            "The last token is missing: max_new_tokens tokens may be written, and the prompt's own prediction gives "
            "the first of them.",
        ),
        Mistake(
            "first token lost",
            "The first token is missing: `step(prompt)` gives logits, too, and the likeliest by them comes first.",
        ),
        Mistake(
            "not the likeliest",
            "Your tokens are not the likeliest ones. Greedy decoding takes the largest logit at each step: no "
            "sampling, no smallest.",
        ),
        Mistake(
            "tokens not read",
            "You fed {fed} tokens, {needed} were needed: some token was chosen before the one in front of it was read. "
            "Logits speak of one next token only; feed it, and ask again.",
        ),
        Mistake(
            "another token read",
            "What you fed behind the prompt is not what you had chosen: after each token its own vector "
            "`words[token]` is read, in order.",
        ),
        Mistake(
            "not a vector",
            "{said}. The model reads vectors here, since a video has no ids: `words[token]` is a token's vector, and "
            "`[None]` makes a row of it.",
        ),
    ],
)
