"""Asking an API over a graph in words: every question runs compiled and on the ordinary executor, and the
two must agree to the byte."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import orjson

from graph_api.execution.engine import Answer, Engine
from graph_api.graph.adjacency import Csr
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import at, open_store
from graph_api.store.plans import Read, Reads, Rights
from graph_api.store.protocol import Reader, Store
from tests.execution import ordinary

T = TypeVar("T")


def ask(path: Path, query: str, settings: Settings | None = None, **variables: Any) -> Any:
    """The data that the graph at *path* answers; the answer has no errors."""
    answer = _both(path, query, settings, variables)
    assert answer.executed, answer.body
    body = orjson.loads(answer.body)
    assert "errors" not in body, body
    return body["data"]


def ask_now(path: Path, query: str, **variables: Any) -> Any:
    """As `ask`, for an operation that reads the clock: it runs once, compiled."""

    async def run() -> Answer:
        store = await open_store(path, reader_connections=1)
        try:
            return await Engine(build_schema(), store, Settings()).execute(query, variables)
        finally:
            await store.close()

    body = orjson.loads(asyncio.run(run()).body)
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
    """How many reads of each kind the store gets for one operation, and under `hops` how many connections it lends."""

    async def run() -> Counter[str]:
        store = await open_store(path, reader_connections=1)
        try:
            counting = CountingStore(store)
            engine = Engine(build_schema(), counting, Settings(row_cache_bytes=0))
            if compiled:
                answer = await engine.execute(query, variables)
            else:
                answer = await _ordinary(engine, counting, path, query, variables)
            assert b'"errors"' not in answer.body, answer.body
            return counting.counted
        finally:
            await store.close()

    return asyncio.run(run())


async def _ordinary(
    engine: Engine, counting: CountingStore, path: Path, query: str, variables: dict[str, Any]
) -> Answer:
    with at(path).session() as session:

        def counted(plan: Reads[T]) -> T:
            counting.counted["hops"] += 1
            return session.run(_counting(plan, counting.counted))

        return await ordinary.execute_with(counted, engine, query, variables)


def _counting(plan: Reads[T], counted: Counter[str]) -> Reads[T]:
    """*plan*, its reads counted."""
    rows: Any = None
    try:
        while True:
            read = plan.send(rows)
            counted[type(read).__name__] += 1
            rows = yield read
    except StopIteration as done:
        result: T = done.value
        return result


def _both(path: Path, query: str, settings: Settings | None, variables: dict[str, Any]) -> Answer:
    async def run() -> tuple[Answer, Answer]:
        store = await open_store(path, reader_connections=1)
        try:
            engine = Engine(build_schema(), store, settings or Settings())
            compiled = await engine.execute(query, variables)
            return compiled, await ordinary.execute(engine, path, query, variables)
        finally:
            await store.close()

    compiled, expected = asyncio.run(run())
    assert compiled.body == expected.body
    assert compiled.executed == expected.executed
    return compiled


class CountingStore(Store):
    """A store that counts what it is asked, and is never read on the event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.counted: Counter[str] = Counter()

    def lend_now(self, until_s: float) -> Reader | None:
        del until_s
        return None

    async def lend(self) -> Reader:
        self.counted["hops"] += 1
        return _CountingReader(await self._store.lend(), self.counted)

    def revision_now(self) -> str | None:
        return self._store.revision_now()

    async def adjacency(self, rights: Rights, revision: str) -> Csr | None:
        return await self._store.adjacency(rights, revision)

    async def revision(self) -> str:
        return await self._store.revision()

    async def close(self) -> None:
        await self._store.close()


class _CountingReader:
    def __init__(self, reader: Reader, counted: Counter[str]) -> None:
        self._reader = reader
        self._counted = counted

    @property
    def revision(self) -> str:
        return self._reader.revision

    def answer(self, read: Read[T]) -> T:
        self._counted[type(read).__name__] += 1
        return self._reader.answer(read)

    async def in_thread(self, work: Callable[[], T]) -> T:
        return await self._reader.in_thread(work)

    def check(self) -> None:
        self._reader.check()

    def release(self) -> None:
        self._reader.release()
