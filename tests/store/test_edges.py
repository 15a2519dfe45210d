"""The reads of walks against a dict and against memory, on generated graphs, rights and pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from graph_api.graph.paths import shortest_paths, simple_paths
from graph_api.graph.protocol import Bounds, Budget, Edges, Neighbours, Steps, Walk
from graph_api.graph.walk import neighborhood
from graph_api.records import EdgeDirection, EdgeKind, NodeKey
from graph_api.schema.resolvers.traversal import StoreNeighbours, fits
from graph_api.store.filters import Filter
from graph_api.store.reads import (
    AllArticles,
    EdgesAmong,
    FittingKeys,
    NeighbourKeys,
    Read,
    Reads,
    Rights,
)
from graph_api.store.sqlite.connection import connected
from graph_api.store.sqlite.reads import answer as stored
from graph_api.store.sqlite.tables import SCRIPT
from tests.graph.small_graphs import SmallGraph, finish, plenty
from tests.store.build import AnyNode, article, graph, key, provider, topic, write
from tests.store.generated import DOMAINS, NAMES, SLUGS, article_filters, graphs, rights
from tests.store.reference import Reference
from tests.store.run import answer

ALL = Rights()
LESS = Rights(published_only=True)
OUT, IN, BOTH = EdgeDirection.OUT, EdgeDirection.IN, EdgeDirection.BOTH
RELATED, PROVIDER, TOPIC = EdgeKind
MANY = 999

_KNOWN = [
    *map(key, NAMES),
    *(provider(domain).key for domain in DOMAINS),
    *(topic(slug).key for slug in SLUGS),
]
_keys = st.sampled_from([*_KNOWN, NodeKey(1)])
_frontiers = st.lists(_keys, max_size=12).map(tuple)
_kinds = st.frozensets(st.sampled_from(EdgeKind))
_directions = st.sampled_from(EdgeDirection)

_targets = st.lists(_keys, unique=True).map(tuple)
_bounds = st.builds(
    Bounds,
    kinds=st.frozensets(st.sampled_from(EdgeKind), min_size=1),
    direction=_directions,
    avoid=st.frozensets(_keys, max_size=2),
)


def in_words(nodes: Iterable[AnyNode], rights: Rights, filter: Filter | None = None) -> SmallGraph:
    """The visible edges of *nodes*, in plain lists; with a *filter*, what fits it."""
    seen = Reference(nodes, rights)
    articles = seen.articles.values()
    published = [node for node in articles if node.provider in seen.providers]
    edges = {
        RELATED: [(node.key, far.key) for node in articles for far in seen.out(node)],
        PROVIDER: [(node.key, provider(str(node.provider)).key) for node in published],
        TOPIC: [(node.key, far.key) for node in articles for far in seen.topics_of(node)],
    }
    lists: dict[EdgeKind, list[tuple[int, int]]] = {kind: [*pairs] for kind, pairs in edges.items()}
    if filter is None:
        return SmallGraph(lists)
    fits = {entry.node.key for entry in seen.entries(AllArticles(), filter)}
    fits |= {node.key for others in (seen.providers, seen.topics) for node in others.values()}
    return SmallGraph(lists, frozenset(fits))


def held(nodes: Iterable[AnyNode]) -> closing[sqlite3.Connection]:
    """A database in memory that holds *nodes*."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(SCRIPT)
    write(connection, nodes, "one")
    return closing(connection)


# -- single reads ------------------------------------------------------------------------------------------


@settings(max_examples=150)
@given(
    graphs(), rights, _frontiers, _kinds, _directions, st.integers(0, 12) | st.just(8192), st.integers(0, 12)
)
def test_steps_are_those_of_a_dict_and_those_of_memory(
    nodes: list[AnyNode],
    rights: Rights,
    frontier: tuple[NodeKey, ...],
    kinds: frozenset[EdgeKind],
    direction: EdgeDirection,
    most: int,
    skip: int,
) -> None:
    by_dict = in_words(nodes, rights)
    expected = finish(by_dict.steps(frontier, kinds, direction, most, skip))
    with held(nodes) as connection:
        read = NeighbourKeys(frontier, kinds, direction, most, skip, rights)
        assert Steps(*stored(connection, read)) == expected
    assert by_dict.in_memory().steps(frontier, kinds, direction, most, skip) == expected


@settings(max_examples=150)
@given(graphs(), rights, _frontiers, _targets, _kinds)
def test_edges_among_nodes_are_those_of_a_dict_and_those_of_memory(
    nodes: list[AnyNode],
    rights: Rights,
    sources: tuple[NodeKey, ...],
    targets: tuple[NodeKey, ...],
    kinds: frozenset[EdgeKind],
) -> None:
    by_dict = in_words(nodes, rights)
    expected = list(finish(by_dict.edges(sources, targets, kinds)).rows())
    with held(nodes) as connection:
        found = Edges(*stored(connection, EdgesAmong(sources, targets, kinds, rights)))
    assert list(found.rows()) == expected
    assert list(by_dict.in_memory().edges(sources, targets, kinds).rows()) == expected


@given(graphs(), rights, _frontiers, _kinds, _directions, st.integers(1, 7))
def test_pages_of_steps_are_the_whole(
    nodes: list[AnyNode],
    rights: Rights,
    frontier: tuple[NodeKey, ...],
    kinds: frozenset[EdgeKind],
    direction: EdgeDirection,
    size: int,
) -> None:
    def page(most: int, skip: int) -> NeighbourKeys:
        return NeighbourKeys(frontier, kinds, direction, most, skip, rights)

    with held(nodes) as connection:
        targets, counts = stored(connection, page(MANY, 0))
        pages = [stored(connection, page(size, skip)) for skip in range(0, len(targets) + 1, size)]
        beyond = stored(connection, page(size, MANY))
    assert beyond == ([], [0] * len(frontier))
    assert [target for part, _ in pages for target in part] == targets
    assert [sum(own) for own in zip(*(own for _, own in pages), strict=True)] == counts


@given(graphs(), rights, article_filters, _frontiers)
def test_what_fits_is_what_the_filter_lets_pass_and_every_visible_node_of_another_kind(
    nodes: list[AnyNode], rights: Rights, filter: Filter, keys: tuple[NodeKey, ...]
) -> None:
    with held(nodes) as connection:
        found = stored(connection, FittingKeys(keys, filter, rights))
    assert found == finish(in_words(nodes, rights, filter).fits(keys))


# -- in words ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stored:
    """A graph in a database, asked with names."""

    path: Path

    def steps(self, *frontier: NodeKey, direction: EdgeDirection = BOTH, rights: Rights = ALL) -> Any:
        read = NeighbourKeys(frontier, frozenset(EdgeKind), direction, 8192, 0, rights)
        targets, counts = answer(self.path, read)
        return [NAMED[target] for target in targets], counts


NAMED = {
    **{key(name): name for name in NAMES},
    provider("x.org").key: "x.org",
    topic("s").key: "s",
    topic("t").key: "t",
}


@pytest.fixture
def store(tmp_path: Path) -> Stored:
    return Stored(
        graph(
            tmp_path / "g.db",
            article("a", related=["c", "b"], provider="x.org", topics=["t", "s"]),
            article("b", related=["a"], provider="x.org", topics=["s"]),
            article("c", related=["a", "d", "b"], topics=["s"], published=False),
            provider("x.org"),
            topic("t", hidden=True),
        )
    )


def test_a_node_s_steps_go_kind_by_kind_out_before_in(store: Stored) -> None:
    listing = sorted(["b", "c"], key=key)
    assert store.steps(key("a")) == (["c", "b", *listing, "x.org", "t", "s"], [7])


def test_providers_and_topics_step_to_their_articles_by_key(store: Stored) -> None:
    keys = (topic("s").key, provider("x.org").key)
    expected = [*sorted(["a", "b", "c"], key=key), *sorted(["a", "b"], key=key)]
    assert store.steps(*keys, direction=IN) == (expected, [3, 2])
    assert store.steps(*keys, direction=OUT) == ([], [0, 0])


def test_hidden_nodes_have_no_steps_and_are_nobody_s_target(store: Stored) -> None:
    frontier = (key("c"), key("a"), topic("t").key)
    assert store.steps(*frontier, rights=LESS) == (["b", "b", "x.org", "s"], [0, 4, 0])


def test_positions_of_edges_are_dense_over_what_is_seen(store: Stored) -> None:
    targets = tuple(map(key, "abc"))
    for seen, expected in ((ALL, [("c", 0), ("b", 1)]), (LESS, [("b", 0)])):
        read = EdgesAmong((key("a"),), targets, frozenset(EdgeKind), seen)
        _, to, _, positions = answer(store.path, read)
        found = zip(to.tolist(), positions.tolist(), strict=True)
        assert [("abc"[place], position) for place, position in found] == expected


# -- walks -------------------------------------------------------------------------------------------------


@given(
    graphs(),
    rights,
    st.none() | article_filters,
    _bounds,
    st.sampled_from(_KNOWN),
    st.sampled_from(_KNOWN),
    st.integers(1, 12),
    st.integers(0, 60),
)
def test_walks_over_the_store_and_over_a_dict_are_equal(
    nodes: list[AnyNode],
    rights: Rights,
    filter: Filter | None,
    bounds: Bounds,
    start: NodeKey,
    end: NodeKey,
    limit: int,
    edges: int,
) -> None:
    def walks(graph: Neighbours, bounds: Bounds) -> Sequence[Walk[Any]]:
        budget = Budget(edges=edges)
        return (
            neighborhood(graph, start, max_depth=3, limit=limit, bounds=bounds, budget=budget),
            shortest_paths(graph, start, end, max_depth=9, limit=limit, bounds=bounds, budget=plenty()),
            simple_paths(graph, start, end, max_depth=3, limit=limit, bounds=bounds, budget=plenty()),
        )

    by_dict = in_words(nodes, rights, filter)
    expected = [
        finish(walk) for walk in walks(by_dict, replace(bounds, fits=by_dict.fits if filter else None))
    ]
    by_reads = StoreNeighbours(rights)
    asked = replace(bounds, fits=fits(filter, by_reads, rights))
    with held(nodes) as connection:
        assert [run(walk, connection) for walk in walks(by_reads, asked)] == expected


def run(plan: Reads[Any], connection: sqlite3.Connection) -> Any:
    """What *plan* returns; its reads are answered from the database."""
    rows: Any = None
    while True:
        try:
            read = plan.send(rows)
        except StopIteration as done:
            return done.value
        rows = stored(connection, read)


# -- cost --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rights", [ALL, LESS])
@pytest.mark.parametrize("skip", [0, 3])
def test_no_steps_are_sorted_or_scanned_for(tmp_path: Path, rights: Rights, skip: int) -> None:
    path = graph(tmp_path / "g.db", article("a", related=["b"]))
    read = NeighbourKeys((key("b"), key("a")), frozenset(EdgeKind), BOTH, 9, skip, rights)
    with closing(connected(path)) as connection:
        texts = traced(connection, read)
        walked = [row[3] for text in texts for row in connection.execute(f"EXPLAIN QUERY PLAN {text}")]
    assert not [step for step in walked if "TEMP B-TREE" in step]
    scanned = {step.split()[1] for step in walked if step.startswith("SCAN")}
    assert all(name == "k" or name.startswith("(subquery") for name in scanned)


def test_a_frontier_is_one_statement_and_is_left_when_there_are_enough_steps(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(100)]
    path = graph(tmp_path / "g.db", *(article(name, related=NAMES) for name in names))
    few, all = (
        NeighbourKeys(tuple(map(key, names)), frozenset({RELATED}), OUT, most, 0, ALL) for most in (12, MANY)
    )
    with closing(connected(path)) as connection:
        assert len(traced(connection, few)) == 1
        assert work(connection, few) < work(connection, all) / 10


def traced(connection: sqlite3.Connection, read: Read[Any]) -> list[str]:
    """What SQLite is asked in order to answer *read*."""
    texts: list[str] = []
    connection.set_trace_callback(texts.append)
    stored(connection, read)
    connection.set_trace_callback(None)
    return texts


def work(connection: sqlite3.Connection, read: Read[Any]) -> int:
    """How many instructions of its machine SQLite needs to answer *read*."""
    count = 0

    def step() -> None:
        nonlocal count
        count += 1

    connection.set_progress_handler(step, 1)
    stored(connection, read)
    connection.set_progress_handler(None, 1)
    return count
