"""5.labels: which token is to be predicted from which place."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any

from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.outcome import Matrices

if TYPE_CHECKING:
    from torch import Tensor

PADDING, VIDEO, QUESTION, ANSWER = -1, 0, 1, 2  # roles
END, PLACEHOLDER = 0, 1  # ids; padding bears END's


def answer_labels(ids: Tensor, role: Tensor) -> Tensor:
    return _next_where(ANSWER)(ids, role)


def _next_where(*roles: int) -> Callable[[Tensor, Tensor], Tensor]:
    """Each next token, where that token has one of these roles."""

    def gives(ids: Tensor, role: Tensor) -> Tensor:
        labels = ids.new_full(ids.shape, -100)
        for wanted in roles:
            labels[:, :-1] = ids[:, 1:].where(role[:, 1:] == wanted, labels[:, :-1])
        return labels

    return gives


def _later(labels: Tensor, by: int) -> Tensor:
    """Labels moved by places to the right; to the left if negative."""
    moved = labels.new_full(labels.shape, -100)
    if by > 0:
        moved[:, by:] = labels[:, :-by]
    else:
        moved[:, :by] = labels[:, -by:]
    return moved


def _first_words_lost(ids: Tensor, role: Tensor) -> Tensor:
    labels = answer_labels(ids, role)
    return labels.where(role == ANSWER, -100)


def _row(rng: Random, video: int, turns: list[tuple[int, int]], length: int, left: int = 0) -> tuple[list, list]:
    """ids and roles of a row; turns: (words asked, words answered, the end token among them)."""
    words = rng.sample(range(10, 100), 60)  # all different, so that no label is right by chance
    ids, role = [END] * left + [PLACEHOLDER] * video, [PADDING] * left + [VIDEO] * video
    for asked, answered in turns:
        ids += [*(words.pop() for _ in range(asked + answered - 1)), END]
        role += [QUESTION] * asked + [ANSWER] * answered
    rest = length - len(ids)
    return ids + [END] * rest, role + [PADDING] * rest


def _cases(rng: Random) -> list[Case]:
    import torch

    rows = [
        [_row(rng, 2, [(2, 3)], 7)],
        [_row(rng, 2, [(1, 2)], 7)],
        [_row(rng, 2, [(2, 2), (1, 3)], 12)],
        [_row(rng, 3, [(2, 2)], 13, left=2), _row(rng, 3, [(3, 3), (1, 2)], 13)],
    ]
    for count in (2, 4):
        turns = [[(rng.randint(1, 4), rng.randint(2, 5)) for _ in range(rng.randint(1, 3))] for _ in range(count)]
        rows.append([_row(rng, 4, some, 34, left=rng.randint(0, 2)) for some in turns])
    return [Case((torch.tensor([r[0] for r in some]), torch.tensor([r[1] for r in some]))) for some in rows]


def _also(*roles: int) -> Callable[[tuple[Any, ...], Any, Any], bool]:
    """Whether the labels are right but for the next tokens of these roles, which are all there too."""

    def explains(args: tuple[Any, ...], yours: Any, expected: Any) -> bool:
        ids, role = args
        more = _next_where(ANSWER, *roles)(ids, role)
        return bool((yours == more).all()) and not bool((more == expected).all())  # here such tokens are, and differ

    return explains


def _picture(args: tuple[Any, ...], yours: Any, expected: Any) -> Matrices | None:
    ids, role = (x[0].tolist() for x in args)
    if len(ids) > 14 or tuple(yours.shape) != tuple(expected.shape):
        return None
    names = {PADDING: "pad", VIDEO: "video", QUESTION: "asked", ANSWER: "answer"}
    table = [ids, yours[0].tolist(), expected[0].tolist()]
    return Matrices(
        {"what is predicted from each place": table}, ("ids", "yours", "expected"), [names[r] for r in role]
    )


LABELS = Values(
    _cases,
    answer_labels,
    mistakes=[
        Mistake(
            "unshifted",
            "Each label stands at its own token: the model would learn to repeat what it has just read. The token at "
            "place i + 1 is predicted from place i, so its label belongs one place to the left.",
            lambda ids, role: ids.where(role == ANSWER, -100),
        ),
        Mistake(
            "unshifted",
            "Each label stands at its own token: the model would learn to repeat what it has just read. The token at "
            "place i + 1 is predicted from place i, so its label belongs one place to the left.",
            when=lambda args, yours, expected: bool(
                ((yours == args[0]) | (yours == -100)).all() and (yours[args[1] == ANSWER] != -100).all()
            ),
        ),
        Mistake(
            "shifted twice",
            "The labels are shifted twice: from place i yours ask for the token at i + 2. This happens when a loss "
            "that shifts by itself is given shifted labels. One place to the left is enough.",
            lambda ids, role: _later(answer_labels(ids, role), -1),
        ),
        Mistake(
            "shifted the other way",
            "The labels are shifted to the right: from place i yours ask for the token at i - 1, which has been read "
            "already. The next token's label belongs to the left: `labels[:, :-1]` takes `ids[:, 1:]`.",
            lambda ids, role: _later(ids.where(role == ANSWER, -100), 1),
        ),
        Mistake(
            "the mask not shifted",
            "The ids are shifted and the mask is not: whether place i has a label is decided by the role of the token "
            "at i + 1, the one that is predicted. Yours loses each answer's first word, and learns what comes behind "
            "its end.",
            lambda ids, role: _next_where(PADDING, VIDEO, QUESTION, ANSWER)(ids, role).where(role == ANSWER, -100),
        ),
        Mistake(
            "the first word lost",
            "The first word of each answer has no label. It is predicted from the last word of the question: that "
            "place is a question's, and has a label all the same.",
            _first_words_lost,
        ),
        Mistake(
            "everything a label",
            "Every next token is a label: placeholders, questions and padding too. Only what has the role ANSWER is "
            "to be learned; all else is -100.",
            when=_also(VIDEO, QUESTION, PADDING),
        ),
        Mistake(
            "placeholder learned",
            "Placeholders have labels: the model would learn to predict the id that marks the video's places. What "
            "the video shows is given, never asked for: -100.",
            when=_also(VIDEO),
        ),
        Mistake(
            "placeholder learned",
            "Only padding is masked; questions and placeholders have labels. The model shall learn to answer: "
            "everything but the role ANSWER is -100.",
            when=_also(VIDEO, QUESTION),
        ),
        Mistake(
            "prompt not masked",
            "The questions have labels too: the model would learn to ask. What the user writes is given: -100.",
            when=_also(QUESTION),
        ),
        Mistake(
            "padding not masked",
            "Padding has labels: the model would learn to write END again and again. Padding bears END's id, so its "
            "role must tell the two apart.",
            when=_also(PADDING),
        ),
        Mistake(
            "padding not masked",
            "Padding has labels, and so have the questions. Both are -100; only the role ANSWER is learned.",
            when=_also(PADDING, QUESTION),
        ),
        Mistake(
            "end token not learned",
            "The end of each answer has no label: a model trained so never stops. Padding bears the same id as the "
            "end token; did `ids == END` take both out? The role ANSWER includes the end token.",
            lambda ids, role: answer_labels(ids, role).where(answer_labels(ids, role) != END, -100),
        ),
        Mistake(
            "0 for nothing",
            "Where nothing is to be predicted yours say 0, which is the id of END: a loss would count it. The value "
            "that cross entropy leaves out is -100 (its `ignore_index`).",
            lambda ids, role: answer_labels(ids, role).clamp(min=0),
        ),
    ],
    picture=_picture,
)
