"""Stories of the dev corpus are the ones that its editors made, each with the lead that they published."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pytest

from graph_api.graph.metrics import page_rank
from graph_api.graph.stories import Stories, blocks, stories
from tests.corpora import corpus
from tests.graph.pairs import NONE, Edge, arrays
from tests.graph.test_stories import members
from tests.reference_reader import Fields, articles, moment

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Read:
    fields: list[Fields]
    mutual: nx.Graph[int]
    stories: Stories


@pytest.fixture(scope="module")
def read() -> Read:
    """The articles of the corpus by id, read by hand, and their stories."""
    found = articles(corpus("azure-dev"))
    ids = sorted(found)
    numbers = {id: number for number, id in enumerate(ids)}
    fields = [found[id].fields for id in ids]
    edges: list[Edge] = [(numbers[id], numbers[other]) for id in ids for other in found[id].related]
    mutual: nx.Graph[int] = nx.empty_graph(len(ids))
    mutual.add_edges_from(edge for edge in set(edges) & {(target, source) for source, target in edges})
    both = arrays(edges)
    made = stories(
        blocks(both, NONE, len(ids)),
        np.array([one["published"] for one in fields], dtype=np.int8),
        np.array([one["quality"] for one in fields]),
        np.array([round(moment(one).timestamp() * 1_000_000) for one in fields]),
        page_rank(*both, len(ids)),
        both,
    )
    return Read(fields, mutual, made)


def test_stories_are_the_maximal_cliques(read: Read) -> None:
    cliques = {frozenset(nodes) for nodes in nx.find_cliques(read.mutual) if len(nodes) > 1}
    assert set(map(frozenset, members(read.stories))) == cliques
    assert set(read.stories.densities.tolist()) == {1.0}


def test_the_two_components_that_are_no_cliques_are_overlapping_stories(read: Read) -> None:
    found = [set(nodes) for nodes in members(read.stories)]
    sizes = {
        len(nodes): sorted((len(story) for story in found if story <= nodes), reverse=True)
        for nodes in nx.connected_components(read.mutual)
        if len(nodes) > 1
        and read.mutual.subgraph(nodes).number_of_edges() < len(nodes) * (len(nodes) - 1) // 2
    }
    assert sizes == {257: [138, 61, 60], 67: [51, 17]}
    twice = Counter(article for story in found for article in story)
    assert sorted(twice.values(), reverse=True)[:4] == [2, 2, 2, 1]


def test_each_story_with_a_published_article_has_exactly_the_lead_its_editors_chose(read: Read) -> None:
    published = {
        number: [article for article in story if read.fields[article]["published"]]
        for number, story in enumerate(members(read.stories))
    }
    chosen = {number: found for number, found in published.items() if found}
    assert len(chosen) > 300
    assert {number: [int(read.stories.leads[number])] for number in chosen} == chosen


def test_the_lead_is_the_best_where_none_is_published(read: Read) -> None:
    for story, lead in zip(members(read.stories), read.stories.leads.tolist(), strict=True):
        if not any(read.fields[article]["published"] for article in story):
            assert read.fields[lead]["quality"] == max(read.fields[article]["quality"] for article in story)


def test_b_cubed_of_one_story_for_each_article_against_its_cliques(read: Read) -> None:
    """Each article counts in the story of `main` only, so that the three that belong to two lose a little recall."""
    groups = [set(nodes) for nodes in members(read.stories)]
    precision, recall = list[float](), list[float]()
    for article in read.mutual:
        main = int(read.stories.main[article])
        own = (
            {other for other in groups[main] if read.stories.main[other] == main} if main >= 0 else {article}
        )
        true = {article, *read.mutual[article]}
        precision.append(len(own & true) / len(own))
        recall.append(len(own & true) / len(true))
    assert np.mean(precision) == 1
    assert np.mean(recall) == pytest.approx(0.9989, abs=1e-4)
