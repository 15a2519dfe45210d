"""Rate limits in memory: cost, headers and errors, with a clock that the tests move."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette

from graph_api.errors import HttpError
from graph_api.server.rate_limit.buckets import Allowance, TokenBuckets
from graph_api.settings import Settings
from tests import readme
from tests.server.calling import MODERN, Answered, call, get, post, serving
from tests.store.build import article, graph

ASK = "{ articles(first: 10) { nodes { title } } }"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(tmp_path_factory.mktemp("rates") / "graph.sqlite", article("a"))


@asynccontextmanager
async def limited(database: Path, quota: int, clock: Clock) -> AsyncIterator[Starlette]:
    """An app whose rates go by *clock*."""
    async with serving(database, Settings(rate_limit=quota)) as app:
        app.state.api.rates._clock = clock
        yield app


# -- buckets -------------------------------------------------------------------------------------------


async def test_a_bucket_is_full_at_first_and_fills_evenly_to_no_more(clock: Clock) -> None:
    rates = TokenBuckets(60, clock)
    assert await rates.left("a") == 60
    assert await rates.take("a", 50) == (True, 10)
    assert await rates.take("a", 11) == (False, 10)
    clock.now += 5
    assert (await rates.left("a"), await rates.left("b")) == (15, 60)
    clock.now += 600
    assert await rates.left("a") == 60


async def test_a_cost_above_the_quota_takes_a_whole_bucket(clock: Clock) -> None:
    rates = TokenBuckets(60, clock)
    await Allowance(rates, "192.0.2.1").charge(1000)
    assert await rates.left("192.0.2.1") == 0
    clock.now += 59
    with pytest.raises(HttpError) as refused:
        await Allowance(rates, "192.0.2.1").charge(1000)
    assert refused.value.headers == {"retry-after": "1"}
    clock.now += 1
    await Allowance(rates, "192.0.2.1").charge(1000)


async def test_a_network_of_ipv6_is_one_client_and_an_address_of_ipv4_is_one(clock: Clock) -> None:
    rates = TokenBuckets(60, clock)
    await Allowance(rates, "2001:db8::1").charge(60)
    with pytest.raises(HttpError):
        await Allowance(rates, "2001:db8::ffff").charge(1)
    for other in ("2001:db8:0:1::1", "192.0.2.1", "192.0.2.2", ""):
        await Allowance(rates, other).charge(60)


async def test_full_buckets_are_evicted_first(
    clock: Clock,
) -> None:
    rates = TokenBuckets(60, clock)
    await rates.take("greedy", 60)
    for number in range(25_000):
        await rates.take(f"{number}", 1)
    assert len(rates._buckets) <= 10_000
    assert await rates.left("greedy") == 0


# -- over HTTP -----------------------------------------------------------------------------------------


def _told(answer: Answered) -> tuple[int, int]:
    """How much is left, and in how many seconds all of it."""
    found = re.fullmatch(r'"cost";r=(\d+);t=(\d+)', answer.headers["ratelimit"])
    assert found
    return int(found[1]), int(found[2])


async def test_without_a_rate_limit_there_are_no_rate_limit_headers(database: Path) -> None:
    async with serving(database) as app:
        assert not [name for name in (await post(app, ASK)).headers if name.startswith("ratelimit")]


async def test_an_operation_takes_its_cost_and_gets_429_when_too_little_is_left(
    database: Path, clock: Clock
) -> None:
    async with limited(database, 60, clock) as app:
        cost = (await post(app, ASK, extensions={"cost": True})).json["extensions"]["cost"]["requested"]
        first = await post(app, ASK)
        assert _told(first) == (60 - 2 * cost, 2 * cost)
        assert first.headers["ratelimit-policy"] == '"cost";q=60;w=60'
        while (answer := await post(app, ASK)).status == 200:
            pass
        assert (answer.status, answer.code) == (429, "RATE_LIMITED")
        assert answer.headers["retry-after"] == f"{cost - 60 % cost}"
        assert _told(answer)[0] == 60 % cost
        clock.now += cost
        assert (await get(app, ASK)).status == 200


@pytest.mark.parametrize("query", ["{", "{ nothing }", 7, "{ articles(first: 101) { totalCount } }"])
async def test_a_refused_request_takes_one(database: Path, clock: Clock, query: object) -> None:
    async with limited(database, 3, clock) as app:
        answers = [await post(app, query, accept=MODERN) for _ in range(5)]
    assert [answer.status for answer in answers] == [400, 400, 400, 429, 429]
    assert [_told(answer)[0] for answer in answers] == [2, 1, 0, 0, 0]


async def test_the_samples_take_the_cost_of_what_they_are_filled_in_with(
    database: Path, clock: Clock
) -> None:
    async with limited(database, 1000, clock) as app:
        answers = [await call(app, "GET", "/samples.json") for _ in range(3)]
        assert [answer.status for answer in answers] == [200, 200, 429]
        (first, _), (second, _) = map(_told, answers[:2])
        assert first + (first - second) == 1000
        assert f"of cost {first - second}." in readme.text("graph_api/server")
        assert answers[2].code == "RATE_LIMITED"
        assert (await post(app, "{ revision }")).status == 200, "a client's bucket is one"
        assert _told(await post(app, "{ revision }"))[0] == second - 2


async def test_samples_without_a_graph_take_one(tmp_path: Path, clock: Clock) -> None:
    async with limited(tmp_path / "missing.sqlite", 10, clock) as app:
        assert _told(await call(app, "GET", "/samples.json"))[0] == 9


async def test_other_paths_are_not_counted(database: Path, clock: Clock) -> None:
    async with limited(database, 1, clock) as app:
        assert [(await call(app, "GET", "/healthz")).status for _ in range(5)] == [200] * 5
