"""Every class of read, and the function that answers it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from graph_api.store import reads, sql_edges, sql_handles, sql_lists, sql_rows, sql_status
from graph_api.store.reads import Read


def _nothing(connection: sqlite3.Connection, read: reads.Turn) -> tuple[()]:  # noqa: ARG001 - as all answers
    return ()


def _no_ground(connection: sqlite3.Connection, read: reads.GroundFor) -> None:  # noqa: ARG001 - as all answers
    return None


def _on_ground(connection: sqlite3.Connection, read: reads.OnGround) -> Any:  # noqa: ARG001 - as all answers
    return read.ground.answer(read.question)


# What a read is answered with depends on its class, which no type of a table can say.
_ANSWERS: Mapping[type[Read[Any]], Callable[[sqlite3.Connection, Any], Any]] = {
    reads.ArticleRows: sql_rows.articles,
    reads.DetailRows: sql_rows.details,
    reads.DetailSizes: sql_rows.detail_sizes,
    reads.SecuredRows: sql_rows.secured,
    reads.ImageRows: sql_rows.images,
    reads.SourceRows: sql_rows.sources,
    reads.TopicKeys: sql_rows.topic_keys,
    reads.ProviderRows: sql_rows.providers,
    reads.TopicRows: sql_rows.topics,
    reads.ChildKeys: sql_rows.child_keys,
    reads.Reciprocal: sql_rows.reciprocal,
    reads.GroundFor: _no_ground,
    reads.OnGround: _on_ground,
    reads.StepRows: sql_edges.steps,
    reads.EdgesAmong: sql_edges.edges_among,
    reads.FittingKeys: sql_edges.fitting_keys,
    reads.ArticleKeysBy: sql_handles.article_keys,
    reads.TopicKeysByName: sql_handles.topic_keys,
    reads.Lists: sql_lists.lists,
    reads.Counts: sql_lists.counts,
    reads.ProblemRows: sql_rows.problems,
    reads.Status: sql_status.status,
    reads.Turn: _nothing,
}


def answer(connection: sqlite3.Connection, read: Read[Any]) -> Any:
    """The rows of *read*."""
    return _ANSWERS[type(read)](connection, read)
