"""Keys by something else than an id: URLs, slugs, paths and names."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from graph_api.records import NodeKey
from graph_api.store.folding import canonical, fold
from graph_api.store.reads import ArticleHandle, ArticleKeysBy, TopicKeysByName
from graph_api.store.sqlite.sql import Sql, graph, texts

_ARTICLES = {  # {0} is the graph
    ArticleHandle.URL: "{0}article_url u ON u.url = v.value CROSS JOIN {0}article a ON a.key = u.article",
    ArticleHandle.SLUG: "{0}article a ON a.slug = v.value",
    ArticleHandle.PATH: (
        "{0}document d ON d.path = v.value AND d.kind = 'article' CROSS JOIN {0}article a ON a.key = d.subject"
    ),
}


def article_keys(connection: sqlite3.Connection, read: ArticleKeysBy) -> Mapping[str, NodeKey]:
    """The article for each value of *read*: of several the newest, then the one with the smallest id."""
    is_url = read.handle is ArticleHandle.URL  # URLs differ by their bytes
    wanted = {value: value if is_url else canonical(value) for value in read.values}
    found = Sql(
        f"SELECT v.value, a.key FROM json_each(?) v"
        f" CROSS JOIN {_ARTICLES[read.handle].format(graph(read.rights))} ORDER BY a.published_us, a.key DESC",
        (texts(wanted.values()),),
    ).all(connection)
    keys: dict[str, NodeKey] = dict(found)  # the last of several wins: the newest
    return {value: keys[stored] for value, stored in wanted.items() if stored in keys}


def topic_keys(connection: sqlite3.Connection, read: TopicKeysByName) -> Mapping[str, NodeKey]:
    """The topic for each name of *read*: of several the one that is called so, then the smallest slug."""
    folded = {name: fold(name) for name in read.names}
    p = graph(read.rights)
    found = Sql(
        f"SELECT v.value, t.key FROM json_each(?) v CROSS JOIN {p}topic_name n ON n.name_folded = v.value"
        f" CROSS JOIN {p}topic t ON t.key = n.topic"
        " ORDER BY t.name_folded = v.value, t.slug DESC",
        (texts(folded.values()),),
    ).all(connection)
    keys: dict[str, NodeKey] = dict(found)
    return {name: keys[name_folded] for name, name_folded in folded.items() if name_folded in keys}
