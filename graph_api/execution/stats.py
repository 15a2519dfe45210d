"""Statistics of one operation, recorded while it runs, for the log, metrics and traces.

Recording calls no observer, so that it costs little. Threads record too; the record is read after the operation.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

from graph_api.execution.plan import Plan
from graph_api.store.plans import Read


class Phase(NamedTuple):
    """A part of the work, between two moments of `time.perf_counter`."""

    name: str
    begun_s: float
    ended_s: float


class Answered(NamedTuple):
    """A read, the number of its rows, and when it was answered."""

    read: Read[Any]
    rows: int
    begun_s: float
    ended_s: float

    @property
    def walks(self) -> bool:
        """Whether it is a step of a walk."""
        return self.read.is_walk_step


class Paused(Protocol):
    """An operation that was begun, and that `Engine.execute` continues: see `executor.Execution`."""

    @property
    def body(self) -> bytes:
        """The bytes of the answer, after `finish`."""
        ...

    @property
    def revision(self) -> str:
        """The revision of all rows in it, after `finish`."""
        ...

    def record_in(self, stats: Stats) -> None:
        """Move the record to *stats*."""
        ...

    async def finish(self) -> None:
        """Finish the plan."""
        ...

    def close(self) -> None:
        """Release what it holds; the plan cannot continue."""
        ...


class Stats:
    """One operation. *operation* is its name, empty without one; *way* is how it was answered ("refused", "cached",
    "joined", "loop" or "thread"; see README.md); *cache* is where the answer comes from: "hit" (made before, or for
    another request), "rows" (from cached rows), "miss" (from the store), empty when there is none. *asked_s* is when
    the engine was asked, infinity before. *paused* is what `Engine.answer_now` began and `Engine.execute` finishes."""

    __slots__ = (
        "_reads",
        "asked_s",
        "cache",
        "cost",
        "operation",
        "paused",
        "phases",
        "plan",
        "rows",
        "text",
        "way",
    )

    def __init__(self) -> None:
        self.asked_s = float("inf")
        self.operation = ""
        self.text = ""
        self.cost = 0
        self.cache = ""
        self.way = ""
        self.rows = 0
        self.plan: Plan | None = None
        self.paused: Paused | None = None
        self.phases: list[Phase] = []
        self._reads: list[tuple[Read[Any], int, float, float]] = []  # a named tuple takes six times as long

    @property
    def reads(self) -> list[Answered]:
        """The reads that were answered, in order."""
        return [Answered(*each) for each in self._reads]

    @contextmanager
    def phase(self, name: str) -> Generator[None]:
        """Record how long the block takes."""
        begun_s = time.perf_counter()
        try:
            yield
        finally:
            self.phase_ended(name, begun_s)

    def phase_ended(self, name: str, begun_s: float) -> None:
        """Record a phase that ends now; `phase` takes five times as long."""
        self.phases.append(Phase(name, begun_s, time.perf_counter()))

    def prepared(self, name: str, cost: int, plan: Plan) -> None:
        """Record the operation that runs."""
        self.operation, self.cost, self.plan = name, cost, plan

    def seen(self, read: Read[Any], rows: Any, begun_s: float, ended_s: float) -> None:
        """Record a read and its answer: `store.driver.drive` calls this."""
        count = read.row_count(rows)
        if count is not None:
            self.rows += count
            self._reads.append((read, count, begun_s, ended_s))

    def continue_from(self, other: Stats) -> None:
        """Take over what *other* recorded of the same operation, and its paused plan."""
        self.phases, self._reads, self.rows = other.phases, other._reads, other.rows
        self.cache, self.way = other.cache, other.way
        self.paused, other.paused = other.paused, None

    def close(self) -> None:
        """Release the connection and turn of a paused plan, at the end of the operation."""
        paused, self.paused = self.paused, None
        if paused is not None:
            paused.close()
