"""Stores: what the layers above read and write content through.

Two decisions worth knowing. Callers name a store by a URL and use the protocols of this package, so that another
store is another package beside `sqlite` and one line in `_SCHEMES`. A read is a frozen value, not SQL, so that a
cache or a dict in a test can answer it too (see `reads`).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from graph_api.errors import UsageError
from graph_api.store.protocol import DEFAULT_CONNECTIONS, Store, StoreLocation
from graph_api.store.sqlite.location import SqliteLocation, engine_version

__all__ = ["StoreUrl", "at", "engine_versions", "open_store"]

StoreUrl: TypeAlias = str | os.PathLike[str]
"""`articles.db` or another path, `sqlite:///articles.db` (relative), `sqlite:////srv/articles.db` (absolute)."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)


def at(url: StoreUrl) -> StoreLocation:
    """The location that *url* names. Raises UsageError for a scheme that no store has."""
    named = os.fspath(url)
    found = _SCHEME.fullmatch(named)
    if found is None:
        return SqliteLocation(Path(named))
    scheme, rest = found[1].lower(), found[2]
    if scheme not in _SCHEMES:
        raise UsageError(f"{scheme}:// is not a store: name a file such as articles.db, or {_EXAMPLE}")
    return _SCHEMES[scheme](named, rest)


async def open_store(
    url: StoreUrl,
    *,
    reader_connections: int = DEFAULT_CONNECTIONS,
    checked: bool = False,
    max_text: int = sys.maxsize,
) -> Store:
    """The store at *url*, open; see `StoreLocation.open`."""
    return await at(url).open(reader_connections=reader_connections, checked=checked, max_text=max_text)


def engine_versions() -> list[str]:
    """The database engines that stores use, with their versions."""
    return [engine_version()]


def _sqlite(url: str, rest: str) -> StoreLocation:
    if not rest.startswith("/") or rest == "/":
        raise UsageError(f"{url} names no file: write {_EXAMPLE}, with three slashes, or four before /srv")
    return SqliteLocation(Path(rest[1:]))


_EXAMPLE = "sqlite:///articles.db"
_SCHEMES: Mapping[str, Callable[[str, str], StoreLocation]] = {"sqlite": _sqlite}
