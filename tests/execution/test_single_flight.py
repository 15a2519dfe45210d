"""What several ask for at the same time is made once, and each of them stays who it was: with a deadline of its
own, and with rights of its own."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from traceback import walk_tb

import orjson
import pytest

from graph_api.errors import AnswerTooLarge, StoreError
from graph_api.execution.engine import Answer, Engine
from graph_api.execution.single_flight import SingleFlight
from graph_api.server.http_errors import bad_request
from graph_api.settings import Settings
from graph_api.store import open_store
from graph_api.store.plans import Rights
from tests.execution.parity import api
from tests.store.build import article, graph, write

pytestmark = pytest.mark.anyio

QUERY = "{ articles { totalCount } }"
EQUAL = 20


async def _settled() -> None:
    """Whatever can go on without anybody's doing has gone on."""
    for _ in range(10):
        await asyncio.sleep(0)


@dataclass
class Kitchen:
    """Work that ends when it is told to; *begun* is how often it was."""

    flights: SingleFlight[str, str] = field(default_factory=SingleFlight)
    begun: int = 0
    end: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def ask(self, key: str = "soup") -> asyncio.Task[str]:
        return asyncio.create_task(self.flights.run(key, self._work))

    async def _work(self) -> str:
        self.begun += 1
        return await asyncio.shield(self.end)


async def test_what_is_asked_for_at_the_same_time_is_made_once() -> None:
    kitchen = Kitchen()
    asking = [kitchen.ask() for _ in range(EQUAL)]
    await _settled()
    kitchen.end.set_result("served")
    assert await asyncio.gather(*asking) == ["served"] * EQUAL
    assert kitchen.begun == 1


async def test_what_is_asked_for_later_or_by_another_key_is_made_again() -> None:
    kitchen = Kitchen()
    kitchen.end.set_result("served")
    await asyncio.gather(kitchen.ask(), kitchen.ask("cake"))
    await kitchen.ask()
    assert kitchen.begun == 3


async def test_when_the_first_is_stopped_one_of_the_others_goes_on() -> None:
    kitchen = Kitchen()
    first, *others = [kitchen.ask() for _ in range(EQUAL)]
    await _settled()
    first.cancel()
    await _settled()
    assert (first.cancelled(), kitchen.begun) == (True, 2)
    kitchen.end.set_result("served")
    assert await asyncio.gather(*others) == ["served"] * (EQUAL - 1)
    assert kitchen.begun == 2


async def test_who_does_not_wait_any_longer_stops_nobody_else() -> None:
    kitchen = Kitchen()
    first = kitchen.ask()
    await _settled()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await kitchen.flights.run("soup", kitchen._work)
    assert (first.done(), kitchen.begun) == (False, 1)
    kitchen.end.set_result("served")
    assert await first == "served"


async def test_a_failure_reaches_all_and_is_not_remembered() -> None:
    kitchen = Kitchen()
    asking = [kitchen.ask() for _ in range(EQUAL)]
    await _settled()
    kitchen.end.set_exception(StoreError("burnt"))
    results = await asyncio.gather(*asking, return_exceptions=True)
    assert [str(each) for each in results] == ["burnt"] * EQUAL
    kitchen.end = asyncio.get_running_loop().create_future()
    kitchen.end.set_result("served")
    assert await kitchen.ask() == "served"


@pytest.mark.parametrize("failure", [AnswerTooLarge(7), OSError(2, "gone"), bad_request("no")], ids=repr)
async def test_everyone_has_a_failure_of_his_own_that_tells_the_same(failure: Exception) -> None:
    kitchen = Kitchen()
    asking = [kitchen.ask() for _ in range(3)]
    await _settled()
    kitchen.end.set_exception(failure)
    results = await asyncio.gather(*asking, return_exceptions=True)
    assert len(set(map(id, results))) == 3
    told = {(type(each), str(each), repr(vars(each))) for each in results if isinstance(each, Exception)}
    assert told == {(type(failure), str(failure), repr(vars(failure)))}
    lengths = {len(list(walk_tb(each.__traceback__))) for each in results[1:] if isinstance(each, Exception)}
    assert len(lengths) == 1, "no trace grows by those of others"


# -- the engine ------------------------------------------------------------------------------------------


@dataclass
class Busy:
    """An engine whose turns are all taken."""

    engine: Engine
    path: Path

    @property
    def waiting(self) -> int:
        return self.engine.queues.light.waiting

    def ask(self, query: str = QUERY, client: str = "", rights: Rights | None = None) -> asyncio.Task[Answer]:
        return asyncio.create_task(self.engine.execute(query, client=client, rights=rights))

    def free(self) -> None:
        self.engine.queues.light.leave()


@pytest.fixture
async def busy(tmp_path: Path) -> AsyncIterator[Busy]:
    path = graph(tmp_path / "g.db", article("a"), article("b", published=False))
    store = await open_store(path, reader_connections=1)
    engine = Engine(api(), store, Settings(reader_connections=1))
    await engine.revision()
    assert engine.queues.light.enter()
    yield Busy(engine, path)
    await store.close()


async def test_equal_operations_of_a_client_take_one_turn(busy: Busy) -> None:
    asking = [busy.ask() for _ in range(EQUAL)]
    await _settled()
    assert busy.waiting == 1
    busy.free()
    answers = await asyncio.gather(*asking)
    assert len(set(answers)) == 1
    assert answers[0].code is None


async def test_nobody_waits_behind_what_another_client_asked_for_before(busy: Busy) -> None:
    greedy = [busy.ask(f"{QUERY} #{number}", "greedy") for number in range(EQUAL)]
    await _settled()
    modest = busy.ask(f"{QUERY} #{EQUAL - 1}", "modest")
    await _settled()
    busy.free()
    assert (await modest).code is None
    assert not greedy[-2].done()
    await asyncio.gather(*greedy)


async def test_those_with_different_rights_never_share_an_answer(busy: Busy) -> None:
    asking = [busy.ask(rights=Rights(published_only=only)) for only in (True, False) * 3]
    await _settled()
    assert busy.waiting == 2
    busy.free()
    counts = [
        orjson.loads(each.body)["data"]["articles"]["totalCount"] for each in await asyncio.gather(*asking)
    ]
    assert counts == [1, 2] * 3


async def test_who_has_seen_a_later_revision_is_not_told_of_the_one_before(busy: Busy) -> None:
    early = busy.ask()
    await _settled()
    with closing(sqlite3.connect(busy.path, isolation_level=None)) as connection:
        write(connection, [article("c")], "two")
    busy.engine._loader._looked_s -= 1  # a second later
    moved = await busy.engine.revision()
    late = busy.ask()
    await _settled()
    assert busy.waiting == 2
    busy.free()
    assert [(await each).revision for each in (early, late)] == [moved, moved] == ["two", "two"]


async def test_where_no_answers_are_kept_none_is_shared(tmp_path: Path) -> None:
    store = await open_store(graph(tmp_path / "g.db", article("a")), reader_connections=1)
    busy = Busy(Engine(api(), store, Settings(reader_connections=1, response_cache_bytes=0)), tmp_path)
    await busy.engine.revision()
    assert busy.engine.queues.light.enter()
    asking = [busy.ask() for _ in range(3)]
    await _settled()
    assert busy.waiting == 3
    busy.free()
    await asyncio.gather(*asking)
    await store.close()
