"""The app: alone and mounted in another, before there is a graph and after it has changed, and when it fails."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import anyio
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient
from starlette.types import Message

from graph_api.execution.engine import Answer
from graph_api.schema import build_schema
from graph_api.server.app import create_app
from tests.server.calling import MODERN, PLAIN, Answered, call, get, post, serving
from tests.store.build import article, graph, write

ASK = "{ revision articles { totalCount } }"
PATHS = ["/healthz", "/readyz", "/schema.graphql"]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(tmp_path_factory.mktemp("app") / "graph.sqlite", article("a"))


@pytest.fixture
async def app(database: Path) -> AsyncIterator[Starlette]:
    async with serving(database) as made:
        yield made


# -- routes --------------------------------------------------------------------------------------------


async def test_the_schema_is_served_as_text(app: Starlette) -> None:
    response = await call(app, "GET", "/schema.graphql")
    assert response.status == 200
    assert response.media_type == "text/plain; charset=utf-8"
    assert response.body.decode() == build_schema().as_str() + "\n"


async def test_the_server_is_alive_and_ready(app: Starlette) -> None:
    assert (await call(app, "GET", "/healthz")).json == {"status": "alive"}
    assert (await call(app, "GET", "/readyz")).json == {"status": "ready", "revision": "one"}


@pytest.mark.parametrize(
    "path", ["", "/nothing", "/graphql/x", "/graphql//", "/healthz/", "//", "//graphql", "/%00"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
async def test_unknown_paths_are_404_in_json(app: Starlette, path: str, method: str) -> None:
    response = await call(app, method, path, headers=[("host", "evil.example")])
    assert (response.status, response.code) == (404, "NOT_FOUND")
    assert response.media_type == PLAIN
    assert "location" not in response.headers
    assert response.error["message"] == "this path does not exist; the API is at /graphql"


@pytest.mark.parametrize(
    ("path", "status", "location"), [("/", 307, "graphql"), ("/graphql/", 308, "../graphql")]
)
@pytest.mark.parametrize("mounted_at", ["", "/news"])
async def test_neighboring_addresses_redirect_to_the_api_regardless_of_host(
    app: Starlette, path: str, status: int, location: str, mounted_at: str
) -> None:
    for query in ("", "query=%7Brevision%7D"):
        response = await call(
            app, "GET", path, root_path=mounted_at, query_string=query, headers=[("host", "evil.example")]
        )
        assert (response.status, response.body) == (status, b"")
        expected = f"{mounted_at}/graphql" if mounted_at else location
        assert response.headers["location"] == expected + f"?{query}" * bool(query)
        assert urljoin(f"http://x{mounted_at}{path}", expected) == f"http://x{mounted_at}/graphql"


async def test_a_post_beside_the_api_is_sent_on_with_its_body(database: Path) -> None:
    with TestClient(create_app(database)) as client:
        answer = client.post("/graphql/", json={"query": "{ revision }"}, headers={"accept": MODERN})
    assert (len(answer.history), answer.json()) == (1, {"data": {"revision": "one"}})


async def test_below_a_prefix_a_404_names_the_address_there(app: Starlette) -> None:
    response = await call(app, "GET", "/nothing", root_path="/news")
    assert response.error["message"].endswith("the API is at /news/graphql")


@pytest.mark.parametrize("path", PATHS)
async def test_other_methods_are_405_in_json(app: Starlette, path: str) -> None:
    response = await call(app, "POST", path)
    assert (response.status, response.code) == (405, "METHOD_NOT_ALLOWED")
    assert {method.strip() for method in response.headers["allow"].split(",")} == {"GET", "HEAD"}
    assert response.error["message"].startswith("this path does not support POST, only GET and HEAD; ")


async def test_websockets_are_refused(app: Starlette) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app({"type": "websocket", "path": "/graphql", "headers": [], "subprotocols": []}, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]


# -- mounted -------------------------------------------------------------------------------------------


@asynccontextmanager
async def _mounted(database: Path, path: str = "/news") -> AsyncIterator[Starlette]:
    """An app whose lifespan does not reach the one that is mounted in it."""
    inner = create_app(database)
    yield Starlette(routes=[Mount(path, inner)])
    await inner.state.api.close()


@pytest.mark.parametrize("root_path", ["", "/behind/a/proxy", "/news", "/graphql"])
async def test_mounted_it_needs_no_lifespan(database: Path, root_path: str) -> None:
    async with _mounted(database) as app:
        answers = [
            await call(app, "GET", f"/news{path}", root_path=root_path)
            for path in [*PATHS, "/graphql", "/nothing"]
        ]
    assert [answer.status for answer in answers] == [200, 200, 200, 400, 404]
    assert {answer.headers["graph-revision"] for answer in answers} == {"one"}
    assert [answers[3].code, answers[4].code] == ["BAD_REQUEST", "NOT_FOUND"]


@pytest.mark.parametrize("root_path", ["/articles", "/a/b", "/graphql", "/graph"])
async def test_it_is_served_under_a_root_path(database: Path, root_path: str) -> None:
    async with serving(database) as app:
        response = await call(
            app, "GET", "/graphql", root_path=root_path, query_string="query=%7Brevision%7D"
        )
    assert response.data == {"revision": "one"}


def test_a_client_of_starlette_asks_it(database: Path) -> None:
    with TestClient(create_app(database)) as client:
        asked = {"query": ASK}
        answer = client.post("/graphql", json=asked, headers={"accept": MODERN})
        assert answer.json() == {"data": {"revision": "one", "articles": {"totalCount": 1}}}
        assert client.get("/graphql", params=asked).json() == answer.json()


async def test_it_opens_again_after_it_was_closed(database: Path) -> None:
    app = create_app(database)
    for _ in range(2):
        async with app.router.lifespan_context(app):
            assert (await post(app, ASK)).status == 200


# -- the content comes and changes ---------------------------------------------------------------------


async def test_without_a_graph_it_is_alive_but_not_ready(tmp_path: Path) -> None:
    async with serving(tmp_path / "none.sqlite") as app:
        alive, ready = await call(app, "GET", "/healthz"), await call(app, "GET", "/readyz")
        asked, malformed = await post(app, ASK), await post(app, 7)
    assert (alive.status, ready.status) == (200, 503)
    assert ready.json == {"status": "no graph is loaded"}
    assert (asked.status, asked.code) == (503, "SERVICE_UNAVAILABLE")
    assert (malformed.status, malformed.code) == (400, "BAD_REQUEST")
    assert not any("graph-revision" in answer.headers for answer in (alive, ready, asked, malformed))
    assert str(tmp_path).encode() not in asked.body + ready.body


async def test_a_file_that_is_no_database_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "graph.sqlite").write_text("something else" * 1000)
    async with serving(tmp_path / "graph.sqlite") as app:
        asked, ready = await post(app, ASK), await call(app, "GET", "/readyz")
    assert (asked.status, ready.status) == (503, 503)
    assert b"database" not in asked.body


async def test_a_graph_that_comes_later_is_served(tmp_path: Path) -> None:
    async with serving(tmp_path / "graph.sqlite") as app:
        assert (await call(app, "GET", "/readyz")).status == 503
        graph(tmp_path / "graph.sqlite", article("a"))
        assert (await call(app, "GET", "/readyz")).json["revision"] == "one"
        assert (await post(app, ASK)).data == {"revision": "one", "articles": {"totalCount": 1}}


@pytest.mark.parametrize(
    "ask",
    [
        lambda app: post(app, ASK),
        lambda app: get(app, ASK),
        lambda app: post(app, "{"),
        lambda app: call(app, "GET", "/healthz"),
        lambda app: call(app, "GET", "/readyz"),
    ],
    ids=["POST", "GET", "a refusal", "healthz", "readyz"],
)
async def test_new_content_is_seen_within_a_second(tmp_path: Path, ask: Callable[[Starlette], Any]) -> None:
    path = graph(tmp_path / "graph.sqlite", article("a"))
    async with serving(path) as app:
        first: Answered = await ask(app)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            write(connection, [article("b")], "two")
        with anyio.fail_after(1):
            while (await ask(app)).headers["graph-revision"] != "two":
                await anyio.lowlevel.checkpoint()
        last: Answered = await ask(app)
    assert [answer.headers["graph-revision"] for answer in (first, last)] == ["one", "two"]
    assert [answer.headers["graph-generation"] for answer in (first, last)] == ["1", "2"]
    assert last.body == first.body.replace(b"one", b"two").replace(b'totalCount":1', b'totalCount":2')


# -- failures ------------------------------------------------------------------------------------------


class Failing:
    """An engine whose every answer fails with *error*."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def execute(self, *asked: object, **named: object) -> Answer:
        del asked, named
        raise self._error

    async def revision(self) -> str:
        return "one"


async def test_a_failure_is_masked_and_logged_once_on_one_line(
    app: Starlette, caplog: pytest.LogCaptureFixture
) -> None:
    app.state.api._engine = Failing(ValueError("secret\nSELECT 1 FROM article\x1b[31m"))
    for accept in (PLAIN, MODERN):
        caplog.clear()
        response = await post(app, ASK, accept=accept)
        assert (response.status, response.code) == (500, "INTERNAL_SERVER_ERROR")
        assert b"secret" not in response.body
        assert response.headers["graph-revision"] == "one"
        [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
        line = record.getMessage()
        assert r"ValueError: secret\nSELECT 1 FROM article\x1b[31m at test_app.py:" in line
        assert len(line.splitlines()) == 1
        assert record.exc_info is None


async def test_a_failing_plan_is_masked_and_logged_once_on_one_line(
    app: Starlette, caplog: pytest.LogCaptureFixture
) -> None:
    engine = await app.state.api.engine()
    engine._loader = Failing(ZeroDivisionError("division"))
    response = await post(app, ASK, accept=MODERN)
    assert (response.status, response.code) == (500, "INTERNAL_SERVER_ERROR")
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(record.getMessage().splitlines()) == 1
    assert record.exc_info is None


async def test_a_route_that_fails_is_masked_and_logged_once(
    database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(request: object) -> None:
        raise KeyError(request.__class__.__name__)

    async with serving(database) as app:
        app.add_route("/broken", broken)  # type: ignore[arg-type] # it never returns
        response = await call(app, "GET", "/broken")
    assert (response.status, response.code) == (500, "INTERNAL_SERVER_ERROR")
    assert response.headers["graph-revision"] == "one"
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert "KeyError: 'Request' at test_app.py:" in record.getMessage()
