"""Driving a plan: from memory while that knows the rows, the rest in one hop to the store.

What memory answers runs on the event loop, so it gets a few milliseconds there and no more: a long walk is
taken to the store's thread in the middle, and goes on from the edges in memory there.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from graph_api.execution.edges import Edges, mapped_edges
from graph_api.execution.memory import Memory
from graph_api.store.protocol import RevisionMoved, Store
from graph_api.store.reads import EdgesAmong, Read, Reads, StepRows

T = TypeVar("T")
Seen = list[tuple[Read[Any], Any]]

_LOOK_EVERY_S = 0.25  # so long may an answer from memory be behind the store
_TURN_S = 0.003  # so long may a plan keep the event loop before the store's thread takes it over


class Driver:
    """Answers plans from rows in memory, from the edges in the file *adjacency*, and from the store;
    *row_cache_bytes* 0 keeps no rows."""

    def __init__(self, store: Store, row_cache_bytes: int, adjacency: Path | None = None) -> None:
        self._store = store
        self._adjacency = adjacency
        self._capacity = row_cache_bytes
        self._memory = Memory("", row_cache_bytes)
        self._looked = -_LOOK_EVERY_S

    async def revision(self) -> str:
        """The revision of the content, looked up in the store now and then."""
        now = time.monotonic()
        if now - self._looked > _LOOK_EVERY_S:
            self._looked = now
            self._saw(await self._store.revision())
        return self._memory.revision

    async def run(self, plan: Callable[[], Reads[T]]) -> tuple[T, str]:
        """What the plan returns and the one revision it was made from.

        *plan* makes the generator: it is made again when the content changed between memory and store.
        """
        await self.revision()
        try:
            return await self._continued(plan(), self._memory)
        except RevisionMoved:
            return await self._stored(plan())

    async def _continued(self, plan: Reads[T], memory: Memory) -> tuple[T, str]:
        rows: Any = None
        until = time.perf_counter() + _TURN_S
        try:
            while True:
                read = plan.send(rows)
                rows = memory.rows(read) if time.perf_counter() < until else None
                if rows is None:
                    break
        except StopIteration as done:
            return done.value, memory.revision
        return await self._stored(plan, read, memory)

    async def _stored(
        self, plan: Reads[T], pending: Read[Any] | None = None, memory: Memory | None = None
    ) -> tuple[T, str]:
        """What the plan returns, from the store; with *memory* only of its revision, and helped by its edges."""
        edges = memory.edges if memory else None
        on_thread = _OnThread(edges, learns=self._capacity > 0)
        watched = on_thread.watched(plan, pending)
        if pending is not None:
            pending = next(watched)
        try:
            result, revision = await self._store.run(
                watched, pending=pending, revision=memory.revision if memory else None
            )
        except asyncio.CancelledError:
            on_thread.stopped = True
            raise
        self._saw(revision)
        for read, answer in on_thread.seen:
            self._memory.learn(read, answer)
        return result, revision

    def _saw(self, revision: str) -> None:
        if self._memory.revision != revision:
            edges = mapped_edges(self._adjacency, revision) if self._adjacency else None
            self._memory = Memory(revision, self._capacity, edges)


class _OnThread:
    """A plan on the store's thread: walks are answered from *edges*, all else from the store, and *seen*."""

    def __init__(self, edges: Edges | None, *, learns: bool) -> None:
        self.seen: Seen = []
        self.stopped = False  # set when nobody waits any more: the next read goes to the store, which ends it
        self._edges = edges
        self._learns = learns

    def watched(self, plan: Reads[T], pending: Read[Any] | None) -> Reads[T]:
        """*plan* itself; a begun plan waits for *pending*, which is the first read in any case."""
        try:
            read = next(plan) if pending is None else pending
            answer = yield read
            while True:
                if self._learns and not isinstance(read, StepRows | EdgesAmong):
                    self.seen.append((read, answer))
                read = plan.send(answer)
                answer = self._from_edges(read)
                if answer is None:
                    answer = yield read
        except StopIteration as done:
            result: T = done.value
            return result

    def _from_edges(self, read: Read[Any]) -> Any:  # Any: what the read is answered with
        if self._edges is None or self.stopped or not isinstance(read, StepRows | EdgesAmong):
            return None
        return self._edges.rows(read)
