"""The reads of walks: what every store answers, and walks over stores and over dicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings, strategies as st

from graph_api.graph.paths import shortest_paths, simple_paths
from graph_api.graph.protocol import Bounds, Budget, Neighbors, Walk
from graph_api.graph.walk import neighborhood
from graph_api.records import EdgeDirection, EdgeKind, NodeKey
from graph_api.schema.resolvers.traversal import StoreNeighbors, fits
from graph_api.store.filters import Filter
from graph_api.store.plans import Rights
from graph_api.store.reads import EdgesAmong, NeighborKeys
from tests.graph.small_graphs import SmallGraph, finish, plenty
from tests.store.build import AnyNode, article, key, provider, topic
from tests.store.generated import DOMAINS, NAMES, SLUGS, article_filters, graphs, rights
from tests.store.stores import OTHERS, STORES, Answer, Stored, assert_alike, dict_store

ALL = Rights()
LESS = Rights(published_only=True)
IN, OUT, BOTH = EdgeDirection.IN, EdgeDirection.OUT, EdgeDirection.BOTH
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


# -- single reads ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OTHERS)
@settings(max_examples=150)
@given(
    nodes=graphs(),
    rights=rights,
    frontier=_frontiers,
    targets=_targets,
    kinds=_kinds,
    direction=_directions,
    most=st.integers(0, 12) | st.just(8192),
    skip=st.integers(0, 12),
)
def test_steps_and_edges_are_those_of_dicts(
    name: str,
    nodes: list[AnyNode],
    rights: Rights,
    frontier: tuple[NodeKey, ...],
    targets: tuple[NodeKey, ...],
    kinds: frozenset[EdgeKind],
    direction: EdgeDirection,
    most: int,
    skip: int,
) -> None:
    steps = NeighborKeys(frontier, kinds, direction, most, skip, rights)
    assert_alike(name, nodes, [steps, EdgesAmong(frontier, targets, kinds, rights)])


@pytest.mark.parametrize("name", sorted(STORES))
@given(
    nodes=graphs(),
    rights=rights,
    frontier=_frontiers,
    kinds=_kinds,
    direction=_directions,
    size=st.integers(1, 7),
)
def test_pages_of_steps_are_the_whole(
    name: str,
    nodes: list[AnyNode],
    rights: Rights,
    frontier: tuple[NodeKey, ...],
    kinds: frozenset[EdgeKind],
    direction: EdgeDirection,
    size: int,
) -> None:
    def page(most: int, skip: int) -> NeighborKeys:
        return NeighborKeys(frontier, kinds, direction, most, skip, rights)

    with TemporaryDirectory() as folder:
        answer = Answer(STORES[name](Path(folder), nodes))
        targets, counts = answer(page(MANY, 0))
        pages = [answer(page(size, skip)) for skip in range(0, len(targets) + 1, size)]
        beyond = answer(page(size, MANY))
    assert beyond == ([], [0] * len(frontier))
    assert [target for part, _ in pages for target in part] == targets
    assert [sum(own) for own in zip(*(own for _, own in pages), strict=True)] == counts


# -- in words ----------------------------------------------------------------------------------------------


Steps: TypeAlias = Callable[..., tuple[list[str], list[int]]]


NAMED = {
    **{key(name): name for name in NAMES},
    provider("x.org").key: "x.org",
    topic("s").key: "s",
    topic("t").key: "t",
}


@pytest.fixture
def answer(stored: Stored) -> Answer:
    return stored(
        article("a", related=["c", "b"], provider="x.org", topics=["t", "s"]),
        article("b", related=["a"], provider="x.org", topics=["s"]),
        article("c", related=["a", "d", "b"], topics=["s"], published=False),
        provider("x.org"),
        topic("t", hidden=True),
    )


@pytest.fixture
def steps(answer: Answer) -> Steps:
    """The names that a frontier steps to, and how many steps each of its nodes has."""

    def told(*frontier: NodeKey, direction: EdgeDirection = BOTH, rights: Rights = ALL) -> Any:
        targets, counts = answer(NeighborKeys(frontier, frozenset(EdgeKind), direction, 8192, 0, rights))
        return [NAMED[NodeKey(target)] for target in targets], counts

    return told


def test_a_node_s_steps_go_kind_by_kind_out_before_in(steps: Steps) -> None:
    listing = sorted(["b", "c"], key=key)
    assert steps(key("a")) == (["c", "b", *listing, "x.org", "t", "s"], [7])


def test_providers_and_topics_step_to_their_articles_by_key(steps: Steps) -> None:
    keys = (topic("s").key, provider("x.org").key)
    expected = [*sorted(["a", "b", "c"], key=key), *sorted(["a", "b"], key=key)]
    assert steps(*keys, direction=IN) == (expected, [3, 2])
    assert steps(*keys, direction=OUT) == ([], [0, 0])


def test_hidden_nodes_have_no_steps_and_are_no_target(steps: Steps) -> None:
    frontier = (key("c"), key("a"), topic("t").key)
    assert steps(*frontier, rights=LESS) == (["b", "b", "x.org", "s"], [0, 4, 0])


def test_positions_of_edges_are_dense_over_what_is_seen(answer: Answer) -> None:
    targets = tuple(map(key, "abc"))
    for seen, expected in ((ALL, [("c", 0), ("b", 1)]), (LESS, [("b", 0)])):
        read = EdgesAmong((key("a"),), targets, frozenset(EdgeKind), seen)
        _, to, _, positions = answer(read)
        found = zip(to.tolist(), positions.tolist(), strict=True)
        assert [("abc"[place], position) for place, position in found] == expected


# -- walks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(STORES))
@given(
    nodes=graphs(),
    rights=rights,
    filter=st.none() | article_filters,
    bounds=_bounds,
    start=st.sampled_from(_KNOWN),
    end=st.sampled_from(_KNOWN),
    limit=st.integers(1, 12),
    edges=st.integers(0, 60),
)
def test_walks_over_the_store_and_over_a_dict_are_equal(
    name: str,
    nodes: list[AnyNode],
    rights: Rights,
    filter: Filter | None,
    bounds: Bounds,
    start: NodeKey,
    end: NodeKey,
    limit: int,
    edges: int,
) -> None:
    def walks(graph: Neighbors, bounds: Bounds) -> Sequence[Walk[Any]]:
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
    by_reads = StoreNeighbors(rights)
    asked = replace(bounds, fits=fits(filter, by_reads, rights))
    with TemporaryDirectory() as folder, STORES[name](Path(folder), nodes).session() as session:
        assert [session.run(walk) for walk in walks(by_reads, asked)] == expected


def in_words(nodes: Sequence[AnyNode], rights: Rights, filter: Filter | None) -> SmallGraph:
    """The edges that *rights* show, in plain lists; with a *filter*, what fits it."""
    graph = dict_store(nodes).content.graph(rights)
    if filter is None:
        return graph.edges()
    fitting = {key for key, record in graph.articles.items() if graph.fits(record, filter)}
    return replace(graph.edges(), fitting=frozenset({*fitting, *graph.providers, *graph.topics}))
