"""Where the database of a set of folders lies when nobody names one: in the user's cache."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from graph_api.errors import StoreError
from graph_api.ingest.sources import real_folders


def default_database(folders: Iterable[str | Path]) -> Path:
    """The cache file of this set of folders, in whatever order they are named; its folder exists.

    It lies in `$XDG_CACHE_HOME/graph-api`, else `~/.cache/graph-api`. `StoreError` when that is not writable.
    """
    places = sorted({str(folder) for folder in real_folders(folders)})
    name = hashlib.sha256("\0".join(places).encode()).hexdigest()[:16]
    return _cache_folder() / f"{Path(places[0]).name or 'root'}-{name}.sqlite"


def _cache_folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME", "")
    try:
        # The standard has relative paths ignored: XDG Base Directory Specification 0.8
        folder = (Path(home) if Path(home).is_absolute() else Path.home() / ".cache") / "graph-api"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (OSError, RuntimeError) as error:
        raise StoreError(
            f"there is no place for a cache ({error}); name a database with --db FILE"
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StoreError(f"{folder}: cannot be written; name a database with --db FILE")
    return folder
