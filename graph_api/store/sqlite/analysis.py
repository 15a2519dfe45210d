"""The analysis of a database: degrees, PageRank, clustering and stories, in a file beside it."""

from __future__ import annotations

import sqlite3

from graph_api.store.analysis import Analysis, analyze, load, save
from graph_api.store.plans import Rights
from graph_api.store.reads import ArticleColumns, GraphAnalysis
from graph_api.store.sqlite.adjacency import adjacency
from graph_api.store.sqlite.array_files import kept
from graph_api.store.sqlite.columns import columns


def analysis(connection: sqlite3.Connection, read: GraphAnalysis) -> Analysis:
    """The analysis of the revision that *connection* sees."""

    def make(revision: str, rights: Rights, former: Analysis | None) -> Analysis:
        edges = adjacency(connection, rights)
        return analyze(revision, edges, columns(connection, ArticleColumns(rights)), former)

    return kept(connection, read.rights, "analysis", load=load, make=make, save=save)
