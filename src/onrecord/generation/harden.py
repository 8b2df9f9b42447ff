"""What the language model's process gives up, so that a hostile model file would gain little by taking it over."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["harden"]

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_MODE_FILTER = 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO with EPERM
_AF_UNIX = 1
# For each machine: its number in the audit interface, and those of socket, execve, execveat and io_uring_setup.
_CALLS = {"x86_64": (0xC000003E, 41, (59, 322, 425)), "aarch64": (0xC00000B7, 198, (221, 281, 425))}
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_SPARE_BYTES = 2 * 2**30


def harden(start: Mapping[str, Any]) -> None:
    """Give up what a model needs not; ``start`` holds ``path``, ``memory_bytes`` and the ``parent``'s process id.

    No core file, bounded memory, and on Linux: no network, no other program, no new privileges, first to go when memory
    runs out, and gone with the parent.  ``memory_bytes`` bounds the whole address space; without it, what the process
    may write to is bounded by the size of the model.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _bound_memory(Path(start["path"]), start["memory_bytes"])
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # even inside native code
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        with contextlib.suppress(OSError):  # the site is worth more than the model
            Path("/proc/self/oom_score_adj").write_text("500")
        _close_the_network(libc)
    if os.getppid() != start["parent"]:
        sys.exit()  # the parent died before its death could be noticed


def _bound_memory(path: Path, most: int | None) -> None:
    if most:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        return
    # Not the address space: the file is mapped, and drivers of graphics cards reserve far more than they use.
    size = path.stat().st_size if path.exists() else 0
    limit = 2 * size + _SPARE_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _close_the_network(libc: ctypes.CDLL) -> None:
    """Refuse sockets other than local ones, and the start of programs, where the kernel can filter calls."""
    known = _CALLS.get(platform.machine())
    if known is None:
        return
    steps = _filter(*known)
    program = b"".join(struct.pack("HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("HP", len(steps), ctypes.addressof(buffer)))
    libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0)


def _filter(machine: int, socket: int, others: tuple[int, ...]) -> list[tuple[int, int, int, int]]:
    """The filter as (operation, steps to skip if true, steps to skip if false, value).

    The kernel gives it a record: the number of the call, the machine's, and from byte 16 on the arguments.
    """
    refuse = 7 + len(others)
    allow = refuse + 1
    steps = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 0, refuse - 2, machine),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, refuse - 4, 0, 0x40000000),  # the other numbering of x86-64
    ]
    steps += [(_EQUAL, refuse - place - 1, 0, call) for place, call in enumerate(others, start=len(steps))]
    return [
        *steps,
        (_EQUAL, 0, allow - len(steps) - 1, socket),
        (_LOAD, 0, 0, 16),
        (_EQUAL, 1, 0, _AF_UNIX),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
