"""Arrays answer every question as a dict does."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st

from graph_api.graph.adjacency import build
from graph_api.graph.arrays import ArrayNeighbors
from graph_api.graph.protocol import PAGE, Edges, Steps
from graph_api.records import EdgeDirection, EdgeKind
from tests.graph.small_graphs import (
    ALL_KINDS,
    BOTH,
    OUT,
    RELATED,
    SmallGraph,
    finish,
    graphs,
    keys,
    related,
)

FRONTIERS = st.lists(keys | st.just(5000), max_size=64).map(tuple)


def _rows(edges: Edges) -> list[tuple[int, int, EdgeKind, int | None]]:
    return list(edges.rows())


def _arrays(*edges: tuple[int, int]) -> ArrayNeighbors:
    return related(*edges).in_memory().arrays


@settings(max_examples=200)
@given(graphs(), FRONTIERS, st.sampled_from(EdgeDirection), st.integers(0, 40), st.integers(1, 40))
def test_steps_are_those_of_the_dict(
    graph: SmallGraph, frontier: tuple[int, ...], direction: EdgeDirection, skip: int, limit: int
) -> None:
    expected = finish(graph.steps(frontier, ALL_KINDS, direction, limit, skip))
    assert graph.in_memory().steps(frontier, ALL_KINDS, direction, limit, skip) == expected


@settings(max_examples=200)
@given(graphs(), FRONTIERS, st.lists(keys, unique=True))
def test_edges_are_those_of_the_dict(graph: SmallGraph, sources: tuple[int, ...], targets: list[int]) -> None:
    memory = graph.in_memory()
    for question in ((sources, tuple(targets)), (sources, ()), (sources, tuple(targets[1:]))):
        expected = finish(graph.edges(*question, ALL_KINDS))
        assert _rows(memory.edges(*question, ALL_KINDS)) == _rows(expected)


def test_keys_of_63_bits_survive() -> None:
    memory = related((2**62, 1), (1, 2), (1, 2**63 - 1)).in_memory()
    assert memory.steps((1,), ALL_KINDS, BOTH).targets == [2, 2**63 - 1, 2**62]


def test_numbers_are_indexes_in_the_order_of_the_keys() -> None:
    csr = build("r", {RELATED: np.array([[1, 2]])}, nodes=np.array([7, 1]))
    assert ArrayNeighbors(csr, lambda rows: rows).numbers([7, 1, 2]) == (2, 0, 1)


def test_unknown_nodes_have_numbers_of_their_own_and_no_edges() -> None:
    arrays = _arrays((1, 2), (2, 1))
    some, many = [8, 1, 9, 8], [*range(50), 8]
    assert arrays.numbers(some) == (-1, 0, -2, -1)
    assert arrays.keys(arrays.numbers(some)) == tuple(some)
    assert arrays.keys(arrays.numbers(many)) == tuple(many)
    assert finish(arrays.steps(arrays.numbers(many), ALL_KINDS, OUT, PAGE, 0)).targets == [1, 0]
    edges = finish(arrays.edges(arrays.numbers(some), arrays.numbers(many), ALL_KINDS))
    assert _rows(edges) == [(1, 2, RELATED, 0)]


def test_an_empty_graph_has_answers() -> None:
    arrays = ArrayNeighbors(build("r", {}), lambda rows: rows)
    for frontier in (arrays.numbers(range(20)), arrays.numbers(range(60))):
        assert finish(arrays.steps(frontier, ALL_KINDS, OUT, PAGE, 0)) == Steps([], [0] * len(frontier))
        assert _rows(finish(arrays.edges(frontier, frontier, ALL_KINDS))) == []


def test_each_answer_offers_a_turn_with_the_number_of_edges_read() -> None:
    arrays = _arrays((1, 2), (1, 3), (2, 3))
    nodes = arrays.numbers([1, 2, 3])
    assert list(arrays.steps(nodes[:1], ALL_KINDS, OUT, PAGE, 0)) == [2]
    assert list(arrays.edges(nodes, nodes, ALL_KINDS)) == [3]
    assert list(arrays.pause()) == [0]
