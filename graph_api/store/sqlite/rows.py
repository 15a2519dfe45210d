"""Rows by key, and keys by URL, slug, path or name: one statement for all keys of a read.

The keys are one parameter, `json_each(?)`; SQLite looks each up by rowid, in the given order. Reads that answer a
list per key use IN instead, so that SQLite walks the primary key (article, position) and sorts nothing.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from operator import itemgetter
from typing import TypeVar

import orjson

from graph_api.errors import AnswerTooLarge
from graph_api.records import (
    Article,
    EdgeOrigin,
    Image,
    NodeKey,
    Problem,
    Provider,
    Secured,
    SourceFile,
    Topic,
)
from graph_api.store.folding import address, canonical, fold
from graph_api.store.plans import Keys, Rights
from graph_api.store.reads import (
    ArticleIdentifier,
    ArticleKeysBy,
    ArticleRows,
    ChildKeys,
    DetailRows,
    DetailSizes,
    ImageRows,
    Origins,
    ProblemRows,
    ProviderRows,
    Reciprocal,
    SecuredRows,
    SourceRows,
    TopicKeys,
    TopicKeysByName,
    TopicRows,
)
from graph_api.store.sqlite import row_mapping
from graph_api.store.sqlite.connection import Connection
from graph_api.store.sqlite.row_mapping import Row
from graph_api.store.sqlite.sql import AMONG, Sql, graph, integers, texts

T = TypeVar("T")


def articles(connection: sqlite3.Connection, read: ArticleRows) -> Mapping[NodeKey, Article]:
    """The articles with the keys of *read*."""
    return _nodes(connection, read, "article", row_mapping.mapping_of(Article))


def details(connection: sqlite3.Connection, read: DetailRows) -> Mapping[NodeKey, str]:
    """The detail of *read*.

    Raises `AnswerTooLarge` once it holds more text than the connection gives at once: no more is read then.
    """
    text = f"d.{read.detail.value}"
    return dict(_bounded(connection, _detail(text, f"{text} <> ''", read), lambda row: len(row[1])))


def detail_sizes(connection: sqlite3.Connection, read: DetailSizes) -> Mapping[NodeKey, int]:
    """The sizes of the detail of *read*."""
    text = f"d.{read.detail.value}"
    return dict(_detail(f"length(CAST({text} AS BLOB))", f"{text} <> ''", read).all(connection))


def secured(connection: sqlite3.Connection, read: SecuredRows) -> Mapping[NodeKey, Secured]:
    """The payloads of *read*. Raises `AnswerTooLarge` as `details` does."""
    if not read.rights.secured:
        return {}
    query = _detail("d.ciphertext, d.iv", "d.ciphertext IS NOT NULL AND d.iv IS NOT NULL", read)
    found = _bounded(connection, query, lambda row: len(row[1]) + len(row[2]))
    return {key: Secured(ciphertext=ciphertext, iv=iv) for key, ciphertext, iv in found}


def _detail(columns: str, condition: str, read: DetailRows | DetailSizes | SecuredRows) -> Sql:
    return Sql(
        f"SELECT d.key, {columns} FROM json_each(?) k"
        f" CROSS JOIN {graph(read.rights)}article_detail d ON d.key = k.value WHERE {condition}",
        (integers(read.keys),),
    )


def _bounded(connection: sqlite3.Connection, query: Sql, length: Callable[[Row], int]) -> Iterator[Row]:
    """The rows. Raises `AnswerTooLarge` when their texts exceed the connection's limit."""
    left = max_text = connection.max_text if isinstance(connection, Connection) else sys.maxsize
    with closing(connection.execute(query.text, query.parameters)) as cursor:
        for row in cursor:
            left -= length(row)
            if left < 0:
                raise AnswerTooLarge(max_text)
            yield row


def images(connection: sqlite3.Connection, read: ImageRows) -> Mapping[NodeKey, tuple[Image, ...]]:
    """The images of the articles of *read*, by position."""
    found = Sql(
        f"SELECT {row_mapping.IMAGE_COLUMNS} FROM {graph(read.rights)}article_image i"
        f" WHERE i.article {AMONG} ORDER BY i.article, i.position",
        (integers(read.keys),),
    ).all(connection)
    return _lists(found, row_mapping.image)


def sources(connection: sqlite3.Connection, read: SourceRows) -> Mapping[NodeKey, tuple[SourceFile, ...]]:
    """The files behind the articles of *read*, as they win: the newest, then the smallest path, then hash."""
    found = Sql(
        f"SELECT {row_mapping.SOURCE_COLUMNS} FROM {graph(read.rights)}document d"
        f" WHERE d.subject {AMONG} AND d.kind = 'article'"
        " ORDER BY d.subject, d.published_us DESC, d.path, d.sha256",
        (integers(read.keys),),
    ).all(connection)
    return _lists(found, row_mapping.source)


def topic_keys(connection: sqlite3.Connection, read: TopicKeys) -> Mapping[NodeKey, Keys]:
    """The topics of the articles of *read*, by position."""
    found = Sql(
        f"SELECT at.article, at.topic FROM {graph(read.rights)}article_topic at"
        f" WHERE at.article {AMONG} ORDER BY at.article, at.position",
        (integers(read.keys),),
    ).all(connection)
    return _lists(found, itemgetter(1))


def providers(connection: sqlite3.Connection, read: ProviderRows) -> Mapping[NodeKey, Provider]:
    """The providers with the keys of *read*."""
    return _nodes(connection, read, "provider", row_mapping.mapping_of(Provider))


def topics(connection: sqlite3.Connection, read: TopicRows) -> Mapping[NodeKey, Topic]:
    """The topics with the keys of *read*."""
    return _nodes(connection, read, "topic", row_mapping.mapping_of(Topic))


def child_keys(connection: sqlite3.Connection, read: ChildKeys) -> Mapping[NodeKey, Keys]:
    """The topics right below those of *read*, by name then slug."""
    topics = f"{graph(read.rights)}topic"
    found = Sql(
        f"SELECT t.parent, t.key FROM {topics} t CROSS JOIN {topics} p ON p.key = t.parent WHERE t.parent {AMONG}"
        " ORDER BY t.parent, t.name_order, t.slug",
        (integers(read.keys),),
    ).all(connection)
    return _lists(found, itemgetter(1))


def reciprocal(connection: sqlite3.Connection, read: Reciprocal) -> frozenset[tuple[NodeKey, NodeKey]]:
    """The pairs of *read* with an edge each way."""
    related = f"{graph(read.rights)}related"
    pairs = orjson.dumps(list(dict.fromkeys(read.pairs))).decode()
    found = Sql(
        "WITH pair AS MATERIALIZED (SELECT json_extract(value, '$[0]') AS one,"
        " json_extract(value, '$[1]') AS other FROM json_each(?))"
        " SELECT p.one, p.other FROM pair p WHERE"
        f" EXISTS (SELECT 1 FROM {related} r WHERE r.dst = p.other AND r.src = p.one)"
        f" AND EXISTS (SELECT 1 FROM {related} r WHERE r.dst = p.one AND r.src = p.other)",
        (pairs,),
    ).all(connection)
    return frozenset((one, other) for one, other in found)


def origins(connection: sqlite3.Connection, read: Origins) -> Mapping[tuple[NodeKey, NodeKey], EdgeOrigin]:
    """The origins of the pairs of *read* that are edges."""
    found = Sql(
        "SELECT r.src, r.dst, r.origin FROM json_each(?) p"
        f" CROSS JOIN {graph(read.rights)}related r"
        " ON r.dst = json_extract(p.value, '$[1]') AND r.src = json_extract(p.value, '$[0]')",
        (orjson.dumps(read.pairs).decode(),),
    ).all(connection)
    return {(NodeKey(src), NodeKey(dst)): row_mapping.ORIGINS[int(origin)] for src, dst, origin in found}


def problems(connection: sqlite3.Connection, read: ProblemRows) -> Mapping[NodeKey, Problem]:
    """The problems with the ordinals of *read*."""
    found = Sql(
        f"SELECT {row_mapping.PROBLEM_COLUMNS} FROM json_each(?) k"
        f" CROSS JOIN {graph(read.rights)}problem p ON p.key = k.value",
        (integers(read.keys),),
    ).all(connection)
    return {row[0]: row_mapping.problem(row) for row in found}


# -- keys by something else -----------------------------------------------------------------------------

_ARTICLES_BY = {  # {0} is the graph
    ArticleIdentifier.URL: "{0}article_url u ON u.url = v.value CROSS JOIN {0}article a ON a.key = u.article",
    ArticleIdentifier.SLUG: "{0}article a ON a.slug = v.value",
    ArticleIdentifier.PATH: (
        "{0}document d ON d.path = v.value AND d.kind = 'article' CROSS JOIN {0}article a ON a.key = d.subject"
    ),
}
_PAGES_BY = {  # the same for the address of a page, where the value itself finds no article
    ArticleIdentifier.URL: (
        "{0}article_url u ON u.url = v.value CROSS JOIN {0}article a ON a.key = u.article"
        " AND EXISTS (SELECT 1 FROM {0}article_address d WHERE d.article = a.key)"
    ),
    ArticleIdentifier.PATH: (
        "{0}article_address d ON d.address = v.value CROSS JOIN {0}article a ON a.key = d.article"
    ),
}


def article_keys(connection: sqlite3.Connection, read: ArticleKeysBy) -> Mapping[str, NodeKey]:
    """The article for each value of *read*: of several the newest, then the one with the smallest id."""
    is_url = read.by is ArticleIdentifier.URL  # URLs differ by their bytes
    wanted = {value: value if is_url else canonical(value) for value in read.values}
    found = _found_by(connection, _ARTICLES_BY[read.by], wanted, read.rights)
    pages = {value: address(value) for value in read.values if value not in found}
    if not pages or read.by not in _PAGES_BY:
        return found
    return {**found, **_found_by(connection, _PAGES_BY[read.by], pages, read.rights)}


def _found_by(
    connection: sqlite3.Connection, way: str, wanted: Mapping[str, str], rights: Rights
) -> dict[str, NodeKey]:
    """The articles that *way* finds by the texts that stand for the values *wanted*."""
    found = Sql(
        f"SELECT v.value, a.key FROM json_each(?) v CROSS JOIN {way.format(graph(rights))}"
        " ORDER BY a.published_us, a.key DESC",
        (texts(wanted.values()),),
    ).all(connection)
    keys: dict[str, NodeKey] = dict(found)  # the last of several wins: the newest
    return {value: keys[stored] for value, stored in wanted.items() if stored in keys}


def topic_keys_by_name(connection: sqlite3.Connection, read: TopicKeysByName) -> Mapping[str, NodeKey]:
    """The topic for each name of *read*: of several the one that is called so, then the smallest slug."""
    folded = {name: fold(name) for name in read.names}
    p = graph(read.rights)
    found = Sql(
        f"SELECT v.value, t.key FROM json_each(?) v CROSS JOIN {p}topic_name n ON n.name_folded = v.value"
        f" CROSS JOIN {p}topic t ON t.key = n.topic"
        " ORDER BY t.name_folded = v.value, t.slug DESC",
        (texts(folded.values()),),
    ).all(connection)
    keys: dict[str, NodeKey] = dict(found)
    return {name: keys[name_folded] for name, name_folded in folded.items() if name_folded in keys}


# -- statements ------------------------------------------------------------------------------------------


def _nodes(
    connection: sqlite3.Connection,
    read: ArticleRows | ProviderRows | TopicRows,
    table: str,
    mapping: row_mapping.RowMapping[row_mapping.N],
) -> Mapping[NodeKey, row_mapping.N]:
    text = (
        f"SELECT {mapping.columns} FROM json_each(?) k"
        f" CROSS JOIN {graph(read.rights)}{table} n ON n.key = k.value"
    )
    return mapping.nodes(Sql(text, (integers(read.keys),)).all(connection))


def _lists(found: Iterable[Row], made: Callable[[Row], T]) -> dict[NodeKey, tuple[T, ...]]:
    """The values *made* from rows, in order, as one tuple per value of the first column."""
    lists: dict[NodeKey, list[T]] = {}
    for row in found:
        if row[0] in lists:
            lists[row[0]].append(made(row))
        else:
            lists[row[0]] = [made(row)]
    return {key: tuple(each) for key, each in lists.items()}
