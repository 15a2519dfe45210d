"""Where a database file is, or will be: its health, and how it is opened."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable, Collection, Generator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from graph_api.errors import StoreError
from graph_api.store import driver
from graph_api.store.plans import Read, Reads, Rights, ask
from graph_api.store.protocol import Health, TracedRead
from graph_api.store.reads import GraphAnalysis, SearchIndex
from graph_api.store.sqlite import writer_file
from graph_api.store.sqlite.connection import clear_errors, connected, examine, state_of
from graph_api.store.sqlite.reads import answer
from graph_api.store.sqlite.store import SqliteStore, open_store
from graph_api.store.writing import StoreWriter

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SqliteLocation:
    """A `StoreLocation`: the database file at *path*."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def exists(self) -> bool:
        """Whether there is a file."""
        return self.path.exists()

    def health(self) -> Health:
        """The state of the database. Raises StoreError for one that cannot be used, or is damaged."""
        examine(self.path)
        with closing(connected(self.path)) as connection, clear_errors(self.path):
            connection.execute("BEGIN")
            files: dict[str, dict[str, bytes]] = {}
            for folder, name, digest in connection.execute("SELECT folder, path, sha256 FROM document"):
                files.setdefault(folder, {})[name] = digest
            sites = dict(connection.execute("SELECT folder, value FROM site").fetchall())
            program = connection.execute("SELECT value FROM meta WHERE name = 'program'").fetchone()
        return Health(
            files=files,
            sites=sites,
            program=program[0] if program else "",
            size_bytes=_size(self.path),
            backlog_bytes=_size(self.path.with_name(f"{self.path.name}-wal")),
        )

    def is_locked(self) -> bool:
        """Whether an ingest holds the lock file beside the database."""
        with suppress(OSError):
            lock = os.open(f"{self.path}.lock", os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            finally:
                os.close(lock)
        return False

    def free_bytes(self) -> int | None:
        """The free space of the disk that the file is on, or would be on."""
        for folder in self.path.absolute().parents:
            with suppress(OSError):
                return shutil.disk_usage(folder).free
        return None

    def write(
        self, work: Callable[[StoreWriter], T], *, program: str, folders: Collection[str] | None = None
    ) -> T:
        """Run *work* in one transaction, then make the files beside the database; see `WritableStore`."""
        result = writer_file.write(self.path, work, program=program, folders=folders)
        try:
            with self.session() as session:
                for rights in (Rights(), Rights(published_only=True)):
                    session.run(ask(SearchIndex(rights)))
                    session.run(ask(GraphAnalysis(rights)))
        except StoreError as error:  # the content is stored; the first read that needs a file makes it
            logger.warning("the search index and the analysis were not made: %s", error)
        return result

    @contextmanager
    def session(self) -> Generator[SqliteSession]:
        """One connection and one read transaction on the calling thread."""
        with clear_errors(self.path), closing(connected(self.path)) as connection:
            connection.execute("BEGIN")
            yield SqliteSession(connection)

    async def open(self, *, reader_connections: int, checked: bool, max_text: int) -> SqliteStore:
        """The store over this file. Raises StoreError for one that cannot be read."""
        return await open_store(
            self.path, reader_connections=reader_connections, checked=checked, max_text=max_text
        )


class SqliteSession:
    """A `Session`: a connection in a read transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, plan: Reads[T], /) -> T:
        """What *plan* returns."""
        return driver.run(plan, partial(answer, self._connection))

    def traced(self, plan: Reads[T]) -> tuple[T, list[TracedRead]]:
        """What *plan* returns, and its reads with the SQL of each, parameters filled in."""
        reads: list[TracedRead] = []
        statements: list[str] = []

        def seen(read: Read[Any], rows: Any, begun_s: float, ended_s: float) -> None:
            if (count := read.row_count(rows)) is not None:
                reads.append(TracedRead(read, tuple(statements), count, ended_s - begun_s))
            statements.clear()

        self._connection.set_trace_callback(statements.append)
        try:
            return driver.run(plan, partial(answer, self._connection), seen), reads
        finally:
            self._connection.set_trace_callback(None)


def engine_version() -> str:
    """The SQLite library's name and version."""
    return f"SQLite {sqlite3.sqlite_version}"


def _size(path: Path) -> int:
    state = state_of(path)
    return state.size if state else 0
