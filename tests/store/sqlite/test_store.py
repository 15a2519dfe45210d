"""Transactions, cancellation and the pool of the SQLite store; and files that are not its own."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graph_api.errors import StoreError, StoreOutdated
from graph_api.store import at
from graph_api.store.driver import FOREVER
from graph_api.store.lists import AllArticles, Window
from graph_api.store.plans import Reads, Rights, ask
from graph_api.store.reads import ArticleRows, Counts, Lists
from graph_api.store.sqlite.store import SqliteStore, open_store
from graph_api.store.sqlite.tables import SCHEMA_VERSION
from tests.store.build import article, graph, key, write

ALL = Rights()
COUNT = Counts((AllArticles(),), ALL)


async def test_a_plan_is_driven_with_one_connection_and_its_revision(tmp_path: Path) -> None:
    store = await open_store(graph(tmp_path / "g.db", article("a", title="A")))
    assert await store.run(title_and_count()) == (("A", 1), "one")
    await store.close()


async def test_the_revision_is_read_while_every_reader_is_busy(tmp_path: Path) -> None:
    store = await open_store(graph(tmp_path / "g.db", article("a")), reader_connections=1)
    reader = await store.lend()
    assert reader.revision == "one"
    assert await asyncio.wait_for(store.revision(), 10) == "one"
    reader.release()
    await store.close()


async def test_one_plan_sees_one_revision_whatever_is_written_meanwhile(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a"))
    store = await open_store(path)

    def plan() -> Reads[tuple[int, int]]:
        before = yield from ask(COUNT)
        add(path, "b")
        after = yield from ask(COUNT)
        return before[AllArticles()], after[AllArticles()]

    assert await store.run(plan()) == ((1, 1), "one")
    assert await store.run(ask(COUNT)) == ({AllArticles(): 2}, "two")
    await store.close()


async def test_a_lent_connection_keeps_its_revision_until_it_is_given_back(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a"))
    store = await open_store(path)
    reader = await store.lend()
    assert reader.revision == "one"
    add(path, "b")
    assert await store.revision() == store.revision_now() == "two"
    assert (reader.answer(COUNT), reader.revision) == ({AllArticles(): 1}, "one")
    assert await reader.in_thread(lambda: reader.answer(COUNT)) == {AllArticles(): 1}
    reader.release()
    assert store._pool.idle == 4
    again = await store.lend()
    assert (again, again.revision) == (reader, "two")
    again.release()
    await store.close()


async def test_a_failing_plan_leaves_its_connection_clean(tmp_path: Path) -> None:
    store = await open_store(graph(tmp_path / "g.db", article("a")), reader_connections=1)

    def plan() -> Reads[None]:
        yield from ask(COUNT)
        raise LookupError

    with pytest.raises(LookupError):
        await store.run(plan())
    await assert_clean(store)


async def test_a_cancelled_plan_stops_between_reads(tmp_path: Path) -> None:
    store = await open_store(graph(tmp_path / "g.db", article("a")), reader_connections=1)
    entered, leave, reads = threading.Event(), threading.Event(), 0

    def plan() -> Reads[None]:
        nonlocal reads
        while True:
            yield COUNT
            reads += 1
            entered.set()
            leave.wait()

    task = asyncio.create_task(store.run(plan()))
    await asyncio.to_thread(entered.wait)
    await cancelled(task)
    leave.set()
    await assert_clean(store)
    assert reads == 1


async def test_cancelling_interrupts_a_statement_that_runs(tmp_path: Path) -> None:
    store = await open_store(graph(tmp_path / "g.db", article("a")), reader_connections=1)
    started = hold_statements(store)
    task = asyncio.create_task(store.run(ask(COUNT)))
    await asyncio.to_thread(started.wait)
    await cancelled(task)
    await assert_clean(store)


async def test_a_connection_whose_work_was_cancelled_is_lent_again_when_its_thread_is_done(
    tmp_path: Path,
) -> None:
    store = await open_store(graph(tmp_path / "g.db", article("a")), reader_connections=1)
    entered, leave = threading.Event(), threading.Event()

    def plan() -> Reads[None]:
        entered.set()
        leave.wait()
        yield COUNT

    task = asyncio.create_task(store.run(plan()))
    await asyncio.to_thread(entered.wait)
    await cancelled(task)
    next_ = asyncio.create_task(store.run(ask(COUNT)))
    await asyncio.sleep(0.01)
    assert not next_.done()
    leave.set()
    assert await next_ == ({AllArticles(): 1}, "one")
    await assert_clean(store)


async def test_who_asks_first_is_served_first_and_who_leaves_the_queue_keeps_no_connection(
    tmp_path: Path,
) -> None:
    store = await open_store(graph(tmp_path / "g.db", article("a")), reader_connections=1)
    served: list[int] = []

    def plan(turn: int) -> Reads[None]:
        yield from ask(COUNT)
        served.append(turn)

    reader = await store.lend()
    tasks = [asyncio.create_task(store.run(plan(turn))) for turn in range(6)]
    await asyncio.sleep(0)
    tasks[2].cancel()
    await asyncio.sleep(0)
    reader.release()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert served == [0, 1, 3, 4, 5]
    await assert_clean(store)


async def test_closing_interrupts_what_runs_and_refuses_what_waits_and_what_comes(tmp_path: Path) -> None:
    store = await open_store(graph(tmp_path / "g.db", article("a")), reader_connections=1)
    started = hold_statements(store)
    running = asyncio.create_task(store.run(ask(COUNT)))
    await asyncio.to_thread(started.wait)
    waiting = asyncio.create_task(store.run(ask(COUNT)))
    await asyncio.sleep(0)
    await store.close()
    for refused in (running, waiting, store.run(ask(COUNT))):
        with pytest.raises(StoreError, match="has been closed"):
            await refused


async def test_a_connection_may_be_given_back_after_its_store_was_closed(tmp_path: Path) -> None:
    store = await open_store(graph(tmp_path / "g.db", article("a")), reader_connections=1)
    reader = await store.lend()
    assert reader.revision == "one"
    await store.close()
    with pytest.raises(StoreError, match="has been closed"):
        await reader.in_thread(lambda: reader.answer(COUNT))
    reader.release()
    assert (store.lend_now(FOREVER), store.revision_now()) == (None, None)


# -- files -------------------------------------------------------------------------------------------------


def missing(path: Path) -> None:
    """There is no file."""


def folder(path: Path) -> None:
    path.mkdir()


def text(path: Path) -> None:
    path.write_text("not a database, and longer than the header of one " * 4)


def empty(path: Path) -> None:
    path.touch()


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE article (id)")


@pytest.mark.parametrize("made", [missing, folder, text, empty, foreign])
async def test_a_file_that_is_not_ours_is_refused_in_one_line(
    made: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "g.db"
    made(path)
    with pytest.raises(StoreError, match=r"g\.db") as refused:
        await open_store(path)
    assert "\n" not in str(refused.value)
    assert not isinstance(refused.value, StoreOutdated)


async def test_another_schema_version_is_outdated_and_says_how_to_go_on(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(StoreOutdated, match=r"g\.db.*ingest"):
        await open_store(path)


async def test_odd_file_names_are_opened_as_they_are(tmp_path: Path) -> None:
    store = await open_store(graph(tmp_path / "a ?mode=rw#%41 ä.db", article("a")))
    assert await store.revision() == "one"
    await store.close()


async def test_a_database_that_replaces_ours_is_read_from_then_on(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a"))
    store = await open_store(path)
    reader = await store.lend()
    assert reader.revision == "one"
    add(graph(tmp_path / "other.db"), "b")
    (tmp_path / "other.db").replace(path)
    await until(lambda: revision_is(store, "two"))
    assert reader.answer(COUNT) == {AllArticles(): 1}, "what was begun stays with its file"
    assert await store.run(ask(COUNT)) == ({AllArticles(): 1}, "two")
    assert store.revision_now() == "two"
    reader.release()
    await store.close()
    assert open_files(tmp_path) == []


async def test_a_removed_database_is_read_until_there_is_one_again(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a"))
    store = await open_store(path)
    path.unlink()
    assert await looked_again(store) == "one"
    path.write_text("no database")
    assert await looked_again(store) == "one"
    path.unlink()
    add(graph(path), "b")
    assert await looked_again(store) == "two"
    await store.close()


async def test_a_database_that_was_written_over_is_read_again_when_it_is_whole(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", *(article(f"{number}", body="x" * 4000) for number in range(50)))
    store = await open_store(path, reader_connections=1)
    path.write_bytes(path.read_bytes()[:20_000])  # no page is mapped: the process lives on
    with pytest.raises(StoreError, match=r"g\.db is damaged .*ingest"):
        await store.run(ask(Lists((AllArticles(),), ALL, Window(100))))
    path.write_bytes(add(graph(tmp_path / "other.db"), "b").read_bytes())
    await until(lambda: revision_is(store, "two"))
    await store.close()


async def test_pages_that_do_not_fit_together_are_found_before_they_are_served(tmp_path: Path) -> None:
    path = damaged(graph(tmp_path / "g.db", article("a")))
    with pytest.raises(StoreError, match=r"^\S+g\.db is damaged \(.+\): `graph-api ingest .*` rebuilds it$"):
        await open_store(path, checked=True)
    with pytest.raises(StoreError, match="damaged"), at(path).session() as session:
        session.run(ask(ArticleRows((key("a"),), ALL)))


async def test_a_database_is_read_where_nothing_can_be_written(tmp_path: Path) -> None:
    path = unwritable(graph(tmp_path / "g.db", article("a")))
    store = await open_store(path)
    assert await store.run(ask(COUNT)) == ({AllArticles(): 1}, "one")
    assert await store.run(ask(COUNT)) == ({AllArticles(): 1}, "one")
    await store.close()


async def test_in_a_read_only_folder_a_change_is_noticed_before_rows_are_returned(tmp_path: Path) -> None:
    path = unwritable(graph(tmp_path / "g.db", article("a")))
    store = await open_store(path)

    def plan() -> Reads[Any]:
        answer = yield from ask(COUNT)
        os.utime(path, (1, 1))
        return answer

    with pytest.raises(StoreError, match="is locked by an ingest"):
        await store.run(plan())
    await until(lambda: revision_is(store, "one"))
    await store.close()


async def test_a_store_without_content_says_how_to_fill_it(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM meta")
    store = await open_store(path)
    with pytest.raises(StoreError, match="ingest"):
        await store.revision()
    await assert_clean(store)


async def test_readers_cannot_write(tmp_path: Path) -> None:
    store = await open_store(graph(tmp_path / "g.db", article("a")))
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await store._readers[0].execute("DELETE FROM article")
    await store.close()


# -- words -------------------------------------------------------------------------------------------------


def title_and_count() -> Reads[tuple[str, int]]:
    rows = yield from ask(ArticleRows((key("a"),), ALL))
    count = yield from ask(COUNT)
    return rows[key("a")].title, count[AllArticles()]


def add(path: Path, name: str) -> Path:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        write(connection, [article(name)], "two")
    return path


def damaged(path: Path) -> Path:
    """The database, with all tables but the first two pages lost."""
    data = path.read_bytes()
    path.write_bytes(data[:8192] + b"\xa5" * (len(data) - 8192))
    return path


def unwritable(path: Path) -> Path:
    """The database, in a place where SQLite cannot make its files, whoever runs the tests."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    beside = path.with_name(f"{path.name}-shm")
    beside.symlink_to(beside)
    return path


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """It holds, sooner or later."""
    async with asyncio.timeout(20):
        while not await holds():  # noqa: ASYNC110 - files have no event
            await asyncio.sleep(0.01)


async def revision_is(store: SqliteStore, revision: str) -> bool:
    try:
        return await store.revision() == revision
    except StoreError:
        return False


async def looked_again(store: SqliteStore) -> str:
    """The revision, after the store has looked at its file anew."""
    store._next_check_s = 0
    await store.revision()
    if store._reopening is not None:
        await asyncio.wait([store._reopening])
    return await store.revision()


def open_files(folder: Path) -> list[str]:
    """The files in *folder* that this process has open."""
    files = [str(file.readlink()) for file in Path("/proc/self/fd").iterdir() if file.is_symlink()]
    return [file for file in files if file.startswith(str(folder))]


def hold_statements(store: SqliteStore) -> threading.Event:
    """Counting articles takes for ever from now on, until it is interrupted; set as soon as it runs."""
    started = threading.Event()

    def run() -> int:
        started.set()
        return 0

    for reader in store._readers:
        reader._conn.execute("PRAGMA query_only = 0")
        reader._conn.execute(f"CREATE TEMP VIEW article AS {ENDLESS}")  # hides the table
        reader._conn.set_progress_handler(run, 1000)
    return started


ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i FROM n"


async def cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def assert_clean(store: SqliteStore) -> None:
    """The store's only connection comes back, without a transaction, and answers; the store is closed."""
    reader = await store._pool.take()
    assert not reader._conn.in_transaction
    store._pool.put(reader)
    await store.close()
