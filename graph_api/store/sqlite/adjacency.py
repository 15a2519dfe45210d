"""All edges of a database as arrays, and where the compact form of them lies beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_api.records import EdgeKind
from graph_api.store.sqlite.connection import clear_errors, connected
from graph_api.store.sqlite.status import revision

Pairs: TypeAlias = NDArray[np.int64]

_ROWS = 50_000  # fetched at a time

_EDGES = {
    EdgeKind.RELATED: "SELECT src, dst FROM related ORDER BY src, position",
    EdgeKind.PROVIDER: "SELECT key, provider FROM article WHERE provider IS NOT NULL ORDER BY key",
    EdgeKind.TOPIC: "SELECT article, topic FROM article_topic ORDER BY article, position",
}
# The same between nodes that are not hidden.
_VISIBLE_EDGES = {
    EdgeKind.RELATED: (
        "SELECT r.src, r.dst FROM related r JOIN article s ON s.key = r.src JOIN article d ON d.key = r.dst"
        " WHERE s.hidden = 0 AND d.hidden = 0 ORDER BY r.src, r.position"
    ),
    EdgeKind.PROVIDER: (
        "SELECT a.key, a.provider FROM article a JOIN provider p ON p.key = a.provider"
        " WHERE a.hidden = 0 AND p.hidden = 0 ORDER BY a.key"
    ),
    EdgeKind.TOPIC: (
        "SELECT at.article, at.topic FROM article_topic at JOIN article a ON a.key = at.article"
        " JOIN topic t ON t.key = at.topic WHERE a.hidden = 0 AND t.hidden = 0 ORDER BY at.article, at.position"
    ),
}


def adjacency_path(database: Path, *, published_only: bool) -> Path:
    """The file that holds the compact adjacency of *database*, or of what is published of it."""
    return database.with_name(f"{database.name}.{'published-' if published_only else ''}adjacency")


def edge_arrays(database: Path, *, published_only: bool) -> tuple[str, Mapping[EdgeKind, Pairs]]:
    """The revision, and for each kind rows (from, to), those from one node by position.

    With *published_only* the edges between nodes that are not hidden, as if there were no others.
    StoreError when the database cannot be read.
    """
    with clear_errors(database), closing(connected(database)) as connection:
        connection.execute("BEGIN")
        edges = _VISIBLE_EDGES if published_only else _EDGES
        return revision(connection), {kind: _pairs(connection, sql) for kind, sql in edges.items()}


def _pairs(connection: sqlite3.Connection, sql: str) -> Pairs:
    cursor = connection.execute(sql)
    parts: list[Pairs] = [np.empty((0, 2), dtype=np.int64)]
    while rows := cursor.fetchmany(_ROWS):
        parts.append(np.array(rows, dtype=np.int64))
    return np.concatenate(parts)
