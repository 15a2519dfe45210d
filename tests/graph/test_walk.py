"""Neighborhoods agree with networkx, with themselves in memory, and say when something was cut."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import networkx as nx
from hypothesis import given, settings, strategies as st

from graph_api.graph.protocol import Bounds, Budget, Neighbors, Walk
from graph_api.graph.walk import Link, Neighborhood, links_among, neighborhood
from tests.graph.small_graphs import (
    BOTH,
    IN,
    OUT,
    PROVIDER,
    RELATED,
    TOPIC,
    SmallGraph,
    finish,
    keys,
    plenty,
    related,
    walks,
)

FAR = 99


def around(graph: SmallGraph, start: int, limit: int = FAR, bounds: Bounds | None = None) -> Neighborhood:
    bounds = bounds or Bounds(direction=OUT)
    return finish(neighborhood(graph, start, max_depth=FAR, limit=limit, bounds=bounds, budget=plenty()))


def link(source: int, target: int, position: int | None = 0, **other: object) -> Link:
    fields = {"kind": RELATED, "reciprocal": False, **other}
    return Link(source=source, target=target, position=position, **fields)  # type: ignore[arg-type] # any other field


@settings(max_examples=120)
@given(walks(), keys, st.integers(0, 5))
def test_hops_are_distances(drawn: tuple[SmallGraph, Bounds], start: int, depth: int) -> None:
    graph, bounds = drawn
    found = finish(neighborhood(graph, start, max_depth=depth, limit=FAR, bounds=bounds, budget=plenty()))
    allowed = graph.networkx(bounds, [start])
    distances = nx.single_source_shortest_path_length(allowed, start, cutoff=depth)
    assert {key: hop for hop, members in enumerate(found.hops) for key in members} == distances
    assert len(found.nodes) == len(set(found.nodes))
    assert not found.truncated


@settings(max_examples=120)
@given(walks(), keys, st.integers(0, 4), st.integers(1, 9))
def test_a_limit_keeps_the_beginning_and_says_whether_it_cut(
    drawn: tuple[SmallGraph, Bounds], start: int, depth: int, limit: int
) -> None:
    graph, bounds = drawn
    whole = finish(neighborhood(graph, start, max_depth=depth, limit=FAR, bounds=bounds, budget=plenty()))
    part = finish(neighborhood(graph, start, max_depth=depth, limit=limit, bounds=bounds, budget=plenty()))
    assert part.nodes == whole.nodes[:limit]
    assert part.truncated == (len(whole.nodes) > limit)


@settings(max_examples=120)
@given(walks(), keys, st.integers(0, 4), st.integers(0, 40), st.integers(0, 9))
def test_a_budget_keeps_the_beginning_and_says_whether_it_cut(
    drawn: tuple[SmallGraph, Bounds], start: int, depth: int, edges: int, nodes: int
) -> None:
    graph, bounds = drawn
    whole = finish(neighborhood(graph, start, max_depth=depth, limit=FAR, bounds=bounds, budget=plenty()))
    budget = Budget(edges=edges, nodes=nodes)
    part = finish(neighborhood(graph, start, max_depth=depth, limit=FAR, bounds=bounds, budget=budget))
    assert part.nodes == whole.nodes[: len(part.nodes)]
    if not part.truncated:
        assert part == whole
    assert budget.edges >= 0
    assert budget.nodes >= 0


@settings(max_examples=120)
@given(walks(), keys, st.integers(0, 4), st.integers(1, 9), st.integers(0, 60))
def test_memory_and_dict_agree(
    drawn: tuple[SmallGraph, Bounds], start: int, depth: int, limit: int, edges: int
) -> None:
    graph, bounds = drawn

    def walk(graph: Neighbors, start: int, bounds: Bounds) -> Walk[Neighborhood]:
        budget = Budget(edges=edges)
        return neighborhood(graph, start, max_depth=depth, limit=limit, bounds=bounds, budget=budget)

    memory, by_dict = graph.in_memory(), finish(walk(graph, start, bounds))
    found = memory.run(walk, bounds, start)
    assert tuple(map(memory.arrays.keys, found.hops)) == by_dict.hops
    assert found.truncated == by_dict.truncated
    arrays = memory.arrays
    in_memory = finish(links_among(arrays, arrays.numbers(by_dict.nodes), bounds.kinds, Budget(links=limit)))
    links, cut = finish(links_among(graph, by_dict.nodes, bounds.kinds, Budget(links=limit)))
    assert (replace(in_memory[0], nodes=by_dict.nodes), in_memory[1]) == (links, cut)


@settings(max_examples=120)
@given(walks(), st.lists(keys, unique=True))
def test_links_are_the_edges_among_the_nodes_and_mutual_pairs_are_one(
    drawn: tuple[SmallGraph, Bounds], nodes: list[int]
) -> None:
    graph, bounds = drawn
    links, cut = finish(links_among(graph, nodes, bounds.kinds, plenty()))
    said = {(one.source, one.target, one.kind) for one in links.directed()}
    among = set(nodes)
    assert said == {
        (source, target, kind)
        for kind in bounds.kinds
        for source, target in graph.edge_lists.get(kind, ())
        if source in among and target in among
    }
    assert len(links) == len({(frozenset((one.source, one.target)), one.kind.label) for one in links})
    assert all(nodes.index(one.source) <= nodes.index(one.target) for one in links if one.reciprocal)
    assert not cut


def test_a_hop_is_in_the_order_of_the_lists() -> None:
    graph = related((5, 9), (5, 1), (5, 4), (1, 8), (9, 7), (7, 5))
    assert around(graph, 5).hops == ((5,), (9, 1, 4), (7, 8))
    assert around(graph, 5, bounds=Bounds(direction=IN)).hops == ((5,), (7,), (9,))
    assert around(graph, 5, bounds=Bounds(direction=BOTH)).hops == ((5,), (9, 1, 4, 7), (8,))


def test_a_limit_reached_exactly_with_nothing_more_to_find_is_not_a_cut() -> None:
    graph = related((1, 2), (1, 3), (2, 1), (3, 2))
    assert not around(graph, 1, limit=3).truncated
    assert around(graph, 1, limit=2).truncated


def test_the_start_is_visited_even_where_it_does_not_fit_and_nothing_is_reached_through_what_does_not() -> (
    None
):
    graph = related((1, 2), (2, 3), (1, 4), (4, 5))
    graph.fitting = frozenset({3, 4, 5})
    assert around(graph, 1, bounds=Bounds(direction=OUT, fits=graph.fits)).hops == ((1,), (4,), (5,))


def test_a_mutual_pair_is_one_link_from_the_node_found_first() -> None:
    graph = related((1, 2), (2, 9), (2, 1), (9, 9))
    links, _ = finish(links_among(graph, (2, 9, 1), Bounds().kinds, plenty()))
    assert list(links) == [link(2, 9), link(2, 1, 1, reciprocal=True), link(9, 9)]


@settings(max_examples=120)
@given(walks(), st.lists(keys, unique=True))
def test_directed_links_are_all_edges_with_their_positions(
    drawn: tuple[SmallGraph, Bounds], nodes: list[int]
) -> None:
    graph, bounds = drawn
    links, _ = finish(links_among(graph, nodes, bounds.kinds, plenty()))
    edges = finish(graph.edges(tuple(nodes), tuple(nodes), bounds.kinds)).rows()
    expected = {(nodes[source], nodes[target], kind, position) for source, target, kind, position in edges}
    found = list(links.directed())
    assert {one[:4] for one in found} == expected
    assert len(found) == len(expected)
    back = {(target, source, kind.label) for source, target, kind, _ in expected if source != target}
    assert all(one.reciprocal == ((one.source, one.target, one.kind.label) in back) for one in found)


def test_kinds_join_articles_through_what_they_share() -> None:
    graph = SmallGraph({RELATED: [], PROVIDER: [(1, 70), (2, 70)], TOPIC: [(2, 80), (3, 80)]})
    found = around(graph, 1, bounds=Bounds(kinds=frozenset({PROVIDER, TOPIC})))
    assert found.hops == ((1,), (70,), (2,), (80,), (3,))
    links, _ = finish(links_among(graph, found.nodes, frozenset({PROVIDER, TOPIC}), plenty()))
    assert link(2, 80, None, kind=TOPIC) in links


def test_a_budget_of_links_hides_links_and_says_so_yet_knows_what_is_mutual() -> None:
    graph = related((1, 2), (1, 3), (2, 1))
    links, cut = finish(links_among(graph, [1, 2, 3], frozenset({RELATED}), Budget(links=1)))
    assert list(links) == [link(1, 2, reciprocal=True)]
    assert cut
    _, cut = finish(links_among(graph, [1, 2, 3], frozenset({RELATED}), Budget(links=2)))
    assert not cut


def test_a_node_that_does_not_exist_is_alone() -> None:
    assert around(related((1, 2)), 77).hops == ((77,),)


def test_a_hub_is_read_in_pages_and_wholly() -> None:
    graph = related(*((1, key) for key in range(2, 20_002)))
    walk = partial(neighborhood, max_depth=1, limit=30_000, budget=plenty())
    bounds = Bounds(fits=graph.fits)
    found = finish(walk(graph, 1, bounds=bounds))
    assert len(found.nodes) == 20_001
    assert max(one.limit for one in graph.asked if one.name == "steps") <= 8192
    assert max(one.nodes for one in graph.asked if one.name == "fits") <= 512
    in_memory = graph.in_memory().run(
        lambda graph, start, bounds: walk(graph, start, bounds=bounds), bounds, 1
    )
    assert len(in_memory.nodes) == 20_001


def test_a_small_limit_asks_for_little() -> None:
    graph = related(*((1, key) for key in range(2, 2_002)))
    budget = plenty()
    spent = budget.edges
    finish(neighborhood(graph, 1, max_depth=3, limit=10, bounds=Bounds(direction=OUT), budget=budget))
    assert spent - budget.edges < 400
