"""Hygiene of the exercises: every check knows right from wrong, and says which wrong it was.

A wrong answer is a function in tests/wrong_answers/EXERCISE.py named PART__MISTAKE: `uniform__one_past_the_end` must be
turned away by the check of 1.uniform as "one past the end". A part may have several, told apart by a trailing _2, _3.
"""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from course_lib.checks import check_of
from course_lib.checks.check import run
from course_lib.checks.manifest import exercises
from course_lib.checks.stubs import given, solution_of, stub_of
from course_lib.grade.build import notebook
from course_lib.learn.answer import InProcess
from course_lib.learn.check import outcome_of
from course_lib.learn.notebook import run_cells

HERE = Path(__file__).parent
PARTS = {part.id: part for exercise in exercises() for part in exercise.parts}
SLOW = {"5.train", "7.summary", "7.claim"}  # these train, or ask a model: fewer seeds
PLAIN = {"type": "a type that cannot pass", "borrowed": "borrowed from the library"}


def _wrong(exercise):
    path = HERE / f"{exercise.id}.py"
    if not path.is_file():
        return {}
    spec = importlib.util.spec_from_file_location(f"wrong_answers_{exercise.id}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return {name: value for name, value in vars(module).items() if "__" in name and not name.startswith("_")}


WRONG = {exercise.number: _wrong(exercise) for exercise in exercises()}
CASES = [(f"{number}.{name.split('__')[0]}", name) for number, wrong in WRONG.items() for name in wrong]


def _mistake(name):
    return re.sub(r"_\d+$", "", name.split("__")[1]).replace("_", " ")


@pytest.fixture(scope="module", params=[exercise.id for exercise in exercises()])
def exercise(request):
    return next(e for e in exercises() if e.id == request.param)


@pytest.fixture(scope="module")
def solved(exercise):
    cells = notebook(exercise, solution=True).cells
    ran = run_cells(exercise.notebook, [(c.id, c.source) for c in cells if c.cell_type == "code"])
    assert ran.failed == {}
    return ran.answers


class HandedIn(InProcess):
    """An answer as a grader has it: not that of whose machine this is."""

    own = False


def outcome_of_wrong(part, answer, seed):
    """handed_in: an attribute of wrong answers that only a grader meets."""
    if getattr(answer, "handed_in", False):
        return run(part, check_of(part), HandedIn(answer), seed)
    return outcome_of(part, answer, seed=seed, noted=False)


@pytest.mark.parametrize(("part", "name"), CASES, ids=[f"{part}-{name.split('__')[1]}" for part, name in CASES])
def test_a_wrong_answer_is_told_which_one_it_is(part, name):
    outcome = outcome_of_wrong(PARTS[part], WRONG[part.split(".")[0]][name], name)
    assert outcome.state == "wrong", outcome.message
    assert outcome.mistake == _mistake(name), f"{outcome.mistake!r}: {outcome.message}"
    assert outcome.points < PARTS[part].points


def test_every_exercise_turns_at_least_four_named_wrong_answers_away(exercise):
    assert len({_mistake(name) for name in WRONG[exercise.number]}) >= 4


@pytest.mark.parametrize("part", PARTS)
def test_every_mistake_that_a_check_knows_is_made_by_a_wrong_answer(part):
    known = {mistake.name for mistake in check_of(PARTS[part]).mistakes}
    made = {_mistake(name) for name in WRONG[part.split(".")[0]] if name.split("__")[0] == part.split(".")[1]}
    assert known - made == set(), "known to the check, and made by no wrong answer"
    assert made - known - set(PLAIN.values()) == set(), "made here, and not known to the check"


@pytest.mark.parametrize("part", PARTS)
def test_two_mistakes_of_a_part_do_not_share_a_message(part):
    said = {}
    for mistake in check_of(PARTS[part]).mistakes:
        assert said.setdefault(mistake.message, mistake.name) == mistake.name
        assert len(mistake.message) > 40, mistake


def test_the_reference_passes_with_twenty_seeds(exercise, solved):
    for part in exercise.parts:
        for seed in range(3 if part.id in SLOW else 20):
            outcome = outcome_of(part, solved[part.id], seed=seed, noted=False)
            assert (outcome.state, outcome.points) == ("pass", part.points), (
                f"{part.id}, seed {seed}: {outcome.message}"
            )


def test_the_stub_is_not_attempted_and_not_accidentally_right(exercise):
    ran = run_cells(exercise.notebook)
    assert ran.failed == {}, "a notebook with stubs runs through: a skipped part blocks nothing"
    for part in exercise.parts:
        outcome = outcome_of(part, ran.answers[part.id], seed=0, noted=False)
        assert (outcome.state, outcome.points) == ("not attempted", 0.0), part.id
        assert stub_of(part)


def test_the_same_seed_gives_the_same_outcome(exercise):
    for name, answer in WRONG[exercise.number].items():
        part = PARTS[f"{exercise.number}.{name.split('__')[0]}"]
        if part.id not in SLOW:
            one, two = (outcome_of_wrong(part, answer, 7) for _ in range(2))
            assert one == two


def test_a_solution_shows_no_marker_and_a_stub_no_solution(exercise):
    for part in exercise.parts:
        assert "###" not in solution_of(part) and "check(" not in solution_of(part)
        assert f"def {part.function}" in solution_of(part) or part.function in solution_of(part)
        assert "###" not in given(stub_of(part))
