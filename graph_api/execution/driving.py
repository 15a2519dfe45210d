"""Driving a plan: from memory while that knows the rows, the rest in one hop to the store."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from graph_api.execution.memory import Memory
from graph_api.store.protocol import RevisionMoved, Store
from graph_api.store.reads import Read, Reads

T = TypeVar("T")
Seen = list[tuple[Read[Any], Any]]

_LOOK_EVERY_S = 0.25  # so long may an answer from memory be behind the store


class Driver:
    """Answers plans from rows in memory and from the store; *row_cache_bytes* 0 keeps nothing."""

    def __init__(self, store: Store, row_cache_bytes: int) -> None:
        self._store = store
        self._capacity = row_cache_bytes
        self._memory: Memory | None = None
        self._looked = 0.0

    async def run(self, plan: Callable[[], Reads[T]]) -> tuple[T, str]:
        """What the plan returns and the one revision it was made from.

        *plan* makes the generator: it is made again when the content changed between memory and store.
        """
        memory = await self._current()
        if memory is not None:
            try:
                return await self._continued(plan(), memory)
            except RevisionMoved:
                self._memory = None
        seen: Seen = []
        result, revision = await self._store.run(_watched(plan(), seen))
        self._learn(seen, revision)
        return result, revision

    async def _current(self) -> Memory | None:
        """What is remembered, as long as the store holds the revision it belongs to: looked up now and then."""
        now = time.monotonic()
        if self._memory is not None and now - self._looked > _LOOK_EVERY_S:
            self._looked = now
            if await self._store.revision() != self._memory.revision:
                self._memory = None
        return self._memory

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
        seen: Seen = []
        watched = _watched(plan, seen, read)
        next(watched)
        result, revision = await self._store.run(watched, pending=read, revision=memory.revision)
        self._learn(seen, revision)
        return result, revision

    def _learn(self, seen: Seen, revision: str) -> None:
        if not self._capacity:
            return
        if self._memory is None or self._memory.revision != revision:
            self._memory = Memory(revision, self._capacity)
        for read, answer in seen:
            self._memory.learn(read, answer)


def _watched(plan: Reads[T], seen: Seen, pending: Read[Any] | None = None) -> Reads[T]:
    """*plan* itself, noting every read with its answer; begun plans wait for *pending*."""
    try:
        read = next(plan) if pending is None else pending
        while True:
            rows = yield read
            seen.append((read, rows))
            read = plan.send(rows)
    except StopIteration as done:
        result: T = done.value
        return result
