"""2.plan: frames and size under a budget, scored by what is seen of fresh clips."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from course_lib.checks.answer import Answer
from course_lib.checks.check import Judged, Mistake, Passed, Wrong
from course_lib.checks.outcome import Bars
from course_lib.checks.tokens.situations import (
    DURATION,
    EXAMPLE_STORIES,
    EXAMPLES,
    FRAMES,
    HELD_OUT_STORIES,
    SITUATIONS,
    SIZES,
    TOKEN,
    Clip,
    Plan,
    Scores,
    Situation,
    clips_of,
    tokens_of,
)

NEAR_ENOUGH = 0.02  # of the reference's recall: a tie on the examples, or a clip in a hundred
APART = 0.2  # recall by which the reference's plan is at least ahead of the naive ones


def _affordable(budget: int, cost: Callable[[Plan], int] = tokens_of) -> list[Plan]:
    return [(f, s) for f in FRAMES for s in SIZES if cost((f, s)) <= budget]


def _best(plans: Sequence[Plan], score: Callable[[Plan], float]) -> Plan:
    """Of those that see most, the one with the fewest tokens."""
    return max(plans, key=lambda plan: (score(plan), -tokens_of(plan)))


def _unpooled(plan: Plan) -> int:
    return plan[0] * (plan[1] // (TOKEN // 2)) ** 2


# Plans that are chosen wrongly: name of the mistake -> how it chooses from the budget and the scores of the examples.
CHOSEN_WRONGLY: dict[str, Callable[[int, Scores], Plan]] = {
    "size left out": lambda budget, scores: _best(_affordable(budget), scores.timed),
    "time left out": lambda budget, scores: _best(_affordable(budget), scores.sized),
    "as many frames as possible": lambda budget, scores: max(_affordable(budget)),
    "as large as possible": lambda budget, scores: max(_affordable(budget), key=lambda plan: plan[::-1]),
    "pooling forgotten": lambda budget, scores: _best(_affordable(budget, _unpooled), scores),
    "the cheapest": lambda budget, scores: min(_affordable(budget), key=tokens_of),
    "the dearest": lambda budget, scores: max(_affordable(budget), key=tokens_of),
}
NAIVE = ("as many frames as possible", "as large as possible")


def _plan_of(given: Any, wrong: Callable[..., Wrong], call: str) -> Plan:
    if not isinstance(given, dict) or set(given) != {"frames", "size"}:
        raise wrong("not a plan", call=call, yours=given)
    plan = given["frames"], given["size"]
    if any(type(n) not in (int, float) for n in plan) or plan[0] not in FRAMES or plan[1] not in SIZES:
        raise wrong("not among the offered", call=call, yours=given)
    return int(plan[0]), int(plan[1])


def _said(plan: Plan) -> str:
    return f"{plan[0]} frames of {plan[1]} pixels, {tokens_of(plan):,} tokens"


@dataclass(frozen=True)
class _Tried:
    """A plan that was chosen by the examples under a budget, and the clips that it is scored on."""

    situation: Situation
    plan: Plan
    budget: int
    examples: Scores
    fresh: Scores


def _posed(rng: Random, situation: Situation) -> tuple[float, int, list[Clip], Scores]:
    """Zoom, budget, examples and their scores, drawn until there is something to choose."""
    while True:
        zoom, budget = rng.uniform(*situation.zoom), rng.randint(*situation.budget)
        clips = clips_of(rng, situation, zoom, EXAMPLE_STORIES, EXAMPLES)
        examples = Scores(clips)
        naive = max(examples(CHOSEN_WRONGLY[name](budget, examples)) for name in NAIVE)
        if examples(_best(_affordable(budget), examples)) >= naive + APART:
            return zoom, budget, clips, examples


def _judge(answer: Answer, rng: Random, wrong: Callable[..., Wrong]) -> Passed:
    tried = []
    for situation in SITUATIONS:
        zoom, budget, clips, examples = _posed(rng, situation)
        call = f"FUNCTION({len(clips)} clips: {situation.name}; {DURATION}, {budget}, frames, sizes)"
        plan = _plan_of(answer(clips, DURATION, budget, list(FRAMES), list(SIZES)), wrong, call)
        if tokens_of(plan) > budget:
            raise wrong("over the budget", said=_said(plan), budget=f"{budget:,}", call=call, yours=_said(plan))
        fresh = Scores(clips_of(rng, situation, zoom, HELD_OUT_STORIES, situation.held_out))
        tried.append(_Tried(situation, plan, budget, examples, fresh))
    return _compared(tried, wrong)


def _compared(tried: list[_Tried], wrong: Callable[..., Wrong]) -> Passed:
    shares, facts = [], []
    for t in tried:
        reference = _best(_affordable(t.budget), t.examples)
        frames, size = (t.fresh(CHOSEN_WRONGLY[name](t.budget, t.examples)) for name in NAIVE)
        yours, low, high = t.fresh(t.plan), max(frames, size), t.fresh(reference)
        reached = (yours - low) / max(high - low, APART / 2)
        shares.append(1.0 if yours >= high - NEAR_ENOUGH else min(max(reached, 0.0), 1.0))
        bars = {"yours": yours, "many frames": frames, "large frames": size, "reference": high}
        facts.append(
            {
                "situation": t.situation.name, "budget": f"{t.budget:,}", "said": _said(t.plan), "seen": f"{yours:.0%}",
                "best": f"{high:.0%}", "naive": f"{low:.0%}", "picture": Bars(bars, ("reference", high)),
                "yours": f"{_said(t.plan)}: {yours:.0%} seen", "expected": f"{_said(reference)}: {high:.0%} seen",
            }
        )  # fmt: skip
    seen_of = {f"seen of {t.situation.name}": t.fresh(t.plan) for t in tried}
    if min(shares) == 1.0:
        return Passed("Your plans see as much as the reference's, of clips that neither has met.")
    said = {**facts[shares.index(min(shares))], "criteria": seen_of}
    for name, choose in CHOSEN_WRONGLY.items():
        if all(t.plan == choose(t.budget, t.examples) for t in tried):
            raise wrong(name, **said, share=_earned(shares) if name == "pooling forgotten" else 0.0)
    if len({t.plan for t in tried}) == 1:
        raise wrong("the same plan always", **said)
    raise wrong("sees less than it could", **said, share=_earned(shares))


def _earned(shares: list[float]) -> float:
    """A share of the points, in twelfths: that of the situation in which the plan does worst, so that a plan which
    suits one kind of clip earns nothing by it. All of them only for a pass."""
    return min(int(12 * min(shares)), 11) / 12


PLAN = Judged(
    _judge,
    mistakes=[
        Mistake(
            "not a plan",
            'A plan is a dict with exactly "frames" and "size", such as {"frames": 16, "size": 168}; yours is {yours}.',
        ),
        Mistake(
            "not among the offered",
            "Your plan {yours} names a number that was not offered: choose one of `frames` and one of `sizes`.",
        ),
        Mistake(
            "over the budget",
            "Your plan is over the budget: {said}, and there are {budget}. A frame has (size // 28) ** 2 tokens: twice "
            "the side is four times the tokens.",
        ),
        Mistake(
            "size left out",
            "You asked only when events are seen, so your frames are many and too small: with {said} there are "
            "looks enough, and of {situation} only {seen} is seen. An event counts if its subject is a token high, "
            "too: height * (size // 28) >= 1.",
        ),
        Mistake(
            "time left out",
            "You asked only whether the subject is large enough, and not whether a frame falls into the event: of "
            "{situation} {said} sees {seen}.",
        ),
        Mistake(
            "as many frames as possible",
            "As many frames as the budget buys: {said}. They are small, and of {situation} {seen} is seen, because a "
            "subject smaller than a token drowns in what is around it. Try every pair of the offered numbers on the "
            "examples.",
        ),
        Mistake(
            "as large as possible",
            "The largest frames that the budget buys: {said}. They show everything and are too few: of {situation} "
            "{seen} is seen. Try every pair of the offered numbers on the examples.",
        ),
        Mistake(
            "pooling forgotten",
            "You count the patches of a frame, (size // 14) ** 2, four for each of its tokens, and leave three "
            "quarters of the budget unspent: {said} of {budget}. After pooling by 2 it is (size // 28) ** 2.",
        ),
        Mistake(
            "the cheapest",
            "This is the cheapest plan of all, {said}: of {situation} it sees {seen}. The budget of {budget} is there "
            "to be spent on what sees most.",
        ),
        Mistake(
            "the dearest",
            "This is the plan that spends most of the budget, {said}, which is not what sees most: {seen} of "
            "{situation}. Score each affordable plan on the examples.",
        ),
        Mistake(
            "the same plan always",
            "You chose {said} each time. How short the events are, how large their subjects and how many tokens there "
            "are differs: what is best has to be found from `clips` and `budget` each time. Here, of {situation} it "
            "sees {seen}, and {best} could be seen.",
        ),
        Mistake(
            "sees less than it could",
            "Within the budget of {budget}, but of {situation} your plan sees {seen} of fresh clips' events, where "
            "{best} could be seen and the better of the one-sided plans sees {naive}. Score every affordable plan on "
            "the examples, and take the one that sees most.",
        ),
    ],
)
