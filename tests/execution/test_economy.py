"""Plans over a store where no rows are kept: nothing is read twice, and nothing that nobody looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from graph_api.execution.economy import economical
from graph_api.records import Detail, EdgeDirection, NodeKey
from graph_api.store.reads import (
    ArticleRows,
    DetailRows,
    Keys,
    Lists,
    ProviderRows,
    Read,
    Reads,
    RelatedArticles,
    Rights,
    TopicKeys,
    TopicRows,
    Window,
    ask,
)

ALL = Rights()
WINDOW = Window(3)


def _keys(*keys: int) -> Keys:
    return tuple(map(NodeKey, keys))


def _asked(
    reads: Iterable[Read[Any]],
    looks_at: frozenset[str] | None = None,
    known: Callable[[Any], bool] = lambda _: True,
) -> tuple[list[Read[Any]], list[Any]]:
    """What the store is asked by a plan of these *reads*, and what the plan is told; the store says of each key that
    is *known* that it is itself."""

    def plan() -> Reads[list[Any]]:
        told: list[Any] = []
        for read in reads:
            told.append((yield from ask(read)))  # noqa: PERF401 - no yield in comprehensions
        return told

    running, asked, rows = economical(plan(), looks_at), list[Read[Any]](), None
    try:
        while True:
            read: Any = running.send(rows)
            asked.append(read)
            keys = read.keys
            rows = {key: key for key in keys if known(key)}
    except StopIteration as done:
        return asked, done.value


def test_rows_read_before_are_not_read_again() -> None:
    asked, told = _asked([TopicKeys(_keys(1, 2), ALL), TopicKeys(_keys(3, 2), ALL), TopicKeys(_keys(1), ALL)])
    assert asked == [TopicKeys(_keys(1, 2), ALL), TopicKeys(_keys(3), ALL)]
    assert told == [{1: 1, 2: 2}, {3: 3, 2: 2}, {1: 1}]


def test_rows_are_told_in_the_order_in_which_they_are_asked_for() -> None:
    _, told = _asked([TopicKeys(_keys(2), ALL), TopicKeys(_keys(1, 2, 3), ALL)])
    assert list(told[1]) == [1, 2, 3]


def test_kinds_of_rows_are_not_mixed_up() -> None:
    reads: list[Read[Any]] = [
        ArticleRows(_keys(1), ALL),
        ProviderRows(_keys(1), ALL),
        TopicRows(_keys(1), ALL),
    ]
    assert _asked(reads)[0] == reads


def test_what_is_not_there_stays_absent() -> None:
    reads: list[Read[Any]] = [TopicKeys(_keys(1, 2), ALL), TopicKeys(_keys(2, 1), ALL)]
    assert _asked(reads, known=lambda key: key == 1)[1] == [{1: 1}, {1: 1}]


def test_lists_are_read_once_for_each_window() -> None:
    one, other = (RelatedArticles(key, EdgeDirection.OUT) for key in _keys(1, 2))
    first = Lists((one,), ALL, WINDOW)
    longer = Lists((one,), ALL, Window(4))
    asked, told = _asked([first, Lists((one, other), ALL, WINDOW), longer])
    assert asked == [first, Lists((other,), ALL, WINDOW), longer]
    assert told == [{one: one}, {one: one, other: other}, {one: one}]


def test_long_texts_are_not_kept_meanwhile() -> None:
    reads: list[Read[Any]] = [DetailRows(_keys(1), ALL, Detail.BODY), DetailRows(_keys(1), ALL, Detail.BODY)]
    assert _asked(reads)[0] == reads


def test_of_a_node_only_what_is_looked_at_is_read() -> None:
    looks_at = frozenset({"title", "name", "domain", "position"})
    reads: list[Read[Any]] = [
        ArticleRows(_keys(1), ALL),
        ProviderRows(_keys(1), ALL),
        TopicRows(_keys(1), ALL),
    ]
    asked, _ = _asked(reads, looks_at)
    assert asked == [
        ArticleRows(_keys(1), ALL, frozenset({"title"})),
        ProviderRows(_keys(1), ALL, frozenset({"domain", "name"})),
        TopicRows(_keys(1), ALL, frozenset({"name"})),
    ]
