"""Code that speaks to the grader itself, over descriptor 3: forged, oversized, deep, half and endless frames."""

import json
import socket
import struct
import threading

import numpy as np
import pytest
import torch

from course_lib.checks.answer import Raised
from course_lib.checks.check import Case, Judged, Mistake, Values, Wrong
from course_lib.checks.values import NotPlain
from course_lib.grade.inside.wire import HEAD, MOST_ARRAYS, MOST_JSON, WireError, decode, encode
from course_lib.grade.session import Broken, Session
from tests.hostile.attack import answering, handed_in, seen

FORGE = """
import json, os, struct
def frame(said, blob=b'', body=None, size=None):
    body = json.dumps(said).encode() if body is None else body
    data = struct.pack('>2sII', b'VC', len(body) if size is None else size, len(blob)) + body + blob
    while data:
        data = data[os.write(3, data):]
"""
FORGED = {
    "a head of nothing": "os.write(3, b'x' * 10)",
    "a head of another": "os.write(3, b'PK' + bytes(8))",
    "an empty frame": "os.write(3, struct.pack('>2sII', b'VC', 0, 0))",
    "a frame of 4 GB": "os.write(3, struct.pack('>2sII', b'VC', 2**32 - 1, 0))",
    "arrays of 4 GB": "os.write(3, struct.pack('>2sII', b'VC', 2, 2**32 - 1) + b'[]')",
    "not JSON": "frame(0, body=b'[\"result\", ')",
    "not text": "frame(0, body=b'\\xff\\xfe' * 9)",
    "pickle": "import pickle\nframe(0, body=pickle.dumps(print))",
    "deep JSON": "frame(0, body=b'[' * 10**6 + b']' * 10**6)",
    "deep but allowed JSON": "frame(0, body=b'[' * 400 + b']' * 400)",
    "many lists": "frame(0, body=b'[' + b'[],' * 2_500_000 + b'[]]')",
    "an int of 5,000 digits": "frame(0, body=b'[\"result\", ' + b'7' * 5000 + b']')",
    "an int of 400 digits": "frame(0, body=b'[\"result\", ' + b'7' * 400 + b']')",
    "a number": "frame(3)",
    "a dict": "frame({'d': [['points', 3]]})",
    "an empty list": "frame([])",
    "another kind": "frame(['pass', 3])",
    "a kind that is a list": "frame([['result'], 3])",
    "no result": "frame(['result'])",
    "two results": "frame(['result', [1, 3], [1, 3], []])",
    "two tags": "frame(['result', {'d': [], 'a': []}, []])",
    "another tag": "frame(['result', {'__class__': 'x'}, []])",
    "a function": "frame(['result', {'f': 0}, []])",
    "a key that is a float": "frame(['result', {'d': [[float('nan'), 1]]}, []])",
    "a key that is a bool": "frame(['result', {'d': [[True, 1]]}, []])",
    "a key that is a list": "frame(['result', {'d': [[[1], 1]]}, []])",
    "a shape of text": "frame(['result', {'a': ['numpy', 'int64', ['2'], 0, 16]}, []], bytes(16))",
    "a shape below 0": "frame(['result', {'a': ['numpy', 'int64', [-1], 0, 16]}, []], bytes(16))",
    "a shape of bools": "frame(['result', {'a': ['numpy', 'int64', [True, True], 0, 8]}, []], bytes(8))",
    "nothing of a huge shape": "frame(['result', {'a': ['numpy', 'int64', [0, 10**30], 0, 0]}, []])",
    "nothing of many rows": "frame(['result', {'a': ['torch', 'int64', [10**9, 0], 0, 0]}, []])",
    "nine dimensions": "frame(['result', {'a': ['numpy', 'int8', [1] * 9, 0, 1]}, []], bytes(1))",
    "a start below 0": "frame(['result', {'a': ['numpy', 'int64', [2], -8, 16]}, []], bytes(16))",
    "bytes that are not there": "frame(['result', {'a': ['numpy', 'int64', [2], 8, 16]}, []], bytes(16))",
    "too few bytes": "frame(['result', {'a': ['numpy', 'int64', [2], 0, 8]}, []], bytes(16))",
    "the same bytes twice": "frame(['result', [{'a': ['numpy', 'int8', [64], 0, 64]}] * 2, []], bytes(64))",
    "objects": "frame(['result', {'a': ['numpy', 'object', [2], 0, 16]}, []], bytes(16))",
    "an attribute of torch": "frame(['result', {'a': ['torch', 'load', [2], 0, 16]}, []], bytes(16))",
    "a dtype with fields": "frame(['result', {'a': ['numpy', 'i4,O', [2], 0, 16]}, []], bytes(16))",
    "another module": "frame(['result', {'a': ['os', 'int8', [2], 0, 2]}, []], bytes(2))",
    "a bool of 7": "frame(['result', {'a': ['numpy', 'bool', [2], 0, 2]}, []], b'\\x07\\x01')",
    "bfloat16 of numpy": "frame(['result', {'a': ['numpy', 'bfloat16', [2], 0, 4]}, []], bytes(4))",
    "a question about no function": "frame(['ask', 0, []])",
    "a question below 0": "frame(['ask', -1, []])",
    "a question by a bool": "frame(['ask', False, []])",
    "cells that ran": "frame(['ran', {'d': []}, []])",
}  # fmt: skip


@pytest.mark.parametrize("what", FORGED)
@pytest.mark.parametrize("place", ["cell", "answer"])
def test_a_forged_frame_breaks_the_process_that_sent_it(sandbox, what, place):
    body = FORGED[what]
    if place == "cell" and what == "cells that ran":
        body = "frame(['ran', 3, []])"
    came = handed_in(sandbox, FORGE + body if place == "cell" else answering(f"{body}\nreturn [1, 3]", FORGE))
    assert (came.state, came.points) == ("crashed", 0)
    assert came.said.startswith(("its process sent what is no answer", "its process answered with something else"))


@pytest.mark.parametrize(
    "body",
    ["os.write(3, b'VC')", "os.write(3, struct.pack('>2sII', b'VC', 100, 0) + b'[')", "while True: os.write(3, b'')"],
)
def test_half_a_frame_is_waited_for_until_the_deadline(sandbox, body):
    came = handed_in(sandbox, answering(f"{body}\nimport time\ntime.sleep(1e6)", FORGE), seconds=0.7)
    assert (came.state, came.said) == ("timeout", "it took too long")


def test_frames_that_drip_do_not_put_the_deadline_off(sandbox):
    body = "while True:\n    os.write(3, b' ')\n    time.sleep(0.01)"
    head = "import time\nos.write(3, struct.pack('>2sII', b'VC', 8 << 20, 0))\n"
    came = handed_in(sandbox, answering(head + body, FORGE), seconds=0.7)
    assert (came.state, came.said) == ("timeout", "it took too long")


def test_threads_that_keep_writing_break_their_own_process(sandbox):
    before = f"{FORGE}import threading\ndef write():\n    while True: frame(['result', [1, 3], []])\n"
    came = handed_in(sandbox, answering("threading.Thread(target=write, daemon=True).start()\nreturn [1, 3]", before))
    assert came.points == 0 and came.state in ("crashed", "timeout", "wrong")


def test_a_result_sent_ahead_is_taken_for_the_answer_that_it_is(sandbox):
    """It knows no later arguments, so what it gains is what a constant gains."""
    came = handed_in(sandbox, answering("for _ in range(50): frame(['result', [1, 3], []])\nreturn [1, 3]", FORGE))
    assert (came.state, came.points) == ("wrong", 0)


def test_a_process_that_closes_its_line_and_goes_on_is_ended(sandbox):
    came = handed_in(sandbox, answering("os.close(3)\nwhile True: pass", FORGE))
    assert (came.state, came.said) == ("crashed", "it closed its line to the grader")


def test_descriptors_that_are_sent_along_are_never_taken(sandbox):
    body = """
import array, socket
files = [open('/dev/null') for _ in range(20)]
line = socket.socket(fileno=3)
for _ in range(50):
    numbers = array.array('i', [file.fileno() for file in files])
    line.sendmsg([b'V'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, numbers)])"""
    came = handed_in(sandbox, answering(body, FORGE))
    assert came.points == 0 and came.state in ("crashed", "error")


# Questions to the functions that a check lends.


def lends(function):
    def judge(answer, rng, wrong):
        raise wrong("told", got=answer(function))

    return Judged(judge, [Mistake("told", "{got}")])


def asking(body):
    lines = "\n    ".join(body.splitlines())
    return f"{FORGE}\ndef uniform_indices(f):\n    {lines}\ncheck('1.uniform', uniform_indices)"


@pytest.mark.parametrize(
    "problem",
    [AttributeError, ZeroDivisionError, OverflowError, RecursionError, MemoryError, RuntimeError, OSError, KeyError,
     StopIteration, AssertionError, NotPlain, UnicodeError, EOFError],
)  # fmt: skip
def test_whatever_a_lent_function_raises_is_told_to_who_asked(sandbox, problem):
    def lent(x):
        raise problem("secret")

    source = asking("try: f(1)\nexcept RuntimeError as problem: return str(problem)")
    came = handed_in(sandbox, source, check=lends(lent))
    assert came.state == "wrong" and came.said.startswith(f"{problem.__name__}: ") and "secret" not in came.said


def test_a_lent_function_s_result_that_is_too_large_to_hand_over_is_refused(sandbox):
    source = asking("try: f(1)\nexcept RuntimeError as problem: return str(problem)")
    came = handed_in(sandbox, source, check=lends(lambda x: np.zeros(MOST_ARRAYS + 1, dtype=np.uint8)))
    assert came.state == "wrong" and came.said.startswith("WireError")


@pytest.mark.parametrize("given", ["", "1, 2", "None", "'x'", "{}", "[[]]", "float('nan')", "-1", "[0] * 100_000"])
def test_a_question_with_other_arguments_than_it_takes_is_refused(sandbox, given):
    source = asking(
        f"try: return ['value', f({given})]\nexcept RuntimeError as problem: return ['refused', str(problem)]"
    )
    check = lends(lambda seconds: [10, 20, 30][seconds])
    assert handed_in(sandbox, source, check=check).state == "wrong"


def test_a_million_questions_end_at_the_deadline(sandbox):
    came = handed_in(sandbox, asking("while True: f(1)"), seconds=1.5, check=lends(lambda x: x))
    assert (came.state, came.said) == ("timeout", "it took too long")


def test_questions_whose_answers_nobody_reads_end_at_the_deadline(sandbox):
    source = asking("while True: frame(['ask', 0, [0]])")
    came = handed_in(sandbox, source, seconds=1.5, check=lends(lambda x: [0] * 10_000))
    assert (came.state, came.said) == ("timeout", "it took too long")


def test_an_answer_that_is_asked_by_its_own_question_is_only_itself(sandbox):
    source = asking("import sys\nif f is None: return 'inner'\nreturn f(lambda: 1)")
    came = handed_in(sandbox, source, check=lends(lambda x: x))
    assert came.state == "error" and "only plain values can be handed over" in came.said


# The side that is trusted.


def forged(raw, blob=b""):
    return decode(raw if isinstance(raw, bytes) else json.dumps(raw).encode(), blob)


def test_a_frame_takes_no_more_memory_than_it_has_bytes():
    """180,000 arrays over the same 64 megabytes would take 12 terabytes."""
    many = [{"a": ["numpy", "uint8", [MOST_ARRAYS], 0, MOST_ARRAYS]}] * 1000
    with pytest.raises(WireError, match="bytes are not there"):
        forged(many, bytes(MOST_ARRAYS))


def test_ints_that_all_hash_to_one_place_do_not_pass():
    """A set or a dict of these takes the square of their number: minutes for 8 megabytes of them."""
    colliding = [(2**61 - 1) * k for k in range(1, 10)]
    for value in (colliding[-1], 2**64, -(2**63) - 1, 10**400):
        for raw in ([value], {"d": [[value, 1]]}):
            with pytest.raises(WireError, match="64 bits"):
                forged(raw)
        with pytest.raises(WireError, match="64 bits"):
            encode([value])
    assert forged([2**64 - 1, -(2**63)]) == [2**64 - 1, -(2**63)]


def test_lists_of_a_million_nothings_are_refused_before_they_are_built():
    for body in (
        b"[" + b"[]," * 2_000_000 + b"[]]",
        b"[" + b"0," * 3_000_000 + b"0]",
        b"[" + b'{"d":[]},' * 700_000 + b"0]",
    ):
        assert len(body) < MOST_JSON
        with pytest.raises(WireError, match="more values"):
            forged(body)
    with pytest.raises(WireError, match="more values"):
        encode([0] * 1_100_000)


def test_what_is_sent_is_what_comes_out():
    value = {
        "a": [1, 2.5, None, True, "x", -(2**63)],
        3: [np.arange(6, dtype=np.int16).reshape(2, 3), np.zeros((0, 3))],
    }
    value |= {"t": [torch.ones(2, dtype=torch.bfloat16), torch.tensor([True, False]), torch.tensor(3)]}
    frame = encode(value)
    size = HEAD.unpack(frame[: HEAD.size])[1]
    back = decode(frame[HEAD.size : HEAD.size + size], frame[HEAD.size + size :])
    assert back["a"] == value["a"] and list(back) == list(value)
    for one, other in zip(back[3] + back["t"], value[3] + value["t"]):
        assert one.dtype == other.dtype and one.shape == other.shape and (one == other).all()


def peer(frames):
    """A session whose other side answers each request with the next of these frames, without a sandbox."""
    ours, theirs = socket.socketpair()
    line, keeper = socket.socketpair()

    def answer():
        with theirs:
            for frame in frames:
                theirs.recv(1 << 16)
                theirs.sendall(frame)
        keeper.sendall(b"0 0.1 1000")
        keeper.close()

    threading.Thread(target=answer, daemon=True).start()
    session = Session(ours, line)
    session.deadline(10)
    return session


def test_only_the_cells_that_were_sent_can_have_failed():
    failed = {f"{n}": {"kind": "E", "message": "x", "line": 1, "text": ""} for n in range(1000)}
    with peer([encode(["ran", failed, []])]) as session:
        assert list(session.run([("7", "x"), ("a", "y")])) == ["7"]


@pytest.mark.parametrize("fields", [3, {}, {"kind": 3, "message": [1], "line": "x", "text": None}, {"line": 10**9}])
def test_an_exception_of_odd_fields_is_still_an_exception(fields):
    with peer([encode(["raised", fields])]) as session, pytest.raises(Raised) as problem:
        session.call("p", [])
    assert problem.value.line == 0 and problem.value.kind


def test_a_key_of_megabytes_is_not_written_out_for_each_value_beneath_it():
    """As part of every value's place it would be copied 200,000 times."""
    with peer([encode(["result", {"k" * (4 << 20): [0] * 200_000}, []])]) as session:
        [[key, values]] = session.call("p", []).items()
    assert len(key) == 4 << 20 and len(values) == 200_000


def test_what_a_check_hands_on_is_not_plain_if_it_is_too_large():
    with peer([]) as session, pytest.raises(NotPlain, match="handed on"):
        session.call("p", [[0] * 1_100_000])


def test_a_broken_session_stays_broken():
    with peer([b"x" * 10]) as session:
        for _ in range(2):
            with pytest.raises(Broken, match="no answer"):
                session.call("p", [])


# Results that a check stumbles over.


def values(expected, **more):
    return Values(lambda rng: [Case((4, 2))], lambda total, n: expected, **more)


def test_a_demand_of_a_check_that_stumbles_over_a_result_is_the_answer_s_error(sandbox):
    def demand(answer, rng):
        if answer(3, 1)[0] < 0:
            raise Wrong("negative")

    source = answering("return 1 if total == 4 else [None]")
    came = handed_in(sandbox, source, check=values(1, properties=[demand]))
    assert (came.state, came.points) == ("error", 0) and "TypeError there" in came.said
    assert came.outcome.mistake == "the check stumbled"


@pytest.mark.parametrize(
    "body", ["return float('nan')", "return 2 ** 64 - 1", "return -2 ** 63", "return 1e308", "return [0.5]"]
)
def test_a_number_of_any_size_is_compared(sandbox, body):
    assert handed_in(sandbox, answering(body), check=values(0.5)).state == "wrong"


def test_a_long_text_is_cut_where_it_is_shown(sandbox):
    came = handed_in(sandbox, answering("return 'x' * (4 << 20)"), check=values("y"))
    assert came.state == "wrong" and len(came.outcome.yours) <= 300 and len(came.said) < 500


@pytest.mark.parametrize("body", ["return {'k' * (4 << 20): 1, 'a': 1}", "return [{'a': 1}, 'x' * 10**6]"])
def test_a_long_key_is_cut_where_it_is_named(sandbox, body):
    came = handed_in(sandbox, answering(body), check=values({"a": 1}))
    assert came.state == "wrong" and len(came.said) < 500 and len(came.outcome.yours) <= 300


def test_an_array_of_64_megabytes_is_shown_by_its_first_numbers(sandbox):
    came = handed_in(
        sandbox, answering(f"import numpy\nreturn numpy.ones({MOST_ARRAYS}, dtype='uint8')"), check=values([1])
    )
    assert came.state == "wrong" and came.outcome.yours.startswith("array([1, 1, 1")


@pytest.mark.parametrize(
    "body", ["return ['x'] * n", "return list(range(6000))", "return [float('inf'), 0.5]", "return [[1], 2]"]
)
def test_no_picture_is_drawn_of_what_are_no_few_numbers(sandbox, body):
    came = handed_in(sandbox, answering(body))
    assert came.state == "wrong" and came.outcome.picture is None
    assert handed_in(sandbox, answering("return [0] * n")).outcome.picture is not None


@pytest.mark.parametrize(
    "source",
    [
        "def uniform_indices(total, n):\n    return " + "+".join(["1"] * 2500),
        "def uniform_indices(total, n):\n    return " + "-" * 5000 + "1",
        "def uniform_indices(total, n):\n    return " + "(" * 5000,
        "def uniform_indices(total, n):\n    return '\ud800'",
        "def uniform_indices(total, n):\n    return '\0'",
        "def uniform_indices(total, n):\n    return '\\\x1b'" * 1,
    ],
)
def test_a_source_that_breaks_a_parser_is_still_only_a_wrong_answer(sandbox, source):
    came = handed_in(sandbox, f"{source}\ncheck('1.uniform', uniform_indices)")
    assert came.points == 0 and came.state in ("error", "wrong", "crashed"), came


def test_a_frame_s_head_has_the_size_that_attackers_here_assume():
    assert HEAD.size == struct.calcsize(">2sII")


def test_every_module_answers_to_any_name_and_nothing_is_gained(sandbox):
    body = (
        "import sys\nfor module in list(sys.modules.values()):\n"
        "    try: module.__getattr__ = lambda n: 1\n"
        "    except (AttributeError, TypeError): pass\nreturn [1]"
    )
    assert seen(sandbox, body) == [1]
