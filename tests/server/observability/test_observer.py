"""Every request is logged once, completely, and without what clients keep secret."""

from __future__ import annotations

import gc
import json
import logging
import re
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from graph_api.server.access import Scope, new_key
from graph_api.server.app import create_app
from graph_api.server.observability.log import FORMATS, Entry
from graph_api.server.observability.observer import LogHandler, Observer
from graph_api.settings import Settings
from tests.server.calling import GONE, call, get, post, post_body
from tests.server.running import running
from tests.store.build import article, graph

STORY = 'query Story { article(by: { slug: "a" }) { title related { nodes { title } } } }'
LIST = "{ articles(first: 2) { nodes { title } } }"
_UNTIL_QUICK = 20  # runs after which no plan is remembered as a slow one
FIELDS = [
    *("time", "level", "method", "path", "status", "ms", "bytes", "client"),
    *("operation", "cost", "rows", "cache", "code", "revision", "worker"),
]


class Told:
    """An app, and what is told of its requests."""

    def __init__(self, database: Path, settings: Settings | None = None) -> None:
        self.entries: list[Entry] = []
        self.settings = settings or Settings()
        self.observer = Observer(self.entries.append, worker=3)
        self.app = create_app(database, self.settings, self.observer)

    @property
    def last(self) -> dict[str, Any]:
        assert list(self.entries[-1]) == FIELDS
        return dict(self.entries[-1])


Telling = Callable[..., Told]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    articles = article("a", related=["b", "c"]), article("b", related=["c"])
    return graph(tmp_path_factory.mktemp("requests") / "graph.sqlite", *articles)


@pytest.fixture
async def telling(database: Path) -> AsyncIterator[Telling]:
    """Makes apps with these settings."""
    made: list[Told] = []

    def make(settings: Settings | None = None) -> Told:
        made.append(Told(database, settings))
        return made[-1]

    yield make
    for told in made:
        await told.app.state.api.close()


@pytest.fixture
def told(telling: Telling) -> Told:
    return telling()


async def test_every_field_of_a_line_is_true(told: Told) -> None:
    answer = await post(told.app, STORY)
    entry = told.last
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", entry.pop("time"))
    assert 0 < entry.pop("ms") < 60_000
    cost = await post(told.app, STORY, extensions={"cost": True})
    assert entry == {
        "level": "info",
        "method": "POST",
        "path": "/graphql",
        "status": 200,
        "bytes": len(answer.body),
        "client": "127.0.0.1",
        "operation": "Story",
        "cost": cost.json["extensions"]["cost"]["requested"],
        "rows": 6,  # the slug, its article, two entries of its list, their articles
        "cache": "miss",
        "code": None,
        "revision": "one",
        "worker": 3,
    }


async def test_the_source_of_an_answer_is_logged(telling: Telling) -> None:
    told = telling()
    for _ in range(2):
        await post(told.app, LIST)
    assert [(entry["cache"], entry["rows"] > 0) for entry in told.entries] == [("miss", True), ("hit", False)]
    no_answers = telling(Settings(response_cache_bytes=0))
    await post(no_answers.app, LIST)
    for _ in range(_UNTIL_QUICK):  # a plan that took long on a busy machine leaves the loop for a few runs
        await post(no_answers.app, LIST)
    first, *_, last = no_answers.entries
    assert (first["cache"], last["cache"]) == ("miss", "rows")
    assert first["rows"] > last["rows"] > 0  # of objects that memory knows no rows are read


async def test_refused_requests_are_logged_with_their_code(told: Told) -> None:
    expected = []
    for query, code in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ articles(first: 101) { totalCount } }", "BAD_PAGE"),
        (None, "BAD_REQUEST"),
    ]:
        await post(told.app, query)
        expected.append(("/graphql", code, 400 if code == "BAD_REQUEST" else 200))
    await get(told.app, "{ revision }", accept="text/html")
    expected.append(("/graphql", "NOT_ACCEPTABLE", 406))
    await call(told.app, "GET", "/nothing")
    expected.append(("/nothing", "NOT_FOUND", 404))
    await call(told.app, "DELETE", "/healthz")
    expected.append(("/healthz", "METHOD_NOT_ALLOWED", 405))
    assert [(entry["path"], entry["code"], entry["status"]) for entry in told.entries] == expected


async def test_other_routes_are_logged_too(told: Told) -> None:
    answer = await call(told.app, "GET", "/schema.graphql", headers=[("accept-encoding", "gzip")])
    assert (told.last["path"], told.last["status"]) == ("/schema.graphql", 200)
    assert told.last["bytes"] == len(answer.body), "as sent, compressed"


async def test_preflights_are_logged(telling: Telling) -> None:
    told = telling(Settings(cors_origins="https://news.example"))
    headers = [("origin", "https://news.example"), ("access-control-request-method", "POST")]
    answer = await call(told.app, "OPTIONS", "/graphql", headers=headers)
    assert (told.last["method"], told.last["status"]) == ("OPTIONS", answer.status) == ("OPTIONS", 200)


async def test_the_path_is_the_one_below_a_mount(told: Told) -> None:
    await call(Starlette(routes=[Mount("/articles", told.app)]), "GET", "/articles/healthz")
    assert told.last["path"] == "/healthz"


async def test_a_disconnected_client_is_logged_as_499(told: Told) -> None:
    with pytest.raises(AssertionError, match="an app answers"):
        await post_body(told.app, [b"{", GONE])
    assert (told.last["status"], told.last["code"], told.last["bytes"]) == (499, "CLIENT_DISCONNECTED", 0)


async def test_the_client_in_the_log_is_the_name_of_its_key_else_its_address(telling: Telling) -> None:
    token, key = new_key("newsroom", [Scope.READ])
    told = telling(Settings(keys=key.entry))
    body = json.dumps({"query": "{ revision }"}).encode()
    await post_body(told.app, body, headers=[("authorization", f"Bearer {token}")])
    assert (told.last["client"], told.last["code"]) == ("key newsroom", None)
    await post_body(told.app, body, headers=[("authorization", "Bearer gapi_newsroom_wrong")])
    assert (told.last["client"], told.last["code"]) == ("127.0.0.1", "UNAUTHENTICATED")


@pytest.mark.parametrize("form", FORMATS)
async def test_no_line_holds_text_variables_headers_or_queries(told: Told, form: str) -> None:
    secret = "s3cret"
    query = f"query Q($s: String!) {{ article(by: {{ slug: $s }}) {{ title }} {secret}: revision }}"
    headers = [("authorization", secret), ("cookie", secret), ("user-agent", secret), ("referer", secret)]
    await post(told.app, query, variables={"s": secret})
    await get(told.app, query, variables=json.dumps({"s": secret}), headers=headers)
    await call(told.app, "GET", "/healthz", query_string=secret, headers=headers)
    assert secret not in "".join(FORMATS[form](entry).decode() for entry in told.entries)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("hostile", ["a\n2026-11-25 info GET / 200", "\x1b[2J", "\u202e", "x" * 60_000])
async def test_clients_cannot_write_lines_of_their_own(told: Told, form: str, hostile: str) -> None:
    await post(told.app, "{ revision }", operationName=hostile)
    await call(told.app, "GET", f"/{hostile}"[:60_000])
    await get(told.app, "{ revision }", operationName=hostile, headers=[("accept-language", "x\x1b[2J")])
    lines = [FORMATS[form](entry).decode() for entry in told.entries]
    assert len(lines) == 3
    assert all(line.endswith("\n") and line[:-1].isprintable() and len(line) < 1_000 for line in lines)


async def test_the_operation_is_the_one_that_ran(told: Told) -> None:
    await post(told.app, "query One { revision } query Other { revision }", operationName="Other")
    assert told.last["operation"] == "Other"
    await post(told.app, "{ revision }")
    assert told.last["operation"] is None


async def test_with_failures_only_other_requests_are_not_logged(tmp_path: Path) -> None:
    entries: list[Entry] = []
    app = create_app(tmp_path / "none", None, Observer(entries.append, failures_only=True))
    await call(app, "GET", "/healthz")
    await call(app, "GET", "/readyz")
    assert [(entry["path"], entry["level"], entry["status"]) for entry in entries] == [
        ("/readyz", "error", 503)
    ]


def test_a_refused_connection_is_logged_too(database: Path) -> None:
    told = Told(database)
    with running(told.app, told.settings, told.observer) as url:
        parts = urlsplit(url)
        with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=20) as client:
            client.sendall(b"NO HTTP\r\n\r\n")
            assert client.recv(1 << 16).startswith(b"HTTP/1.1 400 ")
    [entry] = told.entries
    assert entry == {
        "time": entry["time"],
        "level": "info",
        "message": "a connection was refused",
        "code": "BAD_REQUEST",
        "client": "127.0.0.1",
        "worker": 3,
    }


# -- Python's own log ----------------------------------------------------------------------------------


@pytest.fixture
def handled() -> tuple[list[Entry], Callable[..., None]]:
    entries: list[Entry] = []
    handler = LogHandler(entries.append, worker=3)

    def log(level: int, message: str, *values: object, error: BaseException | None = None) -> None:
        given = (type(error), error, error.__traceback__) if error else None
        handler.emit(logging.LogRecord("graph_api.x", level, "x.py", 1, message, values, given))

    return entries, log


def test_other_log_records_have_the_same_format(handled: tuple[list[Entry], Callable[..., None]]) -> None:
    entries, log = handled
    log(logging.WARNING, "%s is %d", "one", 1)
    [entry] = entries
    assert list(entry.items())[1:] == [
        ("level", "warning"),
        ("message", "one is 1"),
        ("logger", "graph_api.x"),
        ("worker", 3),
    ]


def test_an_exception_is_logged_on_the_same_line(handled: tuple[list[Entry], Callable[..., None]]) -> None:
    entries, log = handled
    try:
        int("two\nlines")
    except ValueError as error:
        log(logging.ERROR, "it failed", error=error)
    assert re.match(r"ValueError: .* at test_observer.py:\d+ ", str(entries[0]["error"]))
    assert FORMATS["human"](entries[0]).count(b"\n") == 1


def test_a_record_that_cannot_be_formatted_is_logged_with_the_reason(
    handled: tuple[list[Entry], Callable[..., None]],
) -> None:
    entries, log = handled
    log(logging.WARNING, "%d", "no number")
    assert str(entries[0]["message"]).startswith("%d (TypeError: ")


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"query": LIST}).encode(),
        b"{",
        b" " * 70_000,
        json.dumps({"query": 'query { node(id: "no id") { id } }'}).encode(),
    ],
    ids=["answered", "not JSON", "too large", "refused"],
)
async def test_requests_leave_nothing_to_the_garbage_collector(telling: Telling, body: bytes) -> None:
    told = telling()
    await post_body(told.app, body)
    gc.collect()
    gc.disable()
    try:
        for _ in range(100):
            await post_body(told.app, body)
        assert gc.collect() < 100
    finally:
        gc.enable()


# -- slow operations -----------------------------------------------------------------------------------


async def slow_told(folder: Path, query: str, slow_ms: float = 1e-9, **members: Any) -> list[Entry]:
    """What is slow_told of an operation beside its line; nothing is quicker than no time."""
    entries: list[Entry] = []
    app = create_app(
        graph(folder / "graph.sqlite", article("a", related=["b"], provider="p.org")),
        None,
        Observer(entries.append, failures_only=True, slow_ms=slow_ms),
    )
    await call(app, "GET", "/readyz")
    await post(app, query, **members)
    await app.state.api.close()
    return entries


async def test_a_slow_operation_is_logged_with_text_plan_phases_and_reads(tmp_path: Path) -> None:
    [entry] = await slow_told(tmp_path, STORY)
    assert (entry["level"], entry["message"], entry["operation"]) == (
        "warning",
        "a slow operation",
        "Story",
    )
    assert entry["text"] == [STORY]
    assert [line.split() for line in entry["plan"]][:2] == [
        ["article", "batch", "articles.article"],
        ["title", "column"],
    ]
    assert [line.split()[0] for line in entry["phases"]] == ["parse", "admit", "validate", "plan", "loop"]
    assert [" ".join(line.split()[:5]) for line in entry["reads"]] == [
        "ArticleKeysBy for 1: 1 rows",
        "ArticleRows for 1: 1 rows",
        "Lists for 1: 1 rows",
        "ArticleRows for 1: 1 rows",
    ]


async def test_variables_are_not_logged(tmp_path: Path) -> None:
    query = "query Q($s: String!) { article(by: { slug: $s }) { title } }"
    [entry] = await slow_told(tmp_path, query, variables={"s": "s3cret"})
    assert "s3cret" not in json.dumps(entry)
    assert all(b"s3cret" not in form(entry) for form in FORMATS.values())


async def test_a_long_text_is_cut(tmp_path: Path) -> None:
    [entry] = await slow_told(tmp_path, "{ revision } #" + "x" * 5_000 + "\n" * 5_000)
    assert len(entry["text"]) == 101
    assert max(map(len, entry["text"])) <= 204


@pytest.mark.parametrize("form", FORMATS)
async def test_a_text_cannot_imitate_a_line(tmp_path: Path, form: str) -> None:
    [entry] = await slow_told(
        tmp_path, "{ revision } # \x1b[2J\n2026-11-25T17:44:00.123Z info GET / 200\n#\u202e"
    )
    first, *rest = FORMATS[form](entry).decode().splitlines()
    assert all(line.isprintable() for line in (first, *rest))
    assert all(line.startswith("  ") for line in rest)


async def test_quick_operations_and_other_requests_are_not_logged_as_slow(tmp_path: Path) -> None:
    assert await slow_told(tmp_path, STORY, slow_ms=60_000) == []
    (tmp_path / "none").mkdir()
    assert await slow_told(tmp_path / "none", STORY, slow_ms=0) == []


async def test_a_request_that_is_slow_to_arrive_is_no_slow_operation(tmp_path: Path) -> None:
    entries: list[Entry] = []
    app = create_app(tmp_path / "none", None, Observer(entries.append, failures_only=True, slow_ms=1e-9))
    await post_body(app, [b"{", b"no JSON"])
    await get(app, STORY, accept="text/html")
    assert entries == []
