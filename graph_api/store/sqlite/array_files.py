"""The files beside a database that hold what is derived from its content, in arrays that all processes map.

There are two files of each kind, one of all content and one of published content, so that the second reveals nothing
hidden. While nothing is hidden the first serves both. An ingest makes them; a reader makes a file that is missing.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Protocol, TypeVar

from graph_api.errors import ArraysMismatch
from graph_api.store.plans import Rights
from graph_api.store.sqlite.connection import connected
from graph_api.store.sqlite.status import revision as stored_revision
from graph_api.store.sqlite.tables import PUBLISHED

logger = logging.getLogger(__name__)


class Derived(Protocol):
    """A value that belongs to one revision."""

    @property
    def revision(self) -> str: ...


D = TypeVar("D", bound=Derived)


def kept(
    connection: sqlite3.Connection,
    rights: Rights,
    name: str,
    *,
    load: Callable[[Path], D],
    make: Callable[[str, Rights, D | None], D],
    save: Callable[[D, Path], None],
) -> D:
    """The value in the file *name* for the revision that *connection* sees.

    When the file has another revision, the value is made and saved: *make* receives its revision, the rights that it is
    for, and the value that the file has now, if any.
    """
    published = rights.published_only and _hides(connection)
    revision = stored_revision(connection)
    stamp = f"{revision} published" if published else str(revision)  # neither file passes for the other
    database = _database(connection)
    path = beside(database, name, published_only=published)
    former = _former(path, load)
    if former is not None and former.revision == stamp:
        return former
    if former is None and published:  # most of what is published is as in the whole graph
        former = _former(beside(database, name, published_only=False), load)
    made = make(stamp, Rights(published_only=published), former)
    try:
        if _latest(database) == revision:  # a reader of a former revision leaves the file to the others
            save(made, path)
    except OSError as error:
        logger.warning("%s cannot be written: %s", path, error)
    return made


def beside(database: Path, name: str, *, published_only: bool) -> Path:
    """The file *name* of *database*, or of its published graph."""
    return database.with_name(f"{database.name}.{'published-' if published_only else ''}{name}")


def _former(path: Path, load: Callable[[Path], D]) -> D | None:
    """The value in the file, of whatever revision."""
    try:
        return load(path)
    except ArraysMismatch:
        return None


def _hides(connection: sqlite3.Connection) -> bool:
    """Whether the published graph has tables of its own: something is hidden."""
    sql = "SELECT type FROM sqlite_schema WHERE name = ?"
    return bool(connection.execute(sql, (f"{PUBLISHED}article",)).fetchone() == ("table",))


def _database(connection: sqlite3.Connection) -> Path:
    return Path(connection.execute("PRAGMA database_list").fetchone()[2])


def _latest(database: Path) -> str:
    with closing(connected(database)) as connection:
        return stored_revision(connection)
