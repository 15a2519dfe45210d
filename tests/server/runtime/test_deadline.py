"""Work is cancelled at its deadline or when its client disconnects."""

from __future__ import annotations

import asyncio
import gc
import http.client
import select
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import orjson
import pytest
from starlette.types import Message, Receive, Scope, Send

from graph_api.errors import ClientDisconnected, DeadlineExceeded
from graph_api.execution.engine import Engine
from graph_api.graph.adjacency import Csr
from graph_api.schema import build_schema
from graph_api.server.app import create_app
from graph_api.server.runtime.deadline import run_with_deadline
from graph_api.settings import Settings
from graph_api.store import open_store
from graph_api.store.plans import Read, Rights
from graph_api.store.protocol import Reader, Store
from graph_api.store.reads import Status
from tests.server.running import running
from tests.store.build import article, graph


class Client:
    """A client that sends *messages* and then stays on the line."""

    def __init__(self, *messages: str) -> None:
        self._messages = list(messages)
        self.asked = 0
        self.is_asked = asyncio.Event()

    async def receive(self) -> Message:
        self.asked += 1
        self.is_asked.set()
        if self._messages:
            return {"type": self._messages.pop(0)}
        await asyncio.Event().wait()
        raise AssertionError("nobody sets the event")


class Work:
    """Work that never ends, and knows whether it was stopped."""

    stopped = False

    async def forever(self) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.stopped = True
            raise


async def _value(value: Any) -> Any:
    return value


async def test_work_that_is_done_at_once_never_has_its_client_watched() -> None:
    client = Client("http.disconnect")
    assert await run_with_deadline(_value(3), client.receive, 5) == 3
    assert client.asked == 0


async def test_work_is_cancelled_when_its_client_disconnects() -> None:
    work = Work()
    with pytest.raises(ClientDisconnected):
        await run_with_deadline(work.forever(), Client("http.request", "http.disconnect").receive, 60)
    assert work.stopped


@pytest.mark.parametrize("deadline_s", [0.01, 0.06])
async def test_work_is_stopped_at_its_deadline(deadline_s: float) -> None:
    work = Work()
    with pytest.raises(DeadlineExceeded):
        await run_with_deadline(work.forever(), Client().receive, deadline_s)
    assert work.stopped


async def test_work_that_fails_fails_with_its_own_error() -> None:
    async def failing() -> None:
        raise KeyError("own")

    with pytest.raises(KeyError, match="own"):
        await run_with_deadline(failing(), Client().receive, 5)


async def test_a_cancellation_from_outside_stays_one() -> None:
    work = Work()
    task = asyncio.create_task(run_with_deadline(work.forever(), Client().receive, 60))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.stopped


async def test_the_task_goes_on_after_it_was_stopped() -> None:
    with pytest.raises(DeadlineExceeded):
        await run_with_deadline(Work().forever(), Client().receive, 0.01)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    assert await run_with_deadline(_value(1), Client().receive, 5) == 1


async def test_nothing_is_left_running() -> None:
    before = asyncio.all_tasks()
    with pytest.raises(ClientDisconnected):
        await run_with_deadline(Work().forever(), Client("http.disconnect").receive, 60)
    for _ in range(3):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


async def test_a_client_that_was_watched_leaves_nothing_to_the_garbage_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            client = Client("http.request")
            assert await run_with_deadline(client.is_asked.wait(), client.receive, 60)
            await asyncio.sleep(0)  # the watch ends
        assert gc.collect() == 0
    finally:
        gc.enable()


# -- on real sockets -----------------------------------------------------------------------------------

T = TypeVar("T")

PLANNED = "{ articles(first: 1) { nodes { title } } }"
HEAVY = "{ articles(first: 100) { nodes { related(first: 20) { nodes { title } } } } }"
PATIENCE_S = 20
TRACED = {"apollo-federation-include-trace": "ftv1"}
WAYS = pytest.mark.parametrize("headers", [{}, TRACED], ids=["plain", "traced"])


class SlowStore(Store):
    """A store whose reads never end as long as it is *slow*, and which knows when they stopped."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.slow = True
        self.begun = threading.Event()
        self.stopped = threading.Event()

    def lend_now(self, until_s: float) -> Reader | None:
        del until_s
        return None

    async def lend(self) -> Reader:
        reader = await self._store.lend()
        return _SlowReader(self, reader) if self.slow else reader

    def revision_now(self) -> str | None:
        return "one"

    async def revision(self) -> str:
        return "one"

    async def adjacency(self, rights: Rights, revision: str) -> Csr | None:
        del rights, revision
        return None

    async def close(self) -> None:
        await self._store.close()


class _SlowReader:
    revision = "one"

    def __init__(self, store: SlowStore, reader: Reader) -> None:
        self._store = store
        self._reader = reader

    def answer(self, read: Read[T]) -> T:
        del read
        self._store.begun.set()
        try:
            while True:
                self._reader.answer(Status(Rights()))
        finally:
            self._store.stopped.set()

    async def in_thread(self, work: Callable[[], T]) -> T:
        return await self._reader.in_thread(work)

    def check(self) -> None:
        self._reader.check()

    def release(self) -> None:
        self._reader.release()


class SlowApp:
    """An app over so many reader connections; its *store* is there when it has been asked something."""

    def __init__(self, database: Path, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._app = create_app(database, settings)
        self.store: SlowStore

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        service = self._app.state.api
        if scope["type"] == "lifespan":
            service._store = await open_store(
                self._database, reader_connections=self._settings.reader_connections
            )
            self.store = SlowStore(service._store)
            service._engine = Engine(build_schema(), self.store, self._settings)
        await self._app(scope, receive, send)


@contextmanager
def _served(
    database: Path, *, deadline_s: int, readers: int = 1, most_waiting: int = 500
) -> Iterator[tuple[SlowStore, str]]:
    settings = Settings(deadline_seconds=deadline_s, reader_connections=readers, max_waiting=most_waiting)
    app = SlowApp(database, settings)
    with running(app) as url:
        yield app.store, url


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(tmp_path_factory.mktemp("stopping") / "graph.sqlite", article("a"))


def _sent(url: str, query: str, headers: Mapping[str, str] | None = None) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE_S)
    named = {"content-type": "application/json", **(headers or {})}
    connection.request("POST", "/graphql", orjson.dumps({"query": query}), named)
    return connection


def _ask(url: str, query: str, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
    connection = _sent(url, query, headers)
    try:
        response = connection.getresponse()
        return response.status, orjson.loads(response.read())
    finally:
        connection.close()


@WAYS
def test_a_client_that_hangs_up_stops_its_work(database: Path, headers: Mapping[str, str]) -> None:
    with _served(database, deadline_s=600) as (store, url):
        connection = _sent(url, PLANNED, headers)
        assert store.begun.wait(PATIENCE_S)
        assert not store.stopped.is_set()
        connection.close()
        store.slow = False
        assert _ask(url, PLANNED, headers)[0] == 200, "the only reader is free again"


def test_a_client_that_resets_its_connection_stops_its_work(database: Path) -> None:
    with _served(database, deadline_s=600) as (store, url):
        connection = _sent(url, PLANNED)
        assert store.begun.wait(PATIENCE_S)
        linger_for_none = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_for_none)
        connection.close()
        assert store.stopped.wait(PATIENCE_S)


@WAYS
def on_test_work_is_stopped_at_its_deadline(database: Path, headers: Mapping[str, str]) -> None:
    with _served(database, deadline_s=1) as (store, url):
        status, answer = _ask(url, PLANNED, headers)
        assert status == 503
        assert answer["errors"][0]["extensions"]["code"] == "DEADLINE_EXCEEDED"
        store.slow = False
        assert _ask(url, PLANNED, headers)[0] == 200, "the only reader is free again"


def test_the_deadline_includes_waiting_for_a_busy_store(database: Path) -> None:
    with _served(database, deadline_s=1) as (store, url), ThreadPoolExecutor(4) as clients:
        asked = [clients.submit(_ask, url, PLANNED) for _ in range(4)]
        assert [each.result()[0] for each in asked] == [503] * 4
        store.slow = False
        assert _ask(url, PLANNED)[0] == 200, "the only reader is free again"


def test_others_are_answered_while_one_works(database: Path) -> None:
    with _served(database, deadline_s=600) as (store, url):
        connection = _sent(url, PLANNED)
        assert store.begun.wait(PATIENCE_S)
        assert _ask(url, "{ nosuchfield }")[0] == 200
        connection.close()
        assert store.stopped.wait(PATIENCE_S)


def test_light_operations_are_answered_while_heavy_ones_wait_for_each_other(database: Path) -> None:
    with _served(database, deadline_s=600, readers=2) as (store, url), ExitStack() as open:
        for number in range(4):  # no two alike: those would be made once
            open.callback(_sent(url, f"{HEAVY} #{number}").close)
        assert store.begun.wait(PATIENCE_S)
        store.slow = False
        for size in range(1, 5):  # none is known from the one before
            assert _ask(url, f"{{ articles(first: {size}) {{ totalCount }} }}")[0] == 200


def test_a_full_queue_answers_503_with_retry_after(database: Path) -> None:
    with _served(database, deadline_s=600, readers=2, most_waiting=1) as (store, url), ExitStack() as open:
        open.callback(_sent(url, HEAVY).close)
        assert store.begun.wait(PATIENCE_S)
        waiting = [open.enter_context(closing(_sent(url, f"{HEAVY} #{number}"))) for number in range(2)]
        sockets, _, _ = select.select([each.sock for each in waiting], [], [], PATIENCE_S)
        [refused] = [each for each in waiting if each.sock in sockets]
        response = refused.getresponse()
        assert (response.status, response.headers["retry-after"]) == (503, "1")
        assert orjson.loads(response.read())["errors"][0]["extensions"]["code"] == "OVERLOADED"


async def test_a_receive_that_always_has_a_message_does_not_spin() -> None:
    asked = 0

    async def receive() -> Message:
        nonlocal asked
        asked += 1
        return {"type": "http.request"}

    with pytest.raises(DeadlineExceeded):
        await run_with_deadline(asyncio.Event().wait(), receive, 0.2)
    assert 1 <= asked <= 10
