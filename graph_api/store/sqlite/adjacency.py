"""All edges of a database as arrays, mapped from a file beside it that all processes share.

There are two files: all edges, and those between nodes that are not hidden. One file with a mask would make every
walk leave the hidden nodes out of every list.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_api.errors import ArraysMismatch
from graph_api.graph.adjacency import Csr, build, load, save
from graph_api.records import EdgeKind
from graph_api.store.reads import Rights
from graph_api.store.sqlite.connection import clear_errors, connected
from graph_api.store.sqlite.sql import graph
from graph_api.store.sqlite.status import revision as stored_revision

logger = logging.getLogger(__name__)

Pairs: TypeAlias = NDArray[np.int64]

_ROWS = 50_000  # fetched at a time

_EDGES = {  # {0} is the graph
    EdgeKind.LISTED: "SELECT src, dst FROM {0}related WHERE origin = 0 ORDER BY src, position",
    EdgeKind.LINKED: "SELECT src, dst FROM {0}related WHERE origin = 1 ORDER BY src, position",
    EdgeKind.PROVIDER: "SELECT key, provider FROM {0}article WHERE provider IS NOT NULL ORDER BY key",
    EdgeKind.TOPIC: "SELECT article, topic FROM {0}article_topic ORDER BY article, position",
}


def adjacency(database: Path, rights: Rights, revision: str) -> Csr | None:
    """The edges of *revision* that *rights* show, mapped; the file is written when it is missing or outdated.

    None when the database has another revision. A file that cannot be written costs the next process the same work.
    """
    published_only = rights.published_only
    path = adjacency_path(database, published_only=published_only)
    stamp = f"{revision} published" if published_only else revision  # neither file passes for the other
    try:
        return load(path, stamp)
    except ArraysMismatch:
        stored, edges = _edge_arrays(database, published_only=published_only)
    if stored != revision:
        return None
    csr = build(stamp, edges)
    try:
        save(csr, path)
    except OSError as error:
        logger.warning("%s cannot be written: %s", path, error)
    return csr


def adjacency_path(database: Path, *, published_only: bool) -> Path:
    """The file that holds the adjacency of *database*, or of its published graph."""
    return database.with_name(f"{database.name}.{'published-' if published_only else ''}adjacency")


def _edge_arrays(database: Path, *, published_only: bool) -> tuple[str, Mapping[EdgeKind, Pairs]]:
    """The revision, and for each kind rows (from, to), those from one node by position.

    With *published_only* those of the published graph.
    StoreError when the database cannot be read.
    """
    with clear_errors(database), closing(connected(database)) as connection:
        connection.execute("BEGIN")
        p = graph(Rights(published_only=published_only))
        found = {kind: _pairs(connection, sql.format(p)) for kind, sql in _EDGES.items()}
        if not len(found[EdgeKind.LINKED]):  # most graphs have none: no lists for them
            del found[EdgeKind.LINKED]
        return stored_revision(connection), found


def _pairs(connection: sqlite3.Connection, sql: str) -> Pairs:
    cursor = connection.execute(sql)
    parts: list[Pairs] = [np.empty((0, 2), dtype=np.int64)]
    while rows := cursor.fetchmany(_ROWS):
        parts.append(np.array(rows, dtype=np.int64))
    return np.concatenate(parts)
