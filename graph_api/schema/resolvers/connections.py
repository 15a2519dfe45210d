"""The fields of every connection and edge: the page, its cursors, `pageInfo` and `totalCount`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from graph_api.execution.fields import ByKey, RowsByKey
from graph_api.records import EdgeDirection, EdgeOrigin, NodeKey
from graph_api.schema.paging import Connection, Edge, PageInfo, counts, pages
from graph_api.schema.resolvers.nodes import ARTICLES, PROVIDERS, TOPICS, rows_of
from graph_api.store.lists import RelatedArticles
from graph_api.store.plans import Reads, Rights, ask
from graph_api.store.reads import Origins, ProblemRows, Reciprocal

PROBLEMS = partial(rows_of, ProblemRows)


def edges(parents: Sequence[Connection], rights: Rights) -> Reads[list[list[Edge]]]:
    """The items of the page with their cursors."""
    found = yield from pages(parents, rights)
    return [
        [Edge(item, index, parent) for index, item in enumerate(page.items)]
        for parent, page in zip(parents, found, strict=True)
    ]


def _origin(connection: Connection) -> NodeKey | None:
    return connection.scope.key if isinstance(connection.scope, RelatedArticles) else None


def page_info(parents: Sequence[Connection], rights: Rights) -> Reads[list[PageInfo]]:
    """Information about the position of the page in the list."""
    found = yield from pages(parents, rights)
    return [
        PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=parent.cursor(0) if page.keys else None,
            end_cursor=parent.cursor(len(page.keys) - 1) if page.keys else None,
        )
        for parent, page in zip(parents, found, strict=True)
    ]


def total_count(parents: Sequence[Connection], rights: Rights) -> Reads[list[int]]:
    """The number of items in the whole list, all pages included. It is only counted when selected."""
    return (yield from counts(parents, rights))


def reciprocal(parents: Sequence[Edge], rights: Rights) -> Reads[list[bool]]:
    """Whether there is a related edge each way, whatever their origins."""
    pairs = [(_origin(parent.connection) or parent.item.key, parent.item.key) for parent in parents]
    found = yield from ask(Reciprocal(tuple(dict.fromkeys(pairs)), rights))
    return [pair in found for pair in pairs]


def origin(parents: Sequence[Edge], rights: Rights) -> Reads[list[EdgeOrigin]]:
    """Whether the article lists the other one, or links to it. In the direction IN that is what the other one does.

    In BOTH the edge of this article counts where there are two and the list is not one of a single origin.
    """
    ends = [
        (_direction(parent), _origin(parent.connection) or parent.item.key, parent.item.key)
        for parent in parents
    ]
    pairs = [
        (other, one) if direction is EdgeDirection.IN else (one, other) for direction, one, other in ends
    ]
    asked = {*pairs, *((other, one) for direction, one, other in ends if direction is EdgeDirection.BOTH)}
    found = yield from ask(Origins(tuple(sorted(asked)), rights))
    return [
        _wanted_origin(parent) or found.get(pair) or found[pair[1], pair[0]]
        for parent, pair in zip(parents, pairs, strict=True)
    ]


def _wanted_origin(edge: Edge) -> EdgeOrigin | None:
    scope = edge.connection.scope
    return scope.origin if isinstance(scope, RelatedArticles) else None


def _direction(edge: Edge) -> EdgeDirection:
    scope = edge.connection.scope
    return scope.direction if isinstance(scope, RelatedArticles) else EdgeDirection.OUT


def _nodes(parents: Sequence[Connection], rights: Rights, rows: RowsByKey) -> Reads[ByKey]:
    return ByKey([page.keys for page in (yield from pages(parents, rights))], rows, many=True)


def _edge_nodes(parents: Sequence[Edge], rights: Rights, rows: RowsByKey) -> Reads[ByKey]:
    del rights
    return ByKey([parent.item.key for parent in parents], rows)
    yield


def articles(parents: Sequence[Connection], rights: Rights) -> Reads[ByKey]:
    """The articles of the page, without cursors."""
    return _nodes(parents, rights, ARTICLES)


def providers(parents: Sequence[Connection], rights: Rights) -> Reads[ByKey]:
    """The providers of the page, without cursors."""
    return _nodes(parents, rights, PROVIDERS)


def topics(parents: Sequence[Connection], rights: Rights) -> Reads[ByKey]:
    """The topics of the page, without cursors."""
    return _nodes(parents, rights, TOPICS)


def problems(parents: Sequence[Connection], rights: Rights) -> Reads[ByKey]:
    """The problems of the page, without cursors."""
    return _nodes(parents, rights, PROBLEMS)


def article(parents: Sequence[Edge], rights: Rights) -> Reads[ByKey]:
    """The article."""
    return _edge_nodes(parents, rights, ARTICLES)


def provider(parents: Sequence[Edge], rights: Rights) -> Reads[ByKey]:
    """The provider."""
    return _edge_nodes(parents, rights, PROVIDERS)


def topic(parents: Sequence[Edge], rights: Rights) -> Reads[ByKey]:
    """The topic."""
    return _edge_nodes(parents, rights, TOPICS)


def problem(parents: Sequence[Edge], rights: Rights) -> Reads[ByKey]:
    """The problem."""
    return _edge_nodes(parents, rights, PROBLEMS)
