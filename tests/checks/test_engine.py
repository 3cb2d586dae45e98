"""The engine of the checks: what may cross, how a difference is told, which mistake is named."""

import json
from random import Random

import numpy as np
import pytest
import torch

from course_lib.checks.answer import NotAttempted, Raised
from course_lib.checks.check import Case, Judged, Mistake, Passed, Values, Wrong, run
from course_lib.checks.compare import difference
from course_lib.checks.manifest import Part, exercise_of, exercises, part_of, read
from course_lib.checks.origin import borrowed, same_code
from course_lib.checks.values import NotPlain, crossed, shown
from course_lib.errors import ExerciseError
from course_lib.learn.answer import InProcess

PART = Part("9.double", "9_none", "doubling", "double", 4, 5, ("a", "b", "c"))
DOUBLE = Values(
    lambda rng: [Case(([1, 2],)), Case(([rng.randint(3, 9) for _ in range(4)],))],
    lambda numbers: [2 * n for n in numbers],
    mistakes=[
        Mistake("squared", "These are squares: {call} gave {yours}.", lambda numbers: [n * n for n in numbers]),
        Mistake("one too few", "The last one is missing.", lambda numbers: [2 * n for n in numbers[:-1]]),
        Mistake("an empty list", "An index is past the end ({yours}).", raises="IndexError", looks="range"),
    ],
)


def outcome(function, check=DOUBLE, **more):
    return run(PART, check, InProcess(function), more.pop("seed", 1), **more)


# What may cross.


def test_plain_values_cross_as_copies():
    value = {"a": [1, 2.5, "x", None, True], "b": np.arange(3), "c": torch.ones(2, requires_grad=True)}
    copy = crossed(value)
    copy["a"][0], copy["b"][0] = 9, 9
    assert value["a"][0] == 1 and value["b"][0] == 0
    assert not copy["c"].requires_grad


def test_a_tuple_crosses_as_a_list_and_a_scalar_of_numpy_as_a_number():
    assert crossed((np.int64(3), (np.float32(0.5), np.bool_(True)))) == [3, [0.5, True]]
    assert type(crossed(np.int64(3))) is int


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": [{1, 2}]}, "it['a'][0] is a set"),
        (np.array(["x"]), "it is an array of <U1"),
        ({(1, 2): 3}, "it has the key (1, 2)"),
        ([object()], "it[0] is an object"),
        (type("Sly", (int,), {})(3), "it is a Sly"),
        (type("Sly", (list,), {})(), "it is a Sly"),
        (lambda: 1, "it is a function"),
    ],
)
def test_anything_else_is_named_with_its_place(value, said):
    with pytest.raises(NotPlain) as refused:
        crossed(value)
    assert said in refused.value.what


def test_a_list_in_itself_does_not_cross():
    endless = []
    endless.append(endless)
    with pytest.raises(NotPlain, match="nested more than"):
        crossed(endless)


def test_long_values_are_cut_when_shown():
    assert len(shown(list(range(1000)))) == 300
    assert shown([1 / 3, torch.tensor([0.5])]) == "[0.3333, tensor([0.5]), float32 [1]]"


# How a difference is told.


@pytest.mark.parametrize(
    ("yours", "expected", "kind", "said"),
    [
        (None, [1], "type", "Is a `return` missing?"),
        (np.array([1]), [1], "type", "`.tolist()` makes one of it"),
        (torch.tensor(1.0), 1.0, "type", "`.item()`"),
        ([1.0], [1], "type", "Your result[0] is a number (float); a whole number (int) is expected"),
        (True, 1, "type", "True or False"),
        ([1, 2], [1, 2, 3], "shape", "has 2 elements; 3 are expected"),
        ({"a": 1}, {"a": 1, "b": 2}, "shape", "no key 'b'"),
        ({"a": 1, "c": 2}, {"a": 1}, "shape", "the key 'c', which was not asked for"),
        (torch.ones(2, 3), torch.ones(3, 2), "shape", "the shape [2, 3]; [3, 2] is expected"),
        (torch.ones(2).double(), torch.ones(2), "dtype", "is float64; float32 is expected"),
        (torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0, 3.0]]), "values", "[0, 1] is 2.0; 3.0 is expected (1 of 2"),
        (torch.tensor([float("nan")]), torch.tensor([1.0]), "values", "nan"),
        (0.5, 0.75, "values", "is 0.5; 0.75 is expected"),
        ([[1], [2]], [[1], [3]], "values", "Your result[1][0] is 2; 3"),
    ],
)
def test_a_difference_is_told_by_type_then_shape_then_value(yours, expected, kind, said):
    found = difference(yours, expected)
    assert found is not None and found[0] == kind and said in found[1]


@pytest.mark.parametrize(
    ("yours", "expected", "tolerance"),
    [
        ([1, 2], [1.0, 2.0], 0.0),
        (0.5000001, 0.5, 1e-6),
        (torch.tensor([1.0, float("nan")]), torch.tensor([1.0, float("nan")]), 0.0),
        (torch.ones(2, dtype=torch.bfloat16), torch.ones(2, dtype=torch.bfloat16), 0.0),
        (torch.ones(0, 3), torch.ones(0, 3), 0.0),
        ({"a": [True, None]}, {"a": [True, None]}, 0.0),
    ],
)
def test_what_agrees_has_no_difference(yours, expected, tolerance):
    assert difference(yours, expected, tolerance) is None


def test_a_wrong_type_deep_inside_is_told_before_a_wrong_value():
    assert difference([1, 2.5], [9, 2])[0] == "type"


# What comes of a check.


def test_right_passes_with_all_points():
    got = outcome(lambda numbers: [2 * n for n in numbers])
    assert (got.state, got.points, got.most) == ("pass", 4, 4)


def test_the_mistake_that_gives_what_came_back_is_named_and_the_smallest_input_shown():
    got = outcome(lambda numbers: [n * n for n in numbers])
    assert (got.state, got.mistake, got.points) == ("wrong", "squared", 0)
    assert got.message == "These are squares: double([1, 2]) gave [1, 4]."
    assert (got.call, got.yours, got.expected) == ("double([1, 2])", "[1, 4]", "[2, 4]")


def test_a_mistake_that_explains_more_inputs_wins():
    both = Values(
        DOUBLE.cases, DOUBLE.expected,
        mistakes=[
            Mistake("one and four", "Only the first input fits.", lambda numbers: [1, 4]),
            *DOUBLE.mistakes,
        ],
    )  # fmt: skip
    assert outcome(lambda numbers: [n * n for n in numbers], both).mistake == "squared"


def test_an_unknown_mistake_is_told_by_its_difference():
    got = outcome(lambda numbers: [0 for _ in numbers])
    assert (got.mistake, got.message) == ("", "Your result[0] is 0; 2 is expected.")


def test_an_exception_is_shown_with_their_line_and_not_our_stack():
    def double(numbers):
        total = sum(numbers)
        return total / (total - total)

    got = outcome(double)
    assert got.state == "error"
    assert "ZeroDivisionError: division by zero" in got.message
    assert "return total / (total - total)" in got.message and "course_lib" not in got.message


def test_an_exception_that_a_mistake_explains_is_named():
    def double(numbers):
        return [2 * numbers[i] for i in range(len(numbers) + 1)]

    got = outcome(double)
    assert (got.state, got.mistake) == ("wrong", "an empty list")
    assert "IndexError" in got.message


def test_a_wrong_result_on_a_smaller_input_is_told_before_an_exception_on_a_larger():
    def double(numbers):
        return [n * n for n in numbers] if len(numbers) < 3 else 1 / 0

    assert outcome(double).mistake == "squared"


def test_a_stub_is_not_attempted():
    def stub(numbers):
        raise NotImplementedError

    assert outcome(stub).state == "not attempted"
    given = "def double(numbers):\n    return numbers  # to be mended\n"
    space = {}
    exec(given, space)

    class Given(InProcess):
        source = given

    assert run(PART, DOUBLE, Given(space["double"]), 1, stub=given + "\n\ncheck(1)").state == "not attempted"


def test_an_exit_in_an_answer_does_not_end_the_kernel():
    def double(numbers):
        raise SystemExit(3)

    assert outcome(double).state == "error"


def test_an_answer_that_changes_its_input_does_not_change_the_expected_result():
    def double(numbers):
        for i, n in enumerate(numbers):
            numbers[i] = 2 * n
        return numbers

    assert outcome(double).state == "pass"


def test_what_cannot_cross_is_told():
    got = outcome(lambda numbers: {2 * n for n in numbers})
    assert (got.state, got.mistake) == ("wrong", "a type that cannot pass")
    assert got.message.startswith("Your result is a set; only numbers, strings, lists")


def test_the_same_seed_draws_the_same_inputs():
    seen = []

    def double(numbers):
        seen.append(tuple(numbers))
        return [2 * n for n in numbers]

    for seed in (5, 5, 6):
        outcome(double, seed=seed)
    assert seen[1] == seen[3] != seen[5]


def test_properties_come_after_the_values():
    def property_(answer, rng):
        if answer([]) != []:
            raise Wrong("Nothing doubled is nothing.", "not empty")

    strict = Values(DOUBLE.cases, DOUBLE.expected, properties=[property_])
    assert outcome(lambda numbers: [2 * n for n in numbers] or [0], strict).mistake == "not empty"


def test_a_judged_check_gives_part_of_the_points_and_its_criteria():
    def judge(answer, rng, wrong):
        if answer() < 3:
            raise wrong("too little", got=answer(), share=0.25, criteria={"size": 0.25})
        return Passed("Enough.", criteria={"size": 1.0})

    check = Judged(judge, [Mistake("too little", "{got} is not enough.")])
    got = outcome(lambda: 2, check)
    assert (got.state, got.points, got.message, got.criteria) == ("wrong", 1.0, "2 is not enough.", {"size": 0.25})
    assert outcome(lambda: 3, check).message == "Enough."


def test_an_outcome_is_plain_data():
    json.dumps(outcome(lambda numbers: [n * n for n in numbers]).to_dict())


def test_a_lent_function_gets_copies_and_refuses_what_cannot_cross():
    kept = []

    def judge(answer, rng, wrong):
        def ask(words):
            kept.append(words)
            return words

        answer(ask)

    def double(ask):
        words = ["a"]
        ask(words)[0] = "b"
        assert words == ["a"]
        ask({1, 2})

    got = outcome(double, Judged(judge, []))
    assert got.state == "error" and "only plain values can be handed over" in got.message
    assert kept == [["a"]]


# An answer that is imported and not written.


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("from course_lib.tokens.pool import average\n", "course_lib.tokens.pool.average"),
        ("import course_lib.tokens as t\n", "course_lib.tokens"),
        ("def f():\n    import course_lib\n", "course_lib"),
        ('import importlib\nm = importlib.import_module("course_lib.tokens.pool")\n', "course_lib.tokens.pool"),
        ("from course_lib import tokens\n", "course_lib.tokens"),
        ("from course_lib.learn import check\n", ""),
        ("from course_lib.video import sample\n", ""),
        ("from course_library import x\n", ""),
        ("print('course_lib is nice')\n", ""),
        ("def (:\n", ""),
    ],
)
def test_a_source_that_borrows_is_found(source, module):
    assert borrowed(source, ("course_lib.video",)) == module


def test_a_function_of_the_library_is_refused_however_it_is_handed_in():
    from functools import partial

    from course_lib.tokens import sampling
    from course_lib.tokens.sampling import uniform

    def wrapped(duration, n):
        return uniform(duration, n)

    def through_another(duration, n):
        return wrapped(duration, n)

    def by_module(duration, n):
        return sampling.uniform(duration, n)

    for answer in (uniform, wrapped, through_another, by_module, partial(uniform, 3.0), lambda d, n: uniform(d, n)):
        got = outcome(answer)
        assert (got.state, got.mistake) == ("wrong", "borrowed from the library"), answer


def test_an_attribute_with_the_name_of_something_borrowed_is_not_borrowed():
    from course_lib.tokens.sampling import uniform

    space = {"uniform": uniform}
    exec(
        "def double(numbers):\n    return [2 * n for n in numbers if not hasattr(numbers, 'x') or numbers.uniform]",
        space,
    )
    assert outcome(space["double"]).state == "pass"


def test_an_answer_that_changes_its_input_is_seen_to_do_so():
    def double(numbers, word):
        numbers.append(1)

    answer = InProcess(double)
    answer([1], "a")
    assert answer.changed == (0,)
    answer = InProcess(lambda numbers, word: numbers)
    answer([1], "a")
    assert answer.changed == ()


def test_comments_and_spaces_do_not_make_an_answer_of_a_stub():
    one, two = "def f(x):\n    # mend me\n    return x\n", "def f(x):\n\n    return x\n"
    assert same_code(one, two, "f") and not same_code(one, two, "g")
    assert not same_code(one, "def f(x):\n    return x + 1\n", "f")


# The manifest.


def test_the_points_of_all_exercises_add_up_to_a_hundred():
    assert sum(part.points for exercise in exercises() for part in exercise.parts) == 100


def test_every_part_has_a_check_and_three_different_hints():
    from course_lib.checks import check_of

    for exercise in exercises():
        for part in exercise.parts:
            assert callable(check_of(part)) and len(set(part.hints)) == 3 and part.minutes > 0


def test_an_unknown_part_is_refused_with_the_nearest():
    with pytest.raises(ExerciseError, match=r"There is no part '1.unifrom'. Choose one of: 1.uniform"):
        part_of("1.unifrom")
    with pytest.raises(ExerciseError, match="There is no exercise '12'"):
        exercise_of("12")


ROWS = """
[[exercises]]
id = "1_x"
title = "X"
points = 2
minutes = 5
chapter = "01_y"
[[exercises.parts]]
id = "1.a"
title = "a"
function = "a"
points = 2
minutes = 5
hints = ["one", "two", "three"]
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("points = 2\nminutes = 5\nhints", "points = 1\nminutes = 5\nhints", "points of 1_x's parts add up to 1"),
        ('"three"]', '" "]', "Part 1.a has 2 hints"),
        ('function = "a"\n', "", "Part 1.a of 1_x has no function"),
        ('id = "1.a"', 'id = "2.a"', "Part 2.a stands in exercise 1_x"),
    ],
)
def test_a_manifest_that_cannot_be_right_names_the_part(old, new, said):
    assert read(ROWS)[0].parts[0].cell == "1-a"
    with pytest.raises(ExerciseError, match=said):
        read(ROWS.replace(old, new))


def test_the_interface_raises_what_the_checks_expect():
    def nothing():
        raise NotImplementedError

    with pytest.raises(NotAttempted):
        InProcess(nothing)()
    with pytest.raises(Raised):
        InProcess(lambda: 1 / 0)()
    assert Random("a/1").random() == Random("a/1").random()
