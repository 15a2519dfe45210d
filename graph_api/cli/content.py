"""The graph a command works on: a database as it is, or one that folders are read into first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from graph_api.cli.screen import progress
from graph_api.errors import UsageError
from graph_api.ingest import IngestReport, default_database, ingest


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A database, and what ingesting into it brought; None when no folder was given."""

    database: Path
    report: IngestReport | None = None


def ingested(paths: Sequence[Path], database: Path) -> Content:
    """The folders, read into the database."""
    with progress("reading", "files") as advanced:
        return Content(database=database, report=ingest(paths, database, progress=advanced))


def location(paths: Sequence[Path], database: Path | None) -> Path:
    """The database that belongs to what was given on the command line."""
    if database is not None:
        return database
    if not paths:
        raise UsageError("name a folder of articles, or a database with --db FILE")
    return default_database(paths)


def located(paths: Sequence[Path], database: Path | None) -> Path:
    """The database, after the folders (if any) have been read into it."""
    found = location(paths, database)
    if paths:
        ingested(paths, found)
    return found
