"""Communities are as good as networkx's, connected, and independent of the order of edges."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, strategies as st

from graph_api.graph.communities import communities
from graph_api.graph.undirected import either
from tests.graph.pairs import arrays, graphs, undirected

GRAPHS: dict[str, Callable[[], nx.Graph[int]]] = {
    "karate club": nx.karate_club_graph,
    "caves": lambda: nx.relaxed_caveman_graph(30, 10, 0.15, seed=1),
    "planted": lambda: nx.planted_partition_graph(20, 25, 0.3, 0.005, seed=2),
    "hubs": lambda: nx.barabasi_albert_graph(800, 3, seed=1),
    "tree": lambda: nx.random_labeled_tree(500, seed=1),
}


def groups(graph: nx.Graph[int]) -> list[set[int]]:
    labels = communities(undirected(graph))
    return [set(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)]


@pytest.mark.parametrize("name", GRAPHS)
def test_modularity_is_within_two_hundredths_of_the_one_of_networkx(name: str) -> None:
    graph = GRAPHS[name]()
    theirs = nx.community.louvain_communities(graph, weight=None, seed=1)
    ours = nx.community.modularity(graph, groups(graph), weight=None)
    assert ours > nx.community.modularity(graph, theirs, weight=None) - 0.02


def test_planted_communities_are_found() -> None:
    graph = nx.planted_partition_graph(8, 20, 0.6, 0.005, seed=2)
    assert groups(graph) == [set(range(start, start + 20)) for start in range(0, 160, 20)]


@given(graphs())
def test_communities_are_connected_and_named_by_their_smallest_node(graph: nx.Graph[int]) -> None:
    labels = communities(undirected(graph)).tolist()
    for label in set(labels):
        members = [node for node, of in enumerate(labels) if of == label]
        assert min(members) == label
        assert nx.is_connected(graph.subgraph(members))


@given(graphs(), st.randoms(use_true_random=False))
def test_the_order_of_edges_changes_nothing(graph: nx.Graph[int], random: np.random.Generator) -> None:
    edges = list(graph.edges())
    random.shuffle(edges)
    shuffled = either(*arrays(edges), len(graph))
    assert np.array_equal(communities(undirected(graph)), communities(shuffled))


def test_each_component_is_divided_as_if_it_were_alone() -> None:
    cave = nx.ring_of_cliques(6, 5)
    many = nx.disjoint_union_all([cave] * 60)  # modularity of the whole would join neighboring cliques
    assert len(groups(cave)) == 6
    assert len(groups(many)) == 360
