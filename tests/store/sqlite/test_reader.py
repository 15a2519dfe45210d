"""A connection is read on the event loop for a short time, then in its thread, in the same transaction."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from graph_api.errors import AnswerTooLarge, ReadPaused
from graph_api.records import Detail
from graph_api.store.driver import FOREVER, Running, drive
from graph_api.store.filters import Match, Or, TextField, TextIs
from graph_api.store.lists import AllArticles
from graph_api.store.plans import Pause, Read, Reads, Rights, ask
from graph_api.store.reads import ArticleRows, Counts, DetailRows
from graph_api.store.sqlite.reader import SqliteReader
from graph_api.store.sqlite.store import SqliteStore, open_store
from tests.store.build import article, graph, key

ALL = Rights()
COUNT = Counts((AllArticles(),), ALL)
TITLE = ArticleRows((key("a"),), ALL)
PATIENCE_S = 20


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    many = (article(f"{number}", title="t" * 500) for number in range(1000))
    return graph(tmp_path_factory.mktemp("near") / "g.db", article("a", body="x" * 200), *many)


@asynccontextmanager
async def reading(
    path: Path, for_s: float = 0.005, **settings: Any
) -> AsyncIterator[tuple[SqliteStore, SqliteReader]]:
    """A store with one connection, lent to the event loop for so long."""
    store = await open_store(path, reader_connections=1, **settings)
    try:
        reader = store.lend_now(time.perf_counter() + for_s)
        assert reader is not None
        yield store, reader
        reader.release()
    finally:
        await store.close()


async def test_the_event_loop_reads_what_the_thread_reads(database: Path) -> None:
    async with reading(database, PATIENCE_S) as (_, reader):
        here = [reader.answer(TITLE), reader.answer(COUNT), reader.revision]
        assert here == await reader.in_thread(
            lambda: [reader.answer(TITLE), reader.answer(COUNT), reader.revision]
        )
        assert here[2] == "one"


async def test_a_statement_that_takes_long_pauses_and_goes_on_in_the_thread(database: Path) -> None:
    looks = Or(tuple(TextIs(TextField.TITLE, Match.CONTAINS, f"x{number}") for number in range(200)))
    slow: Read[Any] = Counts((AllArticles(),), ALL, looks)
    async with reading(database, PATIENCE_S) as (_, reader):
        assert reader.answer(COUNT) == {AllArticles(): 1001}
        reader.limit(time.perf_counter() + 0.001)
        with pytest.raises(ReadPaused):
            reader.answer(slow)
        assert reader._conn.in_transaction, "the same transaction"
        assert await reader.in_thread(lambda: reader.answer(slow)) == {AllArticles(): 0}


async def test_a_plan_without_end_leaves_the_event_loop(database: Path) -> None:
    def plan() -> Reads[None]:
        while True:
            yield from ask(COUNT)

    endless = Running(plan())
    async with reading(database) as (_, reader):
        assert not drive(endless, reader.answer, until_s=time.perf_counter() + 0.005)


async def test_what_takes_long_in_one_piece_is_not_done_on_the_event_loop(database: Path) -> None:
    async with reading(database, PATIENCE_S) as (_, reader):
        soon = time.perf_counter() + PATIENCE_S
        assert drive(Running(ask(Pause())), reader.answer, until_s=soon)
        paused = Running(ask(Pause(apart=True)))
        assert not drive(paused, reader.answer, until_s=soon)
        assert drive(paused, reader.answer)


async def test_the_end_of_a_transaction_is_not_interrupted(database: Path) -> None:
    """SQLite counts the steps of a statement over all its runs: now and then it is the last one that looks at the clock."""
    async with reading(database, PATIENCE_S) as (store, reader):
        for _ in range(400):
            reader.answer(COUNT)
            reader.limit(time.perf_counter())
            reader.release()
            store._quiet_until_s = 0  # a busy machine may look like a slow disk
            lent = store.lend_now(time.perf_counter() + PATIENCE_S)
            assert lent is reader
            assert not reader._conn.in_transaction


async def test_no_lock_is_waited_for_on_the_event_loop(database: Path) -> None:
    async with reading(database) as (_, reader):
        assert _busy_timeout(reader) == 0
        assert await reader.in_thread(lambda: _busy_timeout(reader)) == 5000


async def test_the_time_of_the_event_loop_does_not_count_in_the_thread(database: Path) -> None:
    async with reading(database) as (_, reader):
        for _ in range(400):
            reader.limit(time.perf_counter())
            assert await reader.in_thread(lambda: reader.answer(COUNT)) == {AllArticles(): 1001}


def _busy_timeout(reader: SqliteReader) -> int:
    found: int = reader._conn.execute("PRAGMA busy_timeout").fetchone()[0]
    return found


async def test_too_much_text_is_refused_as_everywhere(database: Path) -> None:
    async with reading(database, PATIENCE_S, max_text=100) as (_, reader):
        with pytest.raises(AnswerTooLarge):
            reader.answer(DetailRows((key("a"),), ALL, Detail.BODY))
        assert reader.answer(COUNT) is not None


async def test_the_event_loop_reads_nothing_while_a_thread_is_busy(database: Path) -> None:
    entered, leave = threading.Event(), threading.Event()

    def plan() -> Reads[Any]:
        entered.set()
        leave.wait(PATIENCE_S)
        return (yield COUNT)

    store = await open_store(database, reader_connections=2)
    task = asyncio.create_task(store.run(plan()))
    await asyncio.to_thread(entered.wait, PATIENCE_S)
    async with asyncio.timeout(PATIENCE_S):
        while (reader := store.lend_now(FOREVER)) is not None:  # that a thread is busy for long has no event
            reader.release()
            await asyncio.sleep(0)
    leave.set()
    await task
    assert store.lend_now(FOREVER) is not None
    await store.close()


async def test_after_a_slow_disk_the_event_loop_reads_nothing_for_a_while(database: Path) -> None:
    async with reading(database, PATIENCE_S) as (store, reader):
        reader.waited_s = 0.1  # a page that took so long
        reader.release()
        assert store.lend_now(FOREVER) is None
        assert store.revision_now() is None
        store._quiet_until_s = 0
        assert store.lend_now(FOREVER) is reader


async def test_a_store_whose_connections_are_lent_has_none_for_the_event_loop(database: Path) -> None:
    async with reading(database) as (store, _):
        assert store.lend_now(FOREVER) is None
