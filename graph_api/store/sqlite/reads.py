"""The function that answers each kind of read."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from graph_api.store import reads
from graph_api.store.plans import Read
from graph_api.store.reads import complete
from graph_api.store.sqlite import analysis, edges, link_suggestions, lists, rows, search, status


def _no_arrays(connection: sqlite3.Connection, read: reads.Adjacency) -> None:  # noqa: ARG001 - as all answers
    return None


# Any: the type of an answer depends on the class of its read.
_ANSWERS: Mapping[type[Read[Any]], Callable[[sqlite3.Connection, Any], Any]] = complete(
    {
        reads.ArticleRows: rows.articles,
        reads.DetailRows: rows.details,
        reads.DetailSizes: rows.detail_sizes,
        reads.SecuredRows: rows.secured,
        reads.ImageRows: rows.images,
        reads.SourceRows: rows.sources,
        reads.TopicKeys: rows.topic_keys,
        reads.ProviderRows: rows.providers,
        reads.TopicRows: rows.topics,
        reads.ChildKeys: rows.child_keys,
        reads.Reciprocal: rows.reciprocal,
        reads.Origins: rows.origins,
        reads.Adjacency: _no_arrays,
        reads.SearchIndex: search.search_index,
        reads.NeighborKeys: edges.neighbor_keys,
        reads.EdgesAmong: edges.edges_among,
        reads.FittingKeys: edges.fitting_keys,
        reads.ArticleKeysBy: rows.article_keys,
        reads.TopicKeysByName: rows.topic_keys_by_name,
        reads.Lists: lists.lists,
        reads.Counts: lists.counts,
        reads.Members: lists.members,
        reads.ArticleColumns: analysis.columns,
        reads.GraphAnalysis: analysis.analysis,
        reads.LinkSuggestions: link_suggestions.link_suggestions,
        reads.ProblemRows: rows.problems,
        reads.Status: status.status,
    }
)


def answer(connection: sqlite3.Connection, read: Read[Any]) -> Any:
    """The rows of *read*."""
    return _ANSWERS[type(read)](connection, read)
