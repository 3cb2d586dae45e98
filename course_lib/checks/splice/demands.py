"""Demands beyond results: that wrong inputs are refused, and that inputs are left as they came."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

from course_lib.checks.answer import Answer, Raised
from course_lib.checks.check import Case, Mistake, Wrong, written


def as_mistake(mistake: Mistake, case: Case, yours: object = None, expected: object = None, **facts: object) -> Wrong:
    """The mistake as what is raised, {facts} filled in."""
    message = mistake.message
    for name, value in facts.items():
        message = message.replace("{" + name + "}", str(value))
    return Wrong(message, mistake.name, call=written(case), yours=yours, expected=expected)


def refuses(
    cases: Callable[[Random], Sequence[tuple[Case, tuple[int, ...], Mistake]]], by_chance: Mistake, unnamed: Mistake
) -> Callable[[Answer, Random], None]:
    """Each case must end in a ValueError that names its counts. The case's own mistake: that nothing was raised;
    by_chance: something else was; unnamed: the counts are not in the message."""

    def demand(answer: Answer, rng: Random) -> None:
        found: list[Wrong] = []
        for case, counts, silent in cases(rng):
            named = " and ".join(map(str, counts))
            expected = f"ValueError, with {named} in its message" if counts else "ValueError"
            try:
                yours = answer(*case.args)
            except Raised as problem:
                if problem.kind != "ValueError":
                    found.append(as_mistake(by_chance, case, problem.shown, expected, kind=problem.kind))
                elif not set(map(str, counts)) <= set(re.findall(r"\d+", problem.message)):
                    found.append(as_mistake(unnamed, case, problem.shown, expected, counts=named))
            else:
                raise as_mistake(silent, case, yours, expected, counts=named)  # worse than a wrong exception
        if found:
            raise found[0]

    return demand


def leaves_alone(cases: Callable[[Random], Sequence[Case]], changed: Mistake) -> Callable[[Answer, Random], None]:
    """No argument may be changed by a call."""

    def demand(answer: Answer, rng: Random) -> None:
        for case in cases(rng):
            answer(*case.args)
            if answer.changed:
                raise as_mistake(changed, case, place=("first", "second", "third", "fourth")[answer.changed[0]])

    return demand
