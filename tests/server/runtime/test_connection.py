"""Connections on real sockets: too slow, too large, too many, not HTTP, and clients that do not read."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
from uvicorn.server import ServerState

from graph_api.server.app import create_app
from graph_api.server.runtime.connection import HttpConnection, uvicorn_config
from graph_api.settings import Settings
from tests.server.running import running
from tests.store.build import article, graph

QUICK = Settings(arrival_seconds=1, idle_seconds=1, max_headers=2000, max_connections=8)
PATIENCE_S = 15
GET = b"GET /graphql?query=%7Brevision%7D HTTP/1.1\r\nhost: x\r\n"
POST = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    database = graph(tmp_path_factory.mktemp("connection") / "graph.sqlite", article("a"))
    with running(create_app(database, QUICK), QUICK) as url:
        yield url


def connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=PATIENCE_S)


def sent(url: str, *pieces: bytes) -> bytes:
    """All that comes back until the server ends the connection."""
    with connected(url) as client:
        for piece in pieces:
            client.sendall(piece)
        return rest(client)


def rest(client: socket.socket) -> bytes:
    received = bytearray()
    while True:
        try:
            piece = client.recv(65536)
        except ConnectionResetError:
            return bytes(received)
        if not piece:
            return bytes(received)
        received += piece


def told(response: bytes) -> tuple[int, str, dict[str, str]]:
    """Status, code and headers of the only response in these bytes."""
    head, _, body = response.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    [error] = json.loads(body)["errors"]
    return int(status.split()[1]), error["extensions"]["code"], dict(line.split(": ", 1) for line in lines)


def test_unfinished_requests_get_408_and_the_connection_closes(url: str) -> None:
    begun = [
        b"",
        b"G",
        b"\r\n",
        GET,
        POST + b"content-length: 10\r\n\r\n{",
        POST + b"transfer-encoding: chunked\r\n\r\n",
    ]
    with ExitStack() as open:
        clients = [open.enter_context(connected(url)) for _ in begun]
        for client, piece in zip(clients, begun, strict=True):
            client.sendall(piece)
        for client in clients:
            status, code, headers = told(rest(client))
            assert (status, code, headers["connection"]) == (408, "REQUEST_TIMEOUT", "close")


def test_a_request_sent_byte_by_byte_times_out(url: str) -> None:
    with connected(url) as client:
        client.settimeout(0.1)
        response = b""
        for letter in (GET + b"x" * 1000).decode():
            try:
                client.sendall(letter.encode())
                response = client.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                break
            break
        assert told(response)[1] == "REQUEST_TIMEOUT"


def test_an_idle_connection_ends_after_its_answer(url: str) -> None:
    response = sent(url, GET + b"\r\n")
    assert response.endswith(b'{"data":{"revision":"one"}}')
    assert response.count(b"HTTP/1.1 ") == 1


def test_one_that_trickles_empty_lines_after_its_answer_ends(url: str) -> None:
    with connected(url) as client:
        client.sendall(GET + b"\r\n")
        assert client.recv(65536)
        client.sendall(b"\r\n")
        assert told(rest(client))[1] == "REQUEST_TIMEOUT"


def test_an_unread_body_does_not_keep_its_connection_open(url: str) -> None:
    with connected(url) as client:
        client.sendall(b"POST /healthz HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
        assert b" 405 " in client.recv(65536)
        client.sendall(b"1\r\nx\r\n")
        rest(client)


@pytest.mark.parametrize("end", [b"", b"\r\n\r\n"], ids=["endless", "whole"])
@pytest.mark.parametrize(
    "start", [b"GET /graphql?query=", b"GET /graphql HTTP/1.1\r\nhost: x\r\nx: "], ids=["address", "header"]
)
def test_headers_that_are_too_large_are_431(url: str, start: bytes, end: bytes) -> None:
    version = b" HTTP/1.1\r\nhost: x" if b"HTTP" not in start and end else b""
    status, code, headers = told(sent(url, start + b"x" * 3000 + version + end))
    assert (status, code, headers["connection"]) == (431, "HEADERS_TOO_LARGE", "close")


def test_a_large_body_is_no_header(url: str) -> None:
    body = json.dumps({"query": "{ revision }" + " " * 5000}).encode()
    request = POST + f"content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode()
    assert b'{"revision":"one"}' in sent(url, request + body)


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"CONNECT x:1 HTTP/1.1\r\n\r\n",
    ],
)
def test_malformed_http_is_400_in_json(url: str, request_: bytes) -> None:
    assert told(sent(url, request_))[:2] == (400, "BAD_REQUEST")


CHUNKED = b"transfer-encoding: chunked\r\n\r\n"
BODY_IN_CHUNKS = b'16\r\n{"query":"{revision}"}\r\n0\r\n'
AMBIGUOUS = {
    "two lengths": POST + b"content-length: 22\r\ncontent-length: 2\r\n\r\n",
    "a length beside chunks": POST + b"content-length: 5\r\n" + CHUNKED,
    "chunks beside a length": POST + b"transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n",
    "a length with a sign": POST + b"content-length: +22\r\n\r\n",
    "a length beyond counting": POST + b"content-length: " + b"9" * 30 + b"\r\n\r\n",
    "another coding before chunks": POST + b"transfer-encoding: gzip, chunked\r\n\r\n",
    "another coding in a header of its own": POST + b"transfer-encoding: identity\r\n" + CHUNKED,
    "a coding nobody knows": POST + b"transfer-encoding: xchunked\r\n\r\n",
    "a space before the colon": POST + b"transfer-encoding : chunked\r\n\r\n",
    "a folded header": GET + b"x: a\r\n b\r\n\r\n",
    "a bare line feed": GET.replace(b"\r\n", b"\n") + b"\n",
    "a bare carriage return": GET + b"x: a\rb\r\n\r\n",
    "NUL": GET + b"x: a\0b\r\n\r\n",
    "a negative chunk": POST + CHUNKED + b"-16\r\n",
    "an endless chunk": POST + CHUNKED + b"f" * 20 + b"\r\n",
    "a chunk of bare line feeds": POST + CHUNKED + BODY_IN_CHUNKS.replace(b"\r", b""),
    "a chunk that is longer than it says": POST + CHUNKED + b"1\r\n" + b"x" * 100,
    "no host": b"GET /graphql?query=%7Brevision%7D HTTP/1.1\r\n\r\n",
    "two hosts": GET + b"host: y\r\n\r\n",
    "another version": GET.replace(b"1.1", b"1.2") + b"\r\n",
}


@pytest.mark.parametrize("request_", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_ambiguous_requests_get_400_and_the_connection_closes(url: str, request_: bytes) -> None:
    """A proxy in front may have read it in the other way: nothing behind it is taken for a request."""
    status, code, headers = told(sent(url, request_ + GET + b"\r\n"))
    assert (status, code, headers["connection"]) == (400, "BAD_REQUEST", "close")


def test_trailers_are_not_headers(url: str) -> None:
    trailers = b"content-type: text/plain\r\nhost: y\r\n\r\n"
    following = GET + b"connection: close\r\n\r\n"
    response = sent(url, POST + CHUNKED + BODY_IN_CHUNKS + trailers + following)
    assert response.count(b'{"data":{"revision":"one"}}') == 2


@pytest.mark.parametrize(
    "rest",
    [b"16;" + b"x" * 600_000, b"0\r\n" + b"x: y\r\n" * 100_000, b"1\r\n{\r\n" * 100_000],
    ids=["a chunk's extension", "what comes behind the body", "chunks of one byte"],
)
def test_a_body_that_hides_its_size_is_413(url: str, rest: bytes) -> None:
    with connected(url) as client, suppress(ConnectionError):
        client.sendall(POST + CHUNKED)
        client.sendall(rest)
        assert told(client.recv(65536))[:2] == (413, "REQUEST_TOO_LARGE")


def test_many_requests_in_one_piece_end_the_connection(url: str) -> None:
    few, many = GET + b"\r\n", b"GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n" * 500
    assert sent(url, few + many).count(b"HTTP/1.1 ") < 500


H2C = b"connection: Upgrade, HTTP2-Settings\r\nhttp2-settings: AAEAAEAAAAIAAAABAAMAAABk\r\nupgrade: h2c\r\n"
UPGRADES = {
    "h2c, as curl and Java send it": H2C,
    "a version of HTTP": b"connection: upgrade\r\nupgrade: HTTP/2.0, h2c\r\n",
    "TLS": b"connection: Upgrade\r\nupgrade: TLS/1.2\r\n",
    "websocket without its key": b"connection: Upgrade\r\nupgrade: websocket\r\n",
}
BODY_OF_POST = b'content-length: 22\r\n\r\n{"query":"{revision}"}'


@pytest.mark.parametrize("upgrade", UPGRADES.values(), ids=UPGRADES.keys())
@pytest.mark.parametrize(
    ("head", "body"),
    [(GET, b"\r\n"), (POST, BODY_OF_POST), (POST, CHUNKED + BODY_IN_CHUNKS + b"\r\n")],
)
def test_an_upgrade_is_ignored_and_the_connection_is_kept(
    url: str, head: bytes, body: bytes, upgrade: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    last = GET + b"connection: close\r\n\r\n"
    request = head + upgrade + body
    response = sent(url, request * 2, request, last)
    assert response.count(b"HTTP/1.1 200 ") == response.count(b'{"data":{"revision":"one"}}') == 4
    assert "pgrade" not in caplog.text


def test_what_follows_an_ignored_upgrade_must_be_http(url: str) -> None:
    response = sent(url, POST + H2C + BODY_OF_POST + b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    assert response.startswith(b"HTTP/1.1 200 ") or told(response)[:2] == (400, "BAD_REQUEST")
    assert response.count(b"HTTP/1.1 ") <= 2


def test_a_websocket_handshake_is_refused_in_words(url: str) -> None:
    handshake = (
        b"connection: keep-alive, Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
        b"sec-websocket-protocol: graphql-transport-ws\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    response = sent(url, b"GET /graphql HTTP/1.1\r\nhost: x\r\n" + handshake)
    assert told(response)[:2] == (400, "BAD_REQUEST")
    assert b"WebSocket is not supported" in response


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (b"GET /graphql HTTP/1.1\r\nhost: x\r\norigin: %b\r\nx: " + b"x" * 3000, "HEADERS_TOO_LARGE"),
        (b"GET /graphql HTTP/1.1\r\nhost: x\r\norigin: %b\r\naccept: */*\r\n", "REQUEST_TIMEOUT"),
        (
            b"POST /graphql HTTP/1.1\r\nhost: x\r\norigin: %b\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n",
            "REQUEST_TIMEOUT",
        ),
        (b"GET /graphql HTTP/1.1\r\norigin: %b\r\n\r\n", "BAD_REQUEST"),
    ],
    ids=["431", "408 for headers", "408 for a body", "400"],
)
def test_errors_of_a_connection_can_be_read_by_pages_of_allowed_origins_only(
    tmp_path: Path, request_: bytes, code: str
) -> None:
    settings = dataclasses.replace(QUICK, cors_origins="https://a.example, https://b.example")
    app = create_app(graph(tmp_path / "graph.sqlite", article("a")), settings)
    with running(app, settings) as allowing:
        for origin, is_allowed in ((b"https://b.example", True), (b"https://c.example", False)):
            _, found, headers = told(sent(allowing, request_ % origin))
            assert found == code
            assert headers.get("access-control-allow-origin") == (origin.decode() if is_allowed else None)
            assert ("graph-revision" in headers.get("access-control-expose-headers", "")) == is_allowed


@pytest.mark.parametrize("origins", ["*", "https://a.example", "https://a.example, https://b.example"])
def test_an_address_that_is_too_large_hides_the_origin_behind_it(origins: str) -> None:
    with running(whose, dataclasses.replace(QUICK, cors_origins=origins)) as url:
        _, code, headers = told(sent(url, b"GET /graphql?query=" + b"x" * 3000))
    assert code == "HEADERS_TOO_LARGE"
    assert headers.get("access-control-allow-origin") == (None if "," in origins else origins)


@pytest.mark.parametrize("target", [b"/graphql", b"/news/graphql"])
@pytest.mark.parametrize("query", [b"?query=%7Brevision%7D", b"?query=%7B__typename%7D"])
def test_a_proxy_may_keep_the_prefix_or_strip_it(tmp_path: Path, target: bytes, query: bytes) -> None:
    settings = dataclasses.replace(QUICK, root_path="/news")
    database = graph(tmp_path / "graph.sqlite", article("a"))
    with running(create_app(database, settings), settings) as url:
        got = sent(url, b"GET %b%b HTTP/1.0\r\n\r\n" % (target, query))
        posted = sent(url, POST.replace(b"/graphql", target) + b"connection: close\r\n" + BODY_OF_POST)
        health = sent(url, b"GET %b HTTP/1.0\r\n\r\n" % target.replace(b"graphql", b"healthz"))
        twice = sent(url, b"GET /news/news/graphql HTTP/1.0\r\n\r\n")
    assert [each[9:12] for each in (got, posted, health, twice)] == [b"200", b"200", b"200", b"404"]
    assert b"the API is at /news/graphql" in twice


@pytest.mark.parametrize("target", [b"/news", b"/news/", b"/news?query=%7Brevision%7D", b"/"])
def test_the_prefix_itself_redirects_to_the_api_below_it(tmp_path: Path, target: bytes) -> None:
    settings = dataclasses.replace(QUICK, root_path="/news")
    database = graph(tmp_path / "graph.sqlite", article("a"))
    with running(create_app(database, settings), settings) as url:
        answer = sent(url, b"GET %b HTTP/1.0\r\n\r\n" % target)
    query = target.partition(b"?")[1] + target.partition(b"?")[2]
    assert answer.startswith(b"HTTP/1.1 307 ")
    assert b"\r\nlocation: /news/graphql%b\r\n" % query in answer


def test_surplus_connections_get_503_and_earlier_ones_are_served(url: str) -> None:
    with ExitStack() as open:
        clients = [open.enter_context(connected(url)) for _ in range(QUICK.max_connections)]
        for client in clients:
            client.sendall(GET)
        status, code, headers = told(sent(url))
        assert (status, code, headers["retry-after"]) == (503, "OVERLOADED", "1")
        for client in clients:
            client.sendall(b"\r\n")
            assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
    assert b"200 OK" in sent(url, GET + b"connection: close\r\n\r\n"), "there is room again"


@pytest.mark.parametrize("path", [b"/graphql?query=%7Brevision%7D", b"/healthz"], ids=["fast path", "ASGI"])
def test_a_new_connection_takes_the_place_of_an_idle_one(tmp_path: Path, path: bytes) -> None:
    settings = Settings(max_connections=3)
    request = b"GET %b HTTP/1.1\r\nhost: x\r\n\r\n" % path
    app = create_app(graph(tmp_path / "graph.sqlite", article("a")), settings)
    with running(app, settings) as url, ExitStack() as open:
        busy = open.enter_context(connected(url))
        busy.sendall(request[:-2])
        idle = [open.enter_context(connected(url)) for _ in range(2)]
        for client in idle:
            client.sendall(request)
            assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
        while idle:
            new = open.enter_context(connected(url))
            new.sendall(request[:-2])
            [closed], _, _ = select.select(idle, [], [], PATIENCE_S)
            assert rest(closed) in {b"", b'{"status":"alive"}'}
            idle.remove(closed)
        assert told(sent(url))[:2] == (503, "OVERLOADED"), "none is idle"
        busy.sendall(b"\r\n")
        assert busy.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_pipelined_requests_are_answered_in_order(url: str) -> None:
    response = sent(url, GET + b"\r\n" + GET + b"\r\n" + GET + b"connection: close\r\n\r\n")
    assert response.count(b'{"data":{"revision":"one"}}') == 3


def test_too_many_requests_in_line_end_their_connection_and_leave_no_garbage(url: str) -> None:
    gc.collect()
    gc.disable()
    try:
        answers = [sent(url, (GET + b"\r\n") * 200) for _ in range(5)]
        left = sum(isinstance(each, RequestResponseCycle) for each in gc.get_objects())
    finally:
        gc.enable()
    assert all(b"OVERLOADED" in answer for answer in answers)
    assert left < 128, "those of one connection, if it is not over yet"


async def whose(scope: Scope, receive: Receive, send: Send) -> None:
    """An app that answers the client's address."""
    del receive
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["client"][0].encode()})


@pytest.mark.parametrize(
    ("trusted", "address"), [("", b"127.0.0.1"), ("10.0.0.1", b"127.0.0.1"), ("127.0.0.1", b"192.0.2.7")]
)
def test_forwarded_addresses_count_from_trusted_proxies_only(trusted: str, address: bytes) -> None:
    settings = dataclasses.replace(QUICK, trusted_proxies=trusted)
    with running(whose, settings) as url:
        told = sent(url, b"GET / HTTP/1.0\r\nx-forwarded-for: 198.51.100.9, 192.0.2.7\r\n\r\n")
    assert told.endswith(b"\r\n" + address) or b"\r\n" + address + b"\r\n" in told


class Slow:
    """An app that answers when it is *let*, and knows that it was *asked*, and how it was told that the client has
    gone."""

    def __init__(self) -> None:
        self.asked, self.let, self.over = threading.Event(), threading.Event(), threading.Event()
        self.heard = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.asked.set()
            await receive()
            self.heard = (await receive())["type"]
            await asyncio.to_thread(self.let.wait, PATIENCE_S)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"slow"})
            self.over.set()


IN_LINE = {"garbage": b"garbage\r\n\r\n", "garbage behind another": GET + b"\r\ngarbage\r\n\r\n"}


@pytest.mark.parametrize("behind", IN_LINE.values(), ids=IN_LINE.keys())
def test_an_app_overtaken_by_an_error_is_stopped_without_a_failure(
    behind: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    slow = Slow()
    with running(slow, QUICK) as url:
        assert told(sent(url, GET + b"\r\n" + behind))[:2] == (400, "BAD_REQUEST")
        slow.let.set()
        assert slow.over.wait(PATIENCE_S)
    assert slow.heard == "http.disconnect"
    assert "Exception" not in caplog.text


def test_the_first_of_several_pipelined_requests_is_cancelled_on_disconnect(
    caplog: pytest.LogCaptureFixture,
) -> None:
    slow = Slow()
    with running(slow, QUICK) as url:
        with connected(url) as client:
            client.sendall((GET + b"\r\n") * 2)
            assert slow.asked.wait(PATIENCE_S)
        slow.let.set()
        assert slow.over.wait(PATIENCE_S)
    assert slow.heard == "http.disconnect"
    assert "Exception" not in caplog.text


BODY = b"x" * 20_000_000  # more than waits on the way to a client


async def large(scope: Scope, receive: Receive, send: Send) -> None:
    """An app whose every answer is BODY."""
    del receive
    if scope["type"] == "http":
        headers = [(b"content-length", b"%d" % len(BODY))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": BODY})


def test_a_client_that_does_not_read_the_response_is_disconnected() -> None:
    only_one = dataclasses.replace(QUICK, max_connections=1)
    with running(large, only_one) as url, connected(url) as client:
        client.sendall(GET + b"\r\n")
        assert client.recv(1)
        until = time.monotonic() + PATIENCE_S
        while (response := sent(url, GET + b"connection: close\r\n\r\n")).startswith(b"HTTP/1.1 503"):
            assert time.monotonic() < until, "there is no room for another"
        assert response.endswith(BODY)


class Taking(asyncio.Transport):
    """The other side of a connection, which has not yet taken *unsent* bytes."""

    unsent = 0
    aborted = False

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def is_closing(self) -> bool:
        return False

    def abort(self) -> None:
        self.aborted = True


async def test_a_slow_but_steady_reader_keeps_its_connection() -> None:
    config = uvicorn_config(large, QUICK)
    assert isinstance(config.http, type)
    assert issubclass(config.http, HttpConnection)
    connection = config.http(config, ServerState(), {})
    transport = Taking()
    connection.connection_made(transport)
    for transport.unsent in (9000, 7900, 6800, 0, 500):
        connection._unread_checked_at = connection.loop.time() - 1  # a second has passed
        connection._check()
        connection._check()  # too soon to tell
        assert not transport.aborted
    connection._unread_checked_at = connection.loop.time() - 1
    connection._check()
    assert transport.aborted
    connection.connection_lost(ConnectionResetError())
