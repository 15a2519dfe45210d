"""Plans driven on the calling thread: for programs without an event loop, and for `graph-api explain`."""

from __future__ import annotations

import sqlite3
import time
from typing import TypeVar

from graph_api.store.location import TracedRead
from graph_api.store.reads import Reads
from graph_api.store.sqlite.reads import answer

T = TypeVar("T")


class SqliteSession:
    """A `Session`: a connection in a read transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, plan: Reads[T], /) -> T:
        """What *plan* returns."""
        try:
            read = next(plan)
            while True:
                read = plan.send(answer(self._connection, read))
        except StopIteration as done:
            result: T = done.value
            return result

    def traced(self, plan: Reads[T]) -> tuple[T, list[TracedRead]]:
        """What *plan* returns, and its reads with the SQL of each, parameters filled in."""
        reads: list[TracedRead] = []
        statements: list[str] = []
        self._connection.set_trace_callback(statements.append)
        try:
            return self.run(self._recorded(plan, statements, reads)), reads
        finally:
            self._connection.set_trace_callback(None)

    def _recorded(self, plan: Reads[T], statements: list[str], reads: list[TracedRead]) -> Reads[T]:
        try:
            read = next(plan)
            while True:
                statements.clear()
                begun_s = time.perf_counter()
                rows = yield read
                took_s = time.perf_counter() - begun_s
                if (count := read.row_count(rows)) is not None:
                    reads.append(TracedRead(read, tuple(statements), count, took_s))
                read = plan.send(rows)
        except StopIteration as done:
            result: T = done.value
            return result
