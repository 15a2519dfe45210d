"""A connection that is read where it is asked, on the event loop, by plans that are over sooner than a thread is reached.

The one decision worth knowing: the way to a reader's thread and back takes longer than the reads of a small
operation, so these are read at once, and bounded. A statement is interrupted when its time is over; then, and when
anything else goes wrong, nobody is told: the plan is over, and a new one takes the way to a thread. What cannot be
interrupted is a disk that lets a page wait. So when a plan took long and had to read from one, all take the way to the
threads for a while.

Nor is anything read here while a thread is busy for long: SQLite lets go of the interpreter at every row, and to get
it back from a thread that computes takes a millisecond each time.
"""

from __future__ import annotations

import resource
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from graph_api.errors import StoreError
from graph_api.store.reads import Read, Reads, Turn
from graph_api.store.sqlite.connection import check_fixed, connected
from graph_api.store.sqlite.reads import answer
from graph_api.store.sqlite.status import revision as stored_revision

T = TypeVar("T")

_STEPS = 1000  # of SQLite's machine, some 30 us, between two looks at the clock
_LONG_S = 0.005
_PAUSE = 20  # times as long as it took: a slow disk holds the event loop for a twentieth of the time at most
_WHO = getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)  # only Linux tells of a thread


def blocks_read() -> int:
    """How often this thread had to read from a disk so far."""
    return resource.getrusage(_WHO).ru_inblock


class NearReader:
    """A `protocol.Near`: a read-only connection for the one thread that asks it, and that has read so many *blocks*."""

    def __init__(self, path: Path, most_text: int, blocks: Callable[[], int] = blocks_read) -> None:
        self._path = path
        self._blocks = blocks
        self._seen: int | None = None
        self._until_s = 0.0  # by the clock
        self._until_cpu_s = 0.0  # by the processor's time
        self._pauses_until_s = 0.0
        self._connection = connected(path, most_text)
        self._connection.execute("PRAGMA busy_timeout = 0")
        self._connection.set_progress_handler(self._is_over, _STEPS)

    @property
    def is_quick(self) -> bool:
        """Whether no disk was slow lately."""
        return time.perf_counter() >= self._pauses_until_s

    def revision(self) -> str | None:
        """The revision the store holds now; None when that cannot be told at once."""
        self._begin()
        try:
            found = stored_revision(self._connection)
            check_fixed(self._connection, self._path)
        except (sqlite3.Error, StoreError):
            return None
        return found

    def run(self, plan: Reads[T], *, pending: Read[Any], revision: str) -> tuple[T, str] | None:
        """What *plan* returns and its *revision*; None, and the plan is over, when that cannot be told soon."""
        begun_s = self._begin()
        try:
            return self._driven(plan, pending, revision)
        except (sqlite3.Error, StoreError):
            return None
        finally:
            plan.close()
            self._until_s = float("inf")  # the end is not interrupted
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._ended(time.perf_counter() - begun_s)

    def _begin(self) -> float:
        begun_s = time.perf_counter()
        self._until_s, self._until_cpu_s = begun_s + _LONG_S, time.thread_time() + _LONG_S
        return begun_s

    def _ended(self, took_s: float) -> None:
        """A plan is over. One that was slow without a disk was kept waiting by other programs, as any thread would be."""
        if took_s > _LONG_S:
            seen, self._seen = self._seen, self._blocks()
            if seen is not None and self._seen > seen:
                self._pauses_until_s = time.perf_counter() + _PAUSE * took_s

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
        """Whether 5 ms of the processor are over, which are not before they are by the clock: that is quick to read."""
        return time.perf_counter() > self._until_s and time.thread_time() > self._until_cpu_s
