"""Every check against values that have nothing to do with its exercise: each is turned away in words, none stumbles."""

import numpy as np
import pytest
import torch

from course_lib.checks import check_of
from course_lib.checks.check import run
from course_lib.checks.manifest import exercises
from course_lib.checks.values import crossed

ODD = [
    None, True, -1, 10**30, float("nan"), "x" * 1000, [], [[1, 2], [3]], [[1, "a"]], {}, {"start": 1},
    [float("nan")] * 4,
    np.zeros(0), np.zeros(3, bool), np.full((4, 4), np.nan), np.zeros((2, 3, 4, 3), np.uint8),
    torch.tensor(float("inf")), torch.zeros(2, 3, dtype=torch.int64),
    torch.full((4,), float("nan"), dtype=torch.float16),
    [[1e308, -1e308]], [{"start": 2, "end": 1, "text": "x"}], ["a"] * 2000,
]  # fmt: skip
SLOW = {"3.decode": 4, "7.summary": 2}  # they ask a model again for each


class Odd:
    """An answer that always gives the same, as it would come out of a sandbox."""

    own, source, changed = False, "", ()

    def __init__(self, value):
        self.value = value

    def __call__(self, *_):
        return crossed(self.value)


@pytest.mark.parametrize("part", [p for e in exercises() for p in e.parts], ids=lambda p: p.id)
def test_a_check_turns_away_what_has_nothing_to_do_with_it_and_says_why(part):
    for value in ODD[: SLOW.get(part.id)]:
        outcome = run(part, check_of(part), Odd(value), "odd")
        assert outcome.state in ("wrong", "error") and outcome.points == 0, (value, outcome)
        assert outcome.message and outcome.mistake != "the check stumbled", (value, outcome)
