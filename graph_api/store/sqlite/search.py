"""The search index of a database, mapped from a file beside it that all processes share.

There are two files: of all texts, and of those that are not hidden, so that neither counts nor weights tell of what is
hidden. While nothing is hidden the first serves both. An ingest makes them; a reader that finds none makes it.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson

from graph_api.errors import ArraysMismatch
from graph_api.search import Document, Index, Kind, build, load, save
from graph_api.store.reads import Rights, SearchIndex
from graph_api.store.sqlite.connection import clear_errors, connected
from graph_api.store.sqlite.sql import graph
from graph_api.store.sqlite.status import revision as stored_revision
from graph_api.store.sqlite.tables import PUBLISHED

logger = logging.getLogger(__name__)

_ARTICLES = """
SELECT a.key, a.title, a.excerpt, d.body, p.name,
    (SELECT group_concat(t.name, char(10)) FROM {0}article_topic at JOIN {0}topic t ON t.key = at.topic
     WHERE at.article = a.key)
FROM {0}article a LEFT JOIN {0}article_detail d ON d.key = a.key LEFT JOIN {0}provider p ON p.key = a.provider
"""
_PROVIDERS = "SELECT key, name, description, domain, other_names FROM {0}provider"
_TOPICS = "SELECT key, name, shortname, keywords, hashtags FROM {0}topic"


def search_index(connection: sqlite3.Connection, read: SearchIndex) -> Index:
    """The index of the revision that *connection* sees; it is made and saved when the file has another."""
    published = read.rights.published_only and _hides(connection)
    revision = stored_revision(connection)
    stamp = f"{revision} published" if published else str(revision)  # neither file passes for the other
    database = _file(connection)
    path = index_path(database, published_only=published)
    former = _former(path)
    if former is not None and former.revision == stamp:
        return former
    if (
        former is None and published
    ):  # most published articles have the texts that they have in the whole graph
        former = _former(index_path(database, published_only=False))
    index = build(stamp, _documents(connection, Rights(published_only=published)), former)
    try:
        if _latest(database) == revision:  # a reader of a former revision leaves the file to the others
            save(index, path)
    except OSError as error:
        logger.warning("%s cannot be written: %s", path, error)
    return index


def _former(path: Path) -> Index | None:
    """The index in the file, of whatever revision."""
    try:
        return load(path)
    except ArraysMismatch:
        return None


def make_indexes(database: Path) -> None:
    """The files beside *database* hold the index of its content."""
    with clear_errors(database), closing(connected(database)) as connection:
        connection.execute("BEGIN")
        for published_only in (False, True):
            search_index(connection, SearchIndex(Rights(published_only=published_only)))


def index_path(database: Path, *, published_only: bool) -> Path:
    """The file that holds the index of *database*, or of its published graph."""
    return database.with_name(f"{database.name}.{'published-' if published_only else ''}search")


def _hides(connection: sqlite3.Connection) -> bool:
    """Whether the published graph has tables of its own: something is hidden."""
    sql = "SELECT type FROM sqlite_schema WHERE name = ?"
    return bool(connection.execute(sql, (f"{PUBLISHED}article",)).fetchone() == ("table",))


def _file(connection: sqlite3.Connection) -> Path:
    return Path(connection.execute("PRAGMA database_list").fetchone()[2])


def _latest(database: Path) -> str:
    with closing(connected(database)) as connection:
        return stored_revision(connection)


def _documents(connection: sqlite3.Connection, rights: Rights) -> Iterator[Document]:
    p = graph(rights)
    for key, title, excerpt, body, provider, topics in connection.execute(_ARTICLES.format(p)):
        yield Document(key, Kind.ARTICLE, title, excerpt or "", body or "", topics or "", provider or "")
    for key, name, description, domain, others in connection.execute(_PROVIDERS.format(p)):
        yield Document(
            key, Kind.PROVIDER, name, description or "", "\n".join([domain, *orjson.loads(others)])
        )
    for key, name, short, *lists in connection.execute(_TOPICS.format(p)):
        words = [word for each in lists for word in orjson.loads(each)]
        yield Document(key, Kind.TOPIC, name, short or "", "\n".join(words))
