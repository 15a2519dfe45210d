"""The database file that an ingest writes: created, locked, and rebuilt when it is outdated or damaged.

One ingest at a time: a lock on a file beside the database (released by the kernel when its process dies) covers
what a transaction cannot, creating and replacing the file itself. Readers are never locked out: WAL shows them the
old content until the new is committed.

A rebuilt database holds only the folders that are read now. So a rebuild is refused when the database holds other
folders too: they would be lost silently.
"""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from graph_api.errors import StoreDamaged, StoreError, StoreLocked
from graph_api.store.sqlite.batched_sql import sql_statements
from graph_api.store.sqlite.connection import DAMAGED, code, damage, state_of
from graph_api.store.sqlite.tables import APPLICATION_ID, SCHEMA_VERSION, SCRIPT
from graph_api.store.sqlite.writer import StoredRevision, Writer
from graph_api.store.writing import StoreWriter

logger = logging.getLogger(__name__)

T = TypeVar("T")

_MAGIC = b"SQLite format 3\0"
_APPLICATION_ID_AT = 68  # bytes 68..71 of the file, big-endian: sqlite.org/fileformat.html, 1.3
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full; nothing was changed",
    sqlite3.SQLITE_READONLY: "it cannot be written; make it writable or name another file with --db",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; its folder must exist and be writable",
    sqlite3.SQLITE_IOERR: "reading or writing it failed; nothing was changed",
    sqlite3.SQLITE_PERM: "access is not permitted; name another file with --db",
}
_PRAGMAS = (
    "synchronous = NORMAL",
    "temp_store = MEMORY",
    "cache_size = -65536",
)  # 64 MB; WAL is safe at NORMAL


class _Kept(NamedTuple):
    """The parts to keep of a database that is rebuilt: its revision, since generations only grow, and how folders are read."""

    revision: StoredRevision | None = None
    sites: Mapping[str, str] = MappingProxyType({})


def write(
    database: Path, work: Callable[[StoreWriter], T], *, program: str, folders: Collection[str] | None
) -> T:
    """As `WritableStore.write` says. A file that did not exist does not exist afterwards when *work* raises."""
    _refuse_other_files(database)  # before a lock file is created beside it
    with _clear_errors(database), _lock(database), _removed_on_failure(database):
        try:
            return _transaction(database, program, work, folders, None)
        except (StoreDamaged, sqlite3.DatabaseError) as error:
            if isinstance(error, sqlite3.DatabaseError) and code(error) not in DAMAGED:
                raise
            kept = _discard(database, folders)
            logger.warning("%s was damaged (%s) and is rebuilt", database, error)
            return _transaction(database, program, work, folders, kept)


# -- one transaction ---------------------------------------------------------------------------------------


def _transaction(
    database: Path,
    program: str,
    work: Callable[[StoreWriter], T],
    folders: Collection[str] | None,
    kept: _Kept | None,
) -> T:
    with closing(_opened(database)) as connection:
        if found := damage(connection):
            raise StoreDamaged(found)
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(_prepared(connection, program, database, folders, kept))
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # a full disk has rolled back already
                connection.execute("ROLLBACK")
            raise
        _checkpoint(connection)
        return result


def _opened(database: Path) -> sqlite3.Connection:
    _refuse_other_files(database)
    connection = sqlite3.connect(database, timeout=0, isolation_level=None)
    try:
        _claim(connection, database)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def _claim(connection: sqlite3.Connection, database: Path) -> None:
    """Mark the database as ours and switch it to WAL; refuse one that holds tables of another program."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION_ID:
        if application or connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
            raise StoreError(f"{database}: is a database of another program; name another file with --db")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA journal_mode = WAL")


def _prepared(
    connection: sqlite3.Connection,
    program: str,
    database: Path,
    folders: Collection[str] | None,
    kept: _Kept | None,
) -> Writer:
    writer = Writer(connection)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA_VERSION or writer.meta("program") != program:
        _refuse_to_lose(connection, database, "was written by another version of graph-api", folders)
        kept = kept or _kept(connection)
        _rebuild(connection)
        writer.set_meta("program", program)
        if kept.revision is not None:
            writer.restore(kept.revision)
        for folder, site in kept.sites.items():
            if folders is None or folder in folders:
                writer.set_site(folder, site)
    return writer


def _kept(connection: sqlite3.Connection) -> _Kept:
    """The parts to keep that can be read."""
    kept = _Kept()
    with suppress(sqlite3.Error, KeyError, ValueError):
        meta: dict[str, str] = dict(connection.execute("SELECT name, value FROM meta"))
        revision = StoredRevision(meta["revision"], int(meta["generation"]), meta["generated_at"])
        kept = kept._replace(revision=revision)
    with suppress(sqlite3.Error):
        kept = kept._replace(sites=dict(connection.execute("SELECT folder, value FROM site").fetchall()))
    return kept


def _refuse_to_lose(
    connection: sqlite3.Connection, database: Path, why: str, folders: Collection[str] | None
) -> None:
    """Raise StoreError when the database holds folders besides *folders*; None allows to lose any."""
    known: set[str] = set()
    for table in ("document", "site"):
        with suppress(sqlite3.Error):  # tables of another version, or damaged ones
            known.update(folder for (folder,) in connection.execute(f"SELECT DISTINCT folder FROM {table}"))
    others = sorted(known - set(known if folders is None else folders))
    if others:
        raise StoreError(
            f"{database}: {why} and has to be rebuilt; name its other folders too"
            f" ({', '.join(others)}), or remove the file"
        )


def _rebuild(connection: sqlite3.Connection) -> None:
    """Drop all tables and create ours, empty."""
    known = (
        "SELECT type, name FROM sqlite_schema WHERE type IN ('view', 'table')"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type DESC"
    )
    for kind, name in connection.execute(known).fetchall():
        connection.execute(f'DROP {kind} IF EXISTS "{name}"')
    for statement in sql_statements(SCRIPT):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _checkpoint(connection: sqlite3.Connection) -> None:
    """Copy the WAL into the database, unless readers still need it: then a later ingest does."""
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


# -- the file ----------------------------------------------------------------------------------------------


@contextmanager
def _lock(database: Path) -> Generator[None]:
    file = database.with_name(f"{database.name}.lock")
    try:
        # read access is enough for a lock: another user may have created the file
        lock = os.open(file, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        named = database if state_of(file) is None else file
        raise StoreError(f"{named}: {error.strerror}; name another file with --db") from error
    try:
        _take(lock, database)
        yield
    finally:
        os.close(lock)


def _take(lock: int, database: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise _locked(database) from error


def _refuse_other_files(database: Path) -> None:
    """Raise StoreError unless the file is missing, empty, or a SQLite database."""
    head = _head(database)
    if head and not head.startswith(_MAGIC):
        raise StoreError(f"{database}: is not a database of graph-api; name another file with --db")


def _discard(database: Path, folders: Collection[str] | None) -> _Kept:
    """Remove the damaged database and return the parts to keep.

    Raises StoreError when its header does not mark it as ours, or it holds folders besides *folders*.
    """
    mark = _head(database)[_APPLICATION_ID_AT : _APPLICATION_ID_AT + 4]
    if mark != APPLICATION_ID.to_bytes(4):
        raise StoreError(
            f"{database}: is damaged and may not be ours; remove it or name another file with --db"
        )
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        _refuse_to_lose(connection, database, "is damaged", folders)
        kept = _kept(connection)
    _remove(database)
    return kept


@contextmanager
def _removed_on_failure(database: Path) -> Generator[None]:
    """Remove a new database when the work of the block fails.

    Files beside a database that was removed are deleted first: a server may still read its WAL.
    """
    is_new = not database.exists()
    if is_new:
        _remove(database)
    try:
        yield
    except BaseException:
        if is_new:
            _remove(database)
        raise


def _remove(database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _head(database: Path) -> bytes:
    try:
        with database.open("rb") as file:
            return file.read(100)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise StoreError(f"{database}: {error.strerror}; name another file with --db") from error


# -- errors ------------------------------------------------------------------------------------------------


@contextmanager
def _clear_errors(database: Path) -> Generator[None]:
    """Turn SQLite's errors into one line that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        if code(error) in _BUSY:
            raise _locked(database) from error
        raise StoreError(f"{database}: {_REASONS.get(code(error), str(error))}") from error


def _locked(database: Path) -> StoreLocked:
    return StoreLocked(
        f"{database}: another ingest is writing it; wait for its end or name another file with --db"
    )
