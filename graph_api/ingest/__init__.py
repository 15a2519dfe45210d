"""Folders of documents into a store: one transaction, incremental by content.

The store keeps what each file says beside the graphs derived from it. A changed file replaces its own statements; then
every node they touch is derived again by the functions of a fresh ingest. So an incremental ingest has no rules of its
own that could disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from graph_api.documents.site import Identity, SiteOptions
from graph_api.ingest.pipeline import IngestReport, Progress, replace_all
from graph_api.ingest.sources import default_database, sources
from graph_api.store import StoreUrl, at

__all__ = ["Identity", "IngestReport", "Progress", "SiteOptions", "default_database", "ingest"]


def ingest(
    folders: Iterable[str | Path],
    database: StoreUrl,
    *,
    only: bool = False,
    options: SiteOptions | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Read *folders* into the store at *database*; other folders stay in it, unless *only* is true.

    *options* say how the folders are read: see `SiteOptions`.

    Raises `SourceError` when a folder is missing, holds no documents or only rejected ones, `StoreLocked`
    when another ingest runs, `StoreError` when the store cannot be written; the old content
    stays in each case. A database of another version of this program, or a damaged one, is rebuilt,
    unless it holds other folders that are to stay: that is a `StoreError` too.
    """
    return replace_all(sources(folders, options), at(database), only=only, progress=progress)
