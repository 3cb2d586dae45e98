"""The process that waits inside the sandbox with everything imported, and forks once for each notebook.

It is started by bubblewrap as `python -I zygote.py FD UID torch` (or `-`, without torch), reads from FD nothing but
limits with two descriptors attached, and never runs an answer itself. A notebook gets two processes: a keeper, which
holds the limits of time and tells how it ended, and in a process namespace of its own, with nothing to see but itself,
the one that runs the cells. This file imports nothing of the course.
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import os
import resource
import select
import signal
import socket
import struct
import sys
from contextlib import suppress
from types import ModuleType

HERE = os.path.dirname(os.path.abspath(__file__))
# linux/sched.h: NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
NAMESPACES = 0x00020000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
PDEATHSIG, DUMPABLE = 1, 4  # prctl
CHANNEL = 3  # the one descriptor of whoever runs the cells
LIMITS = struct.Struct(">IIII")  # megabytes of memory, seconds of CPU, megabytes a file, megabytes of /tmp
LIBC = ctypes.CDLL(None, use_errno=True)
CPUS = "/sys/devices/system/cpu"  # torch reads there, and in /proc, what the machine can do, when it first needs to
MOUNTED = ("/proc", "/tmp", "/dev/shm", "/dev/pts", "/sys")


def load(name: str) -> ModuleType:
    """A file beside this one, as a module: there is no package here."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location(name, os.path.join(HERE, f"{name}.py"))
    assert spec and spec.loader
    module = module_from_spec(spec)
    sys.modules[f"grader_{name}"] = module
    spec.loader.exec_module(module)
    return module


def main(descriptor: int, uid: int, with_torch: bool) -> None:
    control = socket.socket(fileno=descriptor)
    if uid and os.getuid() == 0:  # limits on processes do not hold for root
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        LIBC.prctl(DUMPABLE, 1, 0, 0, 0)  # else /proc/self stays root's, and no map of users can be written
    load("wire")
    runner, seccomp = load("runner"), load("seccomp")
    import av  # noqa: F401
    import numpy  # noqa: F401

    if with_torch:
        import torch

        torch.set_num_threads(1)  # an operation that starts threads would make forked children hang
        torch.zeros(2)[torch.tensor([True, False])] = 1.0  # this one makes torch read what it cannot read later
    gc.collect()
    gc.freeze()  # what is imported is shared with the children, and their collector does not copy it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers are nobody's zombies
    control.sendall(b"R")
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, LIMITS.size, 2)
        if not data:
            return
        if len(descriptors) == 2 and len(data) == LIMITS.size:
            if os.fork() == 0:
                control.close()
                _keep(descriptors[0], descriptors[1], LIMITS.unpack(data), runner, seccomp)
        for d in descriptors:
            os.close(d)


def _keep(channel: int, lifeline: int, limits: tuple[int, ...], runner: ModuleType, seccomp: ModuleType) -> None:
    """Start the one that runs the cells, end it when the lifeline closes, and say on the lifeline how it ended."""
    # away from the numbers that are given out next: the channel is to be 3, and the lifeline the last to be closed
    moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 64) for descriptor in (channel, lifeline)]
    os.close(channel)
    os.close(lifeline)
    channel, line = moved[0], socket.socket(fileno=moved[1])
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        LIBC.prctl(PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        mapped, processes = _mapped(), os.open("/proc", os.O_RDONLY)
        _enter_namespaces(limits[3])
        child = os.fork()
        if child == 0:
            try:
                _become_untrusted(channel, line, limits, mapped, seccomp)
            except BaseException as problem:
                line.send(f"! {type(problem).__name__}: {problem}".encode()[:200])
                os._exit(1)
            try:
                runner.serve(socket.socket(fileno=CHANNEL))
            except BaseException as problem:
                _say(CHANNEL, f"{type(problem).__name__}: {problem}")
            finally:
                os._exit(0)
        _offer_first(processes, child)
        os.close(channel)
        watched = os.pidfd_open(child)
        ready, _, _ = select.select([watched, line.fileno()], [], [])
        if watched not in ready:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        line.send(str(os.waitstatus_to_exitcode(status)).encode())
    except OSError as problem:
        with suppress(OSError):
            line.send(f"! {problem}".encode())
    finally:
        os._exit(0)


def _say(descriptor: int, text: str) -> None:
    with suppress(OSError):
        os.write(descriptor, text.encode()[:200])


def _enter_namespaces(tmp_megabytes: int) -> None:
    """Users, processes, mounts, network, IPC of its own; memory for /tmp, nothing at /proc."""
    uid, gid = os.getuid(), os.getgid()
    if LIBC.unshare(NAMESPACES) != 0:
        raise OSError(ctypes.get_errno(), "no namespaces of its own")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    _mount(b"none", b"/", None, 0x40000 | 0x4000, None)  # private, recursively
    for place in MOUNTED:
        size = tmp_megabytes if place == "/tmp" else 1
        _mount(
            b"tmpfs", place.encode(), b"tmpfs", 2 | 4, f"size={size}m,nr_inodes=4k,mode=1777".encode()
        )  # nosuid, nodev


def _mount(source: bytes, target: bytes, kind: bytes | None, flags: int, options: bytes | None) -> None:
    if LIBC.mount(source, target, kind, ctypes.c_ulong(flags), options) != 0:
        raise OSError(ctypes.get_errno(), f"cannot mount {target.decode()}")


def _offer_first(processes: int, child: int) -> None:
    """When the machine runs out of memory, the kernel is to take the one that runs the cells, and not its keeper, the
    zygote or the grader."""
    with suppress(OSError):  # it may have ended
        adjust = os.open(f"{child}/oom_score_adj", os.O_WRONLY, dir_fd=processes)
        os.write(adjust, b"1000")
        os.close(adjust)
    os.close(processes)


def _become_untrusted(
    channel: int, line: socket.socket, limits: tuple[int, ...], mapped: int, seccomp: ModuleType
) -> None:
    """From here on no descriptor but the channel (3), no variables, no rights, little memory, few system calls."""
    LIBC.prctl(PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.dup2(channel, CHANNEL)
    nothing = os.open("/dev/null", os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.closerange(CHANNEL + 1, line.fileno())
    os.closerange(line.fileno() + 1, 65536)
    os.environ.clear()
    os.environ.update(HOME="/tmp", PATH="/usr/bin:/bin", LANG="C.UTF-8", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    os.chdir("/tmp")
    os.setsid()
    memory, cpu, file, _ = limits
    for what, most in (
        (resource.RLIMIT_AS, mapped + (memory << 20)), (resource.RLIMIT_CPU, cpu), (resource.RLIMIT_FSIZE, file << 20),
        (resource.RLIMIT_NOFILE, 64), (resource.RLIMIT_NPROC, 64), (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 1 << 20), (resource.RLIMIT_MSGQUEUE, 0),
    ):  # fmt: skip
        resource.setrlimit(what, (most, most))
    _drop_capabilities()
    seccomp.install()
    line.close()  # the last thing, so that a failure of any before is told as the grader's, not the answer's


def _mapped() -> int:
    """Bytes of address space in use: torch alone maps gigabytes, which are not the answer's."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _drop_capabilities() -> None:
    """All of them, and for good (linux/capability.h: version 3, two words of 32 each)."""
    for number in range(64):
        if LIBC.prctl(24, number, 0, 0, 0) != 0:  # PR_CAPBSET_DROP; past the last one it fails
            break
    header = struct.pack("=II", 0x20080522, 0)
    if LIBC.capset(header, struct.pack("=IIIIII", 0, 0, 0, 0, 0, 0)) != 0:
        raise OSError(ctypes.get_errno(), "capabilities cannot be dropped")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "torch")
