"""Asking an API over a graph in words: every question runs compiled and on the ordinary executor, and the
two must agree to the byte."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import orjson

from graph_api.execution.engine import Answer, Engine
from graph_api.graph.adjacency import Csr
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import open_store
from graph_api.store.protocol import Snapshot, Store
from graph_api.store.reads import Read, Reads, Rights

T = TypeVar("T")


def ask(path: Path, query: str, settings: Settings | None = None, **variables: Any) -> Any:
    """The data that the graph at *path* answers; the answer has no errors."""
    answer = _both(path, query, settings, variables)
    assert answer.executed, answer.body
    body = orjson.loads(answer.body)
    assert "errors" not in body, body
    return body["data"]


def refusal(path: Path, query: str, settings: Settings | None = None, **variables: Any) -> list[Any]:
    """The errors with which the whole operation is refused."""
    answer = _both(path, query, settings, variables)
    assert not answer.executed, answer.body
    body = orjson.loads(answer.body)
    assert "data" not in body
    errors: list[Any] = body["errors"]
    return errors


def reads(path: Path, query: str, *, compiled: bool, **variables: Any) -> Counter[str]:
    """How many reads of each kind the store gets for one operation, and under `hops` how many calls."""

    async def run() -> Counter[str]:
        store = await open_store(path, reader_connections=1)
        try:
            counting = CountingStore(store)
            answer = await Engine(build_schema(), counting, Settings(row_cache_bytes=0)).execute(
                query, variables, compiled=compiled
            )
            assert b'"errors"' not in answer.body, answer.body
            return counting.counted
        finally:
            await store.close()

    return asyncio.run(run())


def _both(path: Path, query: str, settings: Settings | None, variables: dict[str, Any]) -> Answer:
    async def run() -> tuple[Answer, Answer]:
        store = await open_store(path, reader_connections=1)
        try:
            engine = Engine(build_schema(), store, settings or Settings())
            compiled = await engine.execute(query, variables)
            return compiled, await engine.execute(query, variables, compiled=False)
        finally:
            await store.close()

    compiled, ordinary = asyncio.run(run())
    assert compiled.body == ordinary.body
    assert compiled.executed == ordinary.executed
    return compiled


class CountingStore:
    """A store that counts what it is asked."""

    near = None

    def __init__(self, store: Store) -> None:
        self._store = store
        self.counted: Counter[str] = Counter()

    async def run(
        self, plan: Reads[T], *, pending: Read[Any] | None = None, revision: str | None = None
    ) -> tuple[T, str]:
        self.counted["hops"] += 1
        counted = self._counting(plan, pending)
        if pending is not None:
            next(counted)
        return await self._store.run(counted, pending=pending, revision=revision)

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        return self._snapshot()

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[Snapshot]:
        async with self._store.snapshot() as snapshot:
            yield _CountingSnapshot(self, snapshot)

    async def adjacency(self, rights: Rights, revision: str) -> Csr | None:
        return await self._store.adjacency(rights, revision)

    async def revision(self) -> str:
        return await self._store.revision()

    async def close(self) -> None:
        await self._store.close()

    def _counting(self, plan: Reads[T], pending: Read[Any] | None = None) -> Reads[T]:
        try:
            read = next(plan) if pending is None else pending
            while True:
                self.counted[type(read).__name__] += 1
                read = plan.send((yield read))
        except StopIteration as done:
            result: T = done.value
            return result

    def count(self, plan: Reads[T]) -> Reads[T]:
        """*plan*, its reads counted."""
        self.counted["hops"] += 1
        return self._counting(plan)


class _CountingSnapshot:
    def __init__(self, store: CountingStore, snapshot: Snapshot) -> None:
        self._store = store
        self._snapshot = snapshot

    @property
    def revision(self) -> str:
        return self._snapshot.revision

    async def run(self, plan: Reads[T]) -> T:
        return await self._snapshot.run(self._store.count(plan))
