"""Reads the values of all articles into arrays: four scans, once for each revision."""

from __future__ import annotations

import sqlite3

import numpy as np

from graph_api.store.columns import Column, Columns, build
from graph_api.store.reads import ArticleColumns
from graph_api.store.sqlite.sql import Sql, graph


def columns(connection: sqlite3.Connection, read: ArticleColumns) -> Columns:
    """The columns of the articles of *read*."""
    p = graph(read.rights)
    articles = Sql(
        f"SELECT key, published_us, quality, heat, provider, type, category, published FROM {p}article ORDER BY key"
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


def column(rows: list[tuple[int]]) -> Column:
    """The numbers of rows with one each."""
    return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
