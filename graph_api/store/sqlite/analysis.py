"""The values of all articles in arrays, by four scans; and the analysis of the graph, in a file beside the database."""

from __future__ import annotations

import sqlite3

import numpy as np

from graph_api.store.analysis import Analysis, analyze, load, save
from graph_api.store.columns import Columns, build
from graph_api.store.plans import Rights
from graph_api.store.reads import ArticleColumns, GraphAnalysis
from graph_api.store.sqlite.adjacency import adjacency
from graph_api.store.sqlite.array_files import kept
from graph_api.store.sqlite.sql import Sql, graph


def columns(connection: sqlite3.Connection, read: ArticleColumns) -> Columns:
    """The columns of the articles of *read*."""
    p = graph(read.rights)
    articles = Sql(
        f"SELECT key, published_us, quality, heat, provider, type, category, published, is_stub, has_image FROM {p}article ORDER BY key"
    ).all(connection)
    topics = Sql(f"SELECT article, topic FROM {p}article_topic ORDER BY article, position").all(connection)
    return build(
        articles,
        np.array(topics, dtype=np.int64).reshape(-1, 2),
        providers_by_domain=_keys(connection, f"SELECT key FROM {p}provider ORDER BY domain"),
        topics_by_slug=_keys(connection, f"SELECT key FROM {p}topic ORDER BY slug"),
    )


def _keys(connection: sqlite3.Connection, text: str) -> list[int]:
    return [row[0] for row in Sql(text).all(connection)]


def analysis(connection: sqlite3.Connection, read: GraphAnalysis) -> Analysis:
    """The analysis of the revision that *connection* sees."""

    def make(revision: str, rights: Rights, former: Analysis | None) -> Analysis:
        edges = adjacency(connection, rights)
        return analyze(revision, edges, columns(connection, ArticleColumns(rights)), former)

    return kept(connection, read.rights, "analysis", load=load, make=make, save=save)
