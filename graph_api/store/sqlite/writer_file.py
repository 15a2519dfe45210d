"""The database file under the writer: made, locked, rebuilt when it is of no use, never when it is not ours.

One ingester at a time: a lock on a file beside the database (released by the kernel when its process
dies) covers what a transaction cannot, the making and the replacing of the file itself. Readers are never
locked out: WAL shows them the old content until the new is committed.

A database that has to be built anew holds nothing but the folders that are read now. So it is refused when
it says that it held others: they would be gone without anybody having asked for that.
"""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from graph_api.errors import StoreDamaged, StoreError, StoreLocked
from graph_api.store.sqlite.connection import DAMAGED, code, damage, state_of
from graph_api.store.sqlite.tables import APPLICATION_ID, SCHEMA_VERSION, SCRIPT
from graph_api.store.sqlite.writer import Writer

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


def write(
    database: Path, program: str, work: Callable[[Writer], T], *, folders: Collection[str] | None = None
) -> T:
    """What *work* returns; all it wrote is committed as one transaction, nothing of it when it raises.

    A database of another schema or program version, or a damaged one, is emptied before *work* runs, which
    may then run a second time; one that was not there before is not there either when it raises.
    Raises `StoreLocked` at once when another ingester holds it, `StoreError` when it cannot be written, is a
    file of somebody else, or has to be emptied and holds folders besides *folders*, which *work* reads.
    """
    _refuse_other_files(database)  # before a lock is left beside somebody's file
    with _clear_errors(database), _lock(database), _unmade(database):
        try:
            return _transaction(database, program, work, folders)
        except (StoreDamaged, sqlite3.DatabaseError) as error:
            if isinstance(error, sqlite3.DatabaseError) and code(error) not in DAMAGED:
                raise
            _discard(database, folders)
            logger.warning("%s was damaged (%s) and is built anew", database, error)
            return _transaction(database, program, work, folders)


# -- one transaction ---------------------------------------------------------------------------------------


def _transaction(
    database: Path, program: str, work: Callable[[Writer], T], folders: Collection[str] | None
) -> T:
    with closing(_opened(database)) as connection:
        if found := damage(connection):
            raise StoreDamaged(found)
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(_prepared(connection, program, database, folders))
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
    """The database bears our mark and keeps a WAL; one that holds tables of others is refused."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION_ID:
        if application or connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
            raise StoreError(f"{database}: is a database of another program; name another file with --db")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA journal_mode = WAL")


def _prepared(
    connection: sqlite3.Connection, program: str, database: Path, folders: Collection[str] | None
) -> Writer:
    writer = Writer(connection)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA_VERSION or writer.meta("program") != program:
        _refuse_to_lose(connection, database, "was written by another version of graph-api", folders)
        _rebuild(connection)
        writer.set_meta("program", program)
    return writer


def _refuse_to_lose(
    connection: sqlite3.Connection, database: Path, why: str, folders: Collection[str] | None
) -> None:
    """Raises StoreError when the database says that it holds others than *folders*; None stands for all."""
    known: list[str] = []
    with suppress(sqlite3.Error):  # tables of another version, or damaged ones
        known = [folder for (folder,) in connection.execute("SELECT DISTINCT folder FROM document")]
    others = sorted(set(known) - set(known if folders is None else folders))
    if others:
        raise StoreError(
            f"{database}: {why} and has to be built anew; name its other folders too"
            f" ({', '.join(others)}), or remove the file"
        )


def _rebuild(connection: sqlite3.Connection) -> None:
    """The database has our tables, all empty."""
    tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    for (name,) in connection.execute(tables).fetchall():
        connection.execute(f'DROP TABLE IF EXISTS "{name}"')
    for statement in _statements(SCRIPT):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _statements(script: str) -> Iterator[str]:
    """The statements of *script*. (`executescript` would commit.)"""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _checkpoint(connection: sqlite3.Connection) -> None:
    """The WAL is emptied into the database, unless readers still need it: then a later one does it."""
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


# -- the file ----------------------------------------------------------------------------------------------


@contextmanager
def _lock(database: Path) -> Generator[None]:
    file = database.with_name(f"{database.name}.lock")
    try:
        # for a lock it is enough to read: an ingester of another user may have made the file
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
    """The file is absent, empty, or a SQLite database."""
    head = _head(database)
    if head and not head.startswith(_MAGIC):
        raise StoreError(f"{database}: is not a database of graph-api; name another file with --db")


def _discard(database: Path, folders: Collection[str] | None) -> None:
    """The damaged database is gone; `StoreError` when its head does not say that it was ours, or it is needed."""
    mark = _head(database)[_APPLICATION_ID_AT : _APPLICATION_ID_AT + 4]
    if mark != APPLICATION_ID.to_bytes(4):
        raise StoreError(
            f"{database}: is damaged and may not be ours; remove it or name another file with --db"
        )
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        _refuse_to_lose(connection, database, "is damaged", folders)
    _remove(database)


@contextmanager
def _unmade(database: Path) -> Generator[None]:
    """A database that was not there is not there either when the work in between fails.

    What a removed one has left is not used for it: a server may still read there.
    """
    made = not database.exists()
    if made:
        _remove(database)
    try:
        yield
    except BaseException:
        if made:
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
    """What goes wrong with the file is one line that says what to do."""
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
