"""Code that looks for the checks, the expected values, other students, the grader, and a way out."""

import os
import secrets
import signal
from contextlib import suppress

import pytest

from course_lib.checks import check_of
from course_lib.checks.answer import Raised
from course_lib.checks.check import Judged, Mistake, Values
from course_lib.checks.manifest import ROOT
from course_lib.grade.sandbox import SandboxError
from tests.hostile.attack import PART, answering, handed_in, seen

LIBC = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"


def test_the_course_its_checks_and_solutions_are_on_no_disk(sandbox):
    body = """
import os
found = []
for place in given[0]:
    if os.path.exists(place):
        found.append(place)
for place, folders, files in os.walk('/'):
    folders[:] = [f for f in folders if f not in ('torch', 'numpy', 'usr', 'share')]
    if place.count('/') < 9:
        found += [os.path.join(place, f) for f in files if f.endswith(('.ipynb', '.sqlite', 'course.toml'))]
        found += [os.path.join(place, f) for f in folders if f in ('course_lib', 'solutions', 'exercises')]
return [[f for f in found if 'site-packages' not in f], [os.listdir(f) for f in found if f.endswith('/course_lib')]]"""
    places = [
        ROOT,
        ROOT / "course.toml",
        ROOT / "course_lib",
        ROOT / "solutions",
        "/home",
        "/etc/passwd",
        "/var",
        "/sys/devices",
    ]
    outside, hidden = seen(sandbox, body, [[str(p) for p in places]])
    kept = [place for place in outside if place != str(ROOT)]  # an environment inside the clone leaves its way visible
    assert kept == [] and all(names == [] for names in hidden)


def test_proc_is_an_empty_folder(sandbox):
    body = (
        "import os\ntried = []\nfor name in ('self', '1', 'self/maps', '1/mem', 'self/fd'):\n"
        "    tried.append(os.path.exists('/proc/' + name))\n"
        "return [os.listdir('/proc'), tried]"
    )
    assert seen(sandbox, body) == [[], [False] * 5]


def test_no_process_but_its_own_can_be_seen_or_signalled(sandbox):
    body = """
import os
found = []
for number in range(2, 40_000):
    try:
        os.kill(number, 0)
        found.append(number)
    except ProcessLookupError:
        pass
try:
    os.kill(-1, 9)
except ProcessLookupError:
    found.append('nobody')
return [os.getpid(), os.getppid(), found]"""
    assert seen(sandbox, body) == [1, 0, ["nobody"]]


def test_the_environment_holds_nothing_of_the_grader_s(sandbox, monkeypatch):
    body = (
        f"{LIBC}import os\nlibc.getenv.restype = ctypes.c_char_p\n"
        f"return [dict(os.environ), libc.getenv(b'SECRET_OF_THE_GRADER') is None]"
    )
    names, hidden = seen(sandbox, body)
    assert hidden and set(names) == {"HOME", "PATH", "LANG", "OMP_NUM_THREADS", "MKL_NUM_THREADS"}
    assert names["HOME"] == "/tmp"


def test_the_only_open_descriptors_are_nothing_and_the_channel(sandbox):
    body = """
import os, stat
found = []
for number in range(4096):
    try:
        info = os.fstat(number)
    except OSError:
        continue
    null = info.st_rdev == os.stat('/dev/null').st_rdev
    found.append([number, 'null' if null else 'socket' if stat.S_ISSOCK(info.st_mode) else 'else'])
return found"""
    assert seen(sandbox, body) == [[0, "null"], [1, "null"], [2, "null"], [3, "socket"]]


def test_frames_and_the_collector_reach_no_check_and_no_expected_value(sandbox):
    body = """
import gc, sys
names, frame = [], sys._getframe()
while frame:
    names.append([frame.f_code.co_filename, sorted(frame.f_locals)])
    frame = frame.f_back
texts = [x for x in gc.get_objects() if isinstance(x, dict) for x in x.values() if isinstance(x, str)]
return [names, sorted(m for m in sys.modules if m.startswith('course_lib')), any(given[0][::-1] in t for t in texts)]"""
    frames, modules, told = seen(sandbox, body, ["one past the end"[::-1]])
    assert {file for file, _ in frames[1:]} == {"/inside/runner.py", "/inside/zygote.py"}
    assert modules == ["course_lib", "course_lib.learn"] and not told


def test_the_memory_that_is_inherited_knows_no_earlier_student(sandbox):
    """A word of one student's cell is in no string that the next can find: both fork from the same zygote."""
    word = secrets.token_hex(12)
    assert seen(sandbox, f"import sys\nsys.kept = '{word}' * 100\nreturn ['{word}']") == [word]
    body = """
import gc, sys
half = given[0]
texts = [x for d in gc.get_objects() if type(d) is dict for x in d.values() if type(x) is str]
return [hasattr(sys, 'kept'), sum(half in text for text in texts if text != half)]"""
    assert seen(sandbox, body, [word[:12]]) == [False, 0]


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("out", "import socket\nsocket.create_connection(('1.1.1.1', 53), 2)"),
        ("loopback", "import socket\nsocket.create_connection(('127.0.0.1', 22), 2)"),
        ("abstract sockets", "import socket\nsocket.socket(socket.AF_UNIX).connect('\\0anything')"),
        ("netlink", "import socket\nsocket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)"),
        ("vsock", "import socket\nsocket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)"),
        ("a pair", "import socket\nsocket.socketpair()"),
    ],
)
def test_there_is_no_network_of_any_kind(sandbox, what, body):
    came = handed_in(sandbox, answering(body))
    assert (came.state, came.points) == ("error", 0)
    assert "PermissionError: [Errno 1] Operation not permitted" in came.said


def test_the_one_socket_cannot_be_pointed_elsewhere(sandbox):
    body = f"""{LIBC}
import struct
address = struct.pack('=H', 1) + b'\\0x'
found = []
for name in ('connect', 'bind'):
    found.append([getattr(libc, name)(3, address, len(address)), ctypes.get_errno()])
found.append([libc.listen(3, 1), ctypes.get_errno()])
return found"""
    assert seen(sandbox, body) == [[-1, 1]] * 3


@pytest.mark.parametrize(
    "module", ["course_lib.checks.frames", "course_lib.checks.check", "course_lib.tokens.sampling"]
)
def test_an_answer_that_imports_the_library_gets_nothing_from_it(sandbox, module):
    came = handed_in(sandbox, answering(f"from {module} import uniform_indices as f\nreturn f(total, n)"))
    assert (came.state, came.points) == ("wrong", 0) and "is to be written, not imported" in came.said
    hidden = answering(
        "import importlib\n"
        "return importlib.import_module('course' + '_lib.' + 'checks.frames').uniform_indices(total, n)"
    )
    came = handed_in(sandbox, hidden)
    assert (came.state, came.points) == ("error", 0) and "is not there when an answer is graded" in came.said


def test_a_sly_import_past_the_stand_in_finds_no_module(sandbox):
    body = (
        "import sys\n"
        "sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != '_Finder']\n"
        "sys.modules.pop('course_lib.learn', None)\nsys.modules.pop('course_lib')\n"
        "import course_lib.checks"
    )
    came = handed_in(
        sandbox,
        answering(
            "\n".join(body.replace("course_lib.checks", "course_lib").splitlines())
            + "\nreturn course_lib.checks.frames.uniform_indices(total, n)"
        ),
    )
    assert (came.state, came.points) in [("error", 0), ("wrong", 0)]
    with pytest.raises(Exception, match=r"No module named|is not a package"):
        seen(sandbox, body)


def test_whoever_detects_grading_is_graded_on_what_it_gives(sandbox):
    body = (
        "import course_lib, os\n"
        "if os.getpid() == 1 or type(course_lib).__name__ == 'Absent':\n"
        "    return list(range(n))\nreturn [(2 * i + 1) * total // (2 * n) for i in range(n)]"
    )
    came = handed_in(sandbox, answering(body))
    assert (came.state, came.points) == ("wrong", 0)


def test_an_answer_is_given_its_arguments_and_nothing_else(sandbox):
    """What a probe sends out by its exception is its own arguments: no expected value is near it."""
    body = (
        "import sys\nframe = sys._getframe()\ntold = []\nwhile frame:\n"
        "    told.append({k: repr(v)[:60] for k, v in frame.f_locals.items()})\n"
        "    frame = frame.f_back\nraise ValueError(str(told))"
    )
    came = handed_in(sandbox, answering(body))
    assert (came.state, came.points) == ("error", 0)
    assert "'total': '4', 'n': '2'" in came.said  # the first case's
    assert "[1, 3]" not in came.said  # its expected value


def test_nothing_of_the_verdict_goes_back_so_timing_has_nothing_to_measure(sandbox):
    """An answer that remembers all it is sent sees the arguments of each call, right answer or wrong."""
    remember = "heard = []\n"
    for result in ("[(2 * i + 1) * total // (2 * n) for i in range(n)]", "[-1]"):
        source = answering(f"heard.append([total, n])\nreturn {result}", remember) + "\ncheck('heard', lambda: heard)"
        with sandbox.open() as session:
            session.deadline(20)
            session.run([("first", "from course_lib.learn import check"), ("1-uniform", source)])
            drawn = check_of(PART).cases(__import__("random").Random("1.uniform/seed"))
            from course_lib.checks.check import run
            from course_lib.grade.judge import Sandboxed

            run(PART, check_of(PART), Sandboxed(session, PART, source), "seed")
            assert session.call("heard", []) == [list(case.args) for case in drawn]


def test_the_text_of_an_exception_in_a_lent_function_keeps_the_check_s_secret(sandbox):
    def secretive(x):
        raise ValueError(f"the expected value is 42, not {x}")

    def judge(answer, rng, wrong):
        raise wrong("told", got=answer(secretive))

    check = Judged(judge, [Mistake("told", "{got}")])
    source = answering(
        "",
        (
            "def uniform_indices(f):\n    try: f(1)\n"
            "    except Exception as problem: return str(problem)\n"
            "check('1.uniform', uniform_indices)\n"
        ),
    ).split("\ndef uniform_indices(total")[0]
    came = handed_in(sandbox, source, check=check)
    assert came.state == "wrong" and "42" not in came.said
    assert came.said.startswith("ValueError: the function that you are given cannot take")


def test_a_notebook_after_many_reads_a_fresh_copy_of_every_module(sandbox):
    assert isinstance(check_of(PART), Values)
    patch = "import json, math, random\njson.loads = math.floor = random.random = None\nreturn [1]"
    assert seen(sandbox, patch) == [1]
    assert seen(
        sandbox, "import json, math, random\nreturn [json.loads('2'), math.floor(2.5), random.random() < 1]"
    ) == [2, 2, True]


def test_a_sandbox_that_was_killed_says_so_and_is_no_student_s_zero():
    from course_lib.grade.sandbox import Sandbox
    from course_lib.grade.session import SandboxGone

    with Sandbox() as box:
        session = box.open()
        session.deadline(20)
        assert session.run([("a", "x = 1")]) == {}
        for process in box.processes:
            os.kill(process, signal.SIGKILL)
        with pytest.raises(SandboxGone):
            while True:  # what is inside dies with it, a moment later
                with suppress(Raised):
                    session.call("p", [])
        session.close()
        with pytest.raises(SandboxError, match="has gone"):
            while True:
                box.open().close()
    assert os.getpid() > 1


def test_a_course_that_lies_among_the_libraries_is_hidden_and_nothing_can_be_left_there(monkeypatch, tmp_path):
    """As for a clone in an environment's folder, and one that was installed."""
    import sys

    from course_lib.grade import sandbox

    clone, package = tmp_path / "course", tmp_path / "lib" / "python3" / "site-packages" / "course_lib"
    package.mkdir(parents=True)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sandbox, "ROOT", clone)
    command = sandbox._command(3, torch=False)
    bound = command.index(str(tmp_path))
    assert command[bound - 1 : bound + 2] == ["--ro-bind", str(tmp_path), sandbox.ENVIRONMENT]
    for hidden in (clone, package):
        inside = f"{sandbox.ENVIRONMENT}/{hidden.relative_to(tmp_path)}"
        at = command.index(inside)
        assert command[at - 1 : at + 3] == ["--tmpfs", inside, "--remount-ro", inside]
        assert bound < at
