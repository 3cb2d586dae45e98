"""Renamed copies are found; what is given, and what can only be written in one way, is not."""

import re

import pytest
from handed_in import EXERCISE, REFERENCE, submission

from course_lib.checks.manifest import part_of
from course_lib.grade import overlap
from course_lib.grade.overlap import alike
from course_lib.grade.records import Submission
from course_lib.learn.notebook import code_cells

OWN = {
    "one_times": "def presentation_times(packets, time_base):\n    found = []\n    for p in packets:\n"
    "        if p['size'] > 0:\n            found.append(p['pts'])\n    found.sort()\n    start = min(found)\n"
    "    return [float((f - start) * time_base[0]) / time_base[1] for f in found]",
    "one_seek": "def decode_runs(keyframes, wanted):\n    last, out = None, []\n    for f in sorted(set(wanted)):\n"
    "        k = f\n        while not keyframes[k]:\n            k -= 1\n        if k == last:\n"
    "            out[-1][1] = f\n"
    "        else:\n            out.append([k, f])\n            last = k\n    return out",
}
SEEK = """
def decode_runs(keys: list[bool], asked: "list[int]") -> list:
    '''My own work.'''
    ends: dict = {}  # mine
    for look in sorted(asked):

        start = max(at for at in range(look + 1) if keys[at])
        ends[start] = look
    return [[a, b] for a, b in ends.items()]
"""


def renamed(text):
    """A copy as people disguise it: other names, other comments, other spaces."""
    names = {"packets": "pk", "time_base": "tb", "tick": "t", "ticks": "ts", "total": "count", "seconds": "secs"}
    for old, new in names.items():
        text = re.sub(rf"\b{old}\b", new, text)
    return re.sub(r"^( +)(return)", r"\1# I wrote this\n\1\2", text, flags=re.M).replace(" + ", "+")


def a_copy(student):
    return submission(student, **{n.replace("1-", "one_"): renamed(t) for n, t in REFERENCE if n.startswith("1-")})


def test_a_renamed_copy_is_found_and_says_which_parts():
    parts = tuple(part.id for part in EXERCISE.parts)
    assert alike([submission("ann"), a_copy("bob"), submission("cat", **OWN)]) == [(EXERCISE.id, ("ann", "bob"), parts)]


def test_annotations_docstrings_and_order_of_naming_are_a_disguise_too():
    [(_, students, parts)] = alike([submission("ann"), submission("bob", one_seek=SEEK)])
    assert students == ("ann", "bob") and "1.seek" in parts


def test_a_third_who_shares_one_part_with_them_does_not_hide_a_pair():
    third = submission("cat", one_times=OWN["one_times"], one_uniform="def uniform_indices(a, b):\n    return a")
    found = alike([submission("ann", one_by_time="x = 1"), a_copy("bob"), third])
    assert (EXERCISE.id, ("ann", "bob"), ("1.times", "1.uniform", "1.seek")) in found


def test_who_copies_less_is_told_beside_who_copies_all():
    found = alike([submission("ann"), a_copy("bob"), submission("cat", one_times=OWN["one_times"])])
    assert [(students, len(parts)) for _, students, parts in found] == [(("ann", "bob"), 4), (("ann", "bob", "cat"), 3)]


def test_untouched_stubs_are_not_alike():
    given = tuple(c for c in code_cells(EXERCISE.notebook) if not c[0].endswith("-points"))
    assert alike([Submission(name, EXERCISE.id, given, submission().part_cells) for name in ("ann", "bob")]) == []


def test_honest_short_functions_are_not_alike():
    """Three of the four parts are lines that many would write; their own work is in the fourth."""
    assert alike([submission("ann"), submission("bob", one_seek=OWN["one_seek"])]) == []


def test_a_call_of_another_function_is_another_answer():
    assert overlap._form("def f(x): return int(x)", "f") != overlap._form("def f(x): return round(x)", "f")
    assert overlap._form("def f(x): return int(x)", "f") == overlap._form("def f(y): return int(y)", "f")


def test_what_a_large_class_writes_alike_is_how_one_writes_it():
    assert alike([submission(f"s{i:02}") for i in range(12)]) == []
    assert len(alike([submission(f"s{i:02}") for i in range(10)])) == 1


def test_what_is_given_to_be_mended_comes_back_alike_from_all():
    part = part_of("1.seek")
    assert overlap._is_blank("def decode_runs(a, b):\n    raise NotImplementedError()", part)
    assert not overlap._is_blank("def decode_runs(a, b):\n    return b[:-1]", part)


@pytest.mark.parametrize(
    "text",
    [
        "def decode_runs(a, b:\n",
        "\x00",
        "def decode_runs(a, b): return " + "+".join("1" * 2000),
        "(" * 5000,
        "",
        "x = 1",
    ],
)
def test_what_is_no_python_or_too_deep_is_like_nothing(text):
    cells = {f"one_{part.name}": text for part in EXERCISE.parts}
    assert alike([submission("ann", **cells), submission("bob", **cells)]) == []


def test_a_rejected_notebook_is_like_nothing():
    gone = [Submission(name, EXERCISE.id, rejected="It is empty.") for name in ("ann", "bob")]
    assert alike(gone) == []
