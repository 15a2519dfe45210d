"""The link suggestions of a database: kept in memory by those who ask, never in a file, since few do."""

from __future__ import annotations

import sqlite3

from graph_api.store.link_suggestions import ArticleFacts, Suggestions, suggest
from graph_api.store.reads import LinkSuggestions, SearchIndex
from graph_api.store.sqlite.adjacency import adjacency
from graph_api.store.sqlite.search import search_index
from graph_api.store.sqlite.sql import Sql, graph

_FACTS = """
SELECT a.key, a.is_stub, a.url, a.original_url, a.amp_web_url,
    (SELECT min(d.folder) FROM {0}document d WHERE d.subject = a.key)
FROM {0}article a ORDER BY a.key
"""


def link_suggestions(connection: sqlite3.Connection, read: LinkSuggestions) -> Suggestions:
    """The suggestions for the articles of *read*."""
    rows = Sql(_FACTS.format(graph(read.rights))).all(connection)
    facts = [ArticleFacts(key, is_stub, folder, tuple(urls)) for key, is_stub, *urls, folder in rows]
    index = search_index(connection, SearchIndex(read.rights))
    return suggest(index, adjacency(connection, read.rights), facts)
