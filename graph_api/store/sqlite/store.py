"""The embedded store: one SQLite file in WAL mode, read by a small pool of connections.

A connection sees one revision from its first read until it is returned, even during an ingest. A separate connection
looks up the current revision, so that cached answers never wait for other reads.

Reading on the event loop avoids a switch of threads, which takes longer than the reads of a small operation. The store
does not do so after a slow read of the disk (SQLite cannot interrupt the read of a page), nor while a thread computes
(SQLite releases the interpreter lock at every row, and reacquires it a millisecond later).

The file may be removed, replaced or damaged while a server runs. An open file stays readable after its removal, so the store
serves its content until an undamaged database is at its path; each connection is then replaced when it is returned.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from pathlib import Path

from graph_api.errors import ReadPaused, StoreError
from graph_api.graph.adjacency import Csr
from graph_api.store.driver import FOREVER
from graph_api.store.plans import Rights
from graph_api.store.protocol import Store
from graph_api.store.sqlite.adjacency import adjacency_of
from graph_api.store.sqlite.connection import FileState, examine, state_of
from graph_api.store.sqlite.pool import Pool
from graph_api.store.sqlite.reader import SqliteReader

logger = logging.getLogger(__name__)

_CHECK_EVERY_S = 0.25  # between checks whether the file was replaced
_RETRY_EVERY_S = 2.0  # between attempts to open a file that could not be read
_LOOKUP_S = 0.005  # the longest look-up of the revision on the event loop
_BUSY_S = 0.002  # a thread that has worked for longer is computing
_SLOW_S = 0.01  # a read on the event loop that took longer waited for the disk
_QUIET = 20  # times the duration of a slow read: a slow disk blocks the event loop for a twentieth of the time at most


async def open_store(
    path: Path, *, reader_connections: int = 4, checked: bool = False, max_text: int = sys.maxsize
) -> SqliteStore:
    """The store in the file at *path*. Raises StoreError if it cannot be read.

    With *checked*, its pages are checked first, for at most two seconds. A read of more than *max_text* characters of
    long texts raises `AnswerTooLarge`.
    """
    store = SqliteStore(path, 1 + reader_connections, max_text)
    await store.open(checked=checked)
    return store


class SqliteStore(Store):
    """A `protocol.Store` with *count* connections; one looks up the revision. For one event loop."""

    def __init__(self, path: Path, count: int, max_text: int) -> None:
        self._path = path
        self._count = count
        self._max_text = max_text
        self._readers: list[SqliteReader] = []
        self._pool: Pool[SqliteReader] = Pool(())
        self._quiet_until_s = 0.0
        self._looking_up = asyncio.Lock()
        self._closed = False
        self._state: FileState | None = None
        self._failed = False  # since the connections were opened
        self._last_warning = ""
        self._next_check_s = 0.0
        self._reopening: asyncio.Task[None] | None = None
        self._former: set[SqliteReader] = set()  # lent connections to the former file
        self._closing: set[asyncio.Future[None]] = set()

    async def open(self, *, checked: bool = False) -> None:
        """Open connections to the file as it is now, in place of the former ones. When that fails, the former ones stay."""
        state = state_of(self._path)
        if checked:
            await asyncio.to_thread(examine, self._path)
        readers: list[SqliteReader] = []
        try:
            for _ in range(self._count):
                reader = SqliteReader(self._path, self._max_text, self._given_back)
                await reader.open()
                readers.append(reader)
        except BaseException:
            for reader in readers:
                await reader.close()
            raise
        self._former.update(self._readers)
        lookup_readers = self._readers[:1]
        self._readers, self._state, self._failed = readers, state, False
        for reader in (*self._pool.replace(readers[1:]), *lookup_readers):
            self._close(reader)

    def lend_now(self, until_s: float) -> SqliteReader | None:
        """A connection for the event loop, None when none is idle, or when reading would hold the event loop."""
        self._check_file()
        now_s = time.perf_counter()
        if self._closed or now_s < self._quiet_until_s:
            return None
        if now_s - min([reader.busy_since_s for reader in self._readers]) > _BUSY_S:
            return None
        reader = self._pool.take_now()
        if reader is not None:
            reader.limit(until_s)
        return reader

    async def lend(self) -> SqliteReader:
        """A connection, first come first served."""
        if self._closed:
            raise self._closed_error()
        self._check_file()
        return await self._pool.take()

    def revision_now(self) -> str | None:
        """The revision the store holds, None when that cannot be read without waiting."""
        self._check_file()
        lookup_reader = self._readers[0]
        if self._closed or lookup_reader.busy_since_s != FOREVER or time.perf_counter() < self._quiet_until_s:
            return None
        try:
            lookup_reader.limit(time.perf_counter() + _LOOKUP_S)
            return lookup_reader.look_up()
        except (StoreError, ReadPaused):
            return None

    async def revision(self) -> str:
        """The revision the store holds."""
        self._check_file()
        if self._closed:
            raise self._closed_error()
        async with self._looking_up:
            lookup_reader = self._readers[0]
            try:
                return await lookup_reader.in_thread(lookup_reader.look_up)
            finally:
                self._record_failures(lookup_reader)

    async def adjacency(self, rights: Rights, revision: str) -> Csr | None:
        """All edges of *revision* that *rights* show; None when the database has another revision."""
        return await asyncio.to_thread(adjacency_of, self._path, rights, revision)

    async def close(self) -> None:
        """All connections are closed; running plans are interrupted, waiting ones refused."""
        if self._closed:
            return
        self._closed = True
        self._pool.refuse(self._closed_error())
        if self._reopening is not None:
            self._reopening.cancel()
            await asyncio.wait([self._reopening])
        for reader in {*self._readers, *self._former}:
            await reader.close()
        await asyncio.gather(*self._closing)

    def _given_back(self, reader: SqliteReader) -> None:
        self._record_failures(reader)
        if reader in self._former and not self._closed:
            self._close(reader)
        else:
            self._pool.put(reader)

    def _record_failures(self, reader: SqliteReader) -> None:
        if reader.waited_s > _SLOW_S:
            self._quiet_until_s = time.perf_counter() + _QUIET * reader.waited_s
        self._failed |= reader.has_failed
        reader.waited_s, reader.has_failed = 0.0, False

    # -- a replaced file -------------------------------------------------------------------------------

    def _check_file(self) -> None:
        """Start to open new connections if the file was replaced, or could not be read. Called at every use."""
        now = time.monotonic()
        if now < self._next_check_s or self._reopening is not None:
            return
        self._next_check_s = now + (_RETRY_EVERY_S if self._failed else _CHECK_EVERY_S)
        state = state_of(self._path)
        replaced = state is not None and (self._state is None or state.file != self._state.file)
        if replaced or self._failed:
            self._reopening = asyncio.create_task(self._reopen())
            self._reopening.add_done_callback(self._reopened)

    async def _reopen(self) -> None:
        try:
            await self.open(checked=True)
        except StoreError as error:
            self._next_check_s = time.monotonic() + _RETRY_EVERY_S
            if self._last_warning != str(error):
                self._last_warning = str(error)
                logger.warning("%s; the content read before is served as long as it can be", error)
        else:
            self._last_warning = ""

    def _reopened(self, task: asyncio.Task[None]) -> None:
        self._reopening = None
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("the database cannot be opened again: %r", error)

    def _close(self, reader: SqliteReader) -> None:
        """Close the connection when its thread has finished."""
        self._former.discard(reader)
        closing = asyncio.ensure_future(reader.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    def _closed_error(self) -> StoreError:
        return StoreError(f"{self._path} has been closed")
