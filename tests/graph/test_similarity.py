"""Similarity agrees with networkx."""

from __future__ import annotations

from dataclasses import replace
from math import isclose, log

import networkx as nx
import pytest
from hypothesis import given, settings

from graph_api.graph.protocol import Bounds
from graph_api.graph.similarity import Similarity, adamic_adar, jaccard, similarity
from tests.graph.small_graphs import SmallGraph, finish, keys, related, walks


@settings(max_examples=120)
@given(walks(), keys, keys)
def test_common_neighbors_jaccard_and_adamic_adar(
    drawn: tuple[SmallGraph, Bounds], first: int, second: int
) -> None:
    graph, bounds = drawn
    bounds = replace(bounds, fits=None, avoid=bounds.avoid - {first, second})
    found = finish(similarity(graph, first, second, bounds))
    memory = graph.in_memory()
    in_places = memory.run(similarity, bounds, first, second)
    assert replace(in_places, common=memory.arrays.keys(in_places.common)) == found
    if first == second:
        return
    whole: nx.Graph[int] = nx.Graph(graph.networkx(bounds, [first, second]))
    whole.remove_edges_from(list(nx.selfloop_edges(whole)))
    assert found.common == tuple(sorted(nx.common_neighbors(whole, first, second)))
    [(_, _, by_jaccard)] = nx.jaccard_coefficient(whole, [(first, second)])
    [(_, _, by_adamic_adar)] = nx.adamic_adar_index(whole, [(first, second)])
    assert isclose(found.jaccard, by_jaccard)
    assert isclose(found.adamic_adar, by_adamic_adar)


def test_two_nodes_alone_are_not_alike() -> None:
    assert finish(similarity(related((5, 6)), 1, 2, Bounds())) == Similarity(
        common=(), jaccard=0.0, adamic_adar=0.0
    )


def test_a_shared_neighbor_of_two_counts_one_by_log_two() -> None:
    found = finish(similarity(related((1, 3), (3, 2), (2, 4)), 1, 2, Bounds()))
    assert found == Similarity(common=(3,), jaccard=0.5, adamic_adar=1 / log(2))


def test_a_neighbor_of_degree_one_adds_nothing() -> None:
    assert finish(similarity(related((1, 3)), 1, 1, Bounds())).adamic_adar == 0


@pytest.mark.parametrize(("degrees", "expected"), [([], 0.0), ([1], 0.0), ([2, 4], 1.5 / log(2))])
def test_adamic_adar_sums_inverse_logarithms(degrees: list[int], expected: float) -> None:
    assert isclose(adamic_adar(degrees), expected)


def test_jaccard_of_nothing_is_nothing() -> None:
    assert jaccard(set(), set()) == 0
