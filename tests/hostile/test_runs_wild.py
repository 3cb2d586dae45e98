"""Code that does not end, ends too soon, or takes more than there is."""

import pytest

from course_lib.grade.sandbox import Limits
from tests.hostile.attack import answering, handed_in, seen

SHORT = 0.7


@pytest.mark.parametrize(
    "body", ["while True: pass", "import time\ntime.sleep(1e6)", "import threading\nthreading.Event().wait()"]
)
@pytest.mark.parametrize("place", ["cell", "answer"])
def test_what_does_not_end_is_ended_at_its_deadline(sandbox, body, place):
    source = body if place == "cell" else answering(body)
    came = handed_in(sandbox, source, seconds=SHORT)
    assert (came.state, came.points, came.said) == ("timeout", 0, "it took too long")


def test_a_loop_that_ignores_signals_is_killed_when_its_cpu_time_is_spent(sandbox):
    source = """
import signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
while True: pass"""
    came = handed_in(sandbox, source, seconds=60, limits=Limits(cpu=1))
    assert (came.state, came.said) == ("crashed", "it was killed: too much CPU time or memory")


def test_a_loop_in_c_that_never_comes_back_to_python_is_ended(sandbox):
    came = handed_in(sandbox, answering("return sum(range(10**15))"), seconds=SHORT)
    assert (came.state, came.points) == ("timeout", 0)


@pytest.mark.parametrize(
    ("body", "state", "said"),
    [
        ("import os\nos._exit(0)", "crashed", "its process ended with code 0"),
        ("import os\nos._exit(77)", "crashed", "its process ended with code 77"),
        ("raise SystemExit(0)", "error", "SystemExit: 0"),
        ("raise KeyboardInterrupt", "error", "KeyboardInterrupt"),
        ("raise GeneratorExit", "error", "GeneratorExit"),
        ("import ctypes\nctypes.string_at(0)", "crashed", "a segmentation fault"),
        # The first process of a namespace does not hear its own signals; abort() then ends on an illegal access.
        ("import os\nos.abort()", "crashed", "a segmentation fault"),
        ("def f(): return f()\nf()", "error", "RecursionError"),
        ("import faulthandler\nfaulthandler._stack_overflow()", "crashed", "a segmentation fault"),
    ],
)
@pytest.mark.parametrize("place", ["cell", "answer"])
def test_an_end_of_the_process_is_told_as_what_it_is(sandbox, body, state, said, place):
    came = handed_in(sandbox, body if place == "cell" else answering(body), limits=Limits(megabytes=64))
    assert (came.state, came.points) == (state, 0) and came.said.startswith(said), came


def test_a_recursion_without_a_limit_ends_at_the_memory_s_or_at_its_deadline(sandbox):
    body = "import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f()\nf()"
    came = handed_in(sandbox, answering(body), seconds=1, limits=Limits(megabytes=64))
    assert came.points == 0 and came.state in ("error", "timeout", "crashed")


def test_no_process_can_be_started(sandbox):
    tries = {
        "fork": "import os\nos.fork()",
        "vfork and exec": "import subprocess\nsubprocess.run(['/usr/bin/true'])",
        "exec": "import os\nos.execv('/usr/bin/true', ['true'])",
        "spawn": "import os\nos.posix_spawn('/usr/bin/true', ['true'], {})",
        "multiprocessing": "import multiprocessing as m\nm.get_context('fork').Process(target=print).start()",
        "system": "import os\nif os.system('true') != 0: raise PermissionError('Operation not permitted')",
    }
    for name, body in tries.items():
        came = handed_in(sandbox, answering(body))
        assert came.state == "error" and "PermissionError" in came.said, (name, came)
        assert "Operation not permitted" in came.said, (name, came)


def test_a_daemon_has_no_process_to_outlive_its_notebook_in(sandbox):
    body = "import os\nif os.fork() == 0:\n    os.setsid()\n    while True: pass"
    assert "PermissionError: [Errno 1] Operation not permitted" in handed_in(sandbox, answering(body)).said


def test_a_bomb_of_threads_stops_at_the_limit_and_goes_with_its_notebook(sandbox):
    body = """
import threading
wait = threading.Event()
started = []
try:
    while len(started) < 1000:
        thread = threading.Thread(target=wait.wait, daemon=True)
        thread.start()
        started.append(thread)
except RuntimeError as problem:
    return [len(started), str(problem)]"""
    count, said = seen(sandbox, body)
    assert count < 64 and said == "can't start new thread"


@pytest.mark.parametrize(
    "body",
    [
        "x = bytearray(3 << 30)",
        "import numpy\nx = numpy.ones(3 << 27)",
        "import torch\nx = torch.ones(3 << 28)",
        "x = []\nwhile True: x.append(bytes(1 << 24))",
    ],
)
def test_three_gigabytes_are_refused_where_they_are_asked_for(sandbox, body):
    came = handed_in(sandbox, answering(body))
    assert (came.state, came.points) == ("error", 0)
    assert "MemoryError" in came.said or "allocate memory" in came.said


@pytest.mark.parametrize("call", ["memfd_create(b'x', 0)", "shmget(0, 1 << 30, 0o1600)", "msgget(0, 0o1600)"])
def test_memory_that_no_limit_counts_cannot_be_had(sandbox, call):
    body = f"import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nreturn [libc.{call}, ctypes.get_errno()]"
    assert seen(sandbox, body) == [-1, 1]  # not permitted


@pytest.mark.parametrize(("place", "most"), [("/tmp", 4), ("/dev/shm", 1), ("/proc", 1), ("/dev/pts", 1)])
def test_a_disk_to_fill_is_as_large_as_the_limit(sandbox, place, most):
    body = f"""
written, n = 0, 0
try:
    while True:
        with open('{place}/' + str(n), 'wb', 0) as file:
            written += file.write(bytes(1 << 18))
        n += 1
except OSError as problem:
    return [written >> 18, problem.errno]"""
    written, errno = seen(sandbox, body, limits=Limits(tmp=4, file=2))
    assert errno == 28 and written <= most * 4  # no space left on device


def test_a_file_grows_no_larger_than_the_limit(sandbox):
    body = "file = open('/tmp/one', 'wb', 0)\nwhile True: file.write(bytes(1 << 20))"
    came = handed_in(sandbox, answering(body), limits=Limits(tmp=64, file=2))
    assert (came.state, came.points) == ("error", 0) and "File too large" in came.said


def test_files_without_end_run_out_of_names(sandbox):
    body = (
        "n = 0\ntry:\n    while True:\n        open(f'/tmp/{n}', 'w').close()\n"
        "        n += 1\nexcept OSError as problem:\n    return [n, problem.errno]"
    )
    count, errno = seen(sandbox, body)
    assert count < 4097 and errno == 28


def test_nothing_can_be_written_but_in_places_that_go_with_the_notebook(sandbox):
    body = """
import os
found = []
for place, folders, _ in os.walk('/'):
    folders[:] = [f for f in folders if not os.path.islink(os.path.join(place, f))]
    if os.access(place, os.W_OK):
        found.append(place)
    if place.count('/') > 2:  # further down is what was bound read-only above
        folders[:] = []
return sorted(found)"""
    assert seen(sandbox, body) == ["/dev/pts", "/dev/shm", "/proc", "/sys", "/tmp"]


def test_what_one_leaves_the_next_does_not_find(sandbox):
    body = """
import os, builtins, numpy
found = {place: os.listdir(place) for place in ('/tmp', '/dev/shm', '/proc', '/dev/pts')}
for place in found:
    open(place + '/left', 'w').write('the answer')
builtins.left = numpy.left = 'the answer'
return found"""
    empty = {"/tmp": [], "/dev/shm": [], "/proc": [], "/dev/pts": []}
    assert seen(sandbox, body) == empty and seen(sandbox, body) == empty
    assert seen(sandbox, "import builtins, numpy\nreturn [hasattr(x, 'left') for x in (builtins, numpy)]") == [
        False,
        False,
    ]


def test_a_gigabyte_of_output_goes_nowhere(sandbox):
    body = (
        "import os, sys\nfor _ in range(1024):\n    os.write(1, bytes(1 << 20))\n"
        "    os.write(2, bytes(1 << 20))\nprint('x' * 9**7)\nreturn [1]"
    )
    assert seen(sandbox, body) == [1]
    came = handed_in(sandbox, answering(body))
    assert (came.state, came.points) == ("wrong", 0)
