"""What an answer can ask of a check's own side, or hand to it, costs neither hours nor gigabytes."""

import pytest

from course_lib.checks import check_of
from course_lib.checks.answer import Stopped
from course_lib.checks.check import Case, Mistake, Values, run
from course_lib.checks.manifest import part_of
from course_lib.checks.time.contradict import contradictions
from course_lib.checks.time.minds import Mind

ROOM = 10_000


class Gives:
    """An answer that is a function here: what it gives has come through already."""

    own, source, changed = False, "", ()

    def __init__(self, function):
        self.function, self.calls = function, 0

    def __call__(self, *given):
        self.calls += 1
        return self.function(*given)


@pytest.mark.parametrize(
    "result", [[0] * (ROOM * 2), [[0, 1]] * ROOM, dict.fromkeys(range(ROOM * 2), 0), "x" * ROOM * 2]
)
def test_a_result_far_larger_than_expected_is_wrong_at_once_and_nothing_looks_through_it(result):
    looked = []
    check = Values(
        lambda rng: [Case((i,)) for i in range(20)], lambda i: [i],
        mistakes=[Mistake("m", "m", when=lambda *seen: looked.append("mistake"))],
        picture=lambda *seen: looked.append("picture"),
    )  # fmt: skip
    answer = Gives(lambda i: result)
    assert run(part_of("1.times"), check, answer, "seed").state == "wrong"
    assert (answer.calls, looked) == (1, [])


def test_a_tensor_of_64_megabytes_for_a_list_of_seconds_is_only_wrong():
    import torch

    answer = Gives(lambda *given: torch.zeros(16 << 20))
    came = run(part_of("1.times"), check_of(part_of("1.times")), answer, "seed")
    assert (came.state, answer.calls) == ("wrong", 1) and "tolist" in came.message


def test_a_question_of_megabytes_is_refused_and_not_kept():
    mind = Mind("a model", {}, ["the cat sits"])
    assert mind.ask("What happens right after the cat sits?") == "nothing happens"
    with pytest.raises(Stopped) as refused:
        mind.ask("What happens right after the cat sits" + " " * (8 << 20))
    assert len(mind.log) == 1 and len(str(refused.value)) < 1000


def test_questions_are_read_once_for_all_the_quotes_of_them(monkeypatch):
    from course_lib.checks.time import contradict

    read = []
    monkeypatch.setattr(contradict, "parsed", lambda question: read.append(question) or parsed(question))
    parsed = __import__("course_lib.checks.time.minds", fromlist=["parsed"]).parsed

    def repeats(ask, told):
        mind = ask.__self__
        return contradictions(mind) * 100

    came = run(part_of("6.contradict"), check_of(part_of("6.contradict")), Gives(repeats), "seed")
    assert came.mistake == "told twice" and len(read) < 40_000


@pytest.mark.parametrize("model", ["x" * 1000, "x/" * 400, "\0", "..", "/etc", "\ud800", "."])
def test_a_model_s_name_in_a_claim_is_no_path(model):
    claim = {"clip": 3, "model": model, "question": "When?", "answer": "a", "shows": "b", "start": 0, "end": 1}
    came = run(part_of("7.claim"), check_of(part_of("7.claim")), Gives(lambda: claim), "seed")
    assert came.mistake == "not replayed here"
