"""What the store holds as a whole: its revision, and counts of what the caller may see."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from graph_api.errors import StoreError
from graph_api.records import ContentStatus, Severity
from graph_api.store.reads import Status
from graph_api.store.sqlite.rows import problem_visible, visible
from graph_api.store.sqlite.sql import Sql


def revision(connection: sqlite3.Connection) -> str:
    """The revision of the content; reading it is what begins a transaction's view of the database."""
    return _meta(connection, "revision")


def status(connection: sqlite3.Connection, read: Status) -> ContentStatus:
    """What the store holds. Stubs are counted among the articles too."""
    rights = read.rights

    def count(table: str) -> str:
        return f"(SELECT count(*) FROM {table} x WHERE 1{visible('x', rights)})"

    stubs = f"(SELECT count(*) FROM article x WHERE x.is_stub = 1{visible('x', rights)})"
    related = (
        "(SELECT count(*) FROM related r CROSS JOIN article s ON s.key = r.src"
        " CROSS JOIN article d ON d.key = r.dst WHERE s.hidden = 0 AND d.hidden = 0)"
        if rights.published_only
        else "(SELECT ifnull(sum(related_count), 0) FROM article)"
    )
    counted = f"SELECT {count('article')}, {stubs}, {count('provider')}, {count('topic')}, {related}"
    articles, stub_count, providers, topics, edges = Sql(counted).all(connection)[0]
    return ContentStatus(
        revision=revision(connection),
        generated_at=datetime.fromisoformat(_meta(connection, "generated_at")),
        articles=articles,
        stubs=stub_count,
        providers=providers,
        topics=topics,
        related=edges,
        problems=_problems(connection, read),
    )


def _problems(connection: sqlite3.Connection, read: Status) -> dict[Severity, int]:
    found = Sql(
        "SELECT p.severity, count(*) FROM problem p"
        f" WHERE 1{problem_visible(read.rights)} GROUP BY p.severity"
    ).all(connection)
    counted = {Severity(severity): number for severity, number in found}
    return {severity: counted.get(severity, 0) for severity in Severity}


def _meta(connection: sqlite3.Connection, name: str) -> str:
    found = Sql("SELECT value FROM meta WHERE name = ?", (name,)).all(connection)
    if not found:
        raise StoreError("the database holds no content yet: `graph-api ingest FOLDER` fills it")
    return str(found[0][0])
