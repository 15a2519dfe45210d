"""The FROM and WHERE of each kind of list.

The article table has the alias `a` in every list of articles. A query names the columns that come from other tables
(a position, or an index's own copy of date and key), so that a list in its default order is one index scan.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from graph_api.records import EdgeDirection, EdgeOrigin, NodeKey
from graph_api.store.filters import NumberField
from graph_api.store.lists import (
    AllArticles,
    AllProblems,
    AllProviders,
    AllTopics,
    ArticlesOfProvider,
    ArticlesOfTopic,
    ListKey,
    OrderField,
    RelatedArticles,
)
from graph_api.store.plans import Rights
from graph_api.store.sorting import OwnField, SortField, SortTerm
from graph_api.store.sqlite.filters import Subject, articles, number
from graph_api.store.sqlite.keyset import Column
from graph_api.store.sqlite.row_mapping import ORIGINS
from graph_api.store.sqlite.sql import AMONG, TRUE, Sql, both, graph, integers


@dataclass(frozen=True, slots=True)
class ListQuery:
    """The entries of one list: the expressions for their keys and positions.

    *length* counts the whole list where that takes less than counting its articles.
    """

    subject: Subject
    tables: Sql
    where: Sql
    key: str
    published: str = "a.published_us"
    position: str = "NULL"
    length: Sql | None = None


def list_query(connection: sqlite3.Connection, scope: ListKey, rights: Rights) -> ListQuery:
    """The query of *scope* with these rights; empty when the list's node does not exist for the caller."""
    match scope:
        case AllArticles():
            return ListQuery(articles(rights), Sql(f"{graph(rights)}article a"), TRUE, "a.key")
        case ArticlesOfProvider():
            return _of_provider(scope, rights)
        case ArticlesOfTopic():
            return _of_topics(connection, scope, rights) if scope.descendants else _of_topic(scope, rights)
        case RelatedArticles():
            return _related(scope, rights)
        case AllProviders():
            return _all("provider", rights)
        case AllTopics():
            return _all("topic", rights)
        case AllProblems():
            return _problems(scope, rights)
        case _:
            assert_never(scope)


def columns(query: ListQuery, terms: Sequence[SortTerm]) -> tuple[Column, ...]:
    """The total order of a list: the columns of its *terms*, and the key at the end."""
    return (*(_column(term, query) for term in terms), Column(query.key))


# -- the queries -----------------------------------------------------------------------------------------


def _of_provider(scope: ArticlesOfProvider, rights: Rights) -> ListQuery:
    own = Sql("a.provider = ?", (scope.key,))
    return ListQuery(articles(rights), Sql(f"{graph(rights)}article a"), own, "a.key")


def _of_topic(scope: ArticlesOfTopic, rights: Rights) -> ListQuery:
    p = graph(rights)
    return ListQuery(
        articles(rights),
        Sql(f"{p}article_topic at CROSS JOIN {p}article a ON a.key = at.article"),
        Sql("at.topic = ?", (scope.key,)),
        "at.article",
        published="at.published_us",
        length=Sql(f"SELECT count(*) FROM {p}article_topic WHERE topic = ?", (scope.key,)),
    )


def _of_topics(connection: sqlite3.Connection, scope: ArticlesOfTopic, rights: Rights) -> ListQuery:
    keys = integers(_with_descendants(connection, scope.key, rights))
    p = graph(rights)
    own = f"a.key IN (SELECT article FROM {p}article_topic WHERE topic {AMONG})"
    return ListQuery(articles(rights), Sql(f"{p}article a"), Sql(own, (keys,)), "a.key")


def _with_descendants(connection: sqlite3.Connection, key: NodeKey, rights: Rights) -> set[NodeKey]:
    """The topic and all below it; cycles end."""
    topics = f"{graph(rights)}topic"
    found: set[NodeKey] = set()
    fresh = Sql(f"SELECT key FROM {topics} WHERE key = ?", (key,)).all(connection)
    while fresh := [row for row in fresh if row[0] not in found]:
        found.update(row[0] for row in fresh)
        below = f"SELECT key FROM {topics} WHERE parent {AMONG}"
        fresh = Sql(below, (integers(row[0] for row in fresh),)).all(connection)
    return found


def _related(scope: RelatedArticles, rights: Rights) -> ListQuery:
    match scope.direction:
        case EdgeDirection.OUT:
            return _edges(rights, _out(scope, rights))
        case EdgeDirection.IN:
            return _edges(rights, _in(scope, rights))
        case EdgeDirection.BOTH:
            either_way = (
                _out(scope, rights)
                + Sql(" UNION ALL ")
                + _in(scope, rights)
                + Sql(
                    f" AND NOT EXISTS (SELECT 1 FROM {graph(rights)}related o"
                    f" WHERE o.dst = i.src AND o.src = i.dst{_of_origin('o', scope.origin)})"
                )
            )
            return _edges(rights, either_way)


def _edges(rights: Rights, edges: Sql) -> ListQuery:
    """Articles at the far ends of *edges*, which are rows (other, position)."""
    return ListQuery(
        articles(rights),
        Sql("(") + edges + Sql(f") r CROSS JOIN {graph(rights)}article a ON a.key = r.other"),
        TRUE,
        "a.key",
        position="r.position",
        length=Sql("SELECT count(*) FROM (") + edges + Sql(")"),
    )


def _in(scope: RelatedArticles, rights: Rights) -> Sql:
    text = f"SELECT i.src AS other, NULL AS position FROM {graph(rights)}related i WHERE i.dst = ?"
    return Sql(text + _of_origin("i", scope.origin), (scope.key,))


def _out(scope: RelatedArticles, rights: Rights) -> Sql:
    text = f"SELECT o.dst AS other, o.position FROM {graph(rights)}related o WHERE o.src = ?"
    return Sql(text + _of_origin("o", scope.origin), (scope.key,))


def _of_origin(alias: str, origin: EdgeOrigin | None) -> str:
    return "" if origin is None else f" AND {alias}.origin = {ORIGINS.index(origin)}"


def _all(table: str, rights: Rights) -> ListQuery:
    alias = table[0] + "0"
    return ListQuery(
        Subject(table, alias, rights),
        Sql(f"{graph(rights)}{table} {alias}"),
        TRUE,
        f"{alias}.key",
    )


def _problems(scope: AllProblems, rights: Rights) -> ListQuery:
    wanted = [TRUE]
    if scope.severity is not None:
        wanted.append(Sql("p.severity = ?", (scope.severity.value,)))
    if scope.code is not None:
        wanted.append(Sql("p.code = ?", (scope.code,)))
    return ListQuery(
        Subject("problem", "p", rights), Sql(f"{graph(rights)}problem p"), both(*wanted), "p.key"
    )


# -- orders ----------------------------------------------------------------------------------------------


def _column(term: SortTerm, query: ListQuery) -> Column:
    return Column(_expression(term.field, query), term.descending, term.nulls_first, term.is_nullable)


def _expression(field: SortField, query: ListQuery) -> str:
    match field:
        case OrderField.PUBLISHED_DATE_TIME:
            return query.published
        case OrderField.RELATED_COUNT:
            return number(NumberField.RELATED_COUNT, query.subject)
        case OrderField.POSITION:
            return query.position
        case OwnField.HANDLE:
            return query.subject.column(_HANDLES[query.subject.table])
        case _:
            return query.subject.column(_COLUMNS[field])


_HANDLES = {"provider": "domain", "topic": "slug"}
_COLUMNS: Mapping[SortField, str] = {
    OrderField.HEAT: "heat",
    OrderField.QUALITY: "quality",
    OrderField.TITLE: "title_order",
    OwnField.NAME: "name_order",
    OwnField.PATH: "path",
    OwnField.LINE: "line",
    OwnField.COLUMN: "column_",
    OwnField.CODE: "code",
}
