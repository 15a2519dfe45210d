"""Buckets in memory and in Redis behave alike; and a Redis that becomes unreachable."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest
from starlette.applications import Starlette

from graph_api.errors import HttpError, UsageError
from graph_api.server.rate_limit.buckets import Allowance, TokenBuckets
from graph_api.server.rate_limit.redis import RedisBuckets
from graph_api.settings import Settings
from tests.server.calling import call, post, serving
from tests.server.redis_server import RedisServer
from tests.store.build import article, graph

ASK = "{ revision }"
SLOW = 6  # units a minute: none comes back while a test runs


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis that stays."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that a test may kill."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


@asynccontextmanager
async def rates(storage: str, quota: int) -> AsyncIterator[TokenBuckets]:
    made = TokenBuckets(quota) if storage == "memory://" else RedisBuckets(quota, storage)
    yield made
    await made.close()


@pytest.fixture(params=["memory", "redis"])
def storage(request: pytest.FixtureRequest) -> str:
    if request.param == "memory":
        return "memory://"
    server: RedisServer = request.getfixturevalue("kept")
    return server.url


@pytest.fixture
def client(request: pytest.FixtureRequest) -> str:
    """Somebody of whom no other test knows."""
    return f"key {request.node.name}"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(tmp_path_factory.mktemp("rates") / "graph.sqlite", article("a"))


# -- in memory and in Redis ----------------------------------------------------------------------------


async def test_a_bucket_starts_full_and_never_gives_more_than_it_holds(storage: str, client: str) -> None:
    async with rates(storage, SLOW) as buckets:
        assert await buckets.left(client) == SLOW
        given = [await buckets.take(client, cost) for cost in (4, 4, 2, 1)]
        assert [(granted, int(left)) for granted, left in given] == [
            (True, 2),
            (False, 2),
            (True, 0),
            (False, 0),
        ]
        assert int(await buckets.left(client)) == 0
        assert await buckets.left(f"another than {client}") == SLOW


async def test_a_bucket_fills_evenly_also_by_less_than_a_unit(storage: str, client: str) -> None:
    rate = 500  # units a second
    async with rates(storage, 60 * rate) as buckets:
        asked = time.monotonic()
        await buckets.take(client, 60 * rate)
        emptied = time.monotonic()
        taken = 0
        while taken < 100:
            granted, _ = await buckets.take(client, 1)
            taken += granted
        at_least = (time.monotonic() - emptied) * rate
        there_was = taken + await buckets.left(client)
        at_most = (time.monotonic() - asked) * rate
    assert at_least - 0.01 <= there_was <= at_most + 0.01


async def test_concurrent_requests_get_no_more_than_the_bucket_holds(storage: str, client: str) -> None:
    async with rates(storage, SLOW) as buckets:
        given = await asyncio.gather(*[buckets.take(client, 1) for _ in range(50)])
    assert sum(granted for granted, _ in given) == SLOW


async def test_a_429_says_how_long_to_wait(storage: str, client: str) -> None:
    async with rates(storage, SLOW) as buckets:
        allowance = Allowance(buckets, client)
        await allowance.charge(5)
        with pytest.raises(HttpError) as refused:
            await allowance.charge(1_000)
    assert refused.value.headers == {"retry-after": "50"}


async def test_a_client_without_an_address_has_a_bucket_too(storage: str) -> None:
    async with rates(storage, SLOW) as buckets:
        assert (await buckets.take("", SLOW))[0]
        assert not (await buckets.take("", SLOW))[0]


# -- in Redis only -------------------------------------------------------------------------------------


async def test_servers_that_name_one_redis_share_the_buckets(database: Path, mortal: RedisServer) -> None:
    settings = Settings(rate_limit=SLOW, rate_limit_storage=mortal.url)
    async with AsyncExitStack() as stack:
        apps = [await stack.enter_async_context(serving(database, settings)) for _ in range(2)]
        answers = [await post(apps[number % 2], ASK) for number in range(SLOW + 2)]
    assert [answer.status for answer in answers] == [200] * SLOW + [429] * 2
    assert [answer.headers["ratelimit"].split(";")[1] for answer in answers[:2]] == ["r=5", "r=4"]


async def test_servers_share_one_bucket(kept: RedisServer, client: str) -> None:
    async with rates(kept.url, SLOW) as one, rates(kept.url, SLOW) as other:
        await one.take(client, SLOW)
        granted, left = await other.take(client, 1)
        assert (granted, int(left)) == (False, 0)
        assert await other.left(client) < 1


async def test_without_redis_each_process_counts_on_its_own_and_logs_that_once(
    database: Path, mortal: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "graph_api.server.rate_limit.redis")
    now = 1000.0
    settings = Settings(rate_limit=SLOW, rate_limit_storage=mortal.url)
    async with serving(database, settings) as app:
        app.state.api.rates._clock = lambda: now
        before = [(await post(app, ASK)).status for _ in range(SLOW - 2)]
        told = [await _is_away(app)]
        mortal.kill()
        away = [(await post(app, ASK)).status for _ in range(3)]
        told += [await _is_away(app)]
        mortal.start()
        now += 60
        back = [(await post(app, ASK)).status for _ in range(SLOW + 1)]
        told += [await _is_away(app)]
    assert before == [200] * (SLOW - 2)
    assert away == [200, 200, 429], "each goes on from what it knows"
    assert back == [200] * SLOW + [429]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert told == [0, 1, 0]


async def _is_away(app: Starlette) -> float:
    """What the metrics tell of it."""
    metrics = (await call(app, "GET", "/metrics")).body.decode()
    [line] = [line for line in metrics.splitlines() if line.startswith("graph_api_rate_limit_storage_away{")]
    return float(line.split()[1])


def _waiting(listener: socket.socket) -> int:
    """How many have connected, whom nobody has answered."""
    listener.setblocking(False)
    count = 0
    with suppress(BlockingIOError):
        while True:
            listener.accept()[0].close()
            count += 1
    return count


async def test_a_redis_that_does_not_answer_holds_up_one_request_a_second(client: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        async with rates(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", SLOW) as buckets:
            buckets._clock = lambda: 1000.0
            asked = [await buckets.take(client, 1) for _ in range(SLOW + 1)]
            connections = _waiting(silent)
    assert [granted for granted, _ in asked] == [True] * SLOW + [False]
    assert connections == 1


@pytest.mark.parametrize("url", ["redis://127.0.0.1:port/0", "redis://127.0.0.1:70000/0"])
def test_an_address_that_cannot_be_one_is_refused_at_start(url: str) -> None:
    with pytest.raises(UsageError, match="not the address of a Redis"):
        RedisBuckets(SLOW, url)


@pytest.mark.parametrize("url", ["", "memory", "http://127.0.0.1/", "127.0.0.1:6379"])
def test_an_unknown_storage_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="redis://127"):
        Settings(rate_limit_storage=url)
