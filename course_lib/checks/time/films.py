"""What 6.control is asked: models of which it is known on how many questions they use the order that they are shown."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from random import Random

from course_lib.checks.answer import Stopped
from course_lib.checks.check import Case
from course_lib.checks.time.draw import absent

Questions = list[dict[str, str]]
Ask = Callable[[list[int], str], str]


def _film(rng: Random, how: list[str]) -> tuple[Ask, int, Questions]:
    """A model, a number of moments, and questions. how: of each question, what the model does with it: "uses" the order
    that it is shown, is right ("knows") or wrong ("errs") whatever it is shown, or takes the order the wrong way round
    ("contrary")."""
    moments = next(m for m in range(4, 99) if m * (m - 1) // 2 >= len(how)) + rng.randint(0, 3)
    names: list[str] = []
    while len(names) < moments:
        name = absent(rng, [])
        names.append(name if name not in names else f"{name} again, {len(names)}")
    asked: dict[str, tuple[int, int, str]] = {}
    questions = []
    for (a, b), does in zip(rng.sample(list(combinations(range(moments), 2)), len(how)), how, strict=True):
        said = rng.sample([a, b], 2)
        text = f"Which happens first: {names[said[0]]} or {names[said[1]]}?"
        asked[text] = (a, b, does)
        questions.append({"question": text, "answer": names[a]})

    def ask(order: list[int], question: str) -> str:
        if sorted(order) != list(range(moments)):
            raise Stopped(f"The order {order} does not have each of the moments 0 to {moments - 1} once.")
        if question not in asked:
            raise Stopped(f'"{question}" is none of the questions. Ask them as they are.')
        a, b, does = asked[question]
        first, then = (names[a], names[b]) if order.index(a) < order.index(b) else (names[b], names[a])
        return {"uses": first, "contrary": then, "knows": names[a], "errs": names[b]}[does]

    return ask, moments, questions


def _mixed(rng: Random, **counts: int) -> list[str]:
    how = [does for does, n in counts.items() for _ in range(n)]
    rng.shuffle(how)
    return how


def cases(rng: Random) -> list[Case]:
    r = rng.randint
    models = [
        ("that knows the answers without looking", _mixed(rng, knows=r(40, 50), errs=r(1, 3))),
        ("that uses order, and is asked three questions", _mixed(rng, uses=3)),
        ("that is hardly asked anything", _mixed(rng, knows=r(3, 5), errs=1)),
        ("that uses order, and knows some answers anyway", _mixed(rng, uses=r(20, 30), knows=r(3, 8), errs=r(3, 8))),
        ("that uses order on a few questions", _mixed(rng, uses=r(9, 11), contrary=1, knows=20, errs=r(12, 14))),
        ("that guesses", _mixed(rng, uses=(n := r(8, 10)), contrary=n, knows=n, errs=n)),
        ("that is nearly always wrong without looking", _mixed(rng, errs=r(60, 70), knows=2, uses=1)),
        ("that takes order the wrong way round", _mixed(rng, contrary=r(14, 20), knows=r(22, 26))),
        ("that needs order for six questions of very many", _mixed(rng, uses=6, knows=r(138, 148))),
    ]
    made = []
    for name, how in models:
        ask, moments, questions = _film(rng, how)
        call = f"FUNCTION(ask, {moments}, {len(questions)} questions), where ask is a model {name}"
        made.append(Case((ask, moments, questions), call))
    return made
