"""`store.writing.GraphWriter` on the tables of one of the two graphs, inside the transaction of an ingest."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

from graph_api.records import NodeKey
from graph_api.store.sqlite.batched_sql import BatchedSql
from graph_api.store.sqlite.row_mapping import ORIGINS, Row
from graph_api.store.sqlite.sql import AMONG
from graph_api.store.sqlite.tables import GRAPH
from graph_api.store.sqlite.writer_rows import (
    PUBLISHED_FILES,
    images_of,
    node_rows,
)
from graph_api.store.writing import (
    Copy,
    DeadReference,
    Edge,
    Link,
    LinkTarget,
    NodeRecord,
    ProviderName,
    Spelling,
    Statement,
    StoredReference,
)

Found = TypeVar("Found", Statement, Copy, Spelling)

TARGET = "key, subject, path, identity, known_as, is_hidden"
IS_TARGET = "kind = 'article' AND known_as IS NOT NULL"
_WINNER_FIRST = "d.published_us DESC, d.path, d.sha256, d.folder"
_OWNERS = {  # of the rows of each table: a column, and the kind of node
    "article": ("key", "article"),
    "article_detail": ("key", "article"),
    "article_image": ("article", "article"),
    "article_url": ("article", "article"),
    "article_address": ("article", "article"),
    "article_topic": ("article", "article"),
    "naming": ("article", "article"),
    "related": ("src", "article"),
    "provider": ("key", "provider"),
    "topic": ("key", "topic"),
    "topic_name": ("topic", "topic"),
}


class SqliteGraph:
    """A `GraphWriter` on the tables whose names begin with *prefix*; its problems are *seen* as `writer_rows` says."""

    def __init__(
        self, connection: sqlite3.Connection, prefix: str, seen: int, *, is_new: bool = False
    ) -> None:
        self._connection = connection
        self._sql = BatchedSql(connection)
        self._prefix = prefix
        self._seen = seen
        self._is_new = is_new
        self._prefixes = dict.fromkeys(GRAPH, prefix)
        # the condition that a mention's copy is used: its reference leads to no document
        self._is_used = (
            f"NOT EXISTS (SELECT 1 FROM {prefix}link l"
            " WHERE l.document = m.document AND l.position = m.position AND l.target IS NOT NULL)"
        )

    @property
    def is_new(self) -> bool:
        return self._is_new

    # -- what nodes are derived from ---------------------------------------------------------------------

    def statements(
        self, kind: str, subjects: Collection[NodeKey] | None = None
    ) -> Mapping[NodeKey, list[Statement]]:
        text = (
            f"SELECT d.subject, d.identity, d.folder, d.path, d.payload FROM {self._prefix}document d"
            f" WHERE d.kind = '{kind}'{'' if subjects is None else f' AND d.subject {AMONG}'}"
            f" ORDER BY d.subject, {_WINNER_FIRST}"
        )
        found = self._sql.all(text) if subjects is None else self._sql.among(text, subjects)
        return _by_first(Statement, found)

    def copies(self, targets: Collection[NodeKey]) -> Mapping[NodeKey, list[Copy]]:
        p = self._prefix
        hidden = "SELECT 1 FROM document h WHERE h.subject = m.target AND h.kind = 'article' AND h.identity = e.url"
        text = (
            f"SELECT m.target, e.url, d.path, e.payload FROM mention m"
            f" CROSS JOIN {p}document d ON d.key = m.document"
            f" CROSS JOIN {p}article s ON s.key = d.subject AND s.url = d.identity AND s.is_stub = 0"
            f" CROSS JOIN embedded e ON e.key = m.embedded WHERE m.target {AMONG} AND {self._is_used}"
            f"{f' AND NOT EXISTS ({hidden})' if p else ''} ORDER BY m.target, {_WINNER_FIRST}, m.position"
        )
        return _by_first(Copy, self._sql.among(text, targets))

    def copied_urls(self, targets: Collection[NodeKey]) -> Mapping[NodeKey, set[str]]:
        found: defaultdict[NodeKey, set[str]] = defaultdict(set)
        seen = (
            f" AND EXISTS (SELECT 1 FROM mention m CROSS JOIN {self._prefix}document d ON d.key = m.document"
            " WHERE m.embedded = embedded.key)"
        )
        text = f"SELECT DISTINCT target, url FROM embedded WHERE target {AMONG}{seen if self._prefix else ''}"
        for key, url in self._sql.among(text, targets):
            found[key].add(url)
        return found

    def related(self, articles: Collection[NodeKey]) -> Mapping[NodeKey, list[Edge]]:
        p = self._prefix
        own = f"FROM {p}document d CROSS JOIN {p}article s ON s.key = d.subject AND s.url = d.identity"
        these = f"d.kind = 'article' AND d.subject {AMONG}".replace("?", "?1")
        columns = "d.subject, m.target, m.origin, m.position, d.published_us, d.path, d.sha256, d.folder"
        named = (
            f"SELECT {columns} {own}"
            " CROSS JOIN mention m ON m.document = d.key CROSS JOIN embedded e ON e.key = m.embedded"
            f" CROSS JOIN {p}article t ON t.key = m.target AND t.url = e.url WHERE {these}"
        )
        if self._sql.all(f"SELECT 1 FROM {p}link LIMIT 1"):  # many graphs have none
            named = (
                f"SELECT * FROM ({named} AND {self._is_used}"
                f" UNION ALL SELECT {columns} {own} CROSS JOIN {p}link m ON m.document = d.key"
                f" CROSS JOIN {p}article t ON t.key = m.target WHERE {these}) d"
            )
        text = f"{named} ORDER BY subject, origin, {_WINNER_FIRST}, position"
        found: defaultdict[NodeKey, list[Edge]] = defaultdict(list)
        for key, target, origin, *_ in self._sql.among(text, articles):
            found[key].append(Edge(target, ORIGINS[origin]))
        return found

    # -- references of documents to others --------------------------------------------------------------------

    def link_targets(self, folder: str) -> list[LinkTarget]:
        text = f"SELECT {TARGET} FROM {self._prefix}document WHERE folder = ? AND {IS_TARGET} ORDER BY path"
        return list(map(link_target, self._sql.all(text, folder)))

    def references(self, documents: Collection[NodeKey]) -> Mapping[NodeKey, list[StoredReference]]:
        text = (
            f"SELECT document, position, form, target, line, text FROM reference WHERE document {AMONG}"
            " ORDER BY document, position"
        )
        return {
            key: [StoredReference(*row) for _, *row in found]
            for key, found in groupby(self._sql.among(text, documents), itemgetter(0))
        }

    def links(self, documents: Collection[NodeKey]) -> Mapping[NodeKey, list[Link]]:
        text = (
            f"SELECT document, position, target, origin FROM {self._prefix}link WHERE document {AMONG}"
            " ORDER BY document, position"
        )
        return {
            key: [Link(position, target, ORIGINS[origin]) for _, position, target, origin in found]
            for key, found in groupby(self._sql.among(text, documents), itemgetter(0))
        }

    def set_links(self, links: Mapping[NodeKey, Sequence[Link]]) -> None:
        self._sql.delete(f"{self._prefix}link", "document", links)
        rows = (
            ("link", (document, link.position, link.target, ORIGINS.index(link.origin)))
            for document, found in links.items()
            for link in found
        )
        self._sql.insert(rows, self._prefixes)

    def dead_references(
        self, form: str, articles: Collection[NodeKey]
    ) -> Mapping[NodeKey, list[DeadReference]]:
        text = (
            f"SELECT d.subject, d.path, r.line, r.target FROM {self._prefix}document d"
            f" CROSS JOIN reference r ON r.document = d.key AND r.form = '{form}'"
            f" CROSS JOIN {self._prefix}link l ON l.document = d.key AND l.position = r.position"
            f" WHERE d.kind = 'article' AND d.subject {AMONG} AND l.target IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM mention m WHERE m.document = d.key AND m.position = r.position)"
            " ORDER BY d.subject, d.path, r.position"
        )
        found: defaultdict[NodeKey, list[DeadReference]] = defaultdict(list)
        for key, *row in self._sql.among(text, articles):
            found[key].append(DeadReference(*row))
        return found

    def provider_names(self, providers: Collection[NodeKey]) -> Mapping[NodeKey, list[ProviderName]]:
        text = (
            f"SELECT provider, domain, name, images, count(*) FROM {self._prefix}naming WHERE provider {AMONG}"
            " GROUP BY provider, domain, name, images ORDER BY provider, domain, name, images"
        )
        found: defaultdict[NodeKey, list[ProviderName]] = defaultdict(list)
        for key, domain, name, images, uses in self._sql.among(text, providers):
            found[key].append(ProviderName(key, domain, name, images_of(images), uses))
        return found

    def spellings(self, topics: Collection[NodeKey]) -> Mapping[NodeKey, list[Spelling]]:
        text = (
            f"SELECT topic, name, count(*) FROM {self._prefix}article_topic WHERE topic {AMONG}"
            " GROUP BY topic, name ORDER BY topic, name"
        )
        return _by_first(Spelling, self._sql.among(text, topics))

    # -- which nodes a change touches ----------------------------------------------------------------------

    def changeable_by_copies(self, targets: Collection[NodeKey]) -> set[NodeKey]:
        text = (
            f"SELECT DISTINCT e.target FROM embedded e LEFT JOIN {self._prefix}article t ON t.key = e.target"
            f" WHERE e.target {AMONG} AND (t.key IS NULL OR t.is_stub = 1 OR t.url <> e.url)"
        )
        return self._sql.keys(text, targets)

    def articles_listing(self, targets: Collection[NodeKey]) -> set[NodeKey]:
        text = (
            f"SELECT DISTINCT d.subject FROM {{}} m CROSS JOIN {self._prefix}document d ON d.key = m.document"
            f" WHERE m.target {AMONG}"
        )
        tables = ("mention", f"{self._prefix}link")
        found: set[NodeKey] = set()
        return found.union(*(self._sql.keys(text.format(table), targets) for table in tables))

    def urls(self, articles: Collection[NodeKey]) -> Mapping[NodeKey, str]:
        text = f"SELECT key, url FROM {self._prefix}article WHERE key {AMONG}"
        return dict(self._sql.among(text, articles))

    def providers_of(self, articles: Collection[NodeKey]) -> set[NodeKey]:
        text = f"SELECT DISTINCT provider FROM {self._prefix}naming WHERE article {AMONG}"
        return self._sql.keys(text, articles)

    def topics_of(self, articles: Collection[NodeKey]) -> set[NodeKey]:
        text = f"SELECT DISTINCT topic FROM {self._prefix}article_topic WHERE article {AMONG}"
        return self._sql.keys(text, articles)

    # -- change ----------------------------------------------------------------------------------------------

    def remove(self, kind: str, keys: Collection[NodeKey]) -> None:
        for table, (column, owner) in _OWNERS.items():
            if owner == kind:
                self._sql.delete(self._prefix + table, column, keys)
        seen = f" AND seen {'=' if self._prefix else '<>'} {PUBLISHED_FILES}"
        self._sql.delete("any_problem", "owner", keys, seen)

    def add(self, records: Iterable[NodeRecord]) -> None:
        rows = (row for record in records for row in node_rows(record, self._seen))
        self._sql.insert(rows, self._prefixes)

    def set_related(self, lists: Mapping[NodeKey, Sequence[Edge]]) -> None:
        self._sql.delete(f"{self._prefix}related", "src", lists)
        rows = (
            ("related", (src, at, edge.target, ORIGINS.index(edge.origin)))
            for src, found in lists.items()
            for at, edge in enumerate(found)
        )
        self._sql.insert(rows, self._prefixes)
        counts = [(len(found), src) for src, found in lists.items()]
        text = f"UPDATE {self._prefix}article SET related_count = ? WHERE key = ?"
        self._connection.executemany(text, counts)

    def counts(self) -> tuple[int, int]:
        p = self._prefix
        stubs = f"SELECT count(*) FROM {p}article WHERE is_stub = 1"
        [(articles, stub_count)] = self._sql.all(f"SELECT (SELECT count(*) FROM {p}article), ({stubs})")
        return articles, stub_count

    def link_counts(self) -> tuple[int, int]:
        [(found, resolved)] = self._sql.all(
            f"SELECT count(*), count(target) FROM {self._prefix}link WHERE origin = 1"
        )
        return found, resolved


def link_target(row: Row) -> LinkTarget:
    """The target in a row of the columns TARGET."""
    return LinkTarget._make((*row[:-1], bool(row[-1])))


def _by_first(kind: type[Found], found: Iterable[Row]) -> dict[NodeKey, list[Found]]:
    """Rows ordered by their first column, as one list for each of its values."""
    return {key: [kind._make(row) for row in rows] for key, rows in groupby(found, itemgetter(0))}
