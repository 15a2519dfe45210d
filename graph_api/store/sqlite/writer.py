"""`store.writing.StoreWriter` on SQLite. All methods run inside the one transaction that `writer_file` opens."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from graph_api.records import NodeKey, Severity
from graph_api.store.sqlite.batched_sql import BatchedSql, sql_statements
from graph_api.store.sqlite.graph_writer import IS_TARGET, TARGET, SqliteGraph, link_target
from graph_api.store.sqlite.sql import AMONG
from graph_api.store.sqlite.tables import GRAPH, PUBLISHED, PUBLISHED_VIEWS, published_tables
from graph_api.store.sqlite.writer_rows import (
    ALL_FILES,
    BOTH,
    PUBLISHED_FILES,
    file_rows,
)
from graph_api.store.writing import (
    FileRecord,
    GraphWriter,
    KnownFile,
    LinkTarget,
    equal_problem_key,
)


class StoredRevision(NamedTuple):
    """A revision of the content, its place among those the store has held, and when it was first stored."""

    revision: str
    generation: int
    generated_at: str


class Writer:
    """A `StoreWriter`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._sql = BatchedSql(connection)

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
        text = f"SELECT {TARGET} FROM document WHERE {IS_TARGET} AND key {AMONG}"
        return set(map(link_target, self._sql.among(text, files)))

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
            return [SqliteGraph(self._connection, "", BOTH)]
        published = SqliteGraph(self._connection, PUBLISHED, PUBLISHED_FILES, is_new=not is_there)
        return [SqliteGraph(self._connection, "", ALL_FILES), published]

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
