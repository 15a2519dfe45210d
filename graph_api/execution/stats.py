"""What becomes of one operation, noted while it runs, for whoever wants to tell of it: a log, metrics, traces.

Why notes and no calls: nothing here knows of those who read them, an operation that nobody asks about costs
next to nothing, and what was noted on a store's thread is read when all is over.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from graph_api.execution.plan import Plan
from graph_api.store.reads import Read, Reads

T = TypeVar("T")


class Phase(NamedTuple):
    """A part of the work, between two moments of `time.perf_counter`."""

    name: str
    begun_s: float
    ended_s: float


class Answered(NamedTuple):
    """A read, how many rows came, and when; of the first one that the store answers the way there too."""

    read: Read[Any]
    rows: int
    begun_s: float
    ended_s: float

    @property
    def walks(self) -> bool:
        """Whether it is a step of a walk."""
        return self.read.is_walk_step


class Watch:
    """One operation. *operation* is its name, empty without one; *cache* tells where its answer comes from:
    "hit" (it was there, or was made for another), "rows" (made from rows in memory), "miss" (from the store), empty
    when there is none. *asked_s* is when the engine was asked, infinity before."""

    __slots__ = ("_reads", "asked_s", "cache", "cost", "operation", "phases", "plan", "rows", "text")

    def __init__(self) -> None:
        self.asked_s = float("inf")
        self.operation = ""
        self.text = ""
        self.cost = 0
        self.cache = ""
        self.rows = 0
        self.plan: Plan | None = None
        self.phases: list[Phase] = []
        self._reads: list[tuple[Read[Any], int, float, float]] = []  # a named tuple takes six times as long

    @property
    def reads(self) -> list[Answered]:
        """The reads that were answered, in order."""
        return [Answered(*each) for each in self._reads]

    @contextmanager
    def phase(self, name: str) -> Generator[None]:
        """What is done meanwhile is noted as *name*."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.phases.append(Phase(name, begun, time.perf_counter()))

    def watched(self, plan: Reads[T]) -> Reads[T]:
        """*plan* itself; its reads are noted."""
        rows: Any = None
        clock, noted = time.perf_counter, self._reads.append
        try:
            while True:
                read = plan.send(rows)
                begun = clock()
                rows = yield read
                count = read.row_count(rows)
                if count is None:
                    continue
                self.rows += count
                noted((read, count, begun, clock()))
        except StopIteration as done:
            result: T = done.value
            return result
        finally:
            plan.close()
