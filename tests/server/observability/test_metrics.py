"""`/metrics` counts requests of all workers, and the content that the caller may see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families as parsed
from starlette.applications import Starlette
from starlette.routing import Route

from graph_api.server.access import Scope, new_key
from graph_api.server.app import create_app
from graph_api.server.observability.metrics import WorkerMetrics, gauge
from graph_api.server.observability.observer import Observer
from graph_api.settings import Settings
from tests.server.calling import call, get, post, serving
from tests.store.build import article, graph

Samples = dict[tuple[str, frozenset[str]], float]
LIST = "{ articles(first: 2) { nodes { title } } }"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    articles = (
        article("a", related=["b", "c"], provider="p.org"),
        article("h", related=["a"], published=False),
    )
    return graph(tmp_path_factory.mktemp("metrics") / "graph.sqlite", *articles)


@pytest.fixture
async def app(database: Path) -> AsyncIterator[Starlette]:
    async with serving(database) as app:
        yield app


def samples_of(text: str) -> Samples:
    """The value of each sample, by its name and its labels other than the worker."""
    found: Samples = {}
    for family in parsed(text):
        for name, labels, value, *_ in family.samples:
            shown = frozenset(f"{label}={at}" for label, at in labels.items() if label != "worker")
            found[name, shown] = found.get((name, shown), 0.0) + value
    return found


async def scraped(app: Starlette, token: str = "") -> Samples:
    headers = [("authorization", f"Bearer {token}")] if token else []
    answer = await call(app, "GET", "/metrics", headers=headers)
    assert answer.media_type == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    return samples_of(answer.body.decode())


def at(samples: Samples, name: str, *labels: str) -> float:
    return samples[f"graph_api_{name}", frozenset(labels)]


async def test_known_traffic_is_counted(app: Starlette) -> None:
    answers = [await post(app, LIST) for _ in range(3)]
    refused = [await post(app, "{"), await get(app, "{ nothing }"), await get(app, "{", accept="text/html")]
    await call(app, "GET", "/healthz")
    await call(app, "GET", "/no/such/path")
    found = await scraped(app)
    assert at(found, "operations_total", "code=OK") == 3
    assert at(found, "operations_total", "code=GRAPHQL_PARSE_FAILED") == 1
    assert at(found, "operations_total", "code=GRAPHQL_VALIDATION_FAILED") == 1
    assert at(found, "operations_total", "code=NOT_ACCEPTABLE") == 1
    assert at(found, "requests_total", "path=/graphql", "status=200") == 5
    assert at(found, "requests_total", "path=/graphql", "status=406") == 1
    assert at(found, "requests_total", "path=/healthz", "status=200") == 1
    assert at(found, "requests_total", "path=other", "status=404") == 1
    assert at(found, "response_bytes_total") >= sum(len(one.body) for one in (*answers, *refused))
    assert at(found, "cost_total") == 3 * 3, "a page of two, and its list"
    assert at(found, "rows_total") == 4, "two entries and their articles, once"
    counts = {
        cache: at(found, "operation_seconds_count", f"cache={cache}")
        for cache in ("hit", "rows", "miss", "none")
    }
    assert counts == {"hit": 2, "rows": 0, "miss": 1, "none": 3}


async def test_buckets_add_up(app: Starlette) -> None:
    for _ in range(10):
        await post(app, LIST)
    found = await scraped(app)
    buckets = {
        next(label for label in labels if label.startswith("le=")): value
        for (name, labels), value in found.items()
        if name == "graph_api_operation_seconds_bucket" and "cache=hit" in labels
    }
    values = list(buckets.values())
    assert values == sorted(values)
    assert buckets["le=+Inf"] == at(found, "operation_seconds_count", "cache=hit") == 9
    assert at(found, "operation_seconds_sum", "cache=hit") > 0


async def test_running_and_waiting_operations_are_counted(app: Starlette) -> None:
    await post(app, LIST)
    found = await scraped(app)
    assert at(found, "requests_in_flight") == 1, "the one that asks"
    assert [
        at(found, f"operations_{state}", f"queue={queue}")
        for queue in ("light", "heavy")
        for state in ("running", "waiting")
    ] == [0] * 4
    assert at(found, "cache_bytes", "cache=answers") > 0
    assert at(found, "cache_bytes", "cache=rows") > 0
    assert found["process_resident_memory_bytes", frozenset()] > 1_000_000
    assert found["process_open_fds", frozenset()] > 3


async def test_the_content_is_counted(app: Starlette) -> None:
    found = await scraped(app)
    assert at(found, "ready") == at(found, "revision_info", "revision=one") == 1
    assert at(found, "content", "kind=article") == 4
    assert at(found, "content", "kind=related") == 3
    assert at(found, "content_problems", "severity=error") == 0


async def test_before_there_is_a_graph_there_are_metrics(tmp_path: Path) -> None:
    async with serving(tmp_path / "none") as app:
        found = await scraped(app)
    assert at(found, "ready") == 0


async def test_with_keys_metrics_need_the_scope_and_count_visible_content(
    database: Path,
) -> None:
    tokens, entries = zip(
        *(
            (token, key.entry)
            for token, key in (
                new_key("reader", [Scope.READ]),
                new_key("watcher", [Scope.METRICS]),
                new_key("editor", [Scope.METRICS, Scope.UNPUBLISHED]),
            )
        ),
        strict=True,
    )
    async with serving(database, Settings(keys=",".join(entries))) as app:
        assert (await call(app, "GET", "/metrics")).code == "UNAUTHENTICATED"
        refused = await call(app, "GET", "/metrics", headers=[("authorization", f"Bearer {tokens[0]}")])
        assert (refused.status, refused.code) == (403, "FORBIDDEN")
        assert at(await scraped(app, tokens[1]), "content", "kind=article") == 3
        assert at(await scraped(app, tokens[2]), "content", "kind=article") == 4


async def test_clients_make_no_series(app: Starlette) -> None:
    before = set(await scraped(app))
    for number in range(20):
        await post(app, f"query Name{number} {{ revision }}", operationName=f"Name{number}")
        await call(app, "GET", f"/path{number}")
    new = set(await scraped(app)) - before
    assert {name for name, _ in new} <= {
        "graph_api_requests_total",
        "graph_api_operations_total",
        "graph_api_operations_running",
        "graph_api_operations_waiting",
        "graph_api_cache_bytes",
    }
    paths = {label for _, labels in new for label in labels if label.startswith("path=")}
    routes = {route.path for route in app.routes if isinstance(route, Route) and "{" not in route.path}
    assert paths <= {f"path={path}" for path in (*routes, "other")}


async def test_each_path_of_the_app_is_counted_by_name_and_others_together(app: Starlette) -> None:
    for path in ("/healthz", "/readyz", "/schema.graphql", "/samples.json", "/nothing", "/assets/x"):
        await call(app, "GET", path)
    counted = {label for _, labels in await scraped(app) for label in labels if label.startswith("path=")}
    named = {"path=/healthz", "path=/readyz", "path=/schema.graphql", "path=/samples.json"}
    assert counted == {*named, "path=other"}


async def test_a_connection_that_was_refused_is_counted(database: Path) -> None:
    observer = Observer()
    observer.refused("REQUEST_TIMEOUT", "127.0.0.1")
    app = create_app(database, None, observer)
    assert at(await scraped(app), "connections_refused_total", "code=REQUEST_TIMEOUT") == 1
    await app.state.api.close()


async def test_any_worker_answers_with_the_metrics_of_all(tmp_path: Path) -> None:
    told = asyncio.Event()

    def other() -> list[Metric]:
        asyncio.get_running_loop().call_soon(told.set)
        return [gauge("x", "X.", 5)]

    teams = [WorkerMetrics(worker, tmp_path) for worker in range(2)]
    async with teams[1].sharing(other):
        await told.wait()
    (tmp_path / "2.json").write_bytes(b"[half of a fi")
    families = {family.name: family.samples for family in teams[0].all(lambda: [gauge("x", "X.", 7)])}
    assert [(one.labels, one.value) for one in families["graph_api_x"]] == [
        ({"worker": "0"}, 7),
        ({"worker": "1"}, 5),
    ]
    assert [one.labels["worker"] for one in families["process_open_fds"]] == ["0", "1"]
