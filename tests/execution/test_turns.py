"""Large walks do not block the event loop, and stop when they are cancelled."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from graph_api.execution.engine import Answer, Engine
from graph_api.graph.export import GraphFormat
from graph_api.records import EdgeKind
from graph_api.schema.resolvers.exports import exported
from graph_api.schema.resolvers.traversal import Hop, Subgraph
from graph_api.settings import Settings
from graph_api.store import open_store
from graph_api.store.driver import run
from graph_api.store.plans import Pause, Read, Rights
from graph_api.store.sqlite.connection import connected
from graph_api.store.sqlite.reads import answer
from tests.execution.parity import api
from tests.schema.traversing import with_edges
from tests.store.build import ArticleNode, article, graph

NODES = 6000
START = article("n0")
LARGEST = "{ subgraph(limit: 5000) { nodeCount linkCount truncated export(format: DOT) } }"
LINKED = "{ " + " ".join(f"s{n}: subgraph(limit: {5000 - n}) {{ linkCount }}" for n in range(5)) + " }"
FARTHEST = f"""{{ article(by: {{id: "{START.id}"}}) {{ neighborhood(maxDepth: 6, limit: 1000) {{
  nodes {{ ... on Article {{ title url }} }} linkCount truncated }} }} }}"""
PATHS = f"""{{ allPaths(from: "{START.id}", to: "{article(f"n{NODES - 1}").id}", options: {{limit: 100}}) {{
  distance truncated paths {{ explanation }} }} }}"""

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some thousand articles, each listing seven others."""
    return graph(tmp_path_factory.mktemp("turns") / "g.db", *_articles())


def _articles() -> list[ArticleNode]:
    chosen = random.Random(6)
    return [
        article(f"n{number}", related=[f"n{to}" for to in chosen.sample(range(NODES), 7)], day=number)
        for number in range(NODES)
    ]


def _settings(**values: Any) -> Settings:
    return Settings(response_cache_bytes=0, max_cost=10**6, **values)


@pytest.mark.parametrize("query", [LARGEST, FARTHEST, PATHS], ids=["subgraph", "neighborhood", "paths"])
async def test_a_walk_computes_less_than_half_in_one_turn_of_the_event_loop(path: Path, query: str) -> None:
    store = await open_store(path, reader_connections=1)
    try:
        engine = await with_edges(Engine(api(), store, _settings(), loads_adjacency=True))
        shares = [await _longest_share(lambda: engine.execute(query)) for _ in range(3)]
        assert min(shares) < 1 / 2, shares
    finally:
        await store.close()


async def test_a_body_is_rendered_beside_the_event_loop(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", *(article(name, body="&a" * 20_000) for name in "abc"))
    store = await open_store(path, reader_connections=1)
    try:
        engine = Engine(api(), store, _settings())
        await engine.execute("{ articles { nodes { body } } }")  # the rows are in memory
        share = await _longest_share(
            lambda: engine.execute("{ articles { nodes { id body(format: HTML) } } }")
        )
        assert share < 1 / 2
    finally:
        await store.close()


@pytest.mark.parametrize("length", [0, 2000], ids=["short", "long"])
async def test_others_have_their_turn_between_operations_that_are_prepared(path: Path, length: int) -> None:
    happened: list[str] = []
    store = await open_store(path, reader_connections=1)
    engine = Engine(api(), store, _settings())

    async def refused(number: int) -> None:
        await engine.execute(f"{{ nothing{number} }}".ljust(length), client="greedy")
        happened.append("prepared")

    async def other() -> None:
        while happened.count("prepared") < 10:
            happened.append("other")
            await asyncio.sleep(0)

    await asyncio.gather(*(refused(number) for number in range(10)), other())
    await store.close()
    together = [pair for pair in pairwise(happened) if pair == ("prepared", "prepared")]
    assert (happened.count("prepared"), together) == (10, [])


async def test_an_operation_whose_text_is_known_does_not_wait_for_those_that_are_prepared(path: Path) -> None:
    store = await open_store(path, reader_connections=1)
    engine = Engine(api(), store, _settings())
    known = "query($first: Int) { articles(first: $first) { totalCount } }"
    await engine.execute(known, {"first": 1})
    greedy = [asyncio.create_task(engine.execute(f"{{ nothing{number} }}")) for number in range(10)]
    await asyncio.sleep(0)
    answer = await engine.execute(known, {"first": 2})
    waiting = [task for task in greedy if not task.done()]
    await asyncio.gather(*greedy)
    await store.close()
    assert answer.code is None
    assert len(waiting) > 5


async def test_what_is_looked_for_in_all_articles_is_heavy_though_it_answers_little(path: Path) -> None:
    store = await open_store(path, reader_connections=2)
    engine = Engine(api(), store, _settings(reader_connections=2))
    assert engine.queues.heavy.enter()
    query = '{ articles(filter: {related: {title: {contains: "n1"}}}) { totalCount } }'
    waiting = asyncio.create_task(engine.execute(query))
    await asyncio.sleep(0)
    plain = await engine.execute('{ articles(filter: {title: {contains: "n1"}}) { totalCount } }')
    assert (plain.code, engine.queues.heavy.waiting, waiting.done()) == (None, 1, False)
    engine.queues.heavy.leave()
    assert (await waiting).code is None
    await store.close()


async def _longest_share(work: Callable[[], Awaitable[Answer]]) -> float:
    """The part of all computing for an answer that its longest turn of the event loop did; 0 when no turn took 10 ms.
    Processor time, so that it does not count how busy the machine is."""
    started, longest, busy = time.process_time(), 0.0, asyncio.ensure_future(work())
    while not busy.done():
        begun = time.thread_time()
        await asyncio.sleep(0)
        longest = max(longest, time.thread_time() - begun)
    answer = await busy
    assert answer.code is None, answer.body[:200]
    return longest / (time.process_time() - started) if longest > 0.01 else 0


@pytest.mark.parametrize("with_arrays", [True, False], ids=["edges", "store"])
async def test_a_cancelled_walk_ends_and_its_reader_comes_back(path: Path, *, with_arrays: bool) -> None:
    store = await open_store(path, reader_connections=1)
    try:
        engine = Engine(api(), store, _settings(row_cache_bytes=0), loads_adjacency=with_arrays)
        if with_arrays:
            await with_edges(engine)
        begun = time.perf_counter()
        await engine.execute(LINKED)
        whole = time.perf_counter() - begun
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(whole / 20):
                await engine.execute(LINKED)
        begun = time.perf_counter()
        await engine.execute("{ articles { totalCount } }")  # waits for the only reader
        assert time.perf_counter() - begun < whole / 2
    finally:
        await store.close()


def test_an_export_offers_a_turn_with_every_chunk_of_its_text(path: Path) -> None:
    nodes = Hop(0, tuple(article(f"n{number}").key for number in range(1000)))
    plan = exported(
        [Subgraph((nodes,), cut=False, kinds=frozenset({EdgeKind.LISTED}))], Rights(), GraphFormat.GEXF
    )
    turns = 0

    def seen(read: Read[Any], *_: object) -> None:
        nonlocal turns
        turns += isinstance(read, Pause)

    with closing(connected(path)) as connection:
        [chunks] = run(plan, partial(answer, connection), seen)
    text = "".join(chunks)
    assert text.count("<node ") == 1000
    assert turns > len(text) // 100_000 >= 5
