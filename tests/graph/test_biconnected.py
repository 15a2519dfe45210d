"""Biconnected components agree with networkx, thinned or not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import networkx as nx
import pytest
from hypothesis import given

from graph_api.graph.biconnected import biconnected_components
from tests.graph.pairs import graphs, undirected


def found(graph: nx.Graph[int]) -> list[set[int]]:
    owners, nodes = biconnected_components(undirected(graph))
    groups: dict[int, set[int]] = {}
    for owner, node in zip(owners.tolist(), nodes.tolist(), strict=True):
        groups.setdefault(owner, set()).add(node)
    return sorted(groups.values(), key=sorted)


def theirs(graph: nx.Graph[int]) -> list[set[int]]:
    return sorted(cast("Iterable[set[int]]", nx.biconnected_components(graph)), key=sorted)


@given(graphs())
def test_components_are_those_of_networkx(graph: nx.Graph[int]) -> None:
    assert found(graph) == theirs(graph)


@pytest.mark.parametrize("seed", range(40))
def test_a_dense_graph_that_is_thinned_first_has_the_same_components(seed: int) -> None:
    dense = [nx.gnp_random_graph(size, 0.6, seed=seed) for size in (20, 25, 30)]
    graph = nx.disjoint_union_all(dense)
    graph.add_edge(0, 20 + seed % 25)  # a bridge
    graph = nx.contracted_nodes(graph, 30, 45 + seed % 30, copy=True)  # a shared article
    graph = nx.convert_node_labels_to_integers(graph)
    assert graph.number_of_edges() > 4 * len(graph)
    assert found(graph) == theirs(graph)
