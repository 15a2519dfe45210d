"""Plans driven on the calling thread: for programs without an event loop, and for `graph-api explain`."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import Any, TypeVar

from graph_api.store import driver
from graph_api.store.location import TracedRead
from graph_api.store.reads import Read, Reads
from graph_api.store.sqlite.reads import answer

T = TypeVar("T")


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
