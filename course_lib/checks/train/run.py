"""5.train: a training run, judged by what its weights know."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any

from course_lib.checks.answer import Answer, Raised, Stopped
from course_lib.checks.check import Judged, Mistake, Passed, Wrong
from course_lib.checks.compare import difference
from course_lib.checks.outcome import Bars

if TYPE_CHECKING:
    from torch import Tensor

    from course_lib.checks.train.world import TinyVideoLM, World

STEPS = 500
# Measured over 3 or 4 seeds. Right loops: Adam at 1e-3 to 1e-2, SGD at 0.1 and 0.3, with momentum at 0.01 and 0.1: all
# 0.99 and more; Adam at 2e-2: 0.94 and more. Wrong ones: the first batch only 0.24 to 0.47; Adam at 1e-4 or 5e-2 at
# most 0.16; without the video 0.09; labels shifted wrongly at most 0.06. Moments shuffled: 0.14 at most, for all.
REACH, AHEAD = 0.8, 0.6
# How far weights move: 0.02 with Adam at 1e-5, 0.10 at 1e-4, 0.24 at 1e-3, 0.5 at 1e-2, 1.2 at 2e-2, 1.5 to 4 at 5e-2
# and 1e-1, which are too large; 0.17 to 0.6 with SGD.
BARELY, WILDLY = 0.13, 1.3


def _judge(answer: Answer, rng: Random, wrong: Callable[..., Wrong]) -> Passed:
    import torch

    from course_lib.checks.train.world import World

    world = World(rng.getrandbits(40))
    given: list[dict[str, Tensor]] = []

    def next_batch() -> dict[str, Tensor]:
        if len(given) == STEPS:
            raise Stopped(f"All {STEPS} batches are used up: return the weights.")
        given.append(world.batch())
        return given[-1]

    start = {name: w.clone() for name, w in world.weights.items()}
    try:
        trained = answer(start, next_batch, STEPS)
    except Raised as problem:
        if problem.kind == "Stopped":
            raise wrong("past the budget", yours=problem.shown) from problem
        if problem.kind == "TypeError" and "next_batch() " in problem.message:
            raise wrong("another batch size", yours=problem.shown) from problem
        raise
    if isinstance(trained, dict) and set(trained) == set(start):
        tensors = [w for w in trained.values() if isinstance(w, torch.Tensor)]
        if not all(bool(w.isfinite().all()) for w in tensors):
            raise wrong("not finite")
    if (found := difference(trained, start, 1e30, loose=True)) is not None:
        raise wrong("not weights of this model", told=found[1])
    return _judged(world, start, trained, given, answer.source, wrong)


def _judged(
    world: World, start: dict[str, Tensor], trained: dict[str, Tensor], given: list[dict[str, Tensor]], source: str,
    wrong: Callable[..., Wrong],
) -> Passed:  # fmt: skip
    from course_lib.checks.train.world import model_with

    model, fresh = model_with(trained), world.batch(400)
    right, control = _right(model, fresh), _right(model, {**fresh, "video": world.shuffled(fresh["video"])})
    facts: dict[str, Any] = {
        "right": f"{right:.0%}", "control": f"{control:.0%}", "used": len(given), "steps": STEPS,
        "picture": Bars({"yours": right, "moments shuffled": control}, ("right on unseen clips", REACH)),
    }  # fmt: skip
    learned_prompt = _loss_of_prompts(model, fresh) < 2.5  # with the prompt in the loss 1.0 to 1.3, without it 6 to 16
    if right >= REACH and right - control >= AHEAD:
        if learned_prompt:
            raise wrong("the prompt learned", share=0.5, **facts)
        return Passed(
            f"{right:.0%} right on clips that it never saw, {control:.0%} with their moments shuffled.",
            facts["picture"],
        )
    raise wrong(_cause(model, fresh, start, trained, given, source, right, learned_prompt), **facts)


def _cause(
    model: TinyVideoLM, fresh: dict[str, Tensor], start: dict[str, Tensor], trained: dict[str, Tensor],
    given: list[dict[str, Tensor]], source: str, right: float, learned_prompt: bool,
) -> str:  # fmt: skip
    """The name of the mistake that explains a run that did not get there; the plainest first."""
    moved = _moved(start, trained)
    if moved == 0:
        return "as they were"
    if "backward" in source and not any(word in source for word in ("zero_grad", ".grad = None", "grad.zero_")):
        return "gradients not zeroed"
    if moved > WILDLY:
        return "thrown about"
    said = _said(model, fresh)
    if said["an event again at its own place"] > 0.9:
        return "labels not shifted"
    if learned_prompt:
        return "the prompt learned"
    if said["ASK behind an end"] > 0.5:
        return "the mask not shifted"
    if said["END where the event belongs"] > 0.9:
        return "labels shifted twice"
    if _alike(start["projector.weight"], trained["projector.weight"]) > 0.999999:  # its gradient was 0 in each step
        return "the video never arrived"
    if given and (by_heart := _right(model, given[0])) > 0.9 and by_heart > right + 0.15:
        return "the first batch only"
    if len(given) < STEPS:
        return "too few steps"
    return "barely moved" if moved < BARELY else "not there yet"


def _said(model: TinyVideoLM, batch: dict[str, Tensor]) -> dict[str, float]:
    """How often the model says what it should not."""
    from course_lib.checks.train.world import ANSWER, ASK, END, FIRST_EVENT

    ids, likeliest = batch["ids"], _logits(model, batch).argmax(-1)
    event = ids >= FIRST_EVENT
    end = (batch["role"] == ANSWER) & (ids == END) & (ids.roll(-1, 1) == ASK)

    def share(of: Tensor) -> float:
        return of.float().mean().item()

    return {
        "an event again at its own place": share((likeliest == ids)[event]),
        "END where the event belongs": share(likeliest[event.roll(-1, 1)] == END),
        "ASK behind an end": share(likeliest[end] == ASK),
    }


def _logits(model: TinyVideoLM, batch: dict[str, Tensor]) -> Tensor:
    import torch

    with torch.no_grad():
        return model(batch["video"], batch["ids"])


def _right(model: TinyVideoLM, batch: dict[str, Tensor]) -> float:
    """The share of the questions whose event the model finds likeliest."""
    from course_lib.checks.train.world import FIRST_EVENT

    event = batch["ids"][:, 1:] >= FIRST_EVENT
    likeliest = _logits(model, batch)[:, :-1].argmax(-1)
    return (likeliest == batch["ids"][:, 1:])[event].float().mean().item()


def _loss_of_prompts(model: TinyVideoLM, batch: dict[str, Tensor]) -> float:
    """Of the questions' words: that ASK comes, and which moment is asked for."""
    from torch.nn import functional as F

    from course_lib.checks.train.world import QUESTION

    labels = batch["ids"][:, 1:].where(batch["role"][:, 1:] == QUESTION, -100)
    return F.cross_entropy(_logits(model, batch)[:, :-1].mT, labels).item()


def _moved(start: dict[str, Tensor], trained: dict[str, Tensor]) -> float:
    """How far the weights went, as a share of how large they were."""
    way = sum(float((trained[name].float() - w).square().sum()) for name, w in start.items())
    size = sum(float(w.square().sum()) for w in start.values())
    return float((way / size) ** 0.5)


def _alike(one: Tensor, other: Tensor) -> float:
    from torch.nn import functional as F

    return F.cosine_similarity(one.double().flatten(), other.double().flatten(), dim=0).item()


SCORE = "Right on unseen clips: {right}; with their moments shuffled: {control}."

TRAIN = Judged(
    _judge,
    mistakes=[
        Mistake(
            "past the budget",
            f"Your loop asks for more than {STEPS} batches. Go through `range(steps)`, one batch for each step, and "
            "return the weights behind the loop.",
        ),
        Mistake(
            "not weights of this model",
            "What comes back does not fit the model: {told} Return `model.state_dict()`, with the names and shapes of "
            "the weights you were given.",
        ),
        Mistake(
            "not finite",
            "The weights are no longer numbers (NaN or infinite): the steps were so large that the loss grew at each. "
            "Take a learning rate ten times as small, and make sure that gradients are zeroed before each step.",
        ),
        Mistake(
            "as they were",
            "The weights come back as you were given them. Does the optimiser hold `model.parameters()` of the model "
            "whose weights you return, and is `step()` called?",
        ),
        Mistake(
            "labels not shifted",
            "The model repeats each word at its own place: labels stood at their own tokens. The logits at place i are "
            f"compared with the token at i + 1. {SCORE}",
        ),
        Mistake(
            "another batch size",
            "`next_batch()` takes no arguments here: every run gets the same number of clips, 32 a step.",
        ),
        Mistake(
            "labels shifted twice",
            "Asked for an event, the model says END: it has learned to say the token after the next. Shift once, "
            f"either the labels or the logits. {SCORE}",
        ),
        Mistake(
            "the prompt learned",
            f"The model has learned to ask: its loss counted the prompt. {SCORE} Labels of questions, placeholders and "
            "padding are -100, so that each step goes to the answers. (If it answers well enough all the same, that is "
            "half of the points.)",
        ),
        Mistake(
            "the mask not shifted",
            "The model knows what follows an answer's end, and no event: ids were shifted and roles were not. Place i "
            f"has a label if the token at i + 1 has the role ANSWER. {SCORE}",
        ),
        Mistake(
            "the video never arrived",
            "The projector got no gradient in any step: the video was left out, zeros, or cut off by `detach` or "
            f"`no_grad`. {SCORE} Give `batch['video']` to the model as it is.",
        ),
        Mistake(
            "the first batch only",
            f"It knows its first batch by heart, and little else. {SCORE} Call `next_batch()` in each step, for new "
            "clips.",
        ),
        Mistake(
            "gradients not zeroed",
            f"{SCORE} In your function gradients are never zeroed, so each step goes along the sum of all that came "
            "before. Call `optimizer.zero_grad()` before `backward()`.",
        ),
        Mistake(
            "barely moved",
            f"{SCORE} The weights have barely moved: the learning rate is too small for {STEPS} steps. For "
            "Adam begin at 1e-3 to 1e-2.",
        ),
        Mistake(
            "thrown about",
            f"{SCORE} The weights are far from where they began, and know little: the learning rate is too large, or "
            "gradients add up. For Adam begin at 1e-3 to 1e-2.",
        ),
        Mistake(
            "too few steps",
            f"{SCORE} Your run stopped after {{used}} of {{steps}} batches. Use them all.",
        ),
        Mistake(
            "not there yet",
            f"{SCORE} Nothing that is known by name explains it. Print the loss every 50 steps: it begins near 3 and "
            "should end below 0.1. Does it fall at all? Then try other learning rates; if it falls and the score is "
            "no better than the shuffled one, look at what you give to the model.",
        ),
    ],
)
