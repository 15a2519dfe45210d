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
from graph_api.store.opening import clear_errors, connected
from graph_api.store.sql_status import revision

Pairs: TypeAlias = NDArray[np.int64]

_ROWS = 50_000  # fetched at a time

_EDGES = {
    EdgeKind.RELATED: "SELECT src, dst FROM related ORDER BY src, position",
    EdgeKind.PROVIDER: "SELECT key, provider FROM article WHERE provider IS NOT NULL ORDER BY key",
    EdgeKind.TOPIC: "SELECT article, topic FROM article_topic ORDER BY article, position",
}


def adjacency_path(database: Path) -> Path:
    """The file that holds the compact adjacency of *database*."""
    return database.with_name(f"{database.name}.adjacency")


def edge_arrays(database: Path) -> tuple[str, Mapping[EdgeKind, Pairs]]:
    """The revision, and for each kind rows (from, to), those from one node by position.

    StoreError when the database cannot be read.
    """
    with clear_errors(database), closing(connected(database)) as connection:
        connection.execute("BEGIN")
        return revision(connection), {kind: _pairs(connection, sql) for kind, sql in _EDGES.items()}


def _pairs(connection: sqlite3.Connection, sql: str) -> Pairs:
    cursor = connection.execute(sql)
    parts: list[Pairs] = [np.empty((0, 2), dtype=np.int64)]
    while rows := cursor.fetchmany(_ROWS):
        parts.append(np.array(rows, dtype=np.int64))
    return np.concatenate(parts)
