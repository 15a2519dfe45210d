"""Undirected graphs in arrays agree with networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given, strategies as st

from graph_api.graph.undirected import breadth_first_forest, chunks, components, either, in_cliques, mutual
from tests.graph.pairs import Edge, arrays, edge_lists, graphs, undirected


@given(edge_lists())
def test_either_holds_each_pair_with_an_edge_once_in_order(drawn: tuple[int, list[Edge]]) -> None:
    count, edges = drawn
    graph = either(*arrays(edges), count)
    pairs = list(zip(graph.first.tolist(), graph.second.tolist(), strict=True))
    assert pairs == sorted({(min(edge), max(edge)) for edge in edges})


@given(edge_lists())
def test_mutual_holds_the_pairs_with_an_edge_each_way(drawn: tuple[int, list[Edge]]) -> None:
    count, edges = drawn
    graph = mutual(*arrays(edges), count)
    pairs = list(zip(graph.first.tolist(), graph.second.tolist(), strict=True))
    assert pairs == sorted((one, other) for one, other in edges if one < other and (other, one) in edges)


def test_a_loop_is_no_pair() -> None:
    assert len(either(*arrays([(1, 1), (0, 1)]), 2).first) == 1


@given(graphs())
def test_a_component_is_named_by_its_smallest_node(graph: nx.Graph[int]) -> None:
    expected = {node: min(found) for found in nx.connected_components(graph) for node in found}
    assert components(undirected(graph)).tolist() == [expected[node] for node in range(len(graph))]


def test_a_long_chain_in_any_order_is_one_component() -> None:
    order = np.random.default_rng(1).permutation(5_000)
    assert not components(either(order[1:], order[:-1], 5_000)).any()


@given(graphs())
def test_in_cliques_marks_the_components_that_are_complete(graph: nx.Graph[int]) -> None:
    whole = undirected(graph)
    expected = {
        node
        for found in nx.connected_components(graph)
        if graph.subgraph(found).number_of_edges() == len(found) * (len(found) - 1) // 2
        for node in found
    }
    assert set(np.flatnonzero(in_cliques(whole, components(whole))).tolist()) == expected


@given(graphs())
def test_a_breadth_first_forest_spans_the_graph_with_shortest_paths(graph: nx.Graph[int]) -> None:
    whole = undirected(graph)
    kept = whole.where(breadth_first_forest(whole))
    forest: nx.Graph[int] = nx.empty_graph(len(graph))
    forest.add_edges_from(zip(kept.first.tolist(), kept.second.tolist(), strict=True))
    assert forest.number_of_edges() == len(graph) - nx.number_connected_components(graph)
    for found in nx.connected_components(graph):
        root = min(found)
        assert nx.single_source_shortest_path_length(forest, root) == nx.single_source_shortest_path_length(
            graph, root
        )


@given(st.lists(st.integers(0, 9)), st.integers(1, 20))
def test_chunks_cover_all_items_and_cost_no_more_than_allowed(costs: list[int], most: int) -> None:
    parts = [costs[part] for part in chunks(np.array(costs, dtype=np.int64), most)]
    assert [cost for part in parts for cost in part] == costs
    assert all(sum(part) <= most or len(part) == 1 for part in parts)
