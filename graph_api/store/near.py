"""A connection that is read where it is asked, on the event loop, by plans that are over sooner than a thread is reached.

The one decision worth knowing: the way to a reader's thread and back takes longer than the reads of a small
operation, so these are read at once, and bounded. A statement is interrupted when its time is over; then, and when
anything else goes wrong, nobody is told: the plan is over, and a new one takes the way to a thread. What cannot be
interrupted is a disk that lets a page wait. So where plans take long, whatever the reason, all take the way to the
threads for a while.

Nor is anything read here while a thread is busy for long: SQLite lets go of the interpreter at every row, and to get
it back from a thread that computes takes a millisecond each time.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any, TypeVar

from graph_api.errors import StoreError
from graph_api.store.opening import check_fixed, connected
from graph_api.store.reads import Read, Reads, Turn
from graph_api.store.sql_reads import answer
from graph_api.store.sql_status import revision as stored_revision

T = TypeVar("T")

_STEPS = 1000  # of SQLite's machine, some 30 us, between two looks at the clock
_LONG_S = 0.005
_REPAID = 20  # times the time that was lost: in the long run a twentieth of all is lost at most
_OWED_S = 2.0  # so much may have to be repaid: now and then the machine is busy, and no disk is slow


class NearReader:
    """A `protocol.Near`: a read-only connection for the one thread that asks it."""

    def __init__(self, path: Path, most_text: int) -> None:
        self._path = path
        self._until_s = 0.0
        self._repaid_s = 0.0  # when all is repaid
        self._connection = connected(path, most_text)
        self._connection.execute("PRAGMA busy_timeout = 0")
        self._connection.set_progress_handler(self._is_over, _STEPS)

    @property
    def is_quick(self) -> bool:
        """Whether little took long lately."""
        return self._repaid_s - time.perf_counter() < _OWED_S

    def revision(self) -> str | None:
        """The revision the store holds now; None when that cannot be told at once."""
        self._until_s = time.thread_time() + _LONG_S
        try:
            found = stored_revision(self._connection)
            check_fixed(self._connection, self._path)
        except (sqlite3.Error, StoreError):
            return None
        return found

    def run(self, plan: Reads[T], *, pending: Read[Any], revision: str) -> tuple[T, str] | None:
        """What *plan* returns and its *revision*; None, and the plan is over, when that cannot be told soon."""
        begun_s, self._until_s = time.perf_counter(), time.thread_time() + _LONG_S
        try:
            return self._driven(plan, pending, revision)
        except (sqlite3.Error, StoreError):
            return None
        finally:
            plan.close()
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            ended_s = time.perf_counter()
            if ended_s - begun_s > _LONG_S:
                self._repaid_s = max(self._repaid_s, ended_s) + _REPAID * (ended_s - begun_s)

    def close(self) -> None:
        """The connection is closed."""
        self._connection.close()

    def _driven(self, plan: Reads[T], read: Read[Any], revision: str) -> tuple[T, str] | None:
        self._connection.execute("BEGIN")
        if stored_revision(self._connection) != revision:
            return None
        try:
            while not (self._is_over() or (isinstance(read, Turn) and read.apart)):
                read = plan.send(answer(self._connection, read))
        except StopIteration as done:
            check_fixed(self._connection, self._path)
            return done.value, revision
        return None

    def _is_over(self) -> bool:
        return time.thread_time() > self._until_s
