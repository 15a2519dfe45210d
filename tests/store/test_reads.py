"""What reads say of themselves: how they are cached, narrowed and counted, and that every store answers them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from graph_api.records import Detail, EdgeDirection, EdgeKind, NodeKey
from graph_api.store.lists import AllArticles, AllTopics, Slice, Window
from graph_api.store.plans import KeyedRead, Pause, Read, Rights
from graph_api.store.reads import (
    KINDS,
    Adjacency,
    ArticleIdentifier,
    ArticleKeysBy,
    ArticleRows,
    Counts,
    DetailRows,
    EdgesAmong,
    Lists,
    NeighborKeys,
    Status,
    TopicRows,
    complete,
)

ALL, LESS = Rights(), Rights(published_only=True)
ONE, TWO = (NodeKey(1),), (NodeKey(1), NodeKey(2))


def test_reads_that_differ_only_in_keys_share_cached_rows() -> None:
    assert ArticleRows(ONE, ALL).cache_key == ArticleRows(TWO, ALL).cache_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ArticleRows(ONE, ALL), TopicRows(ONE, ALL)),
        (ArticleRows(ONE, ALL), ArticleRows(ONE, LESS)),
        (DetailRows(ONE, ALL, Detail.BODY), DetailRows(ONE, ALL, Detail.EXTRA)),
        (Lists((AllArticles(),), ALL, Window(3)), Lists((AllArticles(),), ALL, Window(4))),
        (Lists((AllArticles(),), ALL, Window(3)), Counts((AllArticles(),), ALL)),
    ],
)
def test_reads_that_differ_in_anything_else_share_nothing(
    one: KeyedRead[Any, Any], other: KeyedRead[Any, Any]
) -> None:
    assert one.cache_key != other.cache_key


def test_a_narrowed_read_asks_the_same_for_fewer_keys() -> None:
    read = Lists((AllArticles(), AllTopics()), LESS, Window(3))
    assert read.narrowed((AllTopics(),)) == Lists((AllTopics(),), LESS, Window(3))


@pytest.mark.parametrize(
    ("read", "answer", "keys", "rows"),
    [
        (ArticleRows(TWO, ALL), {1: None}, 2, 1),
        (Lists((AllArticles(),), ALL, Window(3)), {AllArticles(): Slice(TWO, False, False)}, 1, 2),
        (Counts((AllArticles(),), ALL), {AllArticles(): 7}, 1, 1),
        (ArticleKeysBy(ArticleIdentifier.SLUG, ("a", "b"), ALL), {"a": 1}, 2, 1),
        (NeighborKeys(TWO, frozenset(EdgeKind), EdgeDirection.OUT, 9, 0, ALL), ([3, 4, 5], [1, 2]), 2, 3),
        (EdgesAmong(ONE, TWO, frozenset(EdgeKind), ALL), ([0, 0], [0, 1], [0, 0], [0, 1]), 1, 2),
        (Status(ALL), object(), 1, 1),
        (Pause(), (), 0, None),
        (Pause(rows=5), (), 0, 5),
        (Adjacency(ALL), None, 0, None),
    ],
)
def test_a_read_counts_its_keys_and_rows(
    read: Read[Any], answer: object, keys: int, rows: int | None
) -> None:
    assert (read.key_count, read.row_count(answer)) == (keys, rows)


def test_a_kind_of_read_that_a_store_lacks_is_an_error_at_import() -> None:
    with pytest.raises(TypeError, match="Status"):
        complete(dict.fromkeys(KINDS - {Status}))
    with pytest.raises(TypeError, match="object"):
        complete({**dict.fromkeys(KINDS), object: None})  # type: ignore[dict-item] # is no read


def test_every_kind_of_content_carries_rights() -> None:
    without = {kind.__name__ for kind in KINDS if "rights" not in {each.name for each in fields(kind)}}  # type: ignore[arg-type] # all are dataclasses
    assert without == set()
