"""The edges of one revision in memory: walks read them from compact arrays that all processes share."""

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
    """Answers the reads of walks, for callers who may see everything. Any thread may ask."""

    def __init__(self, csr: Csr) -> None:
        self._csr = csr
        self._own = local()  # answers keep what one walk asks again and again, so each thread has its own

    def rows(self, read: StepRows | EdgesAmong) -> Any:  # Any: what the read is answered with
        """The answer to *read*, None when hidden content must be left out, which the arrays do not know."""
        if read.rights.published_only:
            return None
        if isinstance(read, EdgesAmong):
            return self._answers().among(Among(read.sources, read.among, read.kinds))
        steps = self._answers().neighbours(
            Neighbours(read.frontier, read.kinds, read.direction, read.most, read.skip)
        )
        return steps.targets, steps.counts

    def _answers(self) -> Answers:
        found: Answers | None = getattr(self._own, "answers", None)
        if found is None:
            found = self._own.answers = Answers(self._csr)
        return found


def edges_of(database: Path, revision: str) -> Edges | None:
    """The edges of *revision*, mapped from the file beside *database*, which is written when it is not there.

    None when the database has moved on. A file that cannot be written costs the next process the same work.
    """
    path = adjacency_path(database)
    try:
        return Edges(load(path, revision))
    except AdjacencyUnfit:
        stored, edges = edge_arrays(database)
    if stored != revision:
        return None
    csr = build(stored, edges)
    try:
        save(csr, path)
    except OSError as error:
        logger.warning("%s cannot be written: %s", path, error)
    return Edges(csr)
