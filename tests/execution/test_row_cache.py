"""Rows in memory: bounded in bytes, of one revision, told only when all is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from graph_api.execution.lru import Lru, size_of
from graph_api.execution.row_cache import RowCache
from graph_api.records import EdgeDirection, NodeKey
from graph_api.store.lists import AllArticles, RelatedArticles, Slice, Window
from graph_api.store.plans import Read, Rights
from graph_api.store.reads import (
    ArticleIdentifier,
    ArticleKeysBy,
    Counts,
    Lists,
    Status,
    TopicKeys,
    TopicRows,
)

ALL = Rights()
LARGE = 10**6


def _topics(*keys: int) -> TopicKeys:
    return TopicKeys(tuple(map(NodeKey, keys)), ALL)


def _rows(*keys: int, size: int = 1) -> Mapping[Any, Any]:
    return {key: (key,) * size for key in keys}


def test_rows_are_told_only_when_all_of_them_are_known() -> None:
    memory = RowCache("one", LARGE)
    memory.learn(_topics(1, 2), _rows(1, 2))
    assert memory.rows(_topics(2, 1)) == _rows(1, 2)
    assert memory.rows(_topics(1, 3)) is None
    memory.learn(_topics(3), _rows(3))
    assert memory.rows(_topics(1, 3)) == _rows(1, 3)


def test_that_a_row_is_absent_is_known_too() -> None:
    memory = RowCache("one", LARGE)
    memory.learn(_topics(1, 2), _rows(1))
    assert memory.rows(_topics(1, 2)) == _rows(1)
    assert memory.rows(_topics(2)) == {}


def test_kinds_of_rows_are_told_apart() -> None:
    memory = RowCache("one", LARGE)
    memory.learn(_topics(1), _rows(1))
    assert memory.rows(TopicRows((NodeKey(1),), ALL)) is None


def test_lists_are_told_apart_by_window_filter_and_order() -> None:
    scope = RelatedArticles(NodeKey(1), EdgeDirection.OUT)
    page = Slice((), False, False)
    memory = RowCache("one", LARGE)
    memory.learn(Lists((scope,), ALL, Window(3)), {scope: page})
    assert memory.rows(Lists((scope,), ALL, Window(3))) == {scope: page}
    assert memory.rows(Lists((scope,), ALL, Window(4))) is None
    assert memory.rows(Lists((AllArticles(),), ALL, Window(3))) is None


def test_a_count_of_nothing_is_a_count() -> None:
    memory = RowCache("one", LARGE)
    read = Counts((AllArticles(),), ALL)
    memory.learn(read, {AllArticles(): 0})
    assert memory.rows(read) == {AllArticles(): 0}


@pytest.mark.parametrize("read", [Status(ALL), ArticleKeysBy(ArticleIdentifier.SLUG, ("a",), ALL)])
def test_some_reads_are_never_remembered(read: Read[Any]) -> None:
    memory = RowCache("one", LARGE)
    memory.learn(read, {"a": 1})
    assert memory.rows(read) is None


def test_no_more_bytes_are_held_than_allowed() -> None:
    capacity = 20_000
    memory = RowCache("one", capacity)
    for key in range(1000):
        memory.learn(_topics(key), _rows(key, size=10))
        held = sum(
            size_of(row) for rows in (memory._young, memory._old) for row in rows.get(TopicKeys, {}).values()
        )
        assert held <= capacity
    assert memory.rows(_topics(999)) is not None
    assert memory.rows(_topics(0)) is None


def test_rows_that_are_asked_for_outlive_those_that_are_not() -> None:
    memory = RowCache("one", 20_000)
    memory.learn(_topics(-1, -2), _rows(-1, -2))
    for key in range(1000):
        memory.learn(_topics(key), _rows(key))
        assert memory.rows(_topics(-1)) is not None
    assert memory.rows(_topics(-2)) is None


def test_objects_are_told_as_far_as_they_are_known() -> None:
    memory = RowCache("one", LARGE)
    assert memory.objects("name", {1}) == {}
    memory.keep_objects("name", {1: b"1", 2: b"2"})
    assert memory.objects("name", {2, 3}) == {2: b"2"}
    assert memory.objects("title", {2}) == {}


def test_objects_share_the_bytes_that_are_allowed_and_outlive_those_not_asked_for() -> None:
    memory = RowCache("one", 20_000)
    memory.keep_objects("name", {-1: b"asked for", -2: b"forgotten"})
    for key in range(1000):
        memory.keep_objects("name", {key: bytes(20)})
        memory.learn(_topics(key), _rows(key))
        assert memory.objects("name", {-1}) == {-1: b"asked for"}
        assert memory.held_bytes <= 20_000 + 1000  # a generation ends with what exceeds it
    assert memory.objects("name", {-2}) == {}


def test_a_bounded_mapping_forgets_what_was_used_longest_ago() -> None:
    known: Lru[str, int] = Lru(2)
    known.put("a", 1)
    known.put("b", 2)
    known.get("a")
    known.put("c", 3)
    assert (known.get("a"), known.get("b"), known.get("c")) == (1, None, 3)
