"""`store.writing`'s protocols on SQLite. All methods run inside the one transaction that `writer_file` opens."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, TypeVar

from graph_api.records import NodeKey, Severity
from graph_api.store.sqlite.row_mapping import ORIGINS, Row
from graph_api.store.sqlite.sql import AMONG, integers
from graph_api.store.sqlite.tables import GRAPH, PUBLISHED, PUBLISHED_VIEWS, published_tables
from graph_api.store.sqlite.writer_rows import (
    ALL_FILES,
    BOTH,
    PUBLISHED_FILES,
    TableRow,
    Values,
    file_rows,
    images_of,
    node_rows,
)
from graph_api.store.writing import (
    Copy,
    DeadReference,
    Edge,
    FileRecord,
    GraphWriter,
    KnownFile,
    Link,
    LinkTarget,
    NodeRecord,
    ProviderName,
    Spelling,
    Statement,
    StoredReference,
    batches,
    equal_problem_key,
)

Found = TypeVar("Found", Statement, Copy, Spelling)

_TARGET = "key, subject, path, identity, known_as, is_hidden"
_IS_TARGET = "kind = 'article' AND known_as IS NOT NULL"
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


class StoredRevision(NamedTuple):
    """A revision of the content, its place among those the store has held, and when it was first stored."""

    revision: str
    generation: int
    generated_at: str


class _BatchedSql:
    """Runs SQL for many keys, a bounded number of keys at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def all(self, text: str, *values: str) -> list[Row]:
        return self._connection.execute(text, values).fetchall()

    def keys(self, text: str, keys: Collection[NodeKey]) -> set[NodeKey]:
        return {key for (key,) in self.among(text, keys)}

    def among(self, text: str, keys: Collection[NodeKey]) -> Iterator[Row]:
        for batch in batches(keys):
            yield from self._connection.execute(text, (integers(batch),)).fetchall()

    def delete(self, table: str, column: str, keys: Collection[NodeKey], condition: str = "") -> None:
        text = f"DELETE FROM {table} WHERE {column} {AMONG}{condition}"
        for batch in batches(keys):
            self._connection.execute(text, (integers(batch),))

    def insert(self, rows: Iterable[TableRow], prefixes: Mapping[str, str]) -> None:
        by_table: defaultdict[str, list[Values]] = defaultdict(list)
        for table, values in rows:
            by_table[table].append(values)
        for table, found in by_table.items():
            text = _insertion(prefixes.get(table, "") + table, len(found[0]))
            self._connection.executemany(text, found)


class Writer:
    """A `StoreWriter`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._sql = _BatchedSql(connection)

    def folders(self) -> list[str]:
        found = self._sql.all("SELECT folder FROM document UNION SELECT folder FROM site ORDER BY 1")
        return [folder for (folder,) in found]

    def site(self, folder: str) -> str | None:
        found = self._sql.all("SELECT value FROM site WHERE folder = ?", folder)
        return found[0][0] if found else None

    def set_site(self, folder: str, site: str | None) -> None:
        if site is None:
            self._connection.execute("DELETE FROM site WHERE folder = ?", (folder,))
        else:
            self._connection.execute(
                "INSERT OR REPLACE INTO site (folder, value) VALUES (?, ?)", (folder, site)
            )

    def link_targets(self, files: Collection[NodeKey]) -> set[LinkTarget]:
        text = f"SELECT {_TARGET} FROM document WHERE {_IS_TARGET} AND key {AMONG}"
        return set(map(_target, self._sql.among(text, files)))

    def known_files(self, folder: str) -> dict[str, KnownFile]:
        text = "SELECT path, key, sha256, identity FROM document WHERE folder = ?"
        return {path: KnownFile(*known) for path, *known in self._sql.all(text, folder)}

    def has_documents(self, folder: str) -> bool:
        found = "SELECT 1 FROM document WHERE folder = ? AND kind NOT IN ('rejected', 'left_out') LIMIT 1"
        return bool(self._sql.all(found, folder))

    def hashes(self) -> Mapping[str, list[tuple[str, bytes]]]:
        found: defaultdict[str, list[tuple[str, bytes]]] = defaultdict(list)
        for folder, path, sha256 in self._sql.all(
            "SELECT folder, path, sha256 FROM document WHERE kind <> 'left_out'"
        ):
            found[folder].append((path, sha256))
        return found

    def remove_files(self, files: Collection[NodeKey]) -> None:
        self._sql.delete("any_problem", "owner", files)
        for table in ("mention", "reference", "link"):
            self._sql.delete(table, "document", files)
        if self._has_published():
            self._sql.delete(f"{PUBLISHED}link", "document", files)
        self._sql.delete("document", "key", files)

    def add_files(self, files: Collection[FileRecord]) -> None:
        self._sql.insert((row for file in files for row in file_rows(file)), {})

    def drop_unused_copies(self, targets: Collection[NodeKey]) -> None:
        unused = " AND NOT EXISTS (SELECT 1 FROM mention m WHERE m.embedded = embedded.key)"
        self._sql.delete("embedded", "target", targets, unused)

    def subjects(self, files: Collection[NodeKey] | None = None) -> Mapping[str, set[NodeKey]]:
        text = "SELECT DISTINCT kind, subject FROM document WHERE subject IS NOT NULL"
        rows = self._sql.all(text) if files is None else self._sql.among(f"{text} AND key {AMONG}", files)
        found: defaultdict[str, set[NodeKey]] = defaultdict(set)
        for kind, subject in rows:
            found[kind].add(subject)
        return found

    def listed_by(self, subjects: Collection[NodeKey] | None = None) -> set[NodeKey]:
        if subjects is None:
            return {key for (key,) in self._sql.all("SELECT DISTINCT target FROM mention")}
        text = (
            "SELECT DISTINCT m.target FROM document d CROSS JOIN mention m ON m.document = d.key"
            f" WHERE d.subject {AMONG}"
        )
        return self._sql.keys(text, subjects)

    def graphs(self) -> Sequence[GraphWriter]:
        is_needed = self._has("SELECT 1 FROM document WHERE kind = 'article' AND is_hidden = 1 LIMIT 1")
        is_there = self._has_published()
        if is_needed != is_there:
            self._make_published() if is_needed else self._drop_published()
        if not is_needed:
            return [_Graph(self._connection, "", BOTH)]
        published = _Graph(self._connection, PUBLISHED, PUBLISHED_FILES, is_new=not is_there)
        return [_Graph(self._connection, "", ALL_FILES), published]

    def number_equal_problems(self) -> None:
        self._connection.execute("UPDATE any_problem SET key = equal_key WHERE key <> equal_key")
        if len(self._sql.all("SELECT DISTINCT folder FROM document LIMIT 2")) < 2:  # noqa: PLR2004  (several)
            return
        found = self._sql.all(
            "SELECT p.rowid, p.equal_key FROM any_problem p JOIN document d ON d.key = p.owner WHERE p.equal_key IN"
            " (SELECT equal_key FROM any_problem GROUP BY equal_key HAVING min(owner) <> max(owner))"
            " ORDER BY p.equal_key, d.is_hidden, d.folder"
        )
        for _, rows in groupby(found, itemgetter(1)):
            keys = [(equal_problem_key(key, before), row) for before, (row, key) in enumerate(rows)]
            self._connection.executemany("UPDATE any_problem SET key = ? WHERE rowid = ?", keys)

    def revision(self) -> str | None:
        return self.meta("revision")

    def set_revision(self, revision: str) -> None:
        if revision != self.revision():
            generation = int(self.meta("generation") or 0) + 1
            self.restore(StoredRevision(revision, generation, datetime.now(UTC).isoformat()))

    def problem_counts(self) -> Mapping[Severity, int]:
        text = "SELECT severity, count(*) FROM problem GROUP BY severity"
        found: dict[str, int] = dict(self._sql.all(text))
        return {severity: found.get(severity.value, 0) for severity in Severity}

    # -- for `writer_file` -------------------------------------------------------------------------------

    def meta(self, name: str) -> str | None:
        """A fact about the whole content, None when it is not known yet."""
        found = self._sql.all("SELECT value FROM meta WHERE name = ?", name)
        return found[0][0] if found else None

    def set_meta(self, name: str, value: str) -> None:
        """Store a fact about the whole content."""
        self._connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))

    def restore(self, revision: StoredRevision) -> None:
        """Store the revision of a database that is rebuilt."""
        for name, value in revision._asdict().items():
            self.set_meta(name, str(value))

    # -- the published graph -------------------------------------------------------------------------------

    def _make_published(self) -> None:
        """Create the tables of the published graph, empty, in place of its views."""
        for name in GRAPH:
            self._connection.execute(f"DROP VIEW {PUBLISHED}{name}")
        self._run(published_tables())
        self._connection.execute(
            f"UPDATE any_problem SET seen = {ALL_FILES}"
            f" WHERE seen = {BOTH} AND owner NOT IN (SELECT key FROM document)"
        )

    def _drop_published(self) -> None:
        """Replace the tables of the published graph by views of the graph of all files."""
        for name in GRAPH:
            self._connection.execute(f"DROP TABLE {PUBLISHED}{name}")
        self._run(PUBLISHED_VIEWS)
        self._connection.execute(f"DELETE FROM any_problem WHERE seen = {PUBLISHED_FILES}")
        self._connection.execute(
            f"UPDATE any_problem SET seen = {BOTH}"
            f" WHERE seen = {ALL_FILES} AND owner NOT IN (SELECT key FROM document)"
        )

    def _run(self, script: str) -> None:
        for statement in sql_statements(script):
            self._connection.execute(statement)

    def _has_published(self) -> bool:
        """Whether the published graph has tables of its own."""
        return self._has(f"SELECT 1 FROM sqlite_schema WHERE name = '{PUBLISHED}article' AND type = 'table'")

    def _has(self, text: str) -> bool:
        return bool(self._sql.all(text))


class _Graph:
    """A `GraphWriter` on the tables whose names begin with *prefix*; its problems are *seen* as `writer_rows` says."""

    def __init__(
        self, connection: sqlite3.Connection, prefix: str, seen: int, *, is_new: bool = False
    ) -> None:
        self._connection = connection
        self._sql = _BatchedSql(connection)
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
        text = f"SELECT {_TARGET} FROM {self._prefix}document WHERE folder = ? AND {_IS_TARGET} ORDER BY path"
        return list(map(_target, self._sql.all(text, folder)))

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


def sql_statements(script: str) -> Iterator[str]:
    """The statements of *script*. (`executescript` would commit.)"""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _target(row: Row) -> LinkTarget:
    return LinkTarget._make((*row[:-1], bool(row[-1])))


def _by_first(kind: type[Found], found: Iterable[Row]) -> dict[NodeKey, list[Found]]:
    """Rows ordered by their first column, as one list for each of its values."""
    return {key: [kind._make(row) for row in rows] for key, rows in groupby(found, itemgetter(0))}


@cache
def _insertion(table: str, columns: int) -> str:
    is_shared = table == "embedded"  # equal copies are stored once
    return f"INSERT {'OR IGNORE ' if is_shared else ''}INTO {table} VALUES ({', '.join('?' * columns)})"
