"""Edges without a way back, compared with sets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from graph_api.graph.reciprocals import Ends, one_way

_edges = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), unique=True, max_size=40)
_groups = st.lists(st.integers(-1, 2), min_size=8, max_size=8)


def ends(edges: list[tuple[int, int]]) -> Ends:
    both = np.array(edges, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def found(
    listed: list[tuple[int, int]], groups: list[int], linked: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    missing = one_way(ends(listed), ends(linked), np.array(groups, np.int64))
    return list(zip(missing.sources.tolist(), missing.targets.tolist(), strict=True))


@given(listed=_edges, linked=_edges, groups=_groups)
def test_edges_without_a_way_back_are_found_where_most_have_one(
    listed: list[tuple[int, int]], linked: list[tuple[int, int]], groups: list[int]
) -> None:
    linked = [edge for edge in linked if edge not in listed]
    expected: list[tuple[int, int]] = []
    for group in {*groups} - {-1}:
        own = [(a, b) for a, b in listed if a != b and groups[a] == groups[b] == group]
        lacking = [(a, b) for a, b in own if (b, a) not in {*listed, *linked}]
        if len(lacking) < len(own) / 2:
            expected += lacking
    assert found(listed, groups, linked) == sorted(expected)


@given(listed=_edges, groups=_groups)
def test_a_score_is_the_jaccard_index_of_both_lists_and_their_owners(
    listed: list[tuple[int, int]], groups: list[int]
) -> None:
    missing = one_way(ends(listed), ends([]), np.array(groups, np.int64))
    lists = {node: {b for a, b in listed if a == node} | {node} for node in range(8)}
    for a, b, score in zip(*(column.tolist() for column in missing[:3]), strict=True):
        assert score == pytest.approx(len(lists[a] & lists[b]) / len(lists[a] | lists[b]))


def test_a_garden_in_which_lists_lead_onward_lacks_nothing() -> None:
    chain = [(node, node + 1) for node in range(7)]
    assert found(chain, [0] * 8, []) == []
    assert found([*chain, (1, 0)], [0] * 8, []) == []


def test_one_folder_does_not_decide_for_another() -> None:
    pair_and_one = [(0, 1), (1, 0), (2, 0)]
    onward = [(4, 5), (5, 6), (6, 7)]
    groups = [0, 0, 0, 0, 1, 1, 1, 1]
    assert found([*pair_and_one, *onward], groups, []) == [(2, 0)]
    folders = np.array(groups)
    assert one_way(ends([*pair_and_one, *onward]), ends([]), folders).mutual.tolist() == [True, False]


def test_a_link_in_a_body_is_a_way_back() -> None:
    assert found([(0, 1), (1, 0), (2, 0)], [0] * 8, [(0, 2)]) == []


def test_no_edges_lack_nothing() -> None:
    assert found([], [0] * 8, []) == []
    assert found([], [], []) == []
