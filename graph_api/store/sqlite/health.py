"""What a database file is like, for whoever wants to know whether all is well with it."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from graph_api.store.sqlite.connection import clear_errors, connected, examine, state_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """*files* are the SHA-256 of each file that was ingested, by source folder and path; *wal_bytes* what
    waits beside the database to be written into it; *program* the version of graph-api that read the files."""

    files: Mapping[str, Mapping[str, bytes]]
    program: str
    size_bytes: int
    wal_bytes: int


def condition(path: Path) -> Condition:
    """The condition of the database at *path*. Raises `StoreError` for one that cannot be used, or is damaged."""
    examine(path)
    with closing(connected(path)) as connection, clear_errors(path):
        connection.execute("BEGIN")
        files: dict[str, dict[str, bytes]] = {}
        for folder, name, digest in connection.execute("SELECT folder, path, sha256 FROM document"):
            files.setdefault(folder, {})[name] = digest
        program = connection.execute("SELECT value FROM meta WHERE name = 'program'").fetchone()
    return Condition(
        files=files,
        program=program[0] if program else "",
        size_bytes=_size(path),
        wal_bytes=_size(path.with_name(f"{path.name}-wal")),
    )


def engine_version() -> str:
    """Which SQLite it is."""
    return f"SQLite {sqlite3.sqlite_version}"


def is_locked(path: Path) -> bool:
    """Whether an ingest writes the database at *path* now."""
    with suppress(OSError):
        lock = os.open(f"{path}.lock", os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
    return False


def _size(path: Path) -> int:
    state = state_of(path)
    return state.size if state else 0
