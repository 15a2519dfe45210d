"""Paths agree with networkx: all shortest, all simple, in order, within limits and budgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings, strategies as st

from graph_api.graph.paths import Path, Paths, path_links, shortest_paths
from graph_api.graph.protocol import Budget, Pause, Question, Scope, Walk, drive
from graph_api.graph.simple_paths import all_paths
from graph_api.records import EdgeDirection
from tests.graph.small_graphs import (
    IN,
    OUT,
    RELATED,
    TOPIC,
    SmallGraph,
    graphs,
    keys,
    plenty,
    related,
    scopes,
)

Search = Callable[..., Walk[Paths]]
MANY = 10_000
SEARCHES = pytest.mark.parametrize("search", [shortest_paths, all_paths])


def shortest_by_networkx(graph: SmallGraph, scope: Scope, start: int, end: int, depth: int) -> list[Path]:
    allowed = graph.networkx(scope, [start, end])
    if not nx.has_path(allowed, start, end):
        return []
    paths = {tuple(path) for path in nx.all_shortest_paths(allowed, start, end)}
    return sorted(path for path in paths if len(path) <= depth + 1)


def simple_by_networkx(graph: SmallGraph, scope: Scope, start: int, end: int, depth: int) -> list[Path]:
    if start == end:
        return [(start,)]
    allowed = graph.networkx(scope, [start, end])
    paths = (
        {tuple(path) for path in nx.all_simple_paths(allowed, start, end, cutoff=depth)} if depth else set()
    )
    return sorted(paths, key=lambda path: (len(path), path))


def everything(search: Search, start: int, end: int, depth: int, scope: Scope) -> Walk[Paths]:
    return search(start, end, max_depth=depth, limit=MANY, scope=scope, budget=plenty())


@settings(max_examples=120)
@given(graphs(), scopes(), keys, keys, st.integers(0, 7))
def test_all_shortest_paths(graph: SmallGraph, scope: Scope, start: int, end: int, depth: int) -> None:
    found = graph.run(everything(shortest_paths, start, end, depth, scope))
    expected = shortest_by_networkx(graph, scope, start, end, depth)
    assert list(found.paths) == expected
    assert found.distance == (len(expected[0]) - 1 if expected else None)
    assert not found.truncated


@settings(max_examples=120)
@given(graphs(), scopes(), keys, keys, st.integers(0, 5))
def test_all_simple_paths(graph: SmallGraph, scope: Scope, start: int, end: int, depth: int) -> None:
    found = graph.run(everything(all_paths, start, end, depth, scope))
    assert list(found.paths) == simple_by_networkx(graph, scope, start, end, depth)
    assert not found.truncated


@SEARCHES
@settings(max_examples=120)
@given(graph=graphs(), scope=scopes(), start=keys, end=keys, depth=st.integers(0, 5), limit=st.integers(1, 4))
def test_a_limit_keeps_the_first_and_says_whether_it_cut(
    search: Search, graph: SmallGraph, scope: Scope, start: int, end: int, depth: int, limit: int
) -> None:
    whole = graph.run(everything(search, start, end, depth, scope))
    part = graph.run(search(start, end, max_depth=depth, limit=limit, scope=scope, budget=plenty()))
    assert part == Paths(whole.paths[:limit], truncated=len(whole.paths) > limit)


@SEARCHES
@settings(max_examples=120)
@given(
    graph=graphs(),
    scope=scopes(),
    start=keys,
    end=keys,
    edges=st.integers(0, 60),
    nodes=st.integers(0, 12),
    limit=st.integers(1, 4),
)
def test_a_budget_never_invents_a_path_and_memory_agrees_with_dict(
    search: Search, graph: SmallGraph, scope: Scope, start: int, end: int, edges: int, nodes: int, limit: int
) -> None:
    def walk(start: int, end: int, scope: Scope) -> Walk[Paths]:
        budget = Budget(edges=edges, nodes=nodes)
        return search(start, end, max_depth=5, limit=limit, scope=scope, budget=budget)

    part = graph.run(walk(start, end, scope))
    whole = graph.run(everything(search, start, end, 5, scope))
    assert set(part.paths) <= set(whole.paths)
    assert part.truncated or part.paths == whole.paths
    memory = graph.in_memory()
    found = memory.run(walk, scope, start, end)
    assert Paths(tuple(map(memory.ground.keys, found.paths)), found.truncated) == part


@settings(max_examples=120)
@given(graphs(), scopes(), keys, keys)
def test_every_step_of_a_path_has_a_link_that_the_direction_allows(
    graph: SmallGraph, scope: Scope, start: int, end: int
) -> None:
    paths = graph.run(everything(all_paths, start, end, 4, scope)).paths[:20]
    links = graph.run(path_links(paths, scope))
    assert drive(path_links(paths, scope), graph.in_memory().answer) == links
    for path, along in zip(paths, links, strict=True):
        for here, there, one in zip(path[:-1], path[1:], along, strict=True):
            ways = {EdgeDirection.OUT: [(here, there)], EdgeDirection.IN: [(there, here)]}
            assert (one.source, one.target) in ways.get(scope.direction, [(here, there), (there, here)])
            edges = graph.edges[one.kind]
            assert (one.source, one.target) in edges
            assert one.reciprocal == ((one.target, one.source) in edges)


@SEARCHES
def test_from_a_node_to_itself_there_is_the_path_without_steps(search: Search) -> None:
    found = related((1, 2), (2, 1)).run(everything(search, 1, 1, 6, Scope()))
    assert found == Paths(((1,),), truncated=False)
    assert found.distance == 0


@SEARCHES
def test_no_path_is_an_answer(search: Search) -> None:
    found = related((1, 2), (3, 4)).run(everything(search, 1, 4, 6, Scope()))
    assert not found.found
    assert found.distance is None
    assert not found.truncated


@SEARCHES
def test_a_path_longer_than_the_depth_is_not_found_and_nothing_was_cut(search: Search) -> None:
    graph = related((1, 2), (2, 3), (3, 4))
    assert graph.run(everything(search, 1, 4, 2, Scope())) == Paths((), truncated=False)
    assert graph.run(everything(search, 1, 4, 3, Scope())).found


@SEARCHES
def test_a_budget_that_ends_the_search_is_told(search: Search) -> None:
    graph = related((1, 2), (2, 3), (3, 4))
    walk = search(1, 4, max_depth=6, limit=5, scope=Scope(), budget=Budget(edges=2))
    assert graph.run(walk) == Paths((), truncated=True)


@SEARCHES
def test_avoided_nodes_are_walked_around_but_the_ends_count(search: Search) -> None:
    graph = related((1, 2), (2, 4), (1, 5), (5, 6), (6, 4))
    found = graph.run(everything(search, 1, 4, 6, Scope(avoid=frozenset({1, 2, 4}))))
    assert found.paths == ((1, 5, 6, 4),)


def test_directions_are_seen_from_the_start() -> None:
    graph = related((1, 2), (2, 3))
    assert graph.run(everything(shortest_paths, 1, 3, 6, Scope(direction=OUT))).found
    assert not graph.run(everything(shortest_paths, 1, 3, 6, Scope(direction=IN))).found
    assert graph.run(everything(shortest_paths, 3, 1, 6, Scope(direction=IN))).found


def test_a_shared_topic_shortens_a_path_only_when_asked() -> None:
    graph = SmallGraph({RELATED: [(1, 2), (2, 3), (3, 4)], TOPIC: [(1, 90), (4, 90)]})
    assert graph.run(everything(shortest_paths, 1, 4, 6, Scope())).distance == 3
    with_topics = Scope(kinds=frozenset({RELATED, TOPIC}))
    assert graph.run(everything(shortest_paths, 1, 4, 6, with_topics)).paths == ((1, 90, 4),)


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
    walk = shortest_paths(7, 9, max_depth=9, limit=3, scope=Scope(direction=OUT), budget=plenty())
    found = graph.run(walk)
    assert found.paths[0] == (7, 100, 200, 300, 400, 500, 600, 9)
    assert len(found.paths) == 3
    assert found.truncated
    assert len(graph.asked) < 30


def test_a_long_search_offers_the_driver_its_turn() -> None:
    clique = range(12)
    graph = related(*((a, b) for a in clique for b in clique if a != b))
    asked: list[Question[Any]] = graph.asked
    walk = all_paths(0, 11, max_depth=6, limit=20_000, scope=Scope(), budget=Budget(edges=20_000))
    graph.run(walk)
    assert sum(isinstance(question, Pause) for question in asked) >= 15
