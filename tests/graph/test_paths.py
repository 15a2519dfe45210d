"""Paths agree with networkx: all shortest, all simple, in order, within limits and budgets."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import pytest
from hypothesis import given, settings, strategies as st

from graph_api.graph.paths import Path, Paths, path_links, shortest_paths, simple_paths
from graph_api.graph.protocol import Bounds, Budget, Neighbors, Walk
from graph_api.graph.walk import Link
from graph_api.records import RELATED_KINDS, EdgeDirection
from tests.graph.small_graphs import (
    IN,
    OUT,
    RELATED,
    TOPIC,
    InMemory,
    SmallGraph,
    finish,
    keys,
    plenty,
    related,
    walks,
)

Search = Callable[..., Walk[Paths]]
MANY = 10_000
SEARCHES = pytest.mark.parametrize("search", [shortest_paths, simple_paths])


def shortest_by_networkx(graph: SmallGraph, bounds: Bounds, start: int, end: int, depth: int) -> list[Path]:
    allowed = graph.networkx(bounds, [start, end])
    if not nx.has_path(allowed, start, end):
        return []
    paths = {tuple(path) for path in nx.all_shortest_paths(allowed, start, end)}
    return sorted(path for path in paths if len(path) <= depth + 1)


def simple_by_networkx(graph: SmallGraph, bounds: Bounds, start: int, end: int, depth: int) -> list[Path]:
    if start == end:
        return [(start,)]
    allowed = graph.networkx(bounds, [start, end])
    paths = (
        {tuple(path) for path in nx.all_simple_paths(allowed, start, end, cutoff=depth)} if depth else set()
    )
    return sorted(paths, key=lambda path: (len(path), path))


def everything(
    search: Search, graph: Neighbors, start: int, end: int, depth: int, bounds: Bounds
) -> Walk[Paths]:
    return search(graph, start, end, max_depth=depth, limit=MANY, bounds=bounds, budget=plenty())


@settings(max_examples=120)
@given(walks(), keys, keys, st.integers(0, 7))
def test_all_shortest_paths(drawn: tuple[SmallGraph, Bounds], start: int, end: int, depth: int) -> None:
    graph, bounds = drawn
    found = finish(everything(shortest_paths, graph, start, end, depth, bounds))
    expected = shortest_by_networkx(graph, bounds, start, end, depth)
    assert list(found.paths) == expected
    assert not found.truncated


@settings(max_examples=120)
@given(walks(), keys, keys, st.integers(0, 5))
def test_all_simple_paths(drawn: tuple[SmallGraph, Bounds], start: int, end: int, depth: int) -> None:
    graph, bounds = drawn
    found = finish(everything(simple_paths, graph, start, end, depth, bounds))
    assert list(found.paths) == simple_by_networkx(graph, bounds, start, end, depth)
    assert not found.truncated


@SEARCHES
@settings(max_examples=120)
@given(drawn=walks(), start=keys, end=keys, depth=st.integers(0, 5), limit=st.integers(1, 4))
def test_a_limit_keeps_the_first_and_says_whether_it_cut(
    search: Search, drawn: tuple[SmallGraph, Bounds], start: int, end: int, depth: int, limit: int
) -> None:
    graph, bounds = drawn
    whole = finish(everything(search, graph, start, end, depth, bounds))
    part = finish(search(graph, start, end, max_depth=depth, limit=limit, bounds=bounds, budget=plenty()))
    assert part == Paths(whole.paths[:limit], truncated=len(whole.paths) > limit)


@SEARCHES
@settings(max_examples=120)
@given(
    drawn=walks(),
    start=keys,
    end=keys,
    edges=st.integers(0, 60),
    nodes=st.integers(0, 12),
    limit=st.integers(1, 4),
)
def test_a_budget_never_invents_a_path_and_memory_agrees_with_dict(
    search: Search, drawn: tuple[SmallGraph, Bounds], start: int, end: int, edges: int, nodes: int, limit: int
) -> None:
    graph, bounds = drawn

    def walk(graph: Neighbors, start: int, end: int, bounds: Bounds) -> Walk[Paths]:
        budget = Budget(edges=edges, nodes=nodes)
        return search(graph, start, end, max_depth=5, limit=limit, bounds=bounds, budget=budget)

    part = finish(walk(graph, start, end, bounds))
    whole = finish(everything(search, graph, start, end, 5, bounds))
    assert set(part.paths) <= set(whole.paths)
    assert part.truncated or part.paths == whole.paths
    memory = graph.in_memory()
    found = memory.run(walk, bounds, start, end)
    assert Paths(tuple(map(memory.arrays.keys, found.paths)), found.truncated) == part


@settings(max_examples=120)
@given(walks(), keys, keys)
def test_every_step_of_a_path_has_a_link_that_the_direction_allows(
    drawn: tuple[SmallGraph, Bounds], start: int, end: int
) -> None:
    graph, bounds = drawn
    paths = finish(everything(simple_paths, graph, start, end, 4, bounds)).paths[:20]
    links = finish(path_links(graph, paths, bounds))
    memory = graph.in_memory()
    places = [memory.arrays.numbers(path) for path in paths]
    in_memory = finish(path_links(memory.arrays, places, bounds))
    assert [[_by_key(memory, link) for link in along] for along in in_memory] == [[*along] for along in links]
    for path, along in zip(paths, links, strict=True):
        for here, there, one in zip(path[:-1], path[1:], along, strict=True):
            ways = {EdgeDirection.OUT: [(here, there)], EdgeDirection.IN: [(there, here)]}
            assert (one.source, one.target) in ways.get(bounds.direction, [(here, there), (there, here)])
            assert (one.source, one.target) in graph.edge_lists[one.kind]
            is_related = (
                one.kind in RELATED_KINDS
            )  # a link back to an article that lists the other is mutual too
            back = RELATED_KINDS & bounds.kinds if is_related else {one.kind}
            edges = {edge for kind in back for edge in graph.edge_lists.get(kind, ())}
            assert one.reciprocal == ((one.target, one.source) in edges)


def _by_key(memory: InMemory, link: Link) -> Link:
    source, target = memory.arrays.keys((link.source, link.target))
    return link._replace(source=source, target=target)


@SEARCHES
def test_from_a_node_to_itself_there_is_the_path_without_steps(search: Search) -> None:
    found = finish(everything(search, related((1, 2), (2, 1)), 1, 1, 6, Bounds()))
    assert found == Paths(((1,),), truncated=False)


@SEARCHES
def test_no_path_is_an_answer(search: Search) -> None:
    found = finish(everything(search, related((1, 2), (3, 4)), 1, 4, 6, Bounds()))
    assert found == Paths((), truncated=False)


@SEARCHES
def test_a_path_longer_than_the_depth_is_not_found_and_nothing_was_cut(search: Search) -> None:
    graph = related((1, 2), (2, 3), (3, 4))
    assert finish(everything(search, graph, 1, 4, 2, Bounds())) == Paths((), truncated=False)
    assert finish(everything(search, graph, 1, 4, 3, Bounds())).paths


@SEARCHES
def test_a_budget_that_ends_the_search_is_reported(search: Search) -> None:
    graph = related((1, 2), (2, 3), (3, 4))
    walk = search(graph, 1, 4, max_depth=6, limit=5, bounds=Bounds(), budget=Budget(edges=2))
    assert finish(walk) == Paths((), truncated=True)


@SEARCHES
def test_avoided_nodes_are_walked_around_but_the_ends_count(search: Search) -> None:
    graph = related((1, 2), (2, 4), (1, 5), (5, 6), (6, 4))
    found = finish(everything(search, graph, 1, 4, 6, Bounds(avoid=frozenset({1, 2, 4}))))
    assert found.paths == ((1, 5, 6, 4),)


def test_directions_are_seen_from_the_start() -> None:
    graph = related((1, 2), (2, 3))
    assert finish(everything(shortest_paths, graph, 1, 3, 6, Bounds(direction=OUT))).paths
    assert not finish(everything(shortest_paths, graph, 1, 3, 6, Bounds(direction=IN))).paths
    assert finish(everything(shortest_paths, graph, 3, 1, 6, Bounds(direction=IN))).paths


def test_a_shared_topic_shortens_a_path_only_when_asked() -> None:
    graph = SmallGraph({RELATED: [(1, 2), (2, 3), (3, 4)], TOPIC: [(1, 90), (4, 90)]})
    assert finish(everything(shortest_paths, graph, 1, 4, 6, Bounds())).paths == ((1, 2, 3, 4),)
    with_topics = Bounds(kinds=frozenset({RELATED, TOPIC}))
    assert finish(everything(shortest_paths, graph, 1, 4, 6, with_topics)).paths == ((1, 90, 4),)


def test_shortest_paths_of_a_wide_lattice_are_read_back_with_one_question_a_step() -> None:
    width, length = 40, 6
    steps = [
        (layer * 100 + left, layer * 100 + 100 + right)
        for layer in range(length - 1)
        for left in range(width)
        for right in range(width)
    ]
    ends = [(7, key) for key in range(100, 100 + width)]
    last = [((length - 1) * 100 + key, 9) for key in range(width)]
    graph = related(*((a + 100, b + 100) for a, b in steps), *ends, *((a + 100, b) for a, b in last))
    walk = shortest_paths(graph, 7, 9, max_depth=9, limit=3, bounds=Bounds(direction=OUT), budget=plenty())
    found = finish(walk)
    assert found.paths[0] == (7, 100, 200, 300, 400, 500, 600, 9)
    assert len(found.paths) == 3
    assert found.truncated
    assert len(graph.asked) < 30


def test_a_long_search_offers_the_driver_its_turn() -> None:
    clique = range(12)
    graph = related(*((a, b) for a in clique for b in clique if a != b))
    walk = simple_paths(graph, 0, 11, max_depth=6, limit=20_000, bounds=Bounds(), budget=Budget(edges=20_000))
    finish(walk)
    assert sum(one.name == "pause" for one in graph.asked) >= 15
