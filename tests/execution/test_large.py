"""Large answers are made in a thread, with the bytes that Strawberry's executor gives."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from graph_api.execution.encoding import SizeBudget, encoded, texts
from graph_api.execution.engine import Engine
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import open_store
from tests.execution import ordinary
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


async def test_a_large_answer_has_the_bytes_of_one_made_whole(engine: Engine, database: Path) -> None:
    in_pieces = await engine.execute(LARGE, include_cost=True)
    again = await engine.execute(LARGE, include_cost=True)
    whole = await ordinary.execute(engine, database, LARGE, include_cost=True)
    assert in_pieces.body == again.body == whole.body
    answer = orjson.loads(in_pieces.body)
    assert answer["extensions"]["cost"]["requested"] > 40_000
    assert (
        len(answer["data"]["articles"]["nodes"][0]["related"]["edges"][0]["node"]["related"]["nodes"]) == 20
    )


def test_a_long_text_in_pieces_has_the_bytes_of_one_encoded_whole() -> None:
    long = 'ä"\n\u2028\\' * 200_000
    budget = SizeBudget(10**9)
    made = texts([long, "short", None], budget.take)
    assert encoded({"texts": made}) == orjson.dumps({"texts": [long, "short", None]})
    assert budget.taken == len(orjson.dumps(long)) + len("short")


async def test_a_large_answer_is_made_beside_the_event_loop(engine: Engine) -> None:
    shares = [await _longest_share(engine) for _ in range(3)]
    assert min(shares) < 1 / 4, shares


async def _longest_share(engine: Engine) -> float:
    """The part of all computing for one large answer that its longest turn of the event loop did. Processor
    time, so that it does not count how busy the machine is."""
    started, longest = time.process_time(), 0.0
    asked = asyncio.create_task(engine.execute(LARGE))
    while not asked.done():
        begun = time.thread_time()
        await asyncio.sleep(0)
        longest = max(longest, time.thread_time() - begun)
    assert asked.result().code is None
    return longest / (time.process_time() - started)
