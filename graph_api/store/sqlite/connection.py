"""Opens database files for reading, after checking that they belong to this program and version.

The one decision worth knowing: pages are not mapped into memory. Mapping would save 3% of the time, but truncating a
mapped file, as `cp` does with the file it overwrites, kills every process that reads it.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from graph_api.errors import StoreError, StoreOutdated
from graph_api.store.sqlite.tables import APPLICATION_ID, SCHEMA_VERSION

DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

_BUSY_S = 5.0
_CHECKED_S = 2.0  # about 1 GB a second when the file is in the system's cache
_CHECKED_STEPS = 10_000  # of SQLite's virtual machine, between checks of the time
_STATEMENTS = 512  # cached prepared statements: one per shape of read, filter and order
_PRAGMAS = ("query_only = 1", "temp_store = MEMORY", "cache_size = -16384")
_UNWRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}


class FileState(NamedTuple):
    """Identifies a file and its last change."""

    device: int
    inode: int
    size: int
    modified_ns: int

    @property
    def file(self) -> tuple[int, int]:
        """Differs when the file has been replaced."""
        return self.device, self.inode


class Connection(sqlite3.Connection):
    """A connection. *fixed* is the state of a file that is opened as immutable. A read returns at most *max_text*
    characters of long texts."""

    fixed: FileState | None = None
    max_text: int = sys.maxsize


def state_of(path: Path) -> FileState | None:
    """The state of the file at *path*, None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return FileState(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def connected(path: Path, max_text: int = sys.maxsize) -> Connection:
    """A read-only connection to the database at *path*. Raises StoreError if there is none of this program.

    SQLite creates files beside a database even to read it (sqlite.org/wal.html, 5). Where it cannot, and no ingest is
    running, the file is opened as immutable; `check_fixed` detects later changes.
    """
    state = state_of(path)
    if state is None:
        raise StoreError(f"{path} does not exist: `graph-api ingest FOLDER --db {path}` makes it")
    if not path.is_file():
        raise StoreError(f"{path} is not a file: choose another one")
    with clear_errors(path):
        try:
            connection = _opened(path, "mode=ro")
        except sqlite3.OperationalError as error:
            if code(error) not in _UNWRITABLE or _is_written(path) or not os.access(path, os.R_OK):
                raise
            connection = _opened(path, "mode=ro&immutable=1")
            connection.fixed = state
    connection.max_text = max_text
    return connection


def check_fixed(connection: sqlite3.Connection, path: Path) -> None:
    """Raises StoreError if an immutable file has changed: the rows read may belong to two revisions."""
    fixed = connection.fixed if isinstance(connection, Connection) else None
    if fixed is not None and (_is_written(path) or state_of(path) != fixed):
        raise StoreError(
            f"{path} is locked by an ingest, and its folder is read-only: retry when the ingest has ended"
        )


def examine(path: Path) -> None:
    """Check the pages of the database at *path* for at most two seconds. Raises StoreError if it is damaged."""
    with closing(connected(path)) as connection, clear_errors(path):
        found = damage(connection)
    if found:
        raise _damaged(path, found)


def damage(connection: sqlite3.Connection) -> str:
    """The damage of a database, as one line; empty if two seconds of checking found none."""
    until = time.monotonic() + _CHECKED_S
    connection.set_progress_handler(lambda: time.monotonic() > until, _CHECKED_STEPS)
    try:
        found: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if code(error) != sqlite3.SQLITE_INTERRUPT:
            raise
        return ""
    finally:
        connection.set_progress_handler(None, 0)
    return "" if found == "ok" else " ".join(found.split())


@contextmanager
def clear_errors(path: Path) -> Generator[None]:
    """Turn SQLite's errors into StoreErrors that say what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: sqlite3.Error) -> StoreError:
    """SQLite's error as one that says what to do."""
    if code(error) == sqlite3.SQLITE_NOTADB:
        return StoreError(f"{path} is not a database ({error}): choose another file")
    if code(error) in DAMAGED:
        return _damaged(path, str(error))
    if code(error) in _UNWRITABLE:
        return StoreError(f"{path} cannot be opened ({error}): it must be readable, and its folder writable")
    return StoreError(f"{path} cannot be read ({error}): try again, or choose another file")


def code(error: sqlite3.Error) -> int:
    """SQLite's primary result code, 0 when the error is not SQLite's own."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _damaged(path: Path, what: str) -> StoreError:
    return StoreError(f"{path} is damaged ({what}): `graph-api ingest FOLDER --db {path}` rebuilds it")


def _is_written(path: Path) -> bool:
    """Whether the write-ahead log holds changes."""
    log = state_of(path.with_name(f"{path.name}-wal"))
    return log is not None and log.size > 0


def _opened(path: Path, mode: str) -> Connection:
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?{mode}",
        uri=True,
        timeout=_BUSY_S,
        isolation_level=None,
        check_same_thread=False,  # `interrupt` is called from the event loop's thread
        cached_statements=_STATEMENTS,
        factory=Connection,
    )
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        _check(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if application not in {0, APPLICATION_ID} or (application == 0 and tables):
        raise StoreError(f"{path} is a database of another program: choose another file")
    if version == 0:
        raise StoreError(f"{path} holds no graph yet: `graph-api ingest FOLDER --db {path}` makes one")
    if version != SCHEMA_VERSION:
        raise StoreOutdated(
            f"{path} has schema version {version}, this program reads {SCHEMA_VERSION}:"
            f" `graph-api ingest FOLDER --db {path}` rebuilds it"
        )
