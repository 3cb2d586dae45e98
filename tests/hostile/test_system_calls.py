"""The kernel's doors, tried by number: each is shut by the filter, by what was dropped, or by the namespace."""

import platform

import pytest

from course_lib.grade.inside.seccomp import CLONE3, DENIED, NEWEST
from tests.hostile.attack import answering, handed_in, seen

WHICH = 0 if platform.machine() == "x86_64" else 1
CALL = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(*numbers):
    ctypes.set_errno(0)
    value = libc.syscall(*(ctypes.c_long(n) for n in numbers))
    return [value, ctypes.get_errno()]
"""
EPERM, EINVAL, ENOSYS = 1, 22, 38


def test_every_call_on_the_list_is_refused_and_the_process_goes_on(sandbox):
    names = {name: numbers[WHICH] for name, numbers in DENIED.items() if numbers[WHICH] is not None}
    answers = seen(sandbox, f"{CALL}return [call(n, 0, 0, 0, 0, 0, 0) for n in given[0]]", [list(names.values())])
    assert dict(zip(names, answers)) == {name: [-1, EPERM] for name in names}


def test_clone3_and_what_later_kernels_add_are_not_there(sandbox):
    numbers = [CLONE3[WHICH], NEWEST + 1, NEWEST + 5, 500, 1000]
    assert seen(sandbox, f"{CALL}return [call(n, 0, 0) for n in given[0]]", [numbers]) == [[-1, ENOSYS]] * 5


@pytest.mark.parametrize("flags", [0, 0x11, 0x4000, 0x10000000, 0x20000000, 0x7E020000])
def test_clone_makes_threads_and_no_process_and_no_namespace(sandbox, flags):
    number = (56, 220)[WHICH]
    assert seen(sandbox, f"{CALL}return call({number}, given[0], 0, 0, 0, 0)", [flags]) == [-1, EPERM]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the other numbering is that of x86_64")
def test_the_other_numbering_of_the_same_calls_ends_the_process(sandbox):
    came = handed_in(sandbox, answering(f"{CALL}return call(0x40000000 + 39)"))
    assert (came.state, came.said) == ("crashed", "a system call that no exercise needs")


@pytest.mark.skipif(platform.machine() != "x86_64", reason="calls of 32 bits by machine code of x86_64")
def test_a_call_through_the_gate_of_32_bits_ends_the_process(sandbox):
    body = """
import ctypes, mmap
code = mmap.mmap(-1, 4096, prot=7)
code.write(b'\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3')  # mov eax, 20 (getpid); int 0x80; ret
return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()"""
    came = handed_in(sandbox, answering(body))
    assert came.state == "crashed" and came.said in ("a system call that no exercise needs", "a segmentation fault")


def test_no_limit_can_be_raised(sandbox):
    body = """
import resource
found = []
for name in ('AS', 'CPU', 'FSIZE', 'NOFILE', 'NPROC', 'CORE', 'MEMLOCK'):
    which = getattr(resource, 'RLIMIT_' + name)
    hard = resource.getrlimit(which)[1]
    try:
        resource.setrlimit(which, (hard + 1, hard + 1))
        found.append(name)
    except ValueError as problem:
        assert 'not allowed to raise maximum limit' in str(problem)
return found"""
    assert seen(sandbox, body) == []


def test_prctl_gives_no_right_back_and_does_not_unhook_it_from_its_keeper(sandbox):
    number = (157, 167)[WHICH]
    body = f"{CALL}return [call({number}, *a, 0, 0, 0)[:2] for a in given[0]]"
    death, dumpable, keep_capabilities, seccomp, ambient, bounding = seen(
        sandbox, body, [[[1, 0], [4, 1], [8, 1], [22, 1], [47, 2], [23, 21]]]
    )
    assert death == [-1, EPERM]  # PR_SET_PDEATHSIG
    assert seccomp[0] == -1  # no other mode of the filter
    assert ambient[0] == -1 and bounding == [0, 0]  # CAP_SYS_ADMIN is in no set that could give it back
    assert dumpable[0] == 0 and keep_capabilities[0] == 0  # harmless: there is nothing to keep


def test_it_has_no_capability_and_may_take_on_no_user(sandbox):
    body = f"""{CALL}
import os, struct
header, data = struct.pack('=II', 0x20080522, 0), ctypes.create_string_buffer(24)
libc.capget(header, data)
found = [data.raw == bytes(24), os.getuid() != 0, os.getgroups()]
for change in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0]), lambda: os.chroot('/tmp')):
    try:
        change()
        found.append('changed')
    except PermissionError:
        pass
return found"""
    capabilities, user, groups, *changed = seen(sandbox, body)
    assert capabilities and user and changed == [] and 0 not in groups


@pytest.mark.parametrize(
    "body",
    [
        "import os\nos.mknod('/tmp/disk', 0o60600, os.makedev(8, 0))",
        "import os\nos.link('/usr/bin/env', '/tmp/env')",
        "import os\nos.chmod('/usr/bin', 0o777)",
        "import os\nos.unlink('/inside/runner.py')",
        "open('/inside/runner.py', 'a')",
        "import torch\nopen(torch.__file__, 'a')",
        "open('/dev/mem', 'rb')",
        "open('/dev/kmsg', 'rb')",
        "import os\nos.nice(-5)",
        "import os\nos.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))",
        "import time\ntime.clock_settime(time.CLOCK_REALTIME, 0)",
        "import socket\nsocket.sethostname('x')",
    ],
)
def test_what_needs_a_right_is_refused(sandbox, body):
    came = handed_in(sandbox, answering(body))
    assert (came.state, came.points) == ("error", 0)
    assert any(w in came.said for w in ("PermissionError", "Read-only file system", "No such file", "cross-device"))
