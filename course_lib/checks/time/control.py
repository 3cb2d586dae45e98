"""6.control: the same questions of the clip reversed, and what follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course_lib.checks.check import Mistake, Values
from course_lib.checks.outcome import Bars
from course_lib.checks.time.films import Ask, Questions, cases
from course_lib.checks.time.varied import Varied
from course_lib.temporal.metrics import wilson

MARGIN = 0.1


def _runs(ask: Ask, moments: int, questions: Questions) -> tuple[list[bool], list[bool]]:
    order = list(range(moments))
    plain, control = ([ask(played, q["question"]) == q["answer"] for q in questions] for played in (order, order[::-1]))
    return plain, control


def _report(plain: list[bool], control: list[bool], low: float, high: float, verdict: str) -> dict[str, Any]:
    n = len(plain)
    return {"accuracy": sum(plain) / n, "control": sum(control) / n, "low": low, "high": high, "verdict": verdict}


def _counts(plain: list[bool], control: list[bool]) -> tuple[int, int, int]:
    only = sum(a and not b for a, b in zip(plain, control, strict=True))
    return only, sum(b and not a for a, b in zip(plain, control, strict=True)), len(plain)


def _verdict(only: int, changed: int, n: int) -> str:
    if wilson(only, changed)[0] > 0.5:
        return "uses order"
    return "order-blind" if wilson(changed, n)[1] < MARGIN else "undecided"


def order_control(ask: Ask, moments: int, questions: Questions) -> dict[str, Any]:
    plain, control = _runs(ask, moments, questions)
    b, c, n = _counts(plain, control)
    return _report(plain, control, *wilson(b, b + c), _verdict(b, b + c, n))


def _turned(ask: Ask, moments: int, questions: Questions) -> dict[str, Any]:
    plain, control = _runs(ask, moments, questions)
    control = [not right for right in control]
    b, c, n = _counts(plain, control)
    return _report(plain, control, *wilson(b, b + c), _verdict(b, b + c, n))


def _with_verdict(verdict: Callable[[list[bool], list[bool], int, int], str]) -> Callable[..., dict[str, Any]]:
    """Right numbers, and a verdict from (plain, control, b, c)."""

    def answer(ask: Ask, moments: int, questions: Questions) -> dict[str, Any]:
        plain, control = _runs(ask, moments, questions)
        b, c, _ = _counts(plain, control)
        return _report(plain, control, *wilson(b, b + c), verdict(plain, control, b, c))

    return answer


def _of_interval(interval: Callable[[int, int, int], tuple[float, float]]) -> Callable[..., dict[str, Any]]:
    """Another interval, from (b, c, n), and the verdict that follows from it."""

    def answer(ask: Ask, moments: int, questions: Questions) -> dict[str, Any]:
        plain, control = _runs(ask, moments, questions)
        b, c, n = _counts(plain, control)
        low, high = interval(b, c, n)
        verdict = "uses order" if low > 0.5 else "order-blind" if wilson(b + c, n)[1] < MARGIN else "undecided"
        return _report(plain, control, low, high, verdict)

    return answer


def _same_order(ask: Ask, moments: int, questions: Questions) -> dict[str, Any]:
    plain, _ = _runs(ask, moments, questions)
    return _report(plain, plain, 0.0, 1.0, _verdict(0, 0, len(plain)))


def _of_words(ask: Ask, moments: int, questions: Questions) -> dict[str, Any]:
    order = list(range(moments))
    plain, control = ([q["answer"] in ask(played, q["question"]) for q in questions] for played in (order, order[::-1]))
    b, c, n = _counts(plain, control)
    return _report(plain, control, *wilson(b, b + c), _verdict(b, b + c, n))


def _apart(plain: list[bool], control: list[bool]) -> bool:
    return wilson(sum(plain), len(plain))[0] > wilson(sum(control), len(control))[1]


def _moved(args: tuple[Any, ...], yours: Any, expected: Any) -> bool:
    """A control other than the right one, of a model of which some outcome changes when the clip is reversed."""
    return abs(yours["control"] - expected["control"]) > 1e-6 and _changes(args)


def _changes(args: tuple[Any, ...]) -> bool:
    plain, control = _runs(*args)
    return plain != control


def _rounded(args: tuple[Any, ...], yours: Any, expected: Any) -> bool:
    keys = ("accuracy", "control", "low", "high")
    return yours["verdict"] == expected["verdict"] and 0 < max(abs(yours[k] - expected[k]) for k in keys) < 0.006


def _picture(args: tuple[Any, ...], yours: Any, expected: Any) -> Bars:
    plain, control = _runs(*args)
    b, c, _ = _counts(plain, control)
    bars = {"your control": yours["control"], "control": expected["control"], "in its own order": expected["accuracy"]}
    return Bars(bars | {f"b of b + c ({b} of {b + c})": b / (b + c) if b + c else 0.0}, ("½", 0.5))


VALUES = Values(
    cases,
    order_control,
    tolerance=1e-4,  # an interval with z = 2 for 1.96 is off by 5e-4 or more wherever it is not 0 to 1
    picture=_picture,
    mistakes=[
        Mistake(
            "the same order twice",
            "Your control is the clip as it is: reversed, these moments give another accuracy. Does the order that you "
            "change reach `ask`? (`list.reverse()` gives None, and `sorted` undoes it.)",
            _same_order,
        ),
        Mistake(
            "questions shuffled",
            "This model does not look at the order of the moments, and your control differs all the same: so something "
            "else was changed. Only the moments are reversed; every question keeps its right answer.",
            when=lambda args, yours, expected: (
                not _changes(args) and abs(yours["control"] - expected["control"]) > 1e-6
            ),
        ),
        Mistake(
            "right of the reversed clip",
            "You turn the right answers round with the clip, and count what is right of the reversed clip. Keep the "
            "answers as they are: the control asks whether the same answer comes although the order is gone.",
            _turned,
        ),
        Mistake(
            "not reversed",
            "Your control is another order than the reversed one: shuffled moments, or a shift, leave many of the "
            "events in their order. The moments from the last to the first are `list(range(moments))[::-1]`.",
            when=_moved,
        ),
        Mistake(
            "words that are in it",
            "An answer counts as right if the right words are somewhere in it. It is right if it is the same text: "
            "`==`.",
            _of_words,
        ),
        Mistake(
            "moments that are not there",
            "The order has to hold each moment once, numbered from 0 to moments - 1. {yours}",
            raises="Stopped",
            looks="order",
        ),
        Mistake(
            "verdict from the accuracy alone",
            "The verdict comes from the accuracy alone. A model can know the answers without looking, from the "
            "questions: only the difference to the control tells whether it used the order.",
            _with_verdict(
                lambda plain, control, b, c: (
                    "uses order"
                    if wilson(sum(plain), len(plain))[0] > 0.5
                    else "order-blind"
                    if wilson(b + c, len(plain))[1] < MARGIN
                    else "undecided"
                )
            ),
        ),
        Mistake(
            "verdict from the accuracy alone",
            "An accuracy above one half is taken for use of the order. A model can know the answers without looking: "
            "only the difference to the control tells.",
            _with_verdict(lambda plain, control, b, c: "uses order" if sum(plain) > len(plain) / 2 else "order-blind"),
        ),
        Mistake(
            "a difference without an interval",
            "Any drop on the control is taken for proof. Three questions drop by chance as well: `uses order` needs "
            "`low` above 0.5, and `order-blind` enough questions that hardly ever changed.",
            _with_verdict(lambda plain, control, b, c: "uses order" if b > c else "order-blind"),
        ),
        Mistake(
            "a difference without an interval",
            "Any drop on the control is taken for use of the order, however few the questions are. `uses order` needs "
            "`low` above 0.5.",
            _with_verdict(
                lambda plain, control, b, c: (
                    "uses order" if b > c else "order-blind" if wilson(b + c, len(plain))[1] < MARGIN else "undecided"
                )
            ),
        ),
        Mistake(
            "not paired",
            "You ask whether the intervals of the two accuracies are apart. They come from the same questions: look "
            "at those that changed. Where the outcome is the same, a question says nothing about order.",
            _with_verdict(
                lambda plain, control, b, c: (
                    "uses order"
                    if _apart(plain, control)
                    else "order-blind"
                    if wilson(b + c, len(plain))[1] < MARGIN
                    else "undecided"
                )
            ),
        ),
        Mistake(
            "not shown is not blind",
            "You say `order-blind` wherever use of the order is not shown. That may be chance, or too few questions: "
            "blind is a model of which surely hardly any outcome changes, `wilson(b + c, n)[1]` below 0.1. In "
            "between: `undecided`.",
            _with_verdict(lambda plain, control, b, c: "uses order" if wilson(b, b + c)[0] > 0.5 else "order-blind"),
        ),
        Mistake(
            "blind first",
            "Few outcomes changed here, and all of them in favour of the clip's own order. That is use of the order: "
            "ask for `low` above 0.5 first, and only then for `order-blind`.",
            _with_verdict(
                lambda plain, control, b, c: (
                    "order-blind"
                    if wilson(b + c, len(plain))[1] < MARGIN
                    else "uses order"
                    if wilson(b, b + c)[0] > 0.5
                    else "undecided"
                )
            ),
        ),
        Mistake(
            "blind from b alone",
            "Outcomes changed here, to right when reversed: the order is not all the same to this model. Blind is who "
            "has hardly any change either way, `wilson(b + c, n)[1]` below 0.1, and yours leaves c out.",
            _with_verdict(
                lambda plain, control, b, c: (
                    "uses order"
                    if wilson(b, b + c)[0] > 0.5
                    else "order-blind"
                    if wilson(b, len(plain))[1] < MARGIN
                    else "undecided"
                )
            ),
        ),
        Mistake(
            "of all questions",
            "Your interval is of b of all questions. Those whose outcome stayed are no evidence either way: it is "
            "`wilson(b, b + c)`.",
            _of_interval(lambda b, c, n: wilson(b, n)),
        ),
        Mistake(
            "all that were right",
            "Your interval is of all that were right, not of b: a question that is right reversed as well is no sign "
            "of order. b counts those that are right only in the clip's own order.",
            lambda ask, moments, questions: _of_interval(
                lambda b, c, n: wilson(sum(_runs(ask, moments, questions)[0]), n)
            )(ask, moments, questions),
        ),
        Mistake(
            "either way",
            "Your verdict takes any change for use of the order, also where more is right on the reversed clip. That "
            "is strange, but no use of order that helps: `uses order` needs `low` above 0.5.",
            _with_verdict(
                lambda plain, control, b, c: (
                    "uses order"
                    if wilson(b, b + c)[0] > 0.5 or wilson(b, b + c)[1] < 0.5
                    else "order-blind"
                    if wilson(b + c, len(plain))[1] < MARGIN
                    else "undecided"
                )
            ),
        ),
        Mistake(
            "counts for shares",
            "Accuracy and control are shares, between 0 and 1. Divide the counts by the number of questions.",
            when=lambda args, yours, expected: yours["accuracy"] > 1 or yours["control"] > 1,
        ),
        Mistake(
            "nothing changed",
            "Your function divides by b + c, and here no outcome changed. `wilson(0, 0)` knows what to say then: 0.0 "
            "to 1.0.",
            raises="ZeroDivisionError",
        ),
        Mistake(
            "another z",
            "The numbers are near and not the same. 95% is z = 1.96, as `wilson` has it; leave them unrounded.",
            when=_rounded,
        ),
    ],
)


CONTROL = Varied(
    VALUES,
    Mistake("always the same", "The verdict is the same whatever the model does. It has to follow from the numbers."),
    lambda report: report["verdict"],
)
