"""All edges of a database as arrays, in a file beside it.

Why a file for each view, and not one with a mask: every walk would leave the hidden nodes out of every list.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_api.graph.adjacency import Csr, build, load, save
from graph_api.records import EdgeKind
from graph_api.store.plans import Rights
from graph_api.store.sqlite.array_files import kept
from graph_api.store.sqlite.connection import clear_errors, connected
from graph_api.store.sqlite.sql import graph
from graph_api.store.sqlite.status import revision as stored_revision

Pairs: TypeAlias = NDArray[np.int64]

_ROWS = 50_000  # fetched at a time

_EDGES = {  # {0} is the graph
    EdgeKind.LISTED: "SELECT src, dst FROM {0}related WHERE origin = 0 ORDER BY src, position",
    EdgeKind.LINKED: "SELECT src, dst FROM {0}related WHERE origin = 1 ORDER BY src, position",
    EdgeKind.PROVIDER: "SELECT key, provider FROM {0}article WHERE provider IS NOT NULL ORDER BY key",
    EdgeKind.TOPIC: "SELECT article, topic FROM {0}article_topic ORDER BY article, position",
}


def adjacency_of(database: Path, rights: Rights, revision: str) -> Csr | None:
    """The edges of *revision* that *rights* show; None when *database* has another revision."""
    with clear_errors(database), closing(connected(database)) as connection:
        connection.execute("BEGIN")
        return adjacency(connection, rights) if stored_revision(connection) == revision else None


def adjacency(connection: sqlite3.Connection, rights: Rights) -> Csr:
    """The edges that *rights* show, of the revision that *connection* sees."""

    def make(revision: str, rights: Rights, _: Csr | None) -> Csr:
        p = graph(rights)
        found = {kind: _pairs(connection, sql.format(p)) for kind, sql in _EDGES.items()}
        if not len(found[EdgeKind.LINKED]):  # most graphs have none: no lists for them
            del found[EdgeKind.LINKED]
        return build(revision, found)

    return kept(connection, rights, "adjacency", load=load, make=make, save=save)


def _pairs(connection: sqlite3.Connection, sql: str) -> Pairs:
    cursor = connection.execute(sql)
    parts: list[Pairs] = [np.empty((0, 2), dtype=np.int64)]
    while rows := cursor.fetchmany(_ROWS):
        parts.append(np.array(rows, dtype=np.int64))
    return np.concatenate(parts)
