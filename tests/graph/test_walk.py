"""Neighbourhoods agree with networkx, with themselves in memory, and say when something was cut."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
from hypothesis import given, settings, strategies as st

from graph_api.graph.protocol import Budget, Fitting, Neighbours, Question, Scope, Walk, drive
from graph_api.graph.walk import Link, Neighborhood, links_among, neighborhood
from tests.graph.small_graphs import (
    BOTH,
    IN,
    OUT,
    PROVIDER,
    RELATED,
    TOPIC,
    SmallGraph,
    graphs,
    keys,
    plenty,
    related,
    scopes,
)

FAR = 99


def around(graph: SmallGraph, start: int, limit: int = FAR, scope: Scope | None = None) -> Neighborhood:
    scope = scope or Scope(direction=OUT)
    return graph.run(neighborhood(start, max_depth=FAR, limit=limit, scope=scope, budget=plenty()))


def link(source: int, target: int, position: int | None = 0, **other: object) -> Link:
    fields = {"kind": RELATED, "reciprocal": False, **other}
    return Link(source=source, target=target, position=position, **fields)  # type: ignore[arg-type] # any other field


@settings(max_examples=120)
@given(graphs(), scopes(), keys, st.integers(0, 5))
def test_hops_are_distances(graph: SmallGraph, scope: Scope, start: int, depth: int) -> None:
    walk = neighborhood(start, max_depth=depth, limit=FAR, scope=scope, budget=plenty())
    found = graph.run(walk)
    allowed = graph.networkx(scope, [start])
    distances = nx.single_source_shortest_path_length(allowed, start, cutoff=depth)
    assert {key: hop for hop, members in enumerate(found.hops) for key in members} == distances
    assert len(found.nodes) == len(set(found.nodes))
    assert not found.truncated


@settings(max_examples=120)
@given(graphs(), scopes(), keys, st.integers(0, 4), st.integers(1, 9))
def test_a_limit_keeps_the_beginning_and_says_whether_it_cut(
    graph: SmallGraph, scope: Scope, start: int, depth: int, limit: int
) -> None:
    whole = graph.run(neighborhood(start, max_depth=depth, limit=FAR, scope=scope, budget=plenty()))
    part = graph.run(neighborhood(start, max_depth=depth, limit=limit, scope=scope, budget=plenty()))
    assert part.nodes == whole.nodes[:limit]
    assert part.truncated == (len(whole.nodes) > limit)


@settings(max_examples=120)
@given(graphs(), scopes(), keys, st.integers(0, 4), st.integers(0, 40), st.integers(0, 9))
def test_a_budget_keeps_the_beginning_and_says_whether_it_cut(
    graph: SmallGraph, scope: Scope, start: int, depth: int, edges: int, nodes: int
) -> None:
    whole = graph.run(neighborhood(start, max_depth=depth, limit=FAR, scope=scope, budget=plenty()))
    budget = Budget(edges=edges, nodes=nodes)
    part = graph.run(neighborhood(start, max_depth=depth, limit=FAR, scope=scope, budget=budget))
    assert part.nodes == whole.nodes[: len(part.nodes)]
    if not part.truncated:
        assert part == whole
    assert budget.edges >= 0
    assert budget.nodes >= 0


@settings(max_examples=120)
@given(graphs(), scopes(), keys, st.integers(0, 4), st.integers(1, 9), st.integers(0, 60))
def test_memory_and_dict_agree(
    graph: SmallGraph, scope: Scope, start: int, depth: int, limit: int, edges: int
) -> None:
    def walk(start: int, scope: Scope) -> Walk[Neighborhood]:
        return neighborhood(start, max_depth=depth, limit=limit, scope=scope, budget=Budget(edges=edges))

    memory, by_dict = graph.in_memory(), graph.run(walk(start, scope))
    found = memory.run(walk, scope, start)
    assert tuple(map(memory.ground.keys, found.hops)) == by_dict.hops
    assert replace(found.links, nodes=by_dict.nodes) == by_dict.links
    assert found.truncated == by_dict.truncated


@settings(max_examples=120)
@given(graphs(), scopes(), st.lists(keys, unique=True))
def test_links_are_the_edges_among_the_nodes_and_mutual_pairs_are_one(
    graph: SmallGraph, scope: Scope, nodes: list[int]
) -> None:
    links, cut = graph.run(links_among(nodes, scope.kinds, plenty()))
    said = {(one.source, one.target, one.kind) for one in links}
    said |= {(one.target, one.source, one.kind) for one in links if one.reciprocal}
    among = set(nodes)
    assert said == {
        (source, target, kind)
        for kind in scope.kinds
        for source, target in graph.edges.get(kind, ())
        if source in among and target in among
    }
    assert len(links) == len({(frozenset((one.source, one.target)), one.kind) for one in links})
    assert all(nodes.index(one.source) <= nodes.index(one.target) for one in links if one.reciprocal)
    assert not cut


def test_a_hop_is_in_the_order_of_the_lists() -> None:
    graph = related((5, 9), (5, 1), (5, 4), (1, 8), (9, 7), (7, 5))
    assert around(graph, 5).hops == ((5,), (9, 1, 4), (7, 8))
    assert around(graph, 5, scope=Scope(direction=IN)).hops == ((5,), (7,), (9,))
    assert around(graph, 5, scope=Scope(direction=BOTH)).hops == ((5,), (9, 1, 4, 7), (8,))


def test_a_limit_reached_exactly_with_nothing_more_to_find_is_not_a_cut() -> None:
    graph = related((1, 2), (1, 3), (2, 1), (3, 2))
    assert not around(graph, 1, limit=3).truncated
    assert around(graph, 1, limit=2).truncated


def test_the_start_is_visited_even_where_it_does_not_fit_and_nothing_is_reached_through_what_does_not() -> (
    None
):
    graph = related((1, 2), (2, 3), (1, 4), (4, 5))
    graph.fits = frozenset({3, 4, 5})
    assert around(graph, 1, scope=Scope(direction=OUT, filtered=True)).hops == ((1,), (4,), (5,))


def test_a_mutual_pair_is_one_link_from_the_node_found_first() -> None:
    graph = related((1, 2), (2, 9), (2, 1), (9, 9))
    assert list(around(graph, 2, scope=Scope()).links) == [
        link(2, 9),
        link(2, 1, 1, reciprocal=True),
        link(9, 9),
    ]


def test_kinds_join_articles_through_what_they_share() -> None:
    graph = SmallGraph({RELATED: [], PROVIDER: [(1, 70), (2, 70)], TOPIC: [(2, 80), (3, 80)]})
    found = around(graph, 1, scope=Scope(kinds=frozenset({PROVIDER, TOPIC})))
    assert found.hops == ((1,), (70,), (2,), (80,), (3,))
    assert link(2, 80, None, kind=TOPIC) in found.links


def test_a_budget_of_links_hides_links_and_says_so_yet_knows_what_is_mutual() -> None:
    graph = related((1, 2), (1, 3), (2, 1))
    links, cut = graph.run(links_among([1, 2, 3], frozenset({RELATED}), Budget(links=1)))
    assert list(links) == [link(1, 2, reciprocal=True)]
    assert cut
    _, cut = graph.run(links_among([1, 2, 3], frozenset({RELATED}), Budget(links=2)))
    assert not cut


def test_a_node_that_does_not_exist_is_alone() -> None:
    assert around(related((1, 2)), 77).hops == ((77,),)


def test_a_hub_is_read_in_pages_and_wholly() -> None:
    graph = related(*((1, key) for key in range(2, 20_002)))
    csr_answer = graph.in_memory().answer
    asked: list[Question[Any]] = []

    def answer(question: Question[Any]) -> Any:
        asked.append(question)
        return csr_answer(question)

    walk = neighborhood(1, max_depth=1, limit=30_000, scope=Scope(filtered=True), budget=plenty())
    assert len(drive(walk, answer).nodes) == 20_001
    assert max(question.most for question in asked if isinstance(question, Neighbours)) <= 8192
    assert max(len(question.keys) for question in asked if isinstance(question, Fitting)) <= 512


def test_a_small_limit_asks_for_little() -> None:
    graph = related(*((1, key) for key in range(2, 2_002)))
    budget = plenty()
    spent = budget.edges
    graph.run(neighborhood(1, max_depth=3, limit=10, scope=Scope(direction=OUT), budget=budget))
    assert spent - budget.edges < 400
