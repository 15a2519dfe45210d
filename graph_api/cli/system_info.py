"""What the machine offers: memory, processors, descriptors, room on a disk."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment] # a module, or none


def memory_bytes() -> int | None:
    """The memory that this process may use: the machine's, or less where a container has a limit."""
    bounds: list[int] = []
    with suppress(OSError):
        found = re.search(r"MemTotal: +(\d+) kB", Path("/proc/meminfo").read_text())
        bounds += [int(found[1]) * 1024] if found else []
    with suppress(OSError, ValueError):  # "max" is no number: no limit
        bounds.append(int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return min(bounds, default=None)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def most_descriptors() -> int | None:
    """How many files and connections a process may have open when it asks for as many as it can get."""
    if resource is None:
        return None
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if hard == resource.RLIM_INFINITY else hard


def free_bytes(path: Path) -> int | None:
    """The room on the disk that *path* is on, or would be."""
    for folder in (path, *path.parents):
        with suppress(OSError):
            return shutil.disk_usage(folder).free
    return None
