"""The graph a command works on: a database as it is, or one that folders are read into first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from graph_api.cli.screen import progress
from graph_api.errors import UsageError
from graph_api.ingest import IngestReport, default_database, ingest


def location(paths: Sequence[Path], database: Path | None) -> Path:
    """The database that belongs to what was given on the command line."""
    if database is not None:
        return database
    if not paths:
        raise UsageError("name a folder of articles, or a database with --db FILE")
    return default_database(paths)


def ingested(paths: Sequence[Path], database: Path, *, only: bool) -> IngestReport:
    """The folders have been read into the database; with *only* it holds nothing else."""
    with progress("reading", "files") as advanced:
        return ingest(paths, database, only=only, progress=advanced)


def located(paths: Sequence[Path], database: Path | None) -> Path:
    """The database; with *paths*, after exactly these folders have been read into it."""
    found = location(paths, database)
    if paths:
        ingested(paths, found, only=True)
    return found
