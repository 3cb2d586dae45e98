"""The engine: call an answer on fresh inputs, compare, and say which mistake explains what came back."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

from course_lib.checks.answer import Answer, NotAttempted, Raised
from course_lib.checks.compare import difference
from course_lib.checks.manifest import Part
from course_lib.checks.origin import borrowed, same_code
from course_lib.checks.outcome import Outcome, Picture, State, drawable
from course_lib.checks.values import KINDS, NotPlain, crossed, is_tensor, legible, shown

ROOM = 10_000  # numbers or characters that a result may have beyond ten times what is expected
MOST_TEXT = 4000  # characters of a message
UNFORESEEN = (
    ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError, ValueError,
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One call of an answer. call: how it is written for a person, instead of the arguments' own looks."""

    args: tuple[Any, ...]
    call: str = ""


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that is known by name.

    message: the cause, addressed to who made it; {yours}, {expected} and {call} are filled in. It is recognised by
    what it gives: gives(*args) is the result of an answer that makes it. Or by how it fails: raises is the name of the
    exception ("IndexError"). Or by when(args, yours, expected), for what no single function describes. looks says of
    a raised mistake's message that it has these words in it.
    """

    name: str
    message: str
    gives: Callable[..., Any] | None = None
    when: Callable[[tuple[Any, ...], Any, Any], bool] | None = None
    raises: str = ""
    looks: str = ""


class Wrong(Exception):
    """Raised inside a check: this answer is wrong. share: of the points it still earns, 0 to 1."""

    def __init__(
        self, message: str, mistake: str = "", *, call: str = "", yours: Any = None, expected: Any = None,
        picture: Picture | None = None, share: float = 0.0, criteria: dict[str, float] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.message, self.mistake, self.call, self.picture = message, mistake, call, picture
        self.yours = "" if yours is None else yours if isinstance(yours, str) else shown(yours)
        self.expected = "" if expected is None else expected if isinstance(expected, str) else shown(expected)
        self.share, self.criteria = share, criteria or {}


@dataclass(frozen=True)
class Passed:
    """What a check returns that has more to say than "passed"."""

    message: str = ""
    picture: Picture | None = None
    criteria: dict[str, float] = field(default_factory=dict)
    share: float = 1.0


class Check(Protocol):
    """mistakes: the wrong answers that it knows by name. Calling it raises Wrong, Raised, NotAttempted or NotPlain."""

    @property
    def mistakes(self) -> Sequence[Mistake]: ...

    def __call__(self, answer: Answer, rng: Random) -> Passed | None: ...


@dataclass(frozen=True)
class Values:
    """An answer that is a function of its inputs: its results are compared with a reference's.

    cases(rng): fresh inputs, the smallest first (what is shown of a failure is its first). tolerance: absolute, for
    floats; say beside it which wrong answer it still rejects. properties: after the values, further demands on the
    answer, each raising Wrong. picture(args, yours, expected): what a failure looks like.
    """

    cases: Callable[[Random], Sequence[Case]]
    expected: Callable[..., Any]
    mistakes: Sequence[Mistake] = ()
    tolerance: float = 0.0
    properties: Sequence[Callable[[Answer, Random], None]] = ()
    picture: Callable[[tuple[Any, ...], Any, Any], Picture | None] | None = None

    def __call__(self, answer: Answer, rng: Random) -> Passed | None:
        tried: list[tuple[Case, Any, Any]] = []  # what came back, and what should have
        failure: Raised | None = None
        for case in self.cases(rng):
            expected = crossed(self.expected(*_again(case.args)))
            try:
                yours = answer(*_again(case.args))
                tried.append((case, yours, expected))
                if _numbers(yours) > ROOM + 10 * _numbers(expected):
                    break  # wrong at any rate, and a few of these fill the memory
            except Raised as problem:
                failure = failure or problem
                tried.append((case, problem, expected))
        for case, yours, expected in tried:
            if isinstance(yours, Raised):
                break  # every smaller input was right: their exception is the thing to show
            if found := difference(yours, expected, self.tolerance):
                raise self._explained(tried, case, yours, expected, found[1])
        if failure:
            self._failed(failure, next(case for case, yours, _ in tried if yours is failure))
        for demand in self.properties:
            demand(answer, rng)
        return None

    def _explained(self, tried: list, case: Case, yours: Any, expected: Any, plain: str) -> Wrong:
        """The mistake that gives what came back at the smallest failing input, and most of the rest."""
        best, most = None, 0
        large = _numbers(yours) > ROOM + 10 * _numbers(expected)  # to look through millions takes hours
        only_type = not large and difference(yours, expected, self.tolerance, loose=True) is None
        for mistake in self.mistakes if not large else ():
            if only_type and mistake.gives is not None:
                continue  # its result does not explain a type
            if self._explains(mistake, case.args, yours, expected):
                count = sum(self._explains(mistake, c.args, y, e) for c, y, e in tried if not isinstance(y, Raised))
                if count > most:
                    best, most = mistake, count
        facts = {"yours": shown(yours, 120), "expected": shown(expected, 120), "call": written(case)}
        message = _filled(best.message, facts) if best else plain
        picture = None
        if self.picture and not large:
            try:
                picture = self.picture(_again(case.args), yours, expected)
            except Exception:  # a result of another type cannot be drawn
                picture = None
        return Wrong(
            message, best.name if best else "", call=written(case), yours=shown(yours), expected=shown(expected),
            picture=picture,
        )  # fmt: skip

    def _explains(self, mistake: Mistake, args: tuple[Any, ...], yours: Any, expected: Any) -> bool:
        try:
            if mistake.when is not None:
                return bool(mistake.when(_again(args), yours, expected))
            if mistake.gives is None:
                return False
            return difference(yours, crossed(mistake.gives(*_again(args))), self.tolerance, loose=True) is None
        except Exception:  # the mistake itself cannot be made on this input
            return False

    def _failed(self, problem: Raised, case: Case) -> None:
        for mistake in self.mistakes:
            if mistake.raises == problem.kind and mistake.looks in problem.message:
                facts = {"yours": problem.shown, "expected": "", "call": written(case)}
                raise Wrong(_filled(mistake.message, facts), mistake.name, call=written(case), yours=problem.shown)
        raise problem


@dataclass(frozen=True)
class Judged:
    """An answer that no table of inputs and results describes: one that trains, asks a model, or is scored.

    judge(answer, rng, wrong) raises wrong("name of a mistake", fact=…, …): the mistake's message with {fact} filled in;
    yours, expected, call, picture, share and criteria go to `Wrong`. What it returns is what `Check` returns.
    """

    judge: Callable[[Answer, Random, Callable[..., Wrong]], Passed | None]
    mistakes: Sequence[Mistake]

    def __call__(self, answer: Answer, rng: Random) -> Passed | None:
        return self.judge(answer, rng, self._wrong)

    def _wrong(self, name: str, **facts: Any) -> Wrong:
        message = next(mistake.message for mistake in self.mistakes if mistake.name == name)
        known = ("call", "yours", "expected", "picture", "share", "criteria")
        rest = {key: value for key, value in facts.items() if key in known}
        return Wrong(
            _filled(message, {k: v if isinstance(v, str) else shown(v) for k, v in facts.items() if k != "picture"}),
            name,
            **rest,
        )


def _yours(what: str) -> str:
    """What does not pass, addressed to who handed it in: it is named "it", or "it[3]", where it was found."""
    return re.sub(r"^it\b", "Your result", what)


def _numbers(value: Any) -> int:
    """How many numbers or characters a plain value holds."""
    if is_tensor(value) or type(value).__name__ == "ndarray":
        return math.prod(value.shape)
    if isinstance(value, list | dict):
        return len(value) + sum(map(_numbers, value.values() if isinstance(value, dict) else value))
    return len(value) if isinstance(value, str) else 1


def _filled(message: str, facts: dict[str, str]) -> str:
    for key, value in facts.items():
        message = message.replace("{" + key + "}", value)
    return message


def _again(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """A copy, so that nobody works on an input that somebody else changed."""
    return tuple(crossed(list(args), lambda function: function))


def written(case: Case) -> str:
    """The call as a person would write it; `FUNCTION` stands for the answer's name, which `run` fills in."""
    return case.call or f"FUNCTION({', '.join(shown(arg, 120) for arg in case.args)})"


def run(part: Part, check: Check, answer: Answer, seed: int | str, stub: str = "") -> Outcome:
    """Check an answer to a part. seed: the same one draws the same inputs. stub: the text that was given."""

    def outcome(state: State, message: str, share: float = 0.0, picture: Picture | None = None, **more: Any) -> Outcome:
        said: dict[str, Any] = {
            key: legible(value, MOST_TEXT) if isinstance(value, str) else value for key, value in more.items()
        }
        return Outcome(
            part.id, state, round(part.points * share, 2), part.points, legible(message, MOST_TEXT), seed=seed,
            picture=drawable(picture), **said,
        )  # fmt: skip

    if stub and same_code(answer.source, stub, part.function):
        return outcome("not attempted", "Still as it was given.")
    if module := borrowed(answer.source, part.borrows):
        return outcome(
            "wrong", f"Your answer imports {module}. What the exercise asks for is to be written, not imported.",
            mistake="borrowed from the library",
        )  # fmt: skip
    try:
        passed = check(answer, Random(f"{part.id}/{seed}")) or Passed()
    except NotAttempted:
        return outcome("not attempted", "It raises NotImplementedError: write it in place of that line.")
    except NotPlain as problem:
        what = f"{_yours(problem.what)}; only {KINDS} can be handed back."
        return outcome("wrong", what, mistake="a type that cannot pass")
    except Raised as problem:
        return outcome("error", problem.shown)
    except UNFORESEEN as problem:  # a result that a demand of the check stumbles over must not end a class's grading
        return outcome(
            "error", f"The check could not make sense of what your answer gave ({type(problem).__name__} there).",
            mistake="the check stumbled",
        )  # fmt: skip
    except Wrong as wrong:
        return outcome(
            "wrong", wrong.message.replace("FUNCTION", part.function), wrong.share, mistake=wrong.mistake,
            call=wrong.call.replace("FUNCTION", part.function), yours=wrong.yours, expected=wrong.expected,
            picture=wrong.picture, criteria=wrong.criteria,
        )  # fmt: skip
    return outcome("pass", passed.message or "Right.", passed.share, picture=passed.picture, criteria=passed.criteria)
