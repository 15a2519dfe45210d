"""A reader connection with a thread of its own. A plan reads it on the event loop first, then in the thread.

On the event loop a statement is interrupted when its time is over, and never waits for a lock; the read then pauses
and is repeated in the thread, in the same transaction. `interrupt` stops the running statement. It cannot
stop that of another caller, because connections are lent, returned and interrupted on the event loop only.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

import aiosqlite

from graph_api.errors import AnswerTooLarge, ReadCancelled, ReadPaused, StoreError
from graph_api.store.driver import FOREVER
from graph_api.store.plans import Read
from graph_api.store.sqlite.connection import check_fixed, code, connected, unreadable
from graph_api.store.sqlite.reads import answer
from graph_api.store.sqlite.status import revision as stored_revision

T = TypeVar("T")

_STEPS = 1000  # of SQLite's virtual machine, about 30 us, between checks of the time
_BUSY_MS = 5000  # the longest wait of the thread for a lock
_OUT_OF_TIME = {sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class SqliteReader(aiosqlite.Connection):
    """A `protocol.Reader`. Calls *given_back* when it can be lent again."""

    _tx: SimpleQueue[tuple[asyncio.Future[Any] | None, Callable[[], Any]]]  # as aiosqlite has it, typed whole

    def __init__(self, path: Path, max_text: int, given_back: Callable[[SqliteReader], None]) -> None:
        super().__init__(partial(connected, path, max_text), iter_chunk_size=64)
        self.has_failed = False  # since it was lent
        self.waited_s = 0.0  # the longest read on the event loop since it was lent
        self.busy_since_s = FOREVER  # when its thread began to work
        self._path = path
        self._given_back = given_back
        self._revision: str | None = None
        self._on_loop = False
        self._until_s = FOREVER
        self._stopped = False
        self._closing = False  # from then on only its thread may use the connection
        self._working: asyncio.Future[Any] | None = None
        self._thread.daemon = True  # a program that ends without closing its store still ends

    # -- on the event loop -------------------------------------------------------------------------------

    async def open(self) -> None:
        """Open the connection; when that fails, its thread has ended."""
        try:
            await self
        except BaseException:
            await asyncio.to_thread(self._thread.join)  # aiosqlite ends it without waiting
            raise

    def limit(self, until_s: float) -> None:
        """From now on reads pause at *until_s* and do not wait for locks; with FOREVER they never pause, and wait."""
        on_loop, self._until_s = until_s != FOREVER, FOREVER  # the pragma must not be interrupted
        if on_loop != self._on_loop:
            self._on_loop = on_loop
            self._conn.execute(f"PRAGMA busy_timeout = {0 if on_loop else _BUSY_MS}")
            self._conn.set_progress_handler(self._is_over if on_loop else None, _STEPS)
        self._until_s = until_s

    async def in_thread(self, work: Callable[[], T]) -> T:
        """What *work* returns, run in the connection's thread. Cancelled, it is interrupted and not waited for.

        Like aiosqlite's `_execute`, which hides the future, so that the end of the work would be unknown.
        """
        if self._closing:
            raise self._closed_error()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._stopped, self._working, self.busy_since_s = False, future, time.perf_counter()
        future.add_done_callback(self._worked)
        self._tx.put_nowait((future, partial(self._work, work)))
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            self.interrupt_work()
            raise
        except ReadCancelled:
            raise self._closed_error() from None

    def interrupt_work(self) -> None:
        """End the work in the thread: a running statement now, a plan at its next read."""
        if self._working is not None and not self._closing:
            self._stopped = True
            self._conn.interrupt()

    async def close(self) -> None:
        """Interrupt its work and close the connection."""
        self.interrupt_work()
        self._closing = True
        await super().close()

    def release(self) -> None:
        """End the transaction and return the connection, as soon as its thread has finished."""
        if self._working is not None:
            self._working.add_done_callback(lambda _: self._release())
        else:
            self._release()

    def _closed_error(self) -> StoreError:
        return StoreError(f"{self._path} has been closed")

    def _worked(self, future: asyncio.Future[Any]) -> None:
        if self._working is future:
            self._working, self.busy_since_s = None, FOREVER
        if not future.cancelled():
            future.exception()  # marks it as retrieved; asyncio would log it

    def _release(self) -> None:
        self._end()
        self._stopped = False
        self._given_back(self)

    # -- on the event loop or in the thread ---------------------------------------------------------------

    @property
    def revision(self) -> str:
        """The revision of the read transaction, which begins now if it has not begun."""
        return self._timed(self._begun)

    def answer(self, read: Read[T]) -> T:
        """The rows of *read*."""
        found: T = self._timed(lambda: self._answer(read))
        return found

    def check(self) -> None:
        """Raises StoreError when a file that was opened as immutable has changed."""
        try:
            check_fixed(self._conn, self._path)
        except StoreError:
            self.has_failed = True
            raise

    def look_up(self) -> str:
        """The revision that the file holds; no transaction stays open."""
        try:
            found = self.revision
            self.check()
            return found
        finally:
            self._end()

    def _end(self) -> None:
        self._revision = None
        if not self._closing and self._conn.in_transaction:
            self._until_s = FOREVER  # the end must not be interrupted
            self._conn.execute("ROLLBACK")

    def _answer(self, read: Read[T]) -> T:
        self._begun()
        found: T = answer(self._conn, read)
        return found

    def _begun(self) -> str:
        if self._revision is None:
            if not self._conn.in_transaction:
                self._conn.execute("BEGIN")
            self._revision = stored_revision(self._conn)
        return self._revision

    def _timed(self, work: Callable[[], T]) -> T:
        if self._closing:
            raise self._closed_error()
        if self._stopped:
            raise ReadCancelled
        begun_s = time.perf_counter()
        try:
            return work()
        except sqlite3.Error as error:
            if self._stopped:
                raise ReadCancelled from error
            if self._until_s != FOREVER and code(error) in _OUT_OF_TIME:
                raise ReadPaused from error
            self.has_failed = True
            raise unreadable(self._path, error) from error
        except StoreError:
            self.has_failed = True
            raise
        except AnswerTooLarge as error:
            raise error.with_traceback(None)  # noqa: B904 - its frames hold all that was read, until garbage is collected
        finally:
            if self._until_s != FOREVER:
                self.waited_s = max(self.waited_s, time.perf_counter() - begun_s)

    def _is_over(self) -> bool:
        return time.perf_counter() > self._until_s

    # -- in the thread -----------------------------------------------------------------------------------

    def _work(self, work: Callable[[], T]) -> T:
        self.limit(FOREVER)
        if self._stopped:
            raise ReadCancelled
        return work()
