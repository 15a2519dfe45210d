"""The only writer: what files say goes in, what is derived from it is replaced node by node.

All methods run inside the one transaction that `writer_file.write` opens. What is asked with a list of
keys is answered for all of them at once; keys that have nothing are absent. Order of sayings and copies:
the newest document first, then the smallest path, then the smallest hash; never anything that depends on
the order of ingest or on where a folder lies.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

from graph_api.records import NodeKey, Severity
from graph_api.store.sqlite.row_mapping import Row as Found
from graph_api.store.sqlite.sql import integers
from graph_api.store.sqlite.writer_rows import (
    TABLES,
    Copy,
    FileRows,
    KnownFile,
    Naming,
    RelatedRow,
    Row,
    Saying,
    Spelling,
)

Answer = TypeVar("Answer", Saying, Copy, Naming, Spelling)

_BATCH = 500  # keys of one statement: bounds what is in memory at once
_AMONG = "IN (SELECT value FROM json_each(?))"
_WINNER_FIRST = "d.published_us DESC, d.path, d.sha256, d.folder"
_DERIVED = {
    "article": ("key", "article"),
    "article_detail": ("key", "article"),
    "article_image": ("article", "article"),
    "article_url": ("article", "article"),
    "article_topic": ("article", "article"),
    "naming": ("article", "article"),
    "related": ("src", "article"),
    "provider": ("key", "provider"),
    "topic": ("key", "topic"),
    "topic_name": ("topic", "topic"),
}


class Writer:
    """The content of one database, open for change."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    # -- what the files say ----------------------------------------------------------------------------

    def folders(self) -> list[str]:
        """The source folders the content comes from."""
        return [folder for (folder,) in self._all("SELECT DISTINCT folder FROM document ORDER BY folder")]

    def known_files(self, folder: str) -> dict[str, KnownFile]:
        """The files of *folder* as the database knows them, by path."""
        found = self._all("SELECT path, key, sha256 FROM document WHERE folder = ?", folder)
        return {path: KnownFile(key, sha256) for path, key, sha256 in found}

    def has_documents(self, folder: str) -> bool:
        """Whether any file of *folder* was accepted."""
        found = "SELECT 1 FROM document WHERE folder = ? AND kind <> 'rejected' LIMIT 1"
        return bool(self._all(found, folder))

    def forget(self, documents: Collection[NodeKey]) -> None:
        """Nothing is left of what these files said, embedded copies aside: see `drop_unused_copies`."""
        self._delete("problem", "owner", documents)
        self._delete("mention", "document", documents)
        self._delete("document", "key", documents)

    def remember(self, files: Collection[FileRows]) -> None:
        """What these files say is stored; they must not be known."""
        self._insert([file.document for file in files])
        self._insert([row for file in files for row in file.mentions])
        copies = {row.key: row for file in files for row in file.embedded}
        self._insert(list(copies.values()), "OR IGNORE")
        self._insert([row for file in files for row in file.problems])

    def drop_unused_copies(self, targets: Collection[NodeKey]) -> None:
        """The embedded copies of *targets* that no document holds any more are gone."""
        unused = " AND NOT EXISTS (SELECT 1 FROM mention m WHERE m.embedded = embedded.key)"
        self._delete("embedded", "target", targets, unused)

    def subjects(self, documents: Collection[NodeKey]) -> dict[str, set[NodeKey]]:
        """The nodes these files are about, by kind."""
        found: defaultdict[str, set[NodeKey]] = defaultdict(set)
        text = f"SELECT kind, subject FROM document WHERE subject IS NOT NULL AND key {_AMONG}"
        for kind, subject in self._among(text, documents):
            found[kind].add(subject)
        return found

    def sayings(self, kind: str, subjects: Collection[NodeKey] | None = None) -> dict[NodeKey, list[Saying]]:
        """What the files of one kind say about *subjects*; without it about all."""
        text = (
            f"SELECT d.subject, d.identity, d.folder, d.path, d.payload FROM document d WHERE d.kind = '{kind}'"
            f"{'' if subjects is None else f' AND d.subject {_AMONG}'} ORDER BY d.subject, {_WINNER_FIRST}"
        )
        found = self._all(text) if subjects is None else self._among(text, subjects)
        return _by_first(Saying, found)

    # -- who is touched --------------------------------------------------------------------------------

    def article_subjects(self) -> set[NodeKey]:
        """All articles that have a file."""
        return {key for (key,) in self._all("SELECT DISTINCT subject FROM document WHERE kind = 'article'")}

    def unsettled_targets(self, subjects: Collection[NodeKey]) -> set[NodeKey]:
        """Those that the files of *subjects* list and that are not (yet) an article of that URL with a file."""
        text = (
            "SELECT DISTINCT m.target FROM document d CROSS JOIN mention m ON m.document = d.key"
            " CROSS JOIN embedded e ON e.key = m.embedded LEFT JOIN article t ON t.key = m.target"
            f" WHERE d.kind = 'article' AND d.subject {_AMONG}"
            " AND (t.key IS NULL OR t.is_stub = 1 OR t.url <> e.url)"
        )
        return {key for (key,) in self._among(text, subjects)}

    def targets(self, documents: Collection[NodeKey]) -> set[NodeKey]:
        """All that these files list."""
        text = f"SELECT DISTINCT target FROM mention WHERE document {_AMONG}"
        return {key for (key,) in self._among(text, documents)}

    def listing(self, targets: Collection[NodeKey]) -> set[NodeKey]:
        """The articles with a file that lists one of *targets*."""
        text = (
            "SELECT DISTINCT d.subject FROM mention m CROSS JOIN document d ON d.key = m.document"
            f" WHERE m.target {_AMONG}"
        )
        return {key for (key,) in self._among(text, targets)}

    def urls(self, articles: Collection[NodeKey]) -> dict[NodeKey, str]:
        """The URL of each of *articles* that is in the graph."""
        return dict(self._among(f"SELECT key, url FROM article WHERE key {_AMONG}", articles))

    def providers_of(self, articles: Collection[NodeKey]) -> set[NodeKey]:
        """The providers of *articles*."""
        text = f"SELECT DISTINCT provider FROM naming WHERE article {_AMONG}"
        return {key for (key,) in self._among(text, articles)}

    def topics_of(self, articles: Collection[NodeKey]) -> set[NodeKey]:
        """The topics of *articles*."""
        text = f"SELECT DISTINCT topic FROM article_topic WHERE article {_AMONG}"
        return {key for (key,) in self._among(text, articles)}

    # -- what nodes are made from ----------------------------------------------------------------------

    def copies(self, targets: Collection[NodeKey]) -> dict[NodeKey, list[Copy]]:
        """The embedded copies of *targets* in articles of the graph."""
        text = (
            "SELECT m.target, e.url, d.path, e.payload, s.hidden"
            " FROM mention m CROSS JOIN document d ON d.key = m.document"
            " CROSS JOIN article s ON s.key = d.subject AND s.url = d.identity AND s.is_stub = 0"
            f" CROSS JOIN embedded e ON e.key = m.embedded WHERE m.target {_AMONG}"
            f" ORDER BY m.target, {_WINNER_FIRST}, m.position"
        )
        return _by_first(Copy, self._among(text, targets))

    def copied_urls(self, targets: Collection[NodeKey]) -> dict[NodeKey, set[str]]:
        """The URLs under which *targets* are listed: more than one for a key is a collision."""
        found: defaultdict[NodeKey, set[str]] = defaultdict(set)
        text = f"SELECT DISTINCT target, url FROM embedded WHERE target {_AMONG}"
        for key, url in self._among(text, targets):
            found[key].add(url)
        return found

    def related(self, articles: Collection[NodeKey]) -> dict[NodeKey, list[NodeKey]]:
        """What the files of each of *articles* list and the graph has: the winner's list first, repeats kept."""
        text = (
            "SELECT d.subject, m.target FROM document d"
            " CROSS JOIN article s ON s.key = d.subject AND s.url = d.identity"
            " CROSS JOIN mention m ON m.document = d.key CROSS JOIN embedded e ON e.key = m.embedded"
            " CROSS JOIN article t ON t.key = m.target AND t.url = e.url"
            f" WHERE d.kind = 'article' AND d.subject {_AMONG}"
            f" ORDER BY d.subject, {_WINNER_FIRST}, m.position"
        )
        return {
            key: [target for _, target in found]
            for key, found in groupby(self._among(text, articles), itemgetter(0))
        }

    def namings(self, providers: Collection[NodeKey]) -> dict[NodeKey, list[Naming]]:
        """How articles name *providers*."""
        text = (
            "SELECT provider, domain, name, images, count(*), sum(hidden = 0), min(iif(hidden, article, NULL))"
            f" FROM naming WHERE provider {_AMONG}"
            " GROUP BY provider, domain, name, images ORDER BY provider, domain, name, images"
        )
        return _by_first(Naming, self._among(text, providers))

    def spellings(self, topics: Collection[NodeKey]) -> dict[NodeKey, list[Spelling]]:
        """How articles spell *topics*."""
        text = (
            f"SELECT topic, name, count(*), sum(hidden = 0) FROM article_topic WHERE topic {_AMONG}"
            " GROUP BY topic, name ORDER BY topic, name"
        )
        return _by_first(Spelling, self._among(text, topics))

    # -- the graph -------------------------------------------------------------------------------------

    def remove(self, kind: str, keys: Collection[NodeKey]) -> None:
        """The nodes of one kind (article, provider, topic) and what is said of them are out of the graph."""
        for table, (column, owner) in _DERIVED.items():
            if owner == kind:
                self._delete(table, column, keys)
        self._delete("problem", "owner", keys)

    def add(self, rows: Iterable[Row]) -> None:
        """The rows are stored; they must not be there."""
        by_table: defaultdict[type[Row], list[Row]] = defaultdict(list)
        for row in rows:
            by_table[type(row)].append(row)
        for same in by_table.values():
            self._insert(same)

    def relate(self, lists: Mapping[NodeKey, Sequence[NodeKey]]) -> None:
        """Each key of *lists* lists exactly these articles, in this order."""
        self._delete("related", "src", lists)
        self._insert(
            [RelatedRow(src, at, dst) for src, found in lists.items() for at, dst in enumerate(found)]
        )
        counts = [(len(found), src) for src, found in lists.items()]
        self._connection.executemany("UPDATE article SET related_count = ? WHERE key = ?", counts)

    # -- the whole -------------------------------------------------------------------------------------

    def file_hashes(self) -> list[tuple[str, bytes]]:
        """Path and hash of every file, sorted."""
        return sorted(self._all("SELECT path, sha256 FROM document"))

    def meta(self, name: str) -> str | None:
        """A fact about the whole, None when it is not known yet."""
        found = self._all("SELECT value FROM meta WHERE name = ?", name)
        return found[0][0] if found else None

    def set_meta(self, name: str, value: str) -> None:
        """The fact is stored."""
        self._connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))

    def counts(self) -> tuple[int, int]:
        """The number of articles, and of stubs among them."""
        stubs = "SELECT count(*) FROM article WHERE is_stub = 1"
        found = self._all(f"SELECT (SELECT count(*) FROM article), ({stubs})")
        return found[0][0], found[0][1]

    def problem_counts(self) -> dict[Severity, int]:
        """The number of problems of each severity."""
        found: dict[str, int] = dict(self._all("SELECT severity, count(*) FROM problem GROUP BY severity"))
        return {severity: found.get(severity.value, 0) for severity in Severity}

    # -- statements ------------------------------------------------------------------------------------

    def _all(self, text: str, *values: str) -> list[Found]:
        return self._connection.execute(text, values).fetchall()

    def _among(self, text: str, keys: Collection[NodeKey]) -> Iterator[Found]:
        for batch in batches(keys):
            yield from self._connection.execute(text, (integers(batch),)).fetchall()

    def _delete(self, table: str, column: str, keys: Collection[NodeKey], condition: str = "") -> None:
        text = f"DELETE FROM {table} WHERE {column} {_AMONG}{condition}"
        for batch in batches(keys):
            self._connection.execute(text, (integers(batch),))

    def _insert(self, rows: Sequence[Row], on_conflict: str = "") -> None:
        if rows:
            self._connection.executemany(
                _insertion(TABLES[type(rows[0])], rows[0]._fields, on_conflict), rows
            )


def batches(keys: Collection[NodeKey]) -> Iterator[list[NodeKey]]:
    """The keys in ascending order, a bounded number at a time."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), _BATCH):
        yield ordered[start : start + _BATCH]


def _by_first(kind: type[Answer], found: Iterable[Found]) -> dict[NodeKey, list[Answer]]:
    """Rows ordered by their first column, as one list for each of its values."""
    return {key: [kind._make(row) for row in rows] for key, rows in groupby(found, itemgetter(0))}


@cache
def _insertion(table: str, columns: tuple[str, ...], on_conflict: str) -> str:
    marks = ", ".join("?" * len(columns))
    return f"INSERT {on_conflict} INTO {table} ({', '.join(columns)}) VALUES ({marks})"
