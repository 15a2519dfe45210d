"""The edges of one revision in memory: walks read them from compact arrays that all processes share.

There are two sets of arrays, each made when a walk first wants it: of all nodes, and of those that are not
hidden. One set with a mask would need the hidden nodes left out of every list, at every walk.
"""

from __future__ import annotations

import logging
from pathlib import Path
from threading import local
from typing import Any

from graph_api.graph.answers import Answers
from graph_api.graph.csr import AdjacencyUnfit, Csr, build, load, save
from graph_api.graph.questions import Among, Neighbours
from graph_api.store.adjacency import adjacency_path, edge_arrays
from graph_api.store.reads import EdgesAmong, StepRows

logger = logging.getLogger(__name__)


class Edges:
    """Answers the reads of walks, for callers who may see all of *csr*. Any thread may ask."""

    def __init__(self, csr: Csr) -> None:
        self._csr = csr
        self._own = local()  # answers keep what one walk asks again and again, so each thread has its own

    def rows(self, read: StepRows | EdgesAmong) -> Any:  # Any: what the read is answered with
        """The answer to *read*."""
        if isinstance(read, EdgesAmong):
            return self._answers().among(Among(read.sources, read.targets, read.kinds))
        steps = self._answers().neighbours(
            Neighbours(read.frontier, read.kinds, read.direction, read.most, read.skip)
        )
        return steps.targets, steps.counts

    def _answers(self) -> Answers:
        found: Answers | None = getattr(self._own, "answers", None)
        if found is None:
            found = self._own.answers = Answers(self._csr)
        return found


def edges_of(database: Path, revision: str, *, published_only: bool) -> Edges | None:
    """The edges of *revision*, mapped from the file beside *database*, which is written when it is not there.

    With *published_only* nothing of hidden nodes is in them, and a file that holds more is not taken for theirs.
    None when the database has moved on. A file that cannot be written costs the next process the same work.
    """
    path = adjacency_path(database, published_only=published_only)
    stamp = f"{revision} published" if published_only else revision
    try:
        return Edges(load(path, stamp))
    except AdjacencyUnfit:
        stored, edges = edge_arrays(database, published_only=published_only)
    if stored != revision:
        return None
    csr = build(stamp, edges)
    try:
        save(csr, path)
    except OSError as error:
        logger.warning("%s cannot be written: %s", path, error)
    return Edges(csr)
