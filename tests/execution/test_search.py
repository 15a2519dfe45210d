"""The search index under an engine: loaded once for a revision and a view, in a thread, then searched on the loop."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from graph_api.execution.engine import Engine
from graph_api.execution.stats import Stats
from graph_api.settings import Settings
from graph_api.store import open_store
from graph_api.store.plans import Rights
from tests.execution.parity import api
from tests.schema.asking import CountingStore
from tests.store.build import article, graph, write

ALL, PUBLISHED = Rights(), Rights(published_only=True)
QUERY = "query ($q: String!) { search(query: $q) { totalCount } }"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return graph(tmp_path / "g.db", article("alpha"), article("beta", published=False))


async def counted(engine: Engine, query: str, rights: Rights = ALL, stats: Stats | None = None) -> int:
    answer = orjson.loads((await engine.execute(QUERY, {"q": query}, rights=rights, stats=stats)).body)
    count: int = answer["data"]["search"]["totalCount"]
    return count


@pytest.mark.anyio
async def test_the_first_search_runs_in_a_thread_and_later_ones_on_the_loop(path: Path) -> None:
    store = await open_store(path)
    engine, first, later = Engine(api(), store, Settings()), Stats(), Stats()
    try:
        assert await counted(engine, "alpha", stats=first) == 1
        assert await counted(engine, "beta", stats=later) == 1
    finally:
        await store.close()
    assert (first.way, later.way) == ("thread", "loop")


@pytest.mark.anyio
async def test_a_search_with_much_work_runs_in_a_thread(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph_api.schema.matching._HEAVY", 20)  # of 2 documents: 10 words, or one prefix
    store = await open_store(path)
    engine, light, heavy = Engine(api(), store, Settings()), Stats(), Stats()
    try:
        assert await counted(engine, "alpha") == 1
        assert await counted(engine, "alph", stats=light) == 0
        assert await counted(engine, "alph* alp*", stats=heavy) == 1
    finally:
        await store.close()
    assert (light.way, heavy.way) == ("loop", "thread")


@pytest.mark.anyio
@pytest.mark.parametrize("row_cache_bytes", [0, 1_000_000])
async def test_an_index_is_read_once_for_each_view_of_a_revision(path: Path, row_cache_bytes: int) -> None:
    store = CountingStore(await open_store(path))
    engine = Engine(api(), store, Settings(row_cache_bytes=row_cache_bytes, response_cache_bytes=0))
    try:
        for rights in (ALL, PUBLISHED):
            assert [await counted(engine, "beta", rights) for _ in range(3)] == [int(rights == ALL)] * 3
    finally:
        await store.close()
    assert store.counted["SearchIndex"] == 2


@pytest.mark.anyio
async def test_a_new_revision_has_a_new_index(path: Path) -> None:
    store = await open_store(path)
    engine = Engine(api(), store, Settings())
    try:
        assert await counted(engine, "gamma") == 0
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            write(connection, [article("gamma")], "two")
        await asyncio.sleep(0.3)  # the engine looks for a new revision four times a second
        assert await counted(engine, "gamma") == 1
        assert await counted(engine, "alpha") == 1
    finally:
        await store.close()
