"""Measures of articles, providers and topics: metrics of the graph, what is trending, and what goes together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from graph_api.records import Article, NodeKey, Provider, Topic
from graph_api.schema.arguments import FacetsWanted, TrendingList
from graph_api.schema.paging import Connection, Edge
from graph_api.schema.ranking import Trending, age_hours, fraction
from graph_api.schema.resolvers.facets import FacetBucket, counted
from graph_api.schema.resolvers.nodes import TOPICS
from graph_api.store.columns import NULL, FacetField
from graph_api.store.plans import Reads, Rights, ask
from graph_api.store.reads import ArticleColumns, GraphAnalysis


@dataclass(frozen=True, slots=True, eq=False)
class NodeMetrics:
    """Metrics of one article in the graph of related articles."""

    in_degree: int
    out_degree: int
    page_rank: float
    clustering: float


def metrics(parents: Sequence[Article], rights: Rights) -> Reads[list[NodeMetrics]]:
    """Metrics of the article in the graph of related articles."""
    analysis = yield from ask(GraphAnalysis(rights))
    at = np.array(analysis.indexes([parent.key for parent in parents]), np.int64)
    columns = (*analysis.degrees, analysis.page_rank, analysis.clustering)
    return [
        NodeMetrics(*each) for each in zip(*(column.take(at).tolist() for column in columns), strict=True)
    ]


# -- trending ------------------------------------------------------------------------------------------------


def trending(parents: Sequence[object], rights: Rights, wanted: TrendingList) -> Reads[list[Connection]]:
    """The articles that are of most interest at a moment: those with the highest heat / (age in hours + 2)^gravity, as
    Hacker News ranks stories. Negative heat counts as 0.

    Where no article has a heat, quality stands in, else PageRank. An article without a date is as old as the oldest.
    """
    del rights
    return [Connection(wanted.scope, wanted.listing) for _ in parents]
    yield


def as_of(parents: Sequence[Connection], rights: Rights) -> Reads[list[datetime]]:
    """The moment for which scores are computed."""
    del rights
    return [
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=_trending(parent).moment)
        for parent in parents
    ]
    yield


def score(parents: Sequence[Edge], rights: Rights) -> Reads[list[float]]:
    """The score at that moment, 0 or more."""
    del rights
    scores = [parent.item.sort[0] for parent in parents]
    return [fraction(score) for score in scores if isinstance(score, int)]
    yield


def hours(parents: Sequence[Edge], rights: Rights) -> Reads[list[float | None]]:
    """The age of the article at that moment in hours; null when it has no date."""
    columns = yield from ask(ArticleColumns(rights))
    rows = columns.indexes(np.array([parent.item.key for parent in parents], np.int64))
    dated: list[bool] = (columns.published_us.take(rows) != NULL).tolist()
    moment = _trending(parents[0].connection).moment
    ages: list[float] = age_hours(columns, moment).take(rows).tolist()
    return [age if is_dated else None for age, is_dated in zip(ages, dated, strict=True)]


def _trending(connection: Connection) -> Trending:
    assert isinstance(connection.scope, Trending), "the fields of a TrendingConnection"
    return connection.scope


# -- providers and topics ----------------------------------------------------------------------------------


def top_topics(parents: Sequence[Provider], rights: Rights, first: int) -> Reads[list[list[FacetBucket]]]:
    """The topics of most of this provider's articles, the most frequent first."""
    columns = yield from ask(ArticleColumns(rights))
    rows = [columns.labels[FacetField.PROVIDER].having(parent.key) for parent in parents]
    facets = yield from counted(columns, rows, FacetsWanted((FacetField.TOPIC,), first), rights)
    return [facet.buckets for [facet] in facets]


@dataclass(frozen=True, slots=True, eq=False)
class TopicCooccurrence:
    """A topic that articles have together with another one."""

    topic: Topic
    count: int
    jaccard: float


def cooccurring(parents: Sequence[Topic], rights: Rights, first: int) -> Reads[list[list[TopicCooccurrence]]]:
    """The topics that occur together with this one in articles, the most similar ones (`jaccard`) first; equally similar
    ones are sorted by slug."""
    columns = yield from ask(ArticleColumns(rights))
    labels = columns.labels[FacetField.TOPIC]
    all_counts = {group.name: group.articles for group in labels.groups(None, len(labels.names)).largest}
    found: list[list[tuple[float, NodeKey, int]]] = []
    for parent in parents:
        together = labels.groups(labels.having(parent.key), len(labels.names)).largest
        own = all_counts.get(parent.key, 0)
        pairs = [
            (
                group.articles / (own + all_counts[group.name] - group.articles),
                NodeKey(group.name),
                group.articles,
            )
            for group in together
            if isinstance(group.name, int) and group.name != parent.key
        ]
        places = {name: place for place, name in enumerate(labels.names)}
        found.append(sorted(pairs, key=lambda pair: (-pair[0], places[pair[1]]))[:first])
    topics = yield from TOPICS((key for pairs in found for _, key, _ in pairs), rights)
    return [
        [TopicCooccurrence(topics[key], count, jaccard) for jaccard, key, count in pairs] for pairs in found
    ]
