"""The revision of the store, and counts of the content that a caller may see."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from graph_api.errors import StoreError
from graph_api.records import ContentStatus, FileOutcome, Revision, Severity
from graph_api.store.reads import Status
from graph_api.store.sqlite.sql import Sql, graph


def revision(connection: sqlite3.Connection) -> Revision:
    """The revision of the content. Reading it begins the transaction's snapshot."""
    return Revision(_meta(connection, "revision"), int(_meta(connection, "generation")))


def status(connection: sqlite3.Connection, read: Status) -> ContentStatus:
    """Counts of the content; articles include stubs."""
    p = graph(read.rights)
    counted = (
        f"SELECT (SELECT count(*) FROM {p}article), (SELECT count(*) FROM {p}article x WHERE x.is_stub = 1),"
        f" (SELECT count(*) FROM {p}provider), (SELECT count(*) FROM {p}topic),"
        f" (SELECT ifnull(sum(related_count), 0) FROM {p}article),"
        f" (SELECT count(*) FROM {p}related WHERE origin = 1),"
        f" (SELECT count(*) FROM {p}link WHERE origin = 1),"
        f" (SELECT count(target) FROM {p}link WHERE origin = 1)"
    )
    articles, stubs, providers, topics, related, linked, found, resolved = Sql(counted).all(connection)[0]
    return ContentStatus(
        revision=str(revision(connection)),
        generated_at=datetime.fromisoformat(_meta(connection, "generated_at")),
        articles=articles,
        stubs=stubs,
        providers=providers,
        topics=topics,
        related=related,
        linked=linked,
        links_found=found,
        links_resolved=resolved,
        files=_files(connection, read),
        problems=_problems(connection, read),
    )


_OUTCOMES = {
    "article": FileOutcome.ARTICLE,
    "topic": FileOutcome.TAXONOMY,
    "provider": FileOutcome.TAXONOMY,
    "rejected": FileOutcome.REJECTED,
    "left_out": FileOutcome.LEFT_OUT,
}


def _files(connection: sqlite3.Connection, read: Status) -> dict[FileOutcome, int]:
    text = f"SELECT kind, count(*) FROM {graph(read.rights)}document GROUP BY kind"
    counted = dict.fromkeys(FileOutcome, 0)
    for kind, number in Sql(text).all(connection):
        counted[_OUTCOMES[kind]] += number
    return counted


def _problems(connection: sqlite3.Connection, read: Status) -> dict[Severity, int]:
    text = f"SELECT severity, count(*) FROM {graph(read.rights)}problem GROUP BY severity"
    found = Sql(text).all(connection)
    counted = {Severity(severity): number for severity, number in found}
    return {severity: counted.get(severity, 0) for severity in Severity}


def _meta(connection: sqlite3.Connection, name: str) -> str:
    found = Sql("SELECT value FROM meta WHERE name = ?", (name,)).all(connection)
    if not found:
        raise StoreError("the database holds no content yet: `graph-api ingest FOLDER` fills it")
    return str(found[0][0])
