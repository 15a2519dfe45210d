"""The edges in memory: those that a caller may see, and never those of another caller."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from graph_api.execution.engine import Engine
from graph_api.settings import Settings
from graph_api.store import open_store
from graph_api.store.plans import Rights
from tests.execution.parity import api
from tests.schema.traversing import with_edges
from tests.store.build import article, graph, provider, topic

ALL, PUBLISHED = Rights(), Rights(published_only=True)
A, B, HIDDEN, C = (article(name).key for name in ("a", "b", "hidden", "c"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return graph(
        tmp_path / "g.db",
        article("a", related=["b", "hidden", "c"], topics=["seen", "unseen"], provider="unseen.org"),
        article("hidden", related=["a", "b"], topics=["seen", "unseen"], published=False),
        topic("seen"),
        topic("unseen", hidden=True),
        provider("unseen.org", hidden=True),
    )


@pytest.mark.anyio
@pytest.mark.parametrize("rights", [ALL, PUBLISHED], ids=["all", "published"])
async def test_after_a_first_walk_edges_come_from_memory(path: Path, rights: Rights) -> None:
    near = f'{{ article(by: {{id: "{article("a").id}"}}) {{ neighborhood {{ linkCount }} }} }}'
    store = await open_store(path, reader_connections=1)
    try:
        engine = Engine(api(), store, Settings(response_cache_bytes=0), loads_adjacency=True)
        await with_edges(engine, rights)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DELETE FROM related")
            connection.commit()
        answer = orjson.loads((await engine.execute(near, rights=rights)).body)
    finally:
        await store.close()
    assert answer["data"]["article"]["neighborhood"]["linkCount"] == (4 if rights == ALL else 2)
