"""The adjacency file beside a database: the edges that a caller may see, and never those of another caller."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from graph_api.graph.arrays import ArrayNeighbors
from graph_api.graph.protocol import PAGE
from graph_api.records import EdgeDirection, EdgeKind, NodeKey
from graph_api.store.plans import Rights
from graph_api.store.sqlite.adjacency import adjacency_of
from graph_api.store.sqlite.array_files import beside
from tests.graph.small_graphs import finish
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


def _arrays(path: Path, rights: Rights) -> ArrayNeighbors:
    edges = adjacency_of(path, rights, "one")
    assert edges is not None
    return ArrayNeighbors(edges, lambda rows: rows)


def _steps(path: Path, rights: Rights, *frontier: NodeKey) -> list[int]:
    arrays = _arrays(path, rights)
    kinds = frozenset(EdgeKind)
    steps = finish(arrays.steps(arrays.numbers(frontier), kinds, EdgeDirection.BOTH, PAGE, 0))
    return sorted(arrays.keys(steps.targets))


def test_published_edges_have_no_hidden_end(path: Path) -> None:
    assert _steps(path, PUBLISHED, A) == sorted([B, C, topic("seen").key])
    assert _steps(path, PUBLISHED, HIDDEN) == []


def test_a_hidden_article_leaves_no_gap_in_the_positions(path: Path) -> None:
    nodes, arrays = (A, B, C, HIDDEN), _arrays(path, PUBLISHED)
    sources, targets = arrays.numbers([A]), arrays.numbers(nodes)
    found = finish(arrays.edges(sources, targets, frozenset({EdgeKind.LISTED}))).rows()
    assert [(nodes[target], position) for _, target, _, position in found] == [(B, 0), (C, 1)]


def test_a_file_of_all_edges_is_not_taken_for_the_published_ones(path: Path) -> None:
    assert HIDDEN in _steps(path, ALL, A)
    whole, shown = (beside(path, "adjacency", published_only=only) for only in (False, True))
    shutil.copy(whole, shown)
    assert HIDDEN not in _steps(path, PUBLISHED, A)


def test_there_are_no_edges_of_another_revision(path: Path) -> None:
    assert adjacency_of(path, ALL, "two") is None


def test_a_file_of_another_revision_is_replaced(path: Path) -> None:
    assert A in _steps(path, ALL, B)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = 'two' WHERE name = 'revision'")
        connection.execute("DELETE FROM related")
    edges = adjacency_of(path, ALL, "two")
    assert edges is not None
    listed = edges.starts[2 * edges.kinds.index(EdgeKind.LISTED)]
    assert listed[0] == listed[-1]


def test_edges_are_read_where_no_file_can_be_written(path: Path) -> None:
    beside(path, "adjacency", published_only=False).mkdir()
    assert HIDDEN in _steps(path, ALL, A)
