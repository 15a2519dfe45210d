"""A reader connection: its own thread, on which a whole plan is driven in one read transaction.

The one decision worth knowing: a hop to the thread costs more than most reads, so what is handed over is
not a statement but the generator that asks for them. `interrupt` would hit whatever statement runs; it is
called only while the operation it is meant for holds the connection, under a lock.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Any, TypeVar

import aiosqlite

from graph_api.errors import AnswerTooLarge, ReadCancelled, RevisionChanged
from graph_api.store.reads import Read, Reads
from graph_api.store.sqlite.connection import check_fixed, connected, unreadable
from graph_api.store.sqlite.reads import answer
from graph_api.store.sqlite.status import revision as stored_revision

T = TypeVar("T")


class Operation:
    """One use of a connection, which its caller may stop at any time."""

    __slots__ = ("stopped",)

    def __init__(self) -> None:
        self.stopped = False


class Reader(aiosqlite.Connection):
    """A read-only connection. Its calls run one after the other on its thread."""

    _tx: SimpleQueue[tuple[asyncio.Future[Any] | None, Callable[[], Any]]]  # as aiosqlite has it, typed whole

    def __init__(self, path: Path, most_text: int) -> None:
        super().__init__(partial(connected, path, most_text), iter_chunk_size=64)
        self._path = path
        self._lock = Lock()
        self._current: Operation | None = None
        self._thread.daemon = True  # a program that ends without closing its store still ends

    # -- on the event loop -------------------------------------------------------------------------------

    async def open(self) -> None:
        """The connection is open; when it cannot be, its thread has ended."""
        try:
            await self
        except BaseException:
            await asyncio.to_thread(self._thread.join)  # aiosqlite ends it without waiting
            raise

    def call(self, function: Callable[[], T]) -> asyncio.Future[T]:
        """*function*'s result, from the connection's thread; done when the thread is done with it.

        As aiosqlite's `_execute`, which hides the future, so that nobody could tell after a cancellation.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._tx.put_nowait((future, function))
        return future

    def stop_operation(self, operation: Operation) -> None:
        """*operation* ends at its next read, and a statement of its that runs now is interrupted."""
        with self._lock:
            operation.stopped = True
            if self._current is operation:
                self._conn.interrupt()

    # -- on the connection's thread ----------------------------------------------------------------------

    def drive(
        self, operation: Operation, plan: Reads[T], pending: Read[Any] | None, revision: str | None
    ) -> tuple[T, str]:
        """What *plan* returns and its revision; one read transaction, which is over afterwards."""
        try:
            current = self.begin(operation)
            if revision is not None and revision != current:
                raise RevisionChanged(current)
            return self.follow(operation, plan, pending), current
        finally:
            plan.close()
            self.end()

    def begin(self, operation: Operation) -> str:
        """A read transaction is open; the revision it sees."""
        return self._held(operation, self._begin)

    def follow(self, operation: Operation, plan: Reads[T], pending: Read[Any] | None) -> T:
        """What *plan* returns, driven in the transaction that is open."""
        return self._held(operation, lambda: self._follow(operation, plan, pending))

    def end(self) -> None:
        """No transaction is open."""
        if self._conn.in_transaction:
            self._conn.execute("ROLLBACK")

    def _begin(self) -> str:
        self._conn.execute("BEGIN")
        return stored_revision(self._conn)

    def _follow(self, operation: Operation, plan: Reads[T], pending: Read[Any] | None) -> T:
        try:
            read = next(plan) if pending is None else pending
            while True:
                if operation.stopped:
                    raise ReadCancelled
                read = plan.send(answer(self._conn, read))
        except StopIteration as done:
            result: T = done.value
            return result

    def _held(self, operation: Operation, work: Callable[[], T]) -> T:
        """The result of *work*; while it runs, and only then, stopping *operation* interrupts."""
        with self._lock:
            if operation.stopped:
                raise ReadCancelled
            self._current = operation
        try:
            result = work()
        except sqlite3.Error as error:
            if operation.stopped:
                raise ReadCancelled from error
            raise unreadable(self._path, error) from error
        except AnswerTooLarge as error:
            raise error.with_traceback(None)  # noqa: B904 - its frames hold all that was read, until garbage is collected
        else:
            check_fixed(self._conn, self._path)
            return result
        finally:
            with self._lock:
                self._current = None
