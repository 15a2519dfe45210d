"""Driving plans: from memory, from the store, and again when the content changed in between."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

import pytest

from graph_api.errors import RevisionChanged
from graph_api.execution.driver import Driver
from graph_api.execution.row_cache import Memory
from graph_api.execution.stats import Watch
from graph_api.graph.adjacency import Csr
from graph_api.records import NodeKey
from graph_api.store.protocol import Snapshot
from graph_api.store.reads import Keys, Read, Reads, Rights, Status, TopicKeys, ask

T = TypeVar("T")
ALL = Rights()
LARGE = 10**6


class FakeStore:
    """A store of topic keys in a dict; *told* is the revision it tells when asked for nothing else. It has somebody
    *near* when told so."""

    def __init__(self) -> None:
        self.near: FakeNear | None = None
        self.held, self.told = "one", "one"
        self.asked: list[Read[Any]] = []
        self.calls: Counter[str] = Counter()

    def move(self, revision: str, *, unseen: bool = False) -> None:
        """The content changes; *unseen* means that nobody who only looks is told yet."""
        self.held = revision
        self.told = self.told if unseen else revision

    async def run(
        self, plan: Reads[T], *, pending: Read[Any] | None = None, revision: str | None = None
    ) -> tuple[T, str]:
        self.calls["run"] += 1
        if revision is not None and revision != self.held:
            raise RevisionChanged
        try:
            read = next(plan) if pending is None else pending
            while True:
                self.asked.append(read)
                read = plan.send(self.answer(read))
        except StopIteration as done:
            return done.value, self.held

    def answer(self, read: Read[Any]) -> Any:
        if isinstance(read, TopicKeys):
            return {key: (self.held, key) for key in read.keys}
        return self.held

    async def adjacency(self, rights: Rights, revision: str) -> Csr | None:
        del rights, revision
        return None

    async def revision(self) -> str:
        self.calls["revision"] += 1
        await asyncio.sleep(0)
        return self.told

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        raise NotImplementedError

    async def close(self) -> None:
        pass


class FakeNear:
    """Answers from *store* for so many reads, and no more."""

    def __init__(self, store: FakeStore, most: int = LARGE) -> None:
        self._store = store
        self._most = most

    def revision(self) -> str | None:
        return self._store.told

    def run(self, plan: Reads[T], *, pending: Read[Any], revision: str) -> tuple[T, str] | None:
        self._store.calls["near"] += 1
        read = pending
        try:
            for _ in range(self._most if revision == self._store.held else 0):
                self._store.asked.append(read)
                read = plan.send(self._store.answer(read))
        except StopIteration as done:
            return done.value, self._store.held
        return None


def _keys(*keys: int) -> Keys:
    return tuple(map(NodeKey, keys))


def _two_levels(one: Keys, other: Keys) -> Reads[list[Mapping[NodeKey, Any]]]:
    first = yield from ask(TopicKeys(one, ALL))
    second = yield from ask(TopicKeys(other, ALL))
    return [first, second]


def _made(one: Keys, other: Keys) -> Any:
    return lambda _memory: _two_levels(one, other)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


async def test_all_reads_of_a_plan_take_one_hop(store: FakeStore) -> None:
    result, revision = await Driver(store, LARGE).run(_made(_keys(1), _keys(2)))
    assert result == [{1: ("one", 1)}, {2: ("one", 2)}]
    assert revision == "one"
    assert store.calls["run"] == 1


async def test_what_was_read_once_is_answered_from_memory(store: FakeStore) -> None:
    driver = Driver(store, LARGE)
    first = await driver.run(_made(_keys(1), _keys(2)))
    assert await driver.run(_made(_keys(1), _keys(2))) == first
    assert store.calls["run"] == 1


async def test_only_the_rest_of_a_plan_goes_to_the_store(store: FakeStore) -> None:
    driver = Driver(store, LARGE)
    await driver.run(_made(_keys(1), _keys(2)))
    result, _ = await driver.run(_made(_keys(1), _keys(3)))
    assert result == [{1: ("one", 1)}, {3: ("one", 3)}]
    assert store.asked[2:] == [TopicKeys(_keys(3), ALL)]


async def test_the_store_is_asked_only_for_rows_that_are_not_known(store: FakeStore) -> None:
    driver = Driver(store, LARGE)
    await driver.run(_made(_keys(1), _keys(2)))
    result, _ = await driver.run(_made(_keys(3, 1), _keys(2, 1, 4)))
    assert result == [{3: ("one", 3), 1: ("one", 1)}, {2: ("one", 2), 1: ("one", 1), 4: ("one", 4)}]
    assert store.asked[2:] == [TopicKeys(_keys(3), ALL), TopicKeys(_keys(4), ALL)]


@pytest.mark.parametrize("capacity", range(100, 3000, 100))
async def test_rows_that_memory_forgets_are_read_again(store: FakeStore, capacity: int) -> None:
    driver = Driver(store, capacity)
    for first in range(1, 40):
        one, other = _keys(*range(first + 4, first - 1, -1)), _keys(*range(first + 8, first + 3, -1))
        result, _ = await driver.run(_made(one, other))
        assert result == [{key: ("one", key) for key in one}, {key: ("one", key) for key in other}]


async def test_without_bytes_nothing_is_remembered(store: FakeStore) -> None:
    driver = Driver(store, 0)
    await driver.run(_made(_keys(1), _keys(2)))
    await driver.run(_made(_keys(1), _keys(2)))
    assert len(store.asked) == 4


async def test_a_plan_begun_in_memory_starts_again_when_the_store_has_moved(store: FakeStore) -> None:
    driver = Driver(store, LARGE)
    await driver.run(_made(_keys(1), _keys(2)))
    store.move("two", unseen=True)
    result, revision = await driver.run(_made(_keys(1), _keys(3)))
    assert result == [{1: ("two", 1)}, {3: ("two", 3)}]
    assert revision == "two"


async def test_no_row_of_an_earlier_revision_is_told_after_a_later_one_was_seen(store: FakeStore) -> None:
    driver = Driver(store, LARGE)
    await driver.run(_made(_keys(1), _keys(2)))
    store.move("two", unseen=True)
    await driver.run(_made(_keys(5), _keys(6)))
    result, revision = await driver.run(_made(_keys(1), _keys(5)))
    assert result == [{1: ("two", 1)}, {5: ("two", 5)}]
    assert revision == "two"


async def test_a_looked_up_revision_drops_all_rows(store: FakeStore) -> None:
    driver = Driver(store, LARGE)
    await driver.run(_made(_keys(1), _keys(2)))
    store.move("two")
    driver._looked -= 1  # a second later
    result, revision = await driver.run(_made(_keys(1), _keys(2)))
    assert result == [{1: ("two", 1)}, {2: ("two", 2)}]
    assert revision == "two"


async def test_the_revision_is_looked_up_now_and_then_only(store: FakeStore) -> None:
    driver = Driver(store, LARGE)
    driver._looked += 3600
    for _ in range(10):
        await driver.run(_made(_keys(1), _keys(2)))
    assert store.calls["revision"] <= 1


async def test_of_many_who_want_the_revision_one_looks_it_up(store: FakeStore) -> None:
    driver = Driver(store, LARGE)
    assert await asyncio.gather(*(driver.revision() for _ in range(100))) == ["one"] * 100
    store.move("two")
    driver._looked -= 1  # a second later
    assert await asyncio.gather(*(driver.revision() for _ in range(100))) == ["two"] * 100
    assert store.calls["revision"] == 2


async def test_a_plan_without_reads_never_goes_to_the_store(store: FakeStore) -> None:
    def nothing(_memory: Memory) -> Reads[str]:
        return "done"
        yield

    assert (await Driver(store, LARGE).run(nothing))[0] == "done"
    assert store.calls["run"] == 0


async def test_reads_that_memory_does_not_keep_are_asked_each_time(store: FakeStore) -> None:
    driver = Driver(store, LARGE)
    for _ in range(2):
        _, revision = await driver.run(lambda _memory: ask(Status(ALL)))
        assert revision == "one"
    assert len(store.asked) == 2


async def test_a_failing_plan_leaves_nothing_behind(store: FakeStore) -> None:
    def failing(_memory: Memory) -> Reads[None]:
        yield from ask(TopicKeys(_keys(1), ALL))
        raise ValueError("wrong")

    driver = Driver(store, LARGE)
    with pytest.raises(ValueError, match="wrong"):
        await driver.run(failing)
    assert (await driver.run(_made(_keys(1), _keys(2))))[0] == [{1: ("one", 1)}, {2: ("one", 2)}]


async def test_work_begun_before_the_content_moved_does_not_bring_it_back(store: FakeStore) -> None:
    driver = Driver(store, LARGE)
    await driver.revision()
    before = driver._memory
    driver._saw("two", before)
    driver._saw("one", before)
    assert driver.known_revision == "two"


async def test_nothing_is_answered_from_no_revision(store: FakeStore) -> None:
    driver = Driver(store, LARGE)

    def without_reads(_memory: Memory) -> Reads[int]:
        return 1
        yield

    answers = await asyncio.gather(*(driver.run(without_reads) for _ in range(3)))
    assert answers == [(1, "one")] * 3


async def test_what_memory_does_not_know_is_read_near(store: FakeStore) -> None:
    store.near = FakeNear(store)
    driver = Driver(store, LARGE)
    result, revision = await driver.run(_made(_keys(1), _keys(2)))
    assert (result, revision) == ([{1: ("one", 1)}, {2: ("one", 2)}], "one")
    assert driver.at_once(_made(_keys(1), _keys(3)), Watch()) == (
        [{1: ("one", 1)}, {3: ("one", 3)}],
        "one",
    )
    assert store.asked == [TopicKeys(_keys(key), ALL) for key in (1, 2, 3)], "and it is remembered"
    assert store.calls == {"near": 2}


async def test_what_cannot_be_told_near_is_read_anew_in_one_hop(store: FakeStore) -> None:
    store.near = FakeNear(store, most=1)
    result, _ = await Driver(store, 0).run(_made(_keys(1), _keys(2)))
    assert result == [{1: ("one", 1)}, {2: ("one", 2)}]
    assert store.calls == {"near": 1, "run": 1}
    assert Driver(store, 0).at_once(_made(_keys(1), _keys(2)), Watch()) is None


async def test_what_is_apart_is_not_read_near(store: FakeStore) -> None:
    store.near = FakeNear(store)
    await Driver(store, 0).run(_made(_keys(1), _keys(2)), apart=True)
    assert store.calls == {"run": 1}


async def test_content_that_moved_is_read_anew_when_near_sees_it(store: FakeStore) -> None:
    store.near = FakeNear(store)
    driver = Driver(store, LARGE)
    await driver.run(_made(_keys(1), _keys(2)))
    store.move("two", unseen=True)
    result, revision = await driver.run(_made(_keys(1), _keys(3)))
    assert (result, revision) == ([{1: ("two", 1)}, {3: ("two", 3)}], "two")
