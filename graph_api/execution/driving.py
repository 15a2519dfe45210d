"""Driving a plan: from memory while that knows the rows, the rest in one hop to the store."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from graph_api.execution.edges import mapped_edges
from graph_api.execution.memory import Memory
from graph_api.store.protocol import RevisionMoved, Store
from graph_api.store.reads import Read, Reads

T = TypeVar("T")
Seen = list[tuple[Read[Any], Any]]

_LOOK_EVERY_S = 0.25  # so long may an answer from memory be behind the store


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
        try:
            while True:
                read = plan.send(rows)
                rows = memory.rows(read)
                if rows is None:
                    break
        except StopIteration as done:
            return done.value, memory.revision
        return await self._stored(plan, read, memory.revision)

    async def _stored(
        self, plan: Reads[T], pending: Read[Any] | None = None, revision: str | None = None
    ) -> tuple[T, str]:
        if not self._capacity:
            return await self._store.run(plan, pending=pending, revision=revision)
        seen: Seen = []
        watched = _watched(plan, seen, pending)
        if pending is not None:
            next(watched)
        result, revision = await self._store.run(watched, pending=pending, revision=revision)
        self._saw(revision)
        for read, answer in seen:
            self._memory.learn(read, answer)
        return result, revision

    def _saw(self, revision: str) -> None:
        if self._memory.revision != revision:
            edges = mapped_edges(self._adjacency, revision) if self._adjacency else None
            self._memory = Memory(revision, self._capacity, edges)


def _watched(plan: Reads[T], seen: Seen, pending: Read[Any] | None) -> Reads[T]:
    """*plan* itself, noting every read with its answer; a begun plan waits for *pending*."""
    try:
        read = next(plan) if pending is None else pending
        while True:
            rows = yield read
            seen.append((read, rows))
            read = plan.send(rows)
    except StopIteration as done:
        result: T = done.value
        return result
