"""5.freeze: which parameters a stage trains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from course_lib.checks.answer import Answer, Raised
from course_lib.checks.check import Case, Mistake, Values, Wrong

Names = list[str]
Tied = list[list[str]]
STAGES = ("text", "align", "joint", "tune")
PARTS = {"text": ["llm"], "align": ["projector"], "joint": ["projector", "llm"], "tune": ["projector"]}


def _adapter(name: str) -> bool:
    return any(piece in ("lora_A", "lora_B") for piece in name.split("."))


def _wanted(name: str, stage: str) -> bool:
    part = name.split(".")[0]
    return part in PARTS[stage] or (stage == "tune" and part == "llm" and _adapter(name))


def trained_parameters(names: Names, stage: str, tied: Tied) -> Names:
    return _by(_wanted)(names, stage, tied)


def _by(wanted: Callable[[str, str], bool], one: Callable = any) -> Callable[[Names, str, Tied], Names]:
    """The names that are wanted; of two names of one tensor: both if any is (or, with one=all, only if both are)."""

    def gives(names: Names, stage: str, tied: Tied) -> Names:
        bearing = {name: pair for pair in tied for name in pair}
        return [name for name in names if one(wanted(other, stage) for other in bearing.get(name, [name]))]

    return gives


def _untied(wanted: Callable[[str, str], bool]) -> Callable[[Names, str, Tied], Names]:
    return lambda names, stage, tied: [name for name in names if wanted(name, stage)]


def _both_ways(wanted: Callable[[str, str], bool]) -> Callable[..., bool]:
    """Whether a result comes of this rule, with tied names minded or not."""
    return lambda args, yours, expected: yours in (_by(wanted)(*args), _untied(wanted)(*args))


def _like(meets: Callable[[str, str], bool]) -> Callable[[str, str], bool]:
    """The rule, with another way to find a part's parameters. meets(name, part)."""
    return lambda name, stage: (
        any(meets(name, part) for part in PARTS[stage]) or (stage == "tune" and meets(name, "llm") and _adapter(name))
    )


def _cases(rng: Random) -> list[Case]:
    layers = rng.randint(1, 3)
    small = ["encoder.stem.weight", "projector.weight", "llm.norm.weight"]
    plain = [*small, "llm.layers.0.q_proj.weight", "llm.layers.0.q_proj.lora_A.weight", "llm.head.weight"]
    trap = [
        "encoder.projector.weight", "encoder.blocks.0.weight", "encoder.blocks.0.lora_A.weight",
        "projector_norm.weight", "projector.to_llm.weight", "projector.0.bias", "llm_prefix.weight", "words.weight",
        "llm.norm.weight", "llm.lora_scale", "llm.head.weight",
    ]  # fmt: skip
    for i in range(layers):
        trap += [
            f"llm.layers.{i}.{p}.{w}" for p in ("q_proj", "mlp") for w in ("weight", "lora_A.weight", "lora_B.weight")
        ]
    clip = ["words.weight", "projector.0.weight", "encoder.out.weight"]
    tied, across = [["words.weight", "llm.head.weight"]], [["encoder.out.weight", "projector.0.weight"]]
    sets: list[tuple[Names, Tied]] = [
        (["encoder.projector.weight", "projector.to_llm.weight", "llm.norm.weight"], []),
        (["projector_norm.weight", "projector.weight", "llm_prefix.weight", "llm.norm.weight"], []),
        (["encoder.stem.lora_A.weight", "projector.weight", "llm.lora_scale", "llm.q_proj.lora_A.weight"], []),
        (plain, []), (rng.sample(trap, len(trap)), []),
    ]  # fmt: skip
    sets += [(["llm.head.weight", *clip, "llm.norm.weight"], tied), (rng.sample(trap, len(trap)), tied)]
    sets.append((["llm.head.weight", *clip], [*tied, *across]))
    return [Case((small, stage, [])) for stage in STAGES] + [
        Case((names, stage, pairs)) for names, pairs in sets for stage in STAGES
    ]


def _unknown_is_refused(answer: Answer, rng: Random) -> None:
    stage = rng.choice(["Align", "pretrain", "algin", "lora", "all", "stage1"])
    names = ["encoder.stem.weight", "projector.weight", "llm.norm.weight", "llm.layers.0.lora_A.weight"]
    try:
        yours = answer(names, stage, [])
    except Raised as problem:
        if problem.kind == "ValueError":
            return
        raise Wrong(
            OTHERWISE.replace("{stage}", stage).replace("{kind}", problem.kind), "another error",
            call=f"FUNCTION({names}, {stage!r}, [])", yours=problem.shown, expected="ValueError",
        ) from problem  # fmt: skip
    raise Wrong(
        SILENT.replace("{stage}", stage), "unknown stage", call=f"FUNCTION({names}, {stage!r}, [])", yours=yours,
        expected="ValueError",
    )  # fmt: skip


SILENT = (
    "There is no stage {stage}, and yours says nothing: with a slip in its name a run goes on for hours and trains the "
    "wrong parameters, or none. Raise a ValueError that names the stages there are."
)


OTHERWISE = (
    "There is no stage {stage}, and yours raises {kind}: whoever calls it learns that something in it went wrong, not "
    "that the stage's name has a slip. Asked for is a ValueError that names the stages there are."
)


def _frozen(args: Sequence, yours: list, expected: list) -> bool:
    return yours == [name for name in args[0] if name not in expected]


FREEZE = Values(
    _cases,
    trained_parameters,
    properties=[_unknown_is_refused],
    mistakes=[
        Mistake(
            "the frozen ones",
            "These are the parameters that stay frozen. Asked for are those that are trained in this stage.",
            when=_frozen,
        ),
        Mistake(
            "the encoder trained",
            "The encoder is trained too. In none of these four stages: what it sees was learned before, and its "
            "features may be kept ready for all steps.",
            when=_both_ways(lambda name, stage: _wanted(name, stage) or (stage == "joint" and name.startswith("enc"))),
        ),
        Mistake(
            "align trains the language model",
            "In align the projector alone is trained. At its start it hands on noise; a language model that is trained "
            "meanwhile adapts to that noise.",
            when=_both_ways(lambda name, stage: _wanted(name, "joint" if stage == "align" else stage)),
        ),
        Mistake(
            "the projector forgotten",
            "In joint and in tune the projector is trained as well: it goes on learning beside the language model.",
            when=_both_ways(
                lambda n, stage: _wanted(n, stage) and (stage == "align" or not n.startswith("projector."))
            ),
        ),
        Mistake(
            "tune trains all",
            "In tune the language model itself is frozen; of it only the adapters are trained, `lora_A` and `lora_B`. "
            "That is what they are for.",
            when=_both_ways(lambda name, stage: _wanted(name, "joint" if stage == "tune" else stage)),
        ),
        Mistake(
            "every adapter",
            "An adapter of another part is trained too. In tune it is the language model's adapters: part llm, and a "
            "piece lora_A or lora_B.",
            when=_both_ways(lambda name, stage: _wanted(name, stage) or (stage == "tune" and _adapter(name))),
        ),
        Mistake(
            "every lora",
            "`llm.lora_scale` is no adapter matrix: it has `lora` in it, but no piece that is `lora_A` or `lora_B`. "
            "Compare whole pieces: name.split('.').",
            when=_both_ways(
                lambda name, stage: (
                    _wanted(name, stage) or (stage == "tune" and name.startswith("llm.") and "lora" in name)
                )
            ),
        ),
        Mistake(
            "a word anywhere",
            "A part's name is looked for anywhere in a parameter's name: `encoder.projector.weight` belongs to the "
            "encoder. The part is the piece before the first point.",
            when=_both_ways(_like(lambda name, part: part in name)),
        ),
        Mistake(
            "a word anywhere",
            "A part's name is looked for in all pieces of a name: `encoder.projector.weight` belongs to the encoder. "
            "The part is the first piece.",
            when=_both_ways(_like(lambda name, part: part in name.split("."))),
        ),
        Mistake(
            "a beginning",
            "`llm_prefix.weight` begins with llm and belongs to another part; so does `projector_norm.weight`. The "
            "part is the whole piece before the first point.",
            when=_both_ways(_like(lambda name, part: name.startswith(part))),
        ),
        Mistake(
            "tied forgotten",
            "One tensor with two names cannot be trained under one and frozen under the other. If one of a pair in "
            "`tied` is trained, its other name belongs to the result too.",
            _untied(_wanted),
        ),
        Mistake(
            "tied frozen",
            "A pair in `tied` is left out because one of its names is in a frozen part. The stage wants the tensor "
            "trained under its other name: then it is trained, and both names belong to the result.",
            _by(_wanted, all),
        ),
        Mistake(
            "another order",
            "The names are right, but not each once and in the order of `names`. Go through `names` and keep what is "
            "trained; a name that is added afterwards comes too late.",
            when=lambda args, yours, expected: set(yours) == set(expected),
        ),
        Mistake("unknown stage", SILENT, when=lambda args, yours, expected: False),
        Mistake("another error", OTHERWISE, when=lambda args, yours, expected: False),
    ],
)
