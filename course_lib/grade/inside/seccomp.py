"""A filter of system calls for code that nobody trusts: what an answer never needs is refused with EPERM.

A classic BPF program as prctl(PR_SET_SECCOMP) takes it (Linux, Documentation/userspace-api/seccomp_filter.rst). No new
process, program, socket, namespace, mount, key, or look into another process; threads are allowed.
"""

from __future__ import annotations

import ctypes
import platform
import struct

# linux/audit.h, and the numbers of the calls: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# name: (x86_64, aarch64); None where the architecture has no such call
DENIED: dict[str, tuple[int | None, int | None]] = {
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    "unshare": (272, 97), "setns": (308, 268),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "personality": (135, 92),
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "shmat": (30, 196),
    "semget": (64, 190), "msgget": (68, 186), "mq_open": (240, 180),  # memory and files that no limit counts
    "syslog": (103, 116), "modify_ldt": (154, None), "fanotify_init": (300, 262), "seccomp": (317, 277),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "quotactl_fd": (443, 443),
    "setuid": (105, 146), "setgid": (106, 144), "setreuid": (113, 145), "setresuid": (117, 147),
}  # fmt: skip
CLONE, CLONE3, PRCTL = (56, 220), (435, 435), (157, 167)
CLONE_THREAD = 0x00010000
PDEATHSIG = 1  # of prctl: who clears it outlives its keeper
NEWEST = 452  # fchmodat2, of Linux 6.6: what later kernels add, this list cannot name
X32 = 0x40000000  # the other numbering of x86_64: the same calls by numbers that the list does not name
ALLOW, EPERM, ENOSYS, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
LOAD, JUMP_EQUAL, JUMP_GREATER_OR_EQUAL, JUMP_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06


def program(machine: str | None = None) -> list[tuple[int, int, int, int]]:
    """The filter for an architecture: (code, jump if true, jump if false, value). Raises OSError for an unknown one."""
    machine = machine or platform.machine()
    if machine not in ARCHITECTURES:
        raise OSError(f"there is no list of system calls for {machine}")
    which = list(ARCHITECTURES).index(machine)
    lines = [
        (LOAD, 0, 0, 4), (JUMP_EQUAL, 1, 0, ARCHITECTURES[machine]), (RETURN, 0, 0, KILL),  # another ABI: 32 bits
        (LOAD, 0, 0, 0),
    ]  # fmt: skip
    if machine == "x86_64":
        lines += [(JUMP_GREATER_OR_EQUAL, 0, 1, X32), (RETURN, 0, 0, KILL)]
    # glibc falls back to clone, whose flags a filter can read, when clone3 is not there.
    lines += [(JUMP_EQUAL, 0, 1, CLONE3[which]), (RETURN, 0, 0, ENOSYS)]
    lines += [
        (JUMP_EQUAL, 0, 4, CLONE[which]), (LOAD, 0, 0, 16), (JUMP_SET, 1, 0, CLONE_THREAD), (RETURN, 0, 0, EPERM),
        (RETURN, 0, 0, ALLOW),
    ]  # fmt: skip
    lines += [(JUMP_GREATER_OR_EQUAL, 0, 1, NEWEST + 1), (RETURN, 0, 0, ENOSYS)]
    lines += [
        (JUMP_EQUAL, 0, 4, PRCTL[which]), (LOAD, 0, 0, 16), (JUMP_EQUAL, 0, 1, PDEATHSIG), (RETURN, 0, 0, EPERM),
        (RETURN, 0, 0, ALLOW),
    ]  # fmt: skip
    for numbers in DENIED.values():
        if numbers[which] is not None:
            lines += [(JUMP_EQUAL, 0, 1, numbers[which]), (RETURN, 0, 0, EPERM)]  # type: ignore[list-item]
    return [*lines, (RETURN, 0, 0, ALLOW)]


def install() -> None:
    """Filter this thread and all that it starts, for good. Raises OSError where the kernel does not."""
    packed = b"".join(struct.pack("=HBBI", *line) for line in program())
    kept = ctypes.create_string_buffer(packed)
    header = struct.pack("=HxxxxxxQ", len(packed) // 8, ctypes.addressof(kept))
    head = ctypes.create_string_buffer(header)
    libc = ctypes.CDLL(None, use_errno=True)
    # the same calls by number: PR_SET_NO_NEW_PRIVS 38, PR_SET_SECCOMP 22, SECCOMP_MODE_FILTER 2
    for arguments in ((38, 1, 0, 0, 0), (22, 2, ctypes.addressof(head), 0, 0)):
        if libc.prctl(*(ctypes.c_ulong(a) for a in arguments)) != 0:
            raise OSError(ctypes.get_errno(), "the kernel takes no filter of system calls")
