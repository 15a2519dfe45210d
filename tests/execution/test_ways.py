"""Each way to an answer is taken, and recorded as `Stats.way`. (*Not modified* is the server's: tests/server/graphql.)"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from graph_api.errors import ReadPaused
from graph_api.execution.engine import Answer, Engine
from graph_api.execution.stats import Stats
from graph_api.graph.adjacency import Csr
from graph_api.settings import Settings
from graph_api.store.plans import Read, Rights
from graph_api.store.protocol import Reader, Store
from graph_api.store.sqlite.store import SqliteStore, open_store
from tests.execution.parity import api
from tests.store.build import article, graph

T = TypeVar("T")

pytestmark = pytest.mark.anyio

QUERY = "{ articles { nodes { title } } }"
LONG = "{ articles(first: 100) { nodes { title related(first: 100) { nodes { id title slug } } } } }"  # costs 20,201


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_store(graph(tmp_path / "g.db", article("a", related=["b"]), article("b")))
    yield opened
    await opened.close()


def engine(store: Store, **settings: Any) -> Engine:
    return Engine(api(), store, Settings(**settings))


async def way(engine: Engine, query: str, **options: Any) -> str:
    stats = Stats()
    await engine.execute(query, stats=stats, **options)
    assert stats.paused is None
    return stats.way


def now(engine: Engine, query: str, stats: Stats, most_bytes: int = 10**6) -> Answer | None:
    return engine.answer_now(
        query,
        {},
        None,
        rights=Rights(),
        include_cost=False,
        coding="",
        client="",
        most_bytes=most_bytes,
        stats=stats,
    )


class PausingStore(Store):
    """A store whose connections pause at the second read on the event loop."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def lend_now(self, until_s: float) -> Reader | None:
        reader = self._store.lend_now(until_s + 100)
        return _PausingReader(reader) if reader is not None else reader

    async def lend(self) -> Reader:
        return await self._store.lend()

    def revision_now(self) -> str | None:
        return self._store.revision_now()

    async def revision(self) -> str:
        return await self._store.revision()

    async def adjacency(self, rights: Rights, revision: str) -> Csr | None:
        return await self._store.adjacency(rights, revision)

    async def close(self) -> None:
        await self._store.close()


class _PausingReader:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._left = 1

    @property
    def revision(self) -> str:
        return self._reader.revision

    def answer(self, read: Read[T]) -> T:
        if self._left == 0:
            raise ReadPaused
        self._left -= 1
        return self._reader.answer(read)

    async def in_thread(self, work: Callable[[], T]) -> T:
        self._left = 1000
        return await self._reader.in_thread(work)

    def check(self) -> None:
        self._reader.check()

    def release(self) -> None:
        self._reader.release()


async def test_an_operation_with_a_mistake_is_refused(store: SqliteStore) -> None:
    assert await way(engine(store), "{ nothing }") == "refused"
    assert await way(engine(store, max_answer=10), QUERY) == "refused"


async def test_a_short_operation_is_answered_on_the_event_loop_and_cached(store: SqliteStore) -> None:
    asking = engine(store)
    assert [await way(asking, QUERY) for _ in range(2)] == ["loop", "cached"]


async def test_an_expensive_operation_is_answered_in_a_thread(store: SqliteStore) -> None:
    assert await way(engine(store), LONG) == "thread"


async def test_an_operation_for_which_the_store_is_not_read_on_the_event_loop_goes_on_in_a_thread(
    store: SqliteStore,
) -> None:
    store._quiet_until_s = time.perf_counter() + 100
    assert await way(engine(store), QUERY) == "thread"


async def test_equal_operations_of_a_client_are_joined(store: SqliteStore) -> None:
    asking = engine(store)
    ways = await asyncio.gather(*(way(asking, LONG, client=client) for client in "aab"))
    assert sorted(ways) == ["joined", "thread", "thread"]


# -- without waiting -------------------------------------------------------------------------------------


async def test_a_known_operation_is_answered_now(store: SqliteStore) -> None:
    asking = engine(store, response_cache_bytes=0)
    expected = await asking.execute(QUERY)
    stats = Stats()
    answer = now(asking, QUERY, stats)
    assert answer is not None
    assert (answer.body, stats.way, stats.paused) == (expected.body, "loop", None)
    assert asking.queues.light.running == 0


async def test_a_plan_that_pauses_is_finished_with_the_same_generator_and_connection(
    store: SqliteStore,
) -> None:
    asking = engine(PausingStore(store), response_cache_bytes=0, row_cache_bytes=0)
    expected = await asking.execute(QUERY)
    stats = Stats()
    assert now(asking, QUERY, stats) is None
    assert (asking.queues.light.running, store._pool.idle) == (1, 3)
    first = stats.rows
    answer = await asking.execute(QUERY, stats=stats)
    assert (answer.body, stats.way) == (expected.body, "thread")
    assert first > 0, "what was read before the pause is not read again"
    assert [type(one.read).__name__ for one in stats.reads] == ["Lists", "ArticleRows"]
    assert (asking.queues.light.running, store._pool.idle) == (0, 4)


async def test_an_answer_that_is_too_large_for_now_is_not_made_again(store: SqliteStore) -> None:
    asking = engine(store, response_cache_bytes=0)
    await asking.execute(QUERY)
    stats = Stats()
    assert now(asking, QUERY, stats, most_bytes=10) is None
    await asking.execute(QUERY, stats=stats)
    assert stats.way == "loop"


async def test_a_paused_plan_that_nobody_finishes_gives_back_what_it_holds(store: SqliteStore) -> None:
    asking = engine(PausingStore(store), row_cache_bytes=0, response_cache_bytes=0)
    await asking.execute(QUERY)
    stats = Stats()
    assert now(asking, QUERY, stats) is None
    assert asking.queues.light.running == 1
    stats.close()
    assert (asking.queues.light.running, store._pool.idle) == (0, 4)
