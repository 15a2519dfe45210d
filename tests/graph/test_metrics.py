"""Metrics agree with networkx."""

from __future__ import annotations

import random
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from networkx.algorithms.link_analysis import pagerank_alg

from graph_api.graph.metrics import Floats, clustering, page_rank
from tests.graph.pairs import Edge, arrays, edge_lists, graphs


def close(found: Floats, expected: Any, tolerance: float) -> bool:  # Any: networkx says a dict or one number
    return bool(np.allclose(found, [expected[node] for node in range(len(found))], rtol=0, atol=tolerance))


@given(edge_lists())
def test_page_rank_is_the_one_of_networkx(drawn: tuple[int, list[Edge]]) -> None:
    count, edges = drawn
    graph: nx.DiGraph[int] = nx.empty_graph(count, create_using=nx.DiGraph)
    graph.add_edges_from(edges)
    # `nx.pagerank` would need scipy
    expected = pagerank_alg._pagerank_python(graph, tol=1e-13, max_iter=1_000)  # type: ignore[attr-defined]
    found = page_rank(*arrays(edges), count)
    assert close(found, expected, 1e-8)
    assert found.sum() == pytest.approx(1)


@given(edge_lists())
def test_the_order_of_edges_changes_no_bit(drawn: tuple[int, list[Edge]]) -> None:
    count, edges = drawn
    backwards = edges[::-1]
    for metric in (page_rank, clustering):
        assert np.array_equal(metric(*arrays(edges), count), metric(*arrays(backwards), count))


def test_nothing_has_no_metrics() -> None:
    for metric in (page_rank, clustering):
        assert metric(*arrays([]), 0).tolist() == []


def test_articles_without_edges_are_equally_central() -> None:
    assert page_rank(*arrays([]), 4).tolist() == [0.25] * 4
    assert clustering(*arrays([]), 4).tolist() == [0] * 4


@given(graphs())
def test_clustering_is_the_one_of_networkx(graph: nx.Graph[int]) -> None:
    assert close(clustering(*arrays(graph.edges()), len(graph)), nx.clustering(graph), 1e-12)


def test_clustering_ignores_directions() -> None:
    assert clustering(*arrays([(0, 1), (1, 0), (1, 2), (2, 0), (0, 3)]), 4).tolist() == [1 / 3, 1, 1, 0]


def test_dense_components_counted_by_matrices_agree_with_networkx() -> None:
    parts = [nx.gnp_random_graph(80, 0.7, seed=1), nx.gnp_random_graph(120, 0.5, seed=2), nx.star_graph(30)]
    graph = nx.disjoint_union_all(parts)
    assert close(clustering(*arrays(graph.edges()), len(graph)), nx.clustering(graph), 1e-12)


def test_a_graph_with_too_many_pairs_to_look_up_is_sampled_alike_each_time() -> None:
    dense = nx.gnp_random_graph(700, 0.6, seed=1)
    graph = nx.disjoint_union(dense, nx.path_graph(2_500))  # more nodes than a matrix may have
    graph.add_edge(0, 700)
    edges = list(graph.edges())
    found = clustering(*arrays(edges), len(graph))
    matrix = nx.to_numpy_array(dense)
    degrees = matrix.sum(axis=1)
    exact = ((matrix @ matrix) * matrix).sum(axis=1) / (degrees * (degrees - 1))
    assert np.abs(found[1:700] - exact[1:]).max() < 0.05
    assert not found[700:].any()
    random.Random(1).shuffle(edges)
    assert np.array_equal(clustering(*arrays(edges), len(graph)), found)


def test_a_hub_with_many_neighbors_needs_no_look_ups() -> None:
    graph = nx.star_graph(50_000)
    graph.add_edges_from([(1, 2), (3, 4)])
    found = clustering(*arrays(graph.edges()), len(graph))
    assert found[0] == pytest.approx(2 / (50_000 * 49_999 / 2))
    assert found[1:6].tolist() == [1, 1, 1, 1, 0]
