"""The edges of one revision in memory: walks read them from compact arrays that all processes share.

There are two sets of arrays, each made when a walk first wants it: of all nodes, and of those that are not
hidden. One set with a mask would need the hidden nodes left out of every list, at every walk.
"""

from __future__ import annotations

import logging
from pathlib import Path

from graph_api.errors import AdjacencyMismatch
from graph_api.graph.adjacency import Csr, build, load, save
from graph_api.store.sqlite.adjacency import adjacency_path, edge_arrays

logger = logging.getLogger(__name__)


def edges_of(database: Path, revision: str, *, published_only: bool) -> Csr | None:
    """The edges of *revision*, mapped from the file beside *database*, which is written when it is not there.

    With *published_only* nothing of hidden nodes is in them, and a file that holds more is not taken for theirs.
    None when the database has moved on. A file that cannot be written costs the next process the same work.
    """
    path = adjacency_path(database, published_only=published_only)
    stamp = f"{revision} published" if published_only else revision
    try:
        return load(path, stamp)
    except AdjacencyMismatch:
        stored, edges = edge_arrays(database, published_only=published_only)
    if stored != revision:
        return None
    csr = build(stamp, edges)
    try:
        save(csr, path)
    except OSError as error:
        logger.warning("%s cannot be written: %s", path, error)
    return csr
