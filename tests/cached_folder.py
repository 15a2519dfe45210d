"""Folders that are costly to make and never change, cached for all test runs outside the repository."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path


def cached_folder(name: str, source: bytes, make: Callable[[Path], None]) -> Path:
    """The folder that *make* fills from *source*. The first caller makes it; other processes wait for it."""
    root = _root()
    folder = root / f"{name}-{hashlib.sha256(source).hexdigest()[:16]}"
    with (root / f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _fill(folder, make)
    return folder


def _root() -> Path:
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "graph-api-tests"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _fill(folder: Path, make: Callable[[Path], None]) -> None:
    """Fill a temporary folder and rename it, so that an interrupted run leaves no incomplete *folder*."""
    partial = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".partial-"))
    try:
        make(partial)
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial)
        raise
