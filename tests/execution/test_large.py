"""Large answers are made beside the event loop, and are the same bytes as small ones' would be."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from graph_api.execution import engine as engines
from graph_api.execution.engine import Engine
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store.sqlite import open_store
from tests.store.build import article, graph

COUNT, RELATED = 1500, 20
LARGE = """{
  articles(first: 100) {
    nodes { id title related(first: 20) { edges { position node {
      title quality publishedDateTime provider { name } topics { name } ... on Node { id }
      related(first: 20) { nodes { id title } }
    } } } }
  }
}"""
STALL_S = 0.010


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    articles = [
        article(
            f"a{place}",
            title=f'"{place}" \u2028 ä',
            day=place,
            provider=f"{place % 7}.org",
            topics=[f"t{place % 5}", f"t{place % 3}"] if place % 15 else [],
            related=[f"a{(place * 37 + step * 101) % COUNT}" for step in range(1, RELATED + 1)],
        )
        for place in range(COUNT)
    ]
    return graph(tmp_path_factory.mktemp("large") / "graph.sqlite", *articles)


@pytest.fixture
async def engine(database: Path) -> AsyncIterator[Engine]:
    store = await open_store(database, reader_connections=1)
    yield Engine(build_schema(), store, Settings(response_cache_bytes=0, max_cost=10**6))
    await store.close()


async def test_a_large_answer_has_the_bytes_of_one_made_whole(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_pieces = await engine.execute(LARGE, tell_cost=True)
    again = await engine.execute(LARGE, tell_cost=True)
    ordinary = await engine.execute(LARGE, tell_cost=True, compiled=False)
    monkeypatch.setattr(engines, "_LARGE_COST", 10**6)
    whole = await engine.execute(LARGE, tell_cost=True)
    assert in_pieces.body == again.body == ordinary.body == whole.body
    answer = orjson.loads(in_pieces.body)
    assert answer["extensions"]["cost"]["requested"] > 40_000
    assert (
        len(answer["data"]["articles"]["nodes"][0]["related"]["edges"][0]["node"]["related"]["nodes"]) == 20
    )


async def test_a_large_answer_does_not_hold_the_event_loop(engine: Engine) -> None:
    """Counted in this process' processor time, since on a busy machine all clocks stall."""
    rounds = [await _longest_stall_s(engine) for _ in range(6)]
    assert min(rounds) < STALL_S, [f"{1000 * stall:.1f} ms" for stall in rounds]


async def _longest_stall_s(engine: Engine) -> float:
    """The longest time the event loop was not free while one large answer was made."""
    longest_s, last = 0.0, time.process_time()
    asked = asyncio.create_task(engine.execute(LARGE))
    while not asked.done():
        await asyncio.sleep(0.0002)
        now = time.process_time()
        longest_s, last = max(longest_s, now - last), now
    assert asked.result().code is None
    return longest_s
