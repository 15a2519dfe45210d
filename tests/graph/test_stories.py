"""Stories: blocks by the rules and by networkx, leads rule by rule."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise
from typing import cast

import networkx as nx
import numpy as np
from hypothesis import given, strategies as st

from graph_api.graph.stories import Blocks, Stories, blocks, stories
from tests.graph.pairs import NONE, Edge, arrays, both_ways, clique, directed, edge_lists, graphs

NULL = np.iinfo(np.int64).min


def members(found: Blocks | Stories) -> list[list[int]]:
    return [found.members[start:end].tolist() for start, end in pairwise(found.starts.tolist())]


def listed(edges: Iterable[Edge], count: int = 200) -> list[list[int]]:
    """The blocks of articles that list others."""
    return members(blocks(arrays(edges), NONE, count))


def linked(edges: Iterable[Edge], count: int = 200) -> list[list[int]]:
    """The blocks of a folder that has links only."""
    return members(blocks(NONE, arrays(edges), count))


def plain_blocks(graph: nx.Graph[int]) -> list[list[int]]:
    """The rule in networkx, for graphs whose blocks are too small to be split."""
    found = list(cast("Iterable[set[int]]", nx.biconnected_components(graph)))
    larger = [nodes for nodes in found if len(nodes) > 2]
    in_larger = set[int]().union(*larger)
    pairs: nx.Graph[int] = nx.Graph()
    pairs.add_edges_from(
        (min(nodes), max(nodes)) for nodes in found if len(nodes) == 2 and not nodes <= in_larger
    )
    groups = [sorted(nodes) for nodes in [*larger, *nx.connected_components(pairs)]]
    return sorted(groups, key=lambda group: (-len(group), group))


# -- blocks ------------------------------------------------------------------------------------------------


@given(graphs())
def test_blocks_are_biconnected_components_and_joined_pairs(graph: nx.Graph[int]) -> None:
    found = blocks(arrays(directed(graph).edges()), NONE, len(graph))
    assert members(found) == plain_blocks(graph)
    assert (found.starts.dtype.name, found.members.dtype.name) == ("int64", "int32")


@given(edge_lists(), st.randoms(use_true_random=False))
def test_the_order_of_edges_changes_nothing(drawn: tuple[int, list[Edge]], shuffling: random.Random) -> None:
    count, edges = drawn
    shuffled = shuffling.sample(edges, len(edges))
    assert listed(edges, count) == listed(shuffled, count)
    assert linked(edges, count) == linked(shuffled, count)


def test_an_article_that_lists_another_makes_no_story_alone() -> None:
    assert listed([(0, 1), (1, 0), (1, 2), (3, 1)]) == [[0, 1]]


def test_cliques_that_share_an_article_are_two_blocks() -> None:
    assert listed(clique(0, 1, 2, 3) + clique(3, 4, 5)) == [[0, 1, 2, 3], [3, 4, 5]]


def test_an_edge_between_two_blocks_makes_none() -> None:
    assert listed([*clique(0, 1, 2), *clique(3, 4, 5), *both_ways([(2, 3)])]) == [[0, 1, 2], [3, 4, 5]]


def test_an_article_related_to_one_member_only_makes_a_block_with_it() -> None:
    assert listed([*clique(0, 1, 2), *both_ways([(2, 9)])]) == [[0, 1, 2], [2, 9]]


def test_a_hub_and_the_articles_related_only_to_it_are_one_block() -> None:
    assert listed(both_ways((5, leaf) for leaf in range(5))) == [[0, 1, 2, 3, 4, 5]]
    assert listed([*clique(0, 1, 2), *both_ways([(2, 7), (2, 8)])]) == [[0, 1, 2], [2, 7, 8]]


def test_a_large_clique_is_one_block() -> None:
    assert listed(clique(*range(120))) == [list(range(120))]


def test_a_large_sparse_block_is_split_into_communities() -> None:
    ring = nx.ring_of_cliques(10, 8)
    assert nx.is_biconnected(ring)
    expected = [list(range(start, start + 8)) for start in range(0, 80, 8)]
    assert listed(directed(ring).edges()) == expected


def test_a_large_dense_block_stays_whole() -> None:
    graph = nx.gnp_random_graph(80, 0.5, seed=3)
    assert listed(directed(graph).edges()) == [list(range(80))]


def test_a_split_block_still_shares_its_article_with_its_neighbor() -> None:
    ring = nx.ring_of_cliques(10, 8)
    found = listed([*directed(ring).edges(), *clique(5, 100, 101)])
    assert [group for group in found if 5 in group] == [list(range(8)), [5, 100, 101]]


def test_communities_that_are_large_and_sparse_are_split_again() -> None:
    graph = nx.planted_partition_graph(150, 12, 0.9, 0.0006, seed=2)
    found = linked(graph.edges(), len(graph))
    assert max(map(len, found)) <= 50


def test_links_count_only_where_no_article_lists_one() -> None:
    links = arrays(clique(4, 5, 6))
    assert members(blocks(arrays(clique(0, 1)), links, 9)) == [[0, 1]]
    assert members(blocks(NONE, links, 9)) == [[4, 5, 6]]


def test_links_in_one_direction_are_enough() -> None:
    assert linked([(3, 1), (3, 2), (8, 9)]) == [[1, 2, 3], [8, 9]]


def test_linked_notes_are_grouped_by_community() -> None:
    ring = nx.ring_of_cliques(3, 5)
    assert linked(ring.edges()) == [list(range(start, start + 5)) for start in (0, 5, 10)]


def test_no_edges_make_no_blocks() -> None:
    assert listed([]) == []
    assert linked([], 0) == []


# -- leads -------------------------------------------------------------------------------------------------


def led(
    groups: Sequence[Sequence[int]],
    *,
    published: dict[int, int] | None = None,
    quality: dict[int, int] | None = None,
    date: dict[int, int] | None = None,
    page_rank: dict[int, float] | None = None,
    edges: Iterable[Edge] | None = None,
    count: int = 12,
) -> Stories:
    """The stories of *groups*. Articles that are not named are unpublished, without quality, date and rank."""

    def column(values: dict[int, int] | None, missing: int) -> list[int]:
        return [(values or {}).get(article, missing) for article in range(count)]

    ranks = [(page_rank or {}).get(article, 0.0) for article in range(count)]
    every = [edge for group in groups for edge in clique(*group)] if edges is None else edges
    return stories(
        Blocks(
            starts=np.cumsum([0, *map(len, groups)]),
            members=np.array([node for group in groups for node in group], dtype=np.int32),
        ),
        np.array(column(published, 0), dtype=np.int8),
        np.array(column(quality, NULL), dtype=np.int64),
        np.array(column(date, NULL), dtype=np.int64),
        np.array(ranks),
        arrays(every),
    )


def test_the_published_article_leads_whatever_the_others_are() -> None:
    assert led([[1, 2, 3]], published={3: 1}, quality={1: 99}).leads.tolist() == [3]


def test_of_two_published_articles_the_one_of_higher_quality_leads() -> None:
    found = led([[1, 2, 3]], published={2: 1, 3: 1}, quality={1: 99, 2: 10, 3: 20})
    assert found.leads.tolist() == [3]


def test_where_published_is_null_quality_decides() -> None:
    found = led([[1, 2, 3]], published={1: 0, 2: -1, 3: -1}, quality={1: 1, 2: 5, 3: 4})
    assert found.leads.tolist() == [2]


def test_any_quality_is_higher_than_none() -> None:
    assert led([[1, 2, 3]], quality={2: 0}).leads.tolist() == [2]


def test_of_equal_quality_the_earliest_leads() -> None:
    assert led([[1, 2, 3]], quality={1: 5, 2: 5, 3: 5}, date={1: 30, 2: 20, 3: 25}).leads.tolist() == [2]


def test_an_article_without_a_date_is_the_latest() -> None:
    assert led([[1, 2]], date={2: 30}).leads.tolist() == [2]


def test_of_equal_dates_the_most_central_leads() -> None:
    assert led([[1, 2, 3]], date={1: 3, 2: 3, 3: 3}, page_rank={2: 0.2, 3: 0.3}).leads.tolist() == [3]


def test_ranks_that_differ_by_rounding_are_equal_and_the_smallest_number_leads() -> None:
    assert led([[1, 2]], page_rank={1: 0.3, 2: 0.3 + 1e-15}).leads.tolist() == [1]


def test_an_article_leads_the_largest_of_its_stories_and_the_next_best_the_others() -> None:
    found = led([[0, 1, 2, 3], [3, 4, 5]], quality={3: 9, 5: 8})
    assert found.leads.tolist() == [3, 5]


def test_a_block_whose_articles_all_lead_larger_ones_makes_no_story() -> None:
    groups = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [0, 4, 8]]
    found = led(groups, quality={0: 9, 4: 9, 8: 9})
    assert members(found) == groups[:3]


def test_stories_are_ordered_by_size_then_lead() -> None:
    found = led([[0, 9], [1, 2], [3, 4, 5]][::-1], quality={9: 1, 2: 1})
    assert members(found) == [[3, 4, 5], [1, 2], [0, 9]]
    assert found.leads.tolist() == [3, 2, 9]


@given(graphs())
def test_leads_are_distinct_members(graph: nx.Graph[int]) -> None:
    count = len(graph)
    edges = arrays(directed(graph).edges())
    same = np.zeros(count, dtype=np.int64)
    found = stories(blocks(edges, NONE, count), same.astype(np.int8), same, same, same.astype(float), edges)
    leads = found.leads.tolist()
    assert len(set(leads)) == len(leads)
    assert all(lead in group for lead, group in zip(leads, members(found), strict=True))
    assert [(-len(group), lead) for lead, group in zip(leads, members(found), strict=True)] == sorted(
        (-len(group), lead) for lead, group in zip(leads, members(found), strict=True)
    )


# -- density and membership --------------------------------------------------------------------------------


def test_density_is_the_share_of_pairs_that_are_connected() -> None:
    found = led([[0, 1, 2, 3]], edges=[(0, 1), (1, 0), (2, 1), (3, 9)])
    assert found.densities.tolist() == [2 / 6]


def test_an_article_belongs_to_the_story_into_which_it_has_most_edges() -> None:
    groups = [[0, 1, 2, 3], [3, 4, 5]]
    found = led(groups, edges=[(3, 0), (3, 4), (5, 3)])
    assert found.main.tolist() == [0, 0, 0, 1, 1, 1, -1, -1, -1, -1, -1, -1]
    assert found.of([3])[0] == [1, 0]
    assert found.of([0])[0] == [0]
    assert found.of([9])[0] == []


def test_of_as_many_edges_the_larger_story_counts_then_the_first() -> None:
    assert led([[0, 1, 2, 3], [3, 4, 5]], edges=[(3, 0), (3, 4)]).of([3])[0] == [0, 1]
    assert led([[0, 1, 2], [2, 4, 5]], edges=[(2, 0), (2, 4)]).of([2])[0] == [0, 1]


@given(graphs(most=20))
def test_densities_and_main_stories_agree_with_counting(graph: nx.Graph[int]) -> None:
    count = len(graph)
    edges = arrays(directed(graph).edges())
    same = np.zeros(count, dtype=np.int64)
    found = stories(blocks(edges, NONE, count), same.astype(np.int8), same, same, same.astype(float), edges)
    groups = members(found)
    for group, density in zip(groups, found.densities.tolist(), strict=True):
        inside = sum(graph.has_edge(*pair) for pair in combinations(group, 2))
        assert density == inside / (len(group) * (len(group) - 1) / 2)
    for article in range(count):
        own = [number for number, group in enumerate(groups) if article in group]
        neighbors = {number: len(set(graph[article]) & set(groups[number])) for number in own}
        best = min(own, key=lambda number: (-neighbors[number], number), default=-1)
        assert found.main[article] == best
        assert sorted(found.of([article])[0]) == own
