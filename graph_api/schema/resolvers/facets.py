"""The fields `facets` and `stats` of connections of articles: counts over the whole list, all pages included.

`counted` groups any set of articles: that of a search as well as that of a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from graph_api.records import NodeKey, Provider, Topic
from graph_api.schema.arguments import FacetsWanted
from graph_api.schema.paging import Connection, members
from graph_api.schema.resolvers.nodes import PROVIDERS, TOPICS
from graph_api.store.columns import ArticleStats, Columns, FacetField, Groups, Indexes, Name
from graph_api.store.plans import Pause, Reads, Rights, ask
from graph_api.store.reads import ArticleColumns

_AT_ONCE = 200_000  # articles times fields, about a millisecond of work
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


@dataclass(frozen=True, slots=True, eq=False)
class FacetBucket:
    """One value of a field."""

    key: str
    label: str
    count: int
    node: Provider | Topic | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Facet:
    """The values of one field."""

    field: FacetField
    buckets: list[FacetBucket]
    other_count: int
    missing_count: int


def facets(parents: Sequence[Connection], rights: Rights, wanted: FacetsWanted) -> Reads[list[list[Facet]]]:
    """The articles of the whole list, all pages included, grouped by each of these fields, in this order.

    Only articles that match the filter of the list are counted; of a search the articles, not providers and topics. An
    article with several topics is in several buckets.
    """
    columns, chosen = yield from _chosen(parents, rights)
    return (yield from counted(columns, chosen, wanted, rights))


def stats(parents: Sequence[Connection], rights: Rights) -> Reads[list[ArticleStats]]:
    """Statistics of the whole list, all pages included."""
    columns, chosen = yield from _chosen(parents, rights)
    return [columns.stats(indexes) for indexes in chosen]


def counted(
    columns: Columns, chosen: Sequence[Indexes | None], wanted: FacetsWanted, rights: Rights
) -> Reads[list[list[Facet]]]:
    """The facets of each set of articles; None stands for all articles."""
    if (
        sum(len(columns.keys if indexes is None else indexes) for indexes in chosen) * len(wanted.by)
        > _AT_ONCE
    ):
        yield from ask(Pause(apart=True))
    found = [
        [(field, columns.labels[field].groups(indexes, wanted.size)) for field in wanted.by]
        for indexes in chosen
    ]
    nodes = yield from _nodes(chain.from_iterable(found), rights)
    return [[_facet(field, groups, nodes) for field, groups in each] for each in found]


def _chosen(parents: Sequence[Connection], rights: Rights) -> Reads[tuple[Columns, list[Indexes | None]]]:
    """The values of all articles, and the articles of each list."""
    columns = yield from ask(ArticleColumns(rights))
    return columns, (yield from members(parents, columns, rights))


def _nodes(
    found: Iterable[tuple[FacetField, Groups]], rights: Rights
) -> Reads[dict[NodeKey, Provider | Topic]]:
    """The topics and providers of all buckets: at most one read of each."""
    keys: dict[FacetField, list[NodeKey]] = {FacetField.TOPIC: [], FacetField.PROVIDER: []}
    for field, groups in found:
        if field in keys:
            keys[field] += [NodeKey(group.name) for group in groups.largest if isinstance(group.name, int)]
    topics = yield from TOPICS(keys[FacetField.TOPIC], rights)
    providers = yield from PROVIDERS(keys[FacetField.PROVIDER], rights)
    return {**topics, **providers}


def _facet(field: FacetField, groups: Groups, nodes: dict[NodeKey, Provider | Topic]) -> Facet:
    return Facet(
        field=field,
        buckets=[_bucket(field, group.name, group.articles, nodes) for group in groups.largest],
        other_count=groups.others,
        missing_count=groups.missing,
    )


def _bucket(field: FacetField, name: Name, count: int, nodes: dict[NodeKey, Provider | Topic]) -> FacetBucket:
    if isinstance(name, str):
        return FacetBucket(name, _label(field, name), count, None)
    node = nodes[NodeKey(name)]
    return FacetBucket(node.slug if isinstance(node, Topic) else node.domain, node.name, count, node)


def _label(field: FacetField, name: str) -> str:
    if field is not FacetField.MONTH:
        return name
    year, month = name.split("-")
    return f"{_MONTHS[int(month) - 1]} {year}"
