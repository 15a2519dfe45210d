"""The graph a command works on: a database as it is, or one that folders are read into first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from graph_api.cli.terminal import progress
from graph_api.errors import UsageError
from graph_api.ingest import IngestReport, default_database, ingest
from graph_api.store import StoreUrl


def location(paths: Sequence[Path], database: str | None) -> StoreUrl:
    """The database that belongs to what was given on the command line."""
    if database is not None:
        return database
    if not paths:
        raise UsageError("name a folder of articles, or a database with --db FILE")
    return default_database(paths)


def ingested(paths: Sequence[Path], database: StoreUrl, *, only: bool) -> IngestReport:
    """The folders have been read into the database; with *only* it holds nothing else."""
    with progress("reading", "files") as advanced:
        return ingest(paths, database, only=only, progress=advanced)


def located(paths: Sequence[Path], database: str | None) -> StoreUrl:
    """The database as it is, or the cache of *paths* after they have been read. Not both: a question changes no database."""
    if paths and database is not None:
        raise UsageError(
            "name folders or a database, not both: --db is answered from as it is"
            " (graph-api ingest reads folders into one)"
        )
    found = location(paths, database)
    if paths:
        ingested(paths, found, only=True)
    return found
