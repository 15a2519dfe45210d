"""Where the entries of a list come from: one FROM and WHERE for each class of scope.

Articles are `a` in every source of articles; what is not theirs (a position, or an index's own copy of
the date and the key) is named by the source, so that a list in its default order is one walk of an index.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from graph_api.records import EdgeDirection, NodeKey
from graph_api.store.filters import NumberField
from graph_api.store.reads import (
    AllArticles,
    AllProblems,
    AllProviders,
    AllTopics,
    ArticlesOfProvider,
    ArticlesOfTopic,
    ListKey,
    OrderField,
    RelatedArticles,
    Rights,
)
from graph_api.store.sorting import OwnField, SortField, Step
from graph_api.store.sqlite.filters import Subject, articles, number
from graph_api.store.sqlite.keyset import Column
from graph_api.store.sqlite.rows import AMONG, problem_visible, visible
from graph_api.store.sqlite.sql import TRUE, Sql, both, integers


@dataclass(frozen=True, slots=True)
class Source:
    """The entries of one list: *key* names each, *position* is theirs in a list of related articles.

    *length* counts the whole list where that is shorter than counting its articles.
    """

    subject: Subject
    tables: Sql
    where: Sql
    key: str
    published: str = "a.published_us"
    position: str = "NULL"
    length: Sql | None = None


def source(connection: sqlite3.Connection, scope: ListKey, rights: Rights) -> Source:
    """The source of *scope*, as far as the caller may see it; empty when its node is not to be seen."""
    match scope:
        case AllArticles():
            return Source(articles(rights), Sql("article a"), Sql("1" + visible("a", rights)), "a.key")
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


def columns(source: Source, steps: Sequence[Step]) -> tuple[Column, ...]:
    """The total order of a list: the columns of its *steps*, and the key at the end."""
    return (*(_column(step, source) for step in steps), Column(source.key))


# -- the sources -----------------------------------------------------------------------------------------


def _of_provider(scope: ArticlesOfProvider, rights: Rights) -> Source:
    own = Sql(f"a.provider = ?{visible('a', rights)}", (scope.key,))
    return Source(
        articles(rights), Sql("article a"), both(own, _seen("provider", scope.key, rights)), "a.key"
    )


def _of_topic(scope: ArticlesOfTopic, rights: Rights) -> Source:
    own = Sql(f"at.topic = ?{visible('a', rights)}", (scope.key,))
    return Source(
        articles(rights),
        Sql("article_topic at CROSS JOIN article a ON a.key = at.article"),
        both(own, _seen("topic", scope.key, rights)),
        "at.article",
        published="at.published_us",
        length=Sql("SELECT count(*) FROM article_topic WHERE topic = ?", (scope.key,)),
    )


def _of_topics(connection: sqlite3.Connection, scope: ArticlesOfTopic, rights: Rights) -> Source:
    keys = integers(_with_descendants(connection, scope.key, rights))
    own = f"a.key IN (SELECT article FROM article_topic WHERE topic {AMONG}){visible('a', rights)}"
    return Source(articles(rights), Sql("article a"), Sql(own, (keys,)), "a.key")


def _with_descendants(connection: sqlite3.Connection, key: NodeKey, rights: Rights) -> set[NodeKey]:
    """The topic and all below it that can be reached over topics the caller may see; cycles end."""
    seen = visible("t", rights)
    found: set[NodeKey] = set()
    fresh = Sql(f"SELECT t.key FROM topic t WHERE t.key = ?{seen}", (key,)).all(connection)
    while fresh := [row for row in fresh if row[0] not in found]:
        found.update(row[0] for row in fresh)
        below = f"SELECT t.key FROM topic t WHERE t.parent {AMONG}{seen}"
        fresh = Sql(below, (integers(row[0] for row in fresh),)).all(connection)
    return found


def _related(scope: RelatedArticles, rights: Rights) -> Source:
    match scope.direction:
        case EdgeDirection.OUT:
            return _edges(scope, rights, _out(scope.key, rights))
        case EdgeDirection.IN:
            return _edges(scope, rights, _in(scope.key))
        case EdgeDirection.BOTH:
            either_way = (
                _out(scope.key, rights)
                + Sql(" UNION ALL ")
                + _in(scope.key)
                + Sql(" AND NOT EXISTS (SELECT 1 FROM related o WHERE o.dst = i.src AND o.src = i.dst)")
            )
            return _edges(scope, rights, either_way)


def _edges(scope: RelatedArticles, rights: Rights, edges: Sql) -> Source:
    """Articles at the far ends of *edges*, which are rows (other, position)."""
    return Source(
        articles(rights),
        Sql("(") + edges + Sql(") r CROSS JOIN article a ON a.key = r.other"),
        both(Sql("1" + visible("a", rights)), _seen("article", scope.key, rights)),
        "a.key",
        position="r.position",
        length=Sql("SELECT count(*) FROM (") + edges + Sql(")"),
    )


def _in(key: NodeKey) -> Sql:
    return Sql("SELECT i.src AS other, NULL AS position FROM related i WHERE i.dst = ?", (key,))


def _out(key: NodeKey, rights: Rights) -> Sql:
    """(other, position) of the listed articles; positions are counted over those the caller may see."""
    if not rights.published_only:
        return Sql("SELECT o.dst AS other, o.position FROM related o WHERE o.src = ?", (key,))
    return Sql(
        "SELECT o.dst AS other, row_number() OVER (ORDER BY o.position) - 1 AS position FROM related o"
        " CROSS JOIN article v ON v.key = o.dst WHERE o.src = ? AND v.hidden = 0",
        (key,),
    )


def _all(table: str, rights: Rights) -> Source:
    alias = table[0] + "0"
    return Source(
        Subject(table, alias, rights),
        Sql(f"{table} {alias}"),
        Sql("1" + visible(alias, rights)),
        f"{alias}.key",
    )


def _problems(scope: AllProblems, rights: Rights) -> Source:
    wanted = [Sql("1" + problem_visible(rights))]
    if scope.severity is not None:
        wanted.append(Sql("p.severity = ?", (scope.severity.value,)))
    if scope.code is not None:
        wanted.append(Sql("p.code = ?", (scope.code,)))
    return Source(Subject("problem", "p", rights), Sql("problem p"), both(*wanted), "p.key")


def _seen(table: str, key: NodeKey, rights: Rights) -> Sql:
    """The list's own node is there for the caller."""
    if not rights.published_only:
        return TRUE
    return Sql(f"EXISTS (SELECT 1 FROM {table} s WHERE s.key = ? AND s.hidden = 0)", (key,))


# -- orders ----------------------------------------------------------------------------------------------


def _column(step: Step, source: Source) -> Column:
    return Column(_expression(step.field, source), step.descending, step.nulls_first, step.is_nullable)


def _expression(field: SortField, source: Source) -> str:
    match field:
        case OrderField.PUBLISHED_DATE_TIME:
            return source.published
        case OrderField.RELATED_COUNT:
            return number(NumberField.RELATED_COUNT, source.subject)
        case OrderField.POSITION:
            return source.position
        case OwnField.HANDLE:
            return source.subject.column(_HANDLES[source.subject.table])
        case _:
            return source.subject.column(_COLUMNS[field])


_HANDLES = {"provider": "domain", "topic": "slug"}
_COLUMNS: Mapping[SortField, str] = {
    OrderField.HEAT: "heat",
    OrderField.QUALITY: "quality",
    OrderField.TITLE: "title_folded",
    OwnField.NAME: "name_folded",
    OwnField.PATH: "path",
    OwnField.LINE: "line",
    OwnField.COLUMN: "column_",
    OwnField.CODE: "code",
}
