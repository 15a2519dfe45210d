"""Resources of the machine: memory, processors, file descriptors."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment] # a module, or none

OTHER_FILES = 256
"""Descriptors that a server needs besides its connections: the database's, and those of libraries."""


def memory_bytes() -> int | None:
    """The memory available to this process: the machine's, or a container's limit."""
    bounds: list[int] = []
    with suppress(OSError):
        found = re.search(r"MemTotal: +(\d+) kB", Path("/proc/meminfo").read_text())
        bounds += [int(found[1]) * 1024] if found else []
    with suppress(OSError, ValueError):  # ValueError: "max", no limit
        bounds.append(int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return min(bounds, default=None)


def processors() -> int:
    """The number of processors available to this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def descriptor_limit() -> int | None:
    """The highest number of open files and connections a process can get; None without a limit."""
    if resource is None:
        return None
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if hard == resource.RLIM_INFINITY else hard


def raise_descriptor_limit(connections: int) -> None:
    """Allow this process so many connections, as far as the system permits; the limit is often 1,024 at first."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHER_FILES
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard) if hard >= 0 else wanted, hard))
