"""The compact adjacency beside a database: a cache of a cache, written after the content is safe."""

from __future__ import annotations

import logging
from pathlib import Path

from graph_api.graph.csr import AdjacencyUnfit, build, load, save
from graph_api.store.adjacency import adjacency_path, edge_arrays

logger = logging.getLogger(__name__)


def write_adjacency(database: Path, revision: str) -> None:
    """The file beside *database* belongs to *revision*. Without it walks read the database: a failure to
    write it is logged and nothing more."""
    path = adjacency_path(database)
    try:
        load(path, revision)
    except AdjacencyUnfit:
        try:
            stored, edges = edge_arrays(database)
            save(build(stored, edges), path)
        except (AdjacencyUnfit, OSError) as error:
            logger.warning("%s cannot be written, walks will read the database: %s", path, error)
