"""A plan driven in the open: every read with the statements it became, for `graph-api explain`."""

from __future__ import annotations

import time
from collections.abc import Sized
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from graph_api.store.reads import Adjacency, Read, Reads, Turn
from graph_api.store.sqlite.connection import clear_errors, connected
from graph_api.store.sqlite.reads import answer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TracedRead:
    """One read, the SQL it became with its parameters filled in, how many rows came, and how long it took."""

    read: Read[Any]
    statements: tuple[str, ...]
    rows: int
    seconds: float


def traced(path: Path, plan: Reads[T]) -> tuple[T, list[TracedRead]]:
    """What *plan* returns, driven over the database at *path* in one transaction, and its reads in order."""
    reads: list[TracedRead] = []
    with clear_errors(path), closing(connected(path)) as connection:
        statements: list[str] = []
        connection.execute("BEGIN")
        connection.set_trace_callback(statements.append)
        try:
            read = next(plan)
            while True:
                statements.clear()
                begun = time.perf_counter()
                rows = answer(connection, read)
                took = time.perf_counter() - begun
                count = len(rows) if isinstance(rows, Sized) else 1
                if not isinstance(read, Turn | Adjacency):
                    reads.append(TracedRead(read, tuple(statements), count, took))
                read = plan.send(rows)
        except StopIteration as done:
            result: T = done.value
            return result, reads
