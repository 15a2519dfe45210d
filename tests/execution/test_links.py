"""What articles link to is told by edges in memory as the store tells it."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from graph_api.execution.engine import Engine
from graph_api.execution.links import linked
from graph_api.execution.row_cache import Memory
from graph_api.graph.adjacency import Csr
from graph_api.records import EdgeDirection, NodeKey
from graph_api.settings import Settings
from graph_api.store import open_store
from graph_api.store.filters import FlagField, FlagIs
from graph_api.store.reads import (
    ArticleRows,
    Lists,
    Order,
    OrderField,
    Read,
    RelatedArticles,
    Rights,
    TopicKeys,
    Window,
)
from graph_api.store.sqlite.adjacency import adjacency
from tests.execution.parity import api
from tests.store.build import AnyNode, article, graph, key, topic
from tests.store.generated import NAMES, graphs, rights
from tests.store.run import answers

ALL = Rights()
OUT = RelatedArticles(key("a"), EdgeDirection.OUT)


def _edges(path: Path, rights: Rights = ALL) -> Csr:
    edges = adjacency(path, rights, "one")
    assert edges is not None
    return edges


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return graph(tmp_path / "g.db", article("a", related=["b", "c"], topics=["s", "t"]), topic("s"))


@settings(max_examples=30)  # each builds a database
@given(graphs(), rights, st.integers(0, 4), st.integers(0, 9))
def test_edges_tell_what_the_store_tells(
    nodes: list[AnyNode], rights: Rights, size: int, strangers: int
) -> None:
    keys = (*map(key, NAMES), *(NodeKey(number + 1) for number in range(strangers)))
    scopes = tuple(RelatedArticles(key, EdgeDirection.OUT) for key in keys)
    reads: list[Read[Any]] = [Lists(scopes, rights, Window(size)), TopicKeys(keys, rights)]
    with TemporaryDirectory() as folder:
        path = graph(Path(folder, "g.db"), *nodes)
        edges = _edges(path, rights)
        assert [linked(edges, read) for read in reads] == answers(path, reads)


@pytest.mark.parametrize(
    "read",
    [
        Lists((RelatedArticles(key("a"), EdgeDirection.IN),), ALL, Window(3)),
        Lists((OUT,), ALL, Window(3, backward=True)),
        Lists((OUT,), ALL, Window(3, after=(1, key("b")))),
        Lists((OUT,), ALL, Window(3), None, (Order(OrderField.TITLE),)),
        Lists((OUT,), ALL, Window(3), FlagIs(FlagField.IS_STUB, value=True)),
        ArticleRows((key("a"),), ALL),
    ],
)
def test_edges_tell_nothing_else(path: Path, read: Lists | ArticleRows) -> None:
    assert linked(_edges(path), read) is None


def test_what_edges_told_is_known_as_a_row_is(path: Path) -> None:
    memory, read = Memory("one", 10**6), TopicKeys((key("a"),), ALL)
    memory.edges[False] = _edges(path)
    told = memory.rows(read)
    memory.edges.clear()
    assert memory.rows(read) == told == {key("a"): (topic("s").key, topic("t").key)}


async def test_where_no_rows_are_kept_edges_tell_what_articles_link_to(path: Path) -> None:
    asked = "{ articles { nodes { topics { slug } related { nodes { title } } } } }"
    store = await open_store(path, reader_connections=1)
    try:
        engine = Engine(
            api(), store, Settings(response_cache_bytes=0, row_cache_bytes=0), loads_adjacency=True
        )
        others = asyncio.all_tasks()
        first = await engine.execute(asked)
        await asyncio.gather(*(asyncio.all_tasks() - others))
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript("DELETE FROM related; DELETE FROM article_topic")
        assert (await engine.execute(asked)).body == first.body
        assert b'"b"' in first.body
    finally:
        await store.close()
