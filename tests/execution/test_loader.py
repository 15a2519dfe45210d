"""Rows of plans come from the row cache and from the store, at one revision, on the event loop and in threads."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pytest

from graph_api.errors import ReadPaused
from graph_api.execution.loader import Load, Loader
from graph_api.execution.row_cache import RowCache
from graph_api.execution.stats import Stats
from graph_api.graph.adjacency import Csr
from graph_api.records import NodeKey
from graph_api.store.plans import Keys, Read, Reads, Rights, ask
from graph_api.store.protocol import Reader, Store
from graph_api.store.reads import Status, TopicKeys

T = TypeVar("T")
ALL = Rights()
LARGE = 10**6


class FakeStore(Store):
    """Topic keys in a dict, read in one transaction at a time; *known* is the revision that a look-up finds. It is read
    on the event loop for so many reads as *on_loop* says."""

    def __init__(self) -> None:
        self.held, self.known = "one", "one"
        self.on_loop = 0
        self.asked: list[Read[Any]] = []
        self.calls: Counter[str] = Counter()

    def move(self, revision: str, *, unseen: bool = False) -> None:
        """The content changes; with *unseen* look-ups do not show it yet."""
        self.held = revision
        self.known = self.known if unseen else revision

    def lend_now(self, until_s: float) -> Reader | None:
        del until_s
        return self._lent(self.on_loop) if self.on_loop else None

    async def lend(self) -> Reader:
        return self._lent(0)

    def _lent(self, most: int) -> Reader:
        self.calls["lent"] += 1
        return FakeReader(self, most)

    def revision_now(self) -> str | None:
        return self.known if self.on_loop else None

    async def revision(self) -> str:
        self.calls["revision"] += 1
        await asyncio.sleep(0)
        return self.known

    async def adjacency(self, rights: Rights, revision: str) -> Csr | None:
        del rights, revision
        return None

    async def close(self) -> None:
        pass


class FakeReader:
    """Answers so many reads on the event loop, and all in a thread."""

    def __init__(self, store: FakeStore, most: int) -> None:
        self.revision = store.held
        self._store = store
        self._left = most
        self._in_thread = False

    def answer(self, read: Read[Any]) -> Any:
        if not self._in_thread and self._left == 0:
            raise ReadPaused
        self._left -= 1
        self._store.asked.append(read)
        if isinstance(read, TopicKeys):
            return {key: (self.revision, key) for key in read.keys}
        return self.revision

    async def in_thread(self, work: Callable[[], T]) -> T:
        self._store.calls["thread"] += 1
        self._in_thread = True
        return work()

    def check(self) -> None:
        pass

    def release(self) -> None:
        self._store.calls["released"] += 1


def _keys(*keys: int) -> Keys:
    return tuple(map(NodeKey, keys))


def _two_levels(one: Keys, other: Keys) -> Reads[list[Mapping[NodeKey, Any]]]:
    first = yield from ask(TopicKeys(one, ALL))
    second = yield from ask(TopicKeys(other, ALL))
    return [first, second]


def _made(one: Keys, other: Keys) -> Any:
    return lambda _memory: _two_levels(one, other)


async def _run(
    loader: Loader, make: Callable[[RowCache], Reads[T]], *, on_loop: bool = True
) -> tuple[T, str, Stats]:
    """What the plan returns, its revision, and what was recorded."""
    await loader.revision()
    stats = Stats()
    load = Load(loader, make, stats)
    try:
        if not (on_loop and load.on_loop()):
            await load.in_thread()
        return load.result, load.revision, stats
    finally:
        load.close()


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


async def test_all_reads_of_a_plan_take_one_connection(store: FakeStore) -> None:
    result, revision, stats = await _run(Loader(store, LARGE), _made(_keys(1), _keys(2)))
    assert result == [{1: ("one", 1)}, {2: ("one", 2)}]
    assert (revision, stats.cache, stats.way) == ("one", "miss", "thread")
    assert (store.calls["lent"], store.calls["released"]) == (1, 1)


async def test_cached_rows_are_not_read_again(store: FakeStore) -> None:
    loader = Loader(store, LARGE)
    first, *_ = await _run(loader, _made(_keys(1), _keys(2)))
    again, _, stats = await _run(loader, _made(_keys(1), _keys(2)))
    assert (again, stats.cache, stats.way) == (first, "rows", "loop")
    assert store.calls["lent"] == 1


async def test_only_rows_that_are_not_cached_are_read(store: FakeStore) -> None:
    loader = Loader(store, LARGE)
    await _run(loader, _made(_keys(1), _keys(2)))
    result, *_ = await _run(loader, _made(_keys(3, 1), _keys(2, 1, 4)))
    assert result == [{3: ("one", 3), 1: ("one", 1)}, {2: ("one", 2), 1: ("one", 1), 4: ("one", 4)}]
    assert store.asked[2:] == [TopicKeys(_keys(3), ALL), TopicKeys(_keys(4), ALL)]


@pytest.mark.parametrize("capacity", range(100, 3000, 100))
async def test_rows_that_were_evicted_are_read_again(store: FakeStore, capacity: int) -> None:
    loader = Loader(store, capacity)
    for first in range(1, 40):
        one, other = _keys(*range(first + 4, first - 1, -1)), _keys(*range(first + 8, first + 3, -1))
        result, *_ = await _run(loader, _made(one, other))
        assert result == [{key: ("one", key) for key in one}, {key: ("one", key) for key in other}]


async def test_without_a_row_cache_each_plan_reads_a_row_once(store: FakeStore) -> None:
    loader = Loader(store, 0)
    await _run(loader, _made(_keys(1), _keys(1)))
    await _run(loader, _made(_keys(1), _keys(1)))
    assert len(store.asked) == 2


async def test_a_plan_begun_with_cached_rows_starts_again_when_the_content_has_changed(
    store: FakeStore,
) -> None:
    loader = Loader(store, LARGE)
    await _run(loader, _made(_keys(1), _keys(2)))
    store.move("two", unseen=True)
    result, revision, _ = await _run(loader, _made(_keys(1), _keys(3)))
    assert result == [{1: ("two", 1)}, {3: ("two", 3)}]
    assert revision == loader.known_revision == "two"
    assert store.calls["lent"] == store.calls["released"] == 2


async def test_no_row_of_an_earlier_revision_is_used_after_a_later_one_was_seen(store: FakeStore) -> None:
    loader = Loader(store, LARGE)
    await _run(loader, _made(_keys(1), _keys(2)))
    store.move("two", unseen=True)
    await _run(loader, _made(_keys(5), _keys(6)))
    loader._looked_s += 3600  # no look-up in between
    result, revision, _ = await _run(loader, _made(_keys(1), _keys(5)))
    assert result == [{1: ("two", 1)}, {5: ("two", 5)}]
    assert revision == "two"


async def test_a_new_revision_replaces_the_row_cache(store: FakeStore) -> None:
    loader = Loader(store, LARGE)
    await _run(loader, _made(_keys(1), _keys(2)))
    store.move("two")
    loader._looked_s -= 1  # a second later
    result, revision, _ = await _run(loader, _made(_keys(1), _keys(2)))
    assert result == [{1: ("two", 1)}, {2: ("two", 2)}]
    assert revision == "two"


async def test_the_revision_is_looked_up_now_and_then_only(store: FakeStore) -> None:
    loader = Loader(store, LARGE)
    await loader.revision()
    loader._looked_s += 3600
    for _ in range(10):
        await loader.revision()
    assert store.calls["revision"] == 1


async def test_one_look_up_serves_all_who_wait_for_the_revision(store: FakeStore) -> None:
    loader = Loader(store, LARGE)
    assert await asyncio.gather(*(loader.revision() for _ in range(100))) == ["one"] * 100
    store.move("two")
    loader._looked_s -= 1  # a second later
    assert await asyncio.gather(*(loader.revision() for _ in range(100))) == ["two"] * 100
    assert store.calls["revision"] == 2


async def test_a_plan_without_reads_takes_no_connection(store: FakeStore) -> None:
    def nothing(_cache: RowCache) -> Reads[str]:
        return "done"
        yield

    assert (await _run(Loader(store, LARGE), nothing))[:2] == ("done", "one")
    assert store.calls["lent"] == 0


async def test_reads_that_are_not_cached_are_asked_each_time(store: FakeStore) -> None:
    loader = Loader(store, LARGE)
    for _ in range(2):
        await _run(loader, lambda _: ask(Status(ALL)))
    assert len(store.asked) == 2


async def test_a_failing_plan_gives_its_connection_back(store: FakeStore) -> None:
    def failing(_cache: RowCache) -> Reads[None]:
        yield from ask(TopicKeys(_keys(1), ALL))
        raise ValueError("wrong")

    loader = Loader(store, LARGE)
    with pytest.raises(ValueError, match="wrong"):
        await _run(loader, failing)
    assert (await _run(loader, _made(_keys(1), _keys(2))))[0] == [{1: ("one", 1)}, {2: ("one", 2)}]
    assert store.calls["lent"] == store.calls["released"]


async def test_work_begun_before_the_content_changed_does_not_bring_the_old_cache_back(
    store: FakeStore,
) -> None:
    loader = Loader(store, LARGE)
    await loader.revision()
    before = loader.current()
    loader.replace_cache("two", before)
    loader.replace_cache("one", before)
    assert loader.known_revision == "two"


async def test_a_plan_is_read_on_the_event_loop_where_the_store_allows_it(store: FakeStore) -> None:
    store.on_loop = LARGE
    loader = Loader(store, LARGE)
    result, revision, stats = await _run(loader, _made(_keys(1), _keys(2)))
    assert (result, revision) == ([{1: ("one", 1)}, {2: ("one", 2)}], "one")
    assert (stats.way, stats.cache) == ("loop", "miss")
    await _run(loader, _made(_keys(1), _keys(3)))
    assert store.asked == [TopicKeys(_keys(key), ALL) for key in (1, 2, 3)], "the rows are cached"
    assert store.calls["thread"] == 0


async def test_a_paused_plan_goes_on_in_a_thread_with_the_same_connection(store: FakeStore) -> None:
    store.on_loop = 1
    begun = 0

    def plan(_cache: RowCache) -> Reads[list[Any]]:
        nonlocal begun
        begun += 1
        return (yield from _two_levels(_keys(1), _keys(2)))

    result, _, stats = await _run(Loader(store, LARGE), plan)
    assert result == [{1: ("one", 1)}, {2: ("one", 2)}]
    assert (begun, store.asked) == (1, [TopicKeys(_keys(1), ALL), TopicKeys(_keys(2), ALL)])
    assert store.calls == {"lent": 1, "thread": 1, "released": 1}
    assert (stats.way, stats.rows) == ("thread", 2)


async def test_a_plan_for_a_thread_alone_is_not_read_on_the_event_loop(store: FakeStore) -> None:
    store.on_loop = LARGE
    await _run(Loader(store, 0), _made(_keys(1), _keys(2)), on_loop=False)
    assert store.calls == {"lent": 1, "thread": 1, "released": 1}


async def test_content_that_changed_is_read_anew_when_the_event_loop_sees_it(store: FakeStore) -> None:
    store.on_loop = LARGE
    loader = Loader(store, LARGE)
    await _run(loader, _made(_keys(1), _keys(2)))
    store.move("two", unseen=True)
    result, revision, _ = await _run(loader, _made(_keys(1), _keys(3)))
    assert (result, revision) == ([{1: ("two", 1)}, {3: ("two", 3)}], "two")
