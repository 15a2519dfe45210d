"""Evaluates arguments of commands: the database to read, an operation's text, a JSON object."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from graph_api.cli.terminal import progress
from graph_api.documents.site import SiteOptions
from graph_api.errors import UsageError
from graph_api.ingest import IngestReport, default_database, ingest
from graph_api.store import StoreUrl


def database_of(paths: Sequence[Path], database: str | None) -> StoreUrl:
    """The database that --db names, else the cache file of these folders."""
    if database is not None:
        return database
    if not paths:
        raise UsageError("name a folder of articles, or a database with --db FILE")
    return default_database(paths)


def ingested(
    paths: Sequence[Path], database: StoreUrl, *, only: bool, site: SiteOptions | None = None
) -> IngestReport:
    """Ingest the folders, with a progress bar; *only* removes all other folders from the database."""
    with progress("reading", "files") as advanced:
        return ingest(paths, database, only=only, options=site, progress=advanced)


def readable_database(paths: Sequence[Path], database: str | None) -> StoreUrl:
    """The database that --db names, unchanged, else the cache file of these folders after an ingest."""
    if paths and database is not None:
        raise UsageError(
            "name folders or a database, not both: --db reads a database without changing it"
            " (graph-api ingest reads folders into one)"
        )
    found = database_of(paths, database)
    if paths:
        ingested(paths, found, only=True)
    return found


def text_of(argument: str) -> str:
    """The argument itself; for `-` standard input, for `@FILE` the file's content."""
    if argument == "-":
        return _decoded(sys.stdin.buffer.read(), "standard input")
    if argument.startswith("@"):
        return _decoded(Path(argument[1:]).read_bytes(), argument[1:])
    return argument


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not UTF-8: the byte at offset {error.start} is invalid") from None


def json_object(text: str, flag: str = "--variables", example: str = '{"first": 3}') -> dict[str, Any]:
    """The JSON object in *text*, the value of *flag*."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{flag} must be JSON, such as '{example}': {error}") from None
    if not isinstance(value, dict):
        raise UsageError(f"{flag} must be a JSON object, such as '{example}'; got {text.strip()}")
    return value  # pyright: ignore[reportUnknownVariableType] - any JSON object
