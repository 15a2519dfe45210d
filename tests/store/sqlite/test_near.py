"""Small plans are read on the event loop, and what takes long there is not."""

from __future__ import annotations

import asyncio
import inspect
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count, repeat
from pathlib import Path
from typing import Any, TypeVar

import pytest

from graph_api.errors import AnswerTooLarge
from graph_api.records import Detail
from graph_api.store.filters import Match, Or, TextField, TextIs
from graph_api.store.protocol import Near
from graph_api.store.reads import (
    AllArticles,
    ArticleRows,
    Counts,
    DetailRows,
    Read,
    Reads,
    Rights,
    Turn,
    ask,
)
from graph_api.store.sqlite.near import NearReader
from graph_api.store.sqlite.store import SqliteStore, open_store
from tests.store.build import article, graph, key

T = TypeVar("T")

ALL = Rights()
COUNT = Counts((AllArticles(),), ALL)
TITLE = ArticleRows((key("a"),), ALL)
PATIENCE_S = 20


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    many = (article(f"{number}", title="t" * 500) for number in range(1000))
    return graph(tmp_path_factory.mktemp("near") / "g.db", article("a", body="x" * 200), *many)


@asynccontextmanager
async def reading(path: Path, **settings: Any) -> AsyncIterator[tuple[SqliteStore, Near]]:
    store = await open_store(path, reader_connections=1, **settings)
    try:
        assert store.near is not None
        yield store, store.near
    finally:
        await store.close()


def told(near: Near, plan: Reads[T], revision: str = "one") -> tuple[T, str] | None:
    return near.run(plan, pending=next(plan), revision=revision)


def is_over(plan: Reads[Any]) -> bool:
    return inspect.getgeneratorstate(plan) == inspect.GEN_CLOSED


async def test_a_plan_is_told_what_the_store_tells(database: Path) -> None:
    def plan() -> Reads[tuple[Any, Any]]:
        return (yield from ask(TITLE)), (yield from ask(COUNT))

    async with reading(database) as (store, near):
        assert near.revision() == "one"
        assert told(near, plan()) == await store.run(plan())


async def test_a_plan_of_another_revision_is_not_answered(database: Path) -> None:
    plan = ask(COUNT)
    async with reading(database) as (_, near):
        assert told(near, plan, "another") is None
        assert is_over(plan)


async def test_a_plan_without_end_is_left(database: Path) -> None:
    def plan() -> Reads[None]:
        while True:
            yield from ask(COUNT)

    endless = plan()
    async with reading(database) as (_, near):
        assert told(near, endless) is None
        assert is_over(endless)
        assert told(near, ask(COUNT)) is not None, "the next one is answered"


async def test_a_statement_that_takes_long_is_interrupted(database: Path) -> None:
    looks = Or(tuple(TextIs(TextField.TITLE, Match.CONTAINS, f"x{number}") for number in range(200)))
    slow: Read[Any] = Counts((AllArticles(),), ALL, looks)
    async with reading(database) as (store, near):
        assert told(near, ask(slow)) is None
        assert await store.run(ask(slow)) == ({AllArticles(): 0}, "one")


async def test_what_takes_long_in_one_piece_is_not_done_on_the_event_loop(database: Path) -> None:
    async with reading(database) as (_, near):
        assert told(near, ask(Turn())) == ((), "one")
        assert told(near, ask(Turn(apart=True))) is None


async def test_the_end_of_a_plan_that_took_long_is_not_interrupted(database: Path) -> None:
    """SQLite counts the steps of a statement over all its runs: now and then it is the last one that looks at the clock."""

    def long() -> Reads[None]:
        yield COUNT
        until_s = time.thread_time() + 0.006
        while time.thread_time() < until_s:
            pass
        yield COUNT

    async with reading(database) as (_, near):
        assert [told(near, long()) for _ in range(400)] == [None] * 400


async def test_too_much_text_is_refused_as_everywhere(database: Path) -> None:
    async with reading(database, most_text=100) as (_, near):
        with pytest.raises(AnswerTooLarge):
            told(near, ask(DetailRows((key("a"),), ALL, Detail.BODY)))
        assert told(near, ask(COUNT)) is not None


async def test_nothing_is_read_on_the_event_loop_while_a_thread_is_busy(database: Path) -> None:
    entered, leave = threading.Event(), threading.Event()

    def plan() -> Reads[Any]:
        entered.set()
        leave.wait(PATIENCE_S)
        return (yield COUNT)

    async with reading(database) as (store, _):
        task = asyncio.create_task(store.run(plan()))
        await asyncio.to_thread(entered.wait, PATIENCE_S)
        async with asyncio.timeout(PATIENCE_S):
            while store.near is not None:  # noqa: ASYNC110 - that a thread is busy for long has no event
                await asyncio.sleep(0)
        leave.set()
        await task
        assert store.near is not None


@pytest.mark.parametrize("reads_disk", [True, False])
def test_after_a_slow_disk_nothing_is_read_on_the_event_loop_for_a_while(
    database: Path, *, reads_disk: bool
) -> None:
    blocks = count(1) if reads_disk else repeat(0)
    near = NearReader(database, sys.maxsize, lambda: next(blocks))

    def slow() -> Reads[Any]:
        found = yield COUNT
        until_s = time.perf_counter() + 0.1
        while time.perf_counter() < until_s:
            pass
        return found

    told(near, slow())
    assert near.is_quick, "what was read before is not counted"
    assert told(near, slow()) == ({AllArticles(): 1001}, "one")
    assert near.is_quick is not reads_disk
    near.close()


async def test_a_closed_store_has_nothing_to_read_from(database: Path) -> None:
    async with reading(database) as (store, _):
        await store.close()
        assert store.near is None
