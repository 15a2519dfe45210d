"""Folders of documents into a database: one transaction, incremental by content, nothing ever half done.

The decision worth knowing: the database keeps what each file says beside the graph that follows from it.
A changed file replaces its own sayings; then every node they touch is made anew by the very functions
that make it in a fresh ingest. So an incremental ingest has no rules of its own that could disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from graph_api.ingest.cache import default_database
from graph_api.ingest.report import IngestReport
from graph_api.ingest.run import Progress, replace_all
from graph_api.ingest.sources import sources
from graph_api.store import StoreUrl, at

__all__ = ["IngestReport", "Progress", "default_database", "ingest"]


def ingest(
    folders: Iterable[str | Path],
    database: StoreUrl,
    *,
    only: bool = False,
    progress: Progress | None = None,
) -> IngestReport:
    """The database holds what *folders* say now; with *only* nothing else, without it other folders stay.

    Raises `SourceError` when a folder is missing, holds no documents or only rejected ones, `StoreLocked`
    when another ingester holds the database, `StoreError` when it cannot be written; the old content
    stays in each case. A database of another version of this program, or a damaged one, is built anew,
    unless it holds other folders that are to stay: that is a `StoreError` too.
    """
    return replace_all(sources(folders), Path(str(at(database))), only=only, progress=progress)
