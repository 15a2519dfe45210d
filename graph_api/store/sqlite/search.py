"""The search index of a database, in a file beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import orjson

from graph_api.search import Document, Index, Kind, build, load, save
from graph_api.store.plans import Rights
from graph_api.store.reads import SearchIndex
from graph_api.store.sqlite.array_files import kept
from graph_api.store.sqlite.sql import graph

_ARTICLES = """
SELECT a.key, a.title, a.excerpt, d.body, p.name,
    (SELECT group_concat(t.name, char(10)) FROM {0}article_topic at JOIN {0}topic t ON t.key = at.topic
     WHERE at.article = a.key)
FROM {0}article a LEFT JOIN {0}article_detail d ON d.key = a.key LEFT JOIN {0}provider p ON p.key = a.provider
"""
_PROVIDERS = "SELECT key, name, description, domain, other_names FROM {0}provider"
_TOPICS = "SELECT key, name, shortname, keywords, hashtags FROM {0}topic"


def search_index(connection: sqlite3.Connection, read: SearchIndex) -> Index:
    """The index of the revision that *connection* sees."""

    def make(revision: str, rights: Rights, former: Index | None) -> Index:
        return build(revision, _documents(connection, rights), former)

    return kept(connection, read.rights, "search", load=load, make=make, save=save)


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
