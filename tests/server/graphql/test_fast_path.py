"""The fast path answers as the ASGI app does, byte for byte, and is logged and counted alike.

Two servers over one database, one without the fast path, receive the same bytes on real sockets.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st
from starlette.types import Receive, Scope, Send

from graph_api.server.access import Scope as KeyScope, new_key
from graph_api.server.app import create_app
from graph_api.server.graphql.fast_path import server_config
from graph_api.server.observability.log import Entry
from graph_api.server.observability.observer import Observer
from graph_api.server.runtime.connection import uvicorn_config
from graph_api.settings import Settings
from tests.server.running import served
from tests.store.build import article, graph

TITLE = "query Title($slug: String!) { article(by: { slug: $slug }) { title related { nodes { title } } } }"
LIST = "{ articles(first: 3) { nodes { title topics { name } } } }"
LONG = "{ articles(first: 50) { nodes { id title slug related { nodes { id title slug } } } } }"
HUGE = " ".join(
    ["{", *(f"a{number}: {LONG[2:-2]}" for number in range(4)), "}"]
)  # more than is packed at once
KEY, KEPT = new_key("reader", [KeyScope.READ])
PATIENCE_S = 30

KINDS = {
    "as shipped": Settings(),
    "no answers kept": Settings(response_cache_bytes=0),
    "no rows kept": Settings(response_cache_bytes=0, row_cache_bytes=0),
    "with keys": Settings(keys=KEPT.entry),
    "small bodies": Settings(max_body=150),
    "small answers": Settings(max_answer=1000, response_cache_bytes=0),
    "behind a proxy": Settings(root_path="/api"),
    "learns no texts": Settings(persisted_query_bytes=0),
}


# -- two servers ---------------------------------------------------------------------------------------


class Side:
    """One server, what it tells of its requests, and how many came to its app."""

    def __init__(self, database: Path, settings: Settings, *, fast: bool) -> None:
        self.told: SimpleQueue[Entry] = SimpleQueue()
        self.observer = Observer(self.told.put)
        self._app = create_app(database, settings, self.observer)
        self._settings = settings
        self._fast = fast
        self.asgi_requests = 0
        self.url = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asgi_requests += scope["type"] == "http"
        await self._app(scope, receive, send)

    @contextmanager
    def serving(self) -> Iterator[Side]:
        if self._fast:
            config = server_config(self, self._app.state.endpoint, self._settings, self.observer)
        else:
            config = uvicorn_config(self, self._settings, self.observer)
        with served(config) as self.url:
            yield self

    def heard(self, *pieces: bytes) -> tuple[bytes, list[dict[str, Any]]]:
        """All that comes back for these bytes and a last request, and what is told of all of them."""
        with self.connected() as client:
            for piece in pieces:
                client.sendall(piece)
            received = rest(client)
        with self.connected() as client:
            client.sendall(b"GET /samples.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            rest(client)
        return re.sub(rb"\r\ndate: [^\r]*", b"", received), list(self._entries())

    def connected(self) -> socket.socket:
        parts = urlsplit(self.url)
        return socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=PATIENCE_S)

    def counted(self) -> dict[tuple[str, ...], float]:
        """The metrics, times aside."""
        return {
            (sample.name, *sample.labels.values()): sample.value
            for metric in self.observer.metrics.collect()
            for sample in metric.samples
            if "seconds" not in sample.name
        }

    def _entries(self) -> Iterator[dict[str, Any]]:
        while (entry := self.told.get(timeout=PATIENCE_S)).get("path") != "/samples.json":
            # a time differs, and whether memory or the store knew the rows depends on it
            yield {**entry, "time": 0, "ms": 0, "cache": entry.get("cache") == "hit"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A server with the fast path and one without."""

    fast: Side
    ordinary: Side

    def agree_on(self, *pieces: bytes) -> bytes:
        """What both answer to these bytes, which end their connection."""
        (received, told), (expected, expected_told) = self.fast.heard(*pieces), self.ordinary.heard(*pieces)
        assert received == expected
        assert told == expected_told
        return received


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = [f"a{number}" for number in range(30)]
    articles = [article(name, related=names[:8], topics=["t"]) for name in names]
    return graph(tmp_path_factory.mktemp("short") / "graph.sqlite", *articles)


@pytest.fixture(scope="module")
def pairs(database: Path) -> Iterator[dict[str, Pair]]:
    with ExitStack() as open:
        yield {
            name: Pair(
                *(open.enter_context(Side(database, settings, fast=fast).serving()) for fast in (True, False))
            )
            for name, settings in KINDS.items()
        }


def rest(client: socket.socket) -> bytes:
    received = bytearray()
    while piece := client.recv(65536):
        received += piece
    return bytes(received)


# -- requests as bytes ---------------------------------------------------------------------------------


def body_of(query: str | None = None, **more: Any) -> bytes:
    return json.dumps({"query": query, **more}).encode()


def asked(
    body: bytes,
    *headers: bytes,
    start: bytes = b"POST /graphql HTTP/1.1",
    content_type: bytes = b"application/json",
    chunked: bool = False,
) -> bytes:
    """One request; without *content_type* it has none."""
    lines = [start, b"host: x", *headers]
    if content_type:
        lines.append(b"content-type: " + content_type)
    if chunked:
        lines.append(b"transfer-encoding: chunked")
        parts = [part for part in (body[:9], body[9:]) if part]
        body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in [*parts, b""])
    else:
        lines.append(b"content-length: %d" % len(body))
    return b"\r\n".join([*lines, b"", body])


def by_hash(text: str, **more: Any) -> bytes:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return json.dumps(
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256}}, **more}
    ).encode()


def got(parameters: Mapping[str, object], *headers: bytes) -> bytes:
    """One GET of these parameters."""
    told = (
        (name, value if isinstance(value, str) else json.dumps(value)) for name, value in parameters.items()
    )
    return got_at(b"/graphql?" + urlencode(list(told)).encode(), *headers)


def got_at(target: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"GET %b HTTP/1.1" % target, b"host: x", *headers, b"", b""])


CLOSE = asked(b"", b"connection: close", start=b"GET /healthz HTTP/1.1", content_type=b"")
BODIES = {
    "one article": body_of(TITLE, variables={"slug": "a1"}),
    "another": body_of(TITLE, variables={"slug": "a2"}, operationName="Title"),
    "none": body_of(TITLE, variables={"slug": "nothing"}),
    "a list": body_of(LIST),
    "a long list": body_of(LONG),
    "a huge list": body_of(HUGE),
    "its cost": body_of(LIST, extensions={"cost": True}),
    "the schema": body_of("{ __schema { queryType { name } } }"),
    "a wrong name": body_of(TITLE, variables={"slug": "a1"}, operationName="Other"),
    "a wrong variable": body_of(TITLE, variables={"slug": 7}),
    "a wrong extension": body_of(LIST, extensions=[]),
    "a mutation": body_of("mutation { a }"),
    "invalid": body_of("{ nothing }"),
    "not GraphQL": body_of("{"),
    "not JSON": b"{",
    "not UTF-8": b"\xff",
    "a batch": b"[" + body_of(LIST) + b"]",
    "nothing": b"",
    "what changes with the clock": body_of(
        "{ articles(first: 1, filter: { date: { within: DAY } }) { nodes { id } } }"
    ),
    "by an unknown hash": by_hash("{ unknown }"),
    "by hash": by_hash(LIST),
    "by hash, with text": by_hash(LIST, query=LIST),
    "by a wrong hash": by_hash(LIST, query=TITLE),
    "large": body_of(LIST + " " * 20_000),
}
GETS: dict[str, dict[str, object]] = {
    "one article": {"query": TITLE, "variables": {"slug": "a1"}},
    "a list": {"query": LIST},
    "a long list": {"query": LONG},
    "a huge list": {"query": HUGE},
    "its cost": {"query": LIST, "extensions": {"cost": True}},
    "a mutation": {"query": "mutation { a }"},
    "invalid": {"query": "{ nothing }"},
    "nothing": {},
    "no JSON": {"query": LIST, "variables": "{"},
    "what changes with the clock": {
        "query": "{ articles(first: 1, filter: { date: { within: DAY } }) { nodes { id } } }"
    },
    "by hash": json.loads(by_hash(LIST)),
    "by hash, with text": json.loads(by_hash(LIST, query=LIST)),
}
TARGETS = {
    "not encoded": b"/graphql?query={articles{totalCount}}",
    "encoded": b"/graphql?%71uery=%7Barticles%7BtotalCount%7D%7D&&other=1;2",
    "with plus signs": b"/graphql?query=query+A+{articles{totalCount}}&operationName=A",
    "twice": b"/graphql?query={articles{totalCount}}&query={revision}",
    "empty": b"/graphql?",
    "not UTF-8": b"/graphql?query=%ff",
    "with a fragment": b"/graphql?query={revision}#b",
    "with another question mark": b"/graphql?query={revision}?",
    "absolute": b"http://x/graphql?query={revision}",
    "below the prefix of a proxy": b"/api/graphql?query={articles{totalCount}}",
    "below it twice": b"/api/api/graphql?query={articles{totalCount}}",
    "another path": b"/graphql/?query={revision}",
    "an encoded path": b"/graph%71l?query={revision}",
    "a page": b"/graphql?a=1",
}
HEADERS = {
    "plain": (),
    "modern": (b"accept: application/graphql-response+json",),
    "twice": (b"accept: text/html", b"Accept: application/graphql-response+json"),
    "no JSON": (b"accept: text/html",),
    "compressed": (b"accept-encoding: gzip",),
    "as browsers have it": (b"accept-encoding: gzip, deflate, br, zstd", b"sec-fetch-site: same-origin"),
    "compressed by none of ours": (b"accept-encoding: deflate",),
    "a page": (b"accept: text/html,application/xhtml+xml,*/*;q=0.8", b"sec-fetch-site: none"),
    "a key": (b"authorization: Bearer " + KEY.encode(),),
    "a wrong key": (b"authorization: Bearer x",),
    "no bearer": (b"Authorization: Basic eDp4",),
    "an unknown trace": (b"apollo-federation-include-trace: ftv0",),
    "another site": (b"origin: https://example.com",),
    "compressed body": (b"content-encoding: gzip",),
    "an upgrade": (b"connection: Upgrade, HTTP2-Settings", b"upgrade: h2c"),
    "odd": (b"x-odd: \xe9\xff", b"cookie: a=b", b"content-encoding: identity"),
}
STARTS = [
    b"POST /graphql HTTP/1.1",
    b"POST /graphql?a HTTP/1.1",
    b"PUT /graphql HTTP/1.1",
    b"POST /other HTTP/1.1",
]
TYPES = [
    b"application/json",
    b"Application/JSON; charset=utf-8",
    b"application/json; charset=utf-16",
    b"text/plain",
    b"",
]

posts = st.builds(
    lambda body, headers, start, content_type, chunked: asked(
        body, *headers, start=start, content_type=content_type, chunked=chunked
    ),
    st.sampled_from(list(BODIES.values())),
    st.sampled_from(list(HEADERS.values())),
    st.sampled_from([STARTS[0]] * 5 + STARTS),
    st.sampled_from([TYPES[0]] * 5 + TYPES),
    st.sampled_from([False] * 3 + [True]),
)
gets = st.builds(
    lambda given, headers: got(given, *headers),
    st.sampled_from(list(GETS.values())),
    st.sampled_from(list(HEADERS.values())),
) | st.builds(
    lambda target, headers: got_at(target, *headers),
    st.sampled_from(list(TARGETS.values())),
    st.sampled_from(list(HEADERS.values())),
)
requests = posts | gets


# -- what holds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_each_request_is_answered_alike_again_and_again(
    pairs: dict[str, Pair], kind: str, body: bytes
) -> None:
    for headers in HEADERS.values():
        pairs[kind].agree_on(asked(body, *headers) + CLOSE)
        pairs[kind].agree_on(asked(body, *headers) * 2 + CLOSE)


@pytest.mark.parametrize("kind", ["as shipped", "no answers kept", "with keys"])
@pytest.mark.parametrize("name", GETS)
def test_each_get_is_answered_alike_again_and_again(pairs: dict[str, Pair], kind: str, name: str) -> None:
    for headers in HEADERS.values():
        pairs[kind].agree_on(got(GETS[name], *headers) * 2 + CLOSE)


@pytest.mark.parametrize("name", TARGETS)
def test_each_target_is_answered_alike(pairs: dict[str, Pair], name: str) -> None:
    for headers in (HEADERS["plain"], HEADERS["a page"], HEADERS["as browsers have it"]):
        for kind in ("as shipped", "behind a proxy"):
            pairs[kind].agree_on(got_at(TARGETS[name], *headers), CLOSE)


@pytest.mark.parametrize("name", ["one article", "a list", "a long list", "a huge list"])
def test_etags_are_equal_on_both_paths(pairs: dict[str, Pair], name: str) -> None:
    for headers in ((), HEADERS["modern"], HEADERS["compressed"], HEADERS["as browsers have it"]):
        request = got(GETS[name], *headers)
        tags = {
            tag_of(pairs[kind].agree_on(request * 2 + CLOSE)) for kind in ("as shipped", "no answers kept")
        }
        [tag] = tags
        for known in (tag, b"W/" + tag, b'"other"', b"*"):
            again = got(GETS[name], *headers, b"if-none-match: " + known)
            received = pairs["as shipped"].agree_on(again * 2 + CLOSE)
            assert received.count(b" 304 Not Modified") == 2 * (known != b'"other"')


def tag_of(received: bytes) -> bytes:
    """The one tag of all answers."""
    [tag] = set(re.findall(rb"\r\netag: ([^\r]*)", received))
    return bytes(tag)


@pytest.mark.parametrize(
    "headers",
    [
        (b"content-length: 0",),
        (b"content-length: 2",),
        (b"transfer-encoding: chunked",),
        (b"expect: 100-continue",),
    ],
)
def test_a_get_with_a_body_is_answered_alike(pairs: dict[str, Pair], headers: tuple[bytes, ...]) -> None:
    body = {b"content-length: 2": b"{}", b"transfer-encoding: chunked": b"2\r\n{}\r\n0\r\n\r\n"}
    request = got(GETS["a list"], *headers) + body.get(headers[0], b"")
    pairs["as shipped"].agree_on(request * 2 + CLOSE)


@hypothesis_settings(max_examples=60)
@given(kind=st.sampled_from(list(KINDS)), sent=st.lists(requests, max_size=6))
def test_generated_requests_in_one_piece_are_answered_alike(
    pairs: dict[str, Pair], kind: str, sent: list[bytes]
) -> None:
    pairs[kind].agree_on(b"".join([*sent, CLOSE]))


@hypothesis_settings(max_examples=40)
@given(
    sent=st.lists(st.sampled_from(list(map(asked, BODIES.values()))) | gets, max_size=6),
    cut=st.integers(0, 2000),
)
def test_requests_that_arrive_in_any_two_pieces_are_answered_alike(
    pairs: dict[str, Pair], sent: list[bytes], cut: int
) -> None:
    whole = b"".join([*sent, CLOSE])
    pairs["as shipped"].agree_on(whole[:cut], whole[cut:])


@pytest.mark.parametrize("size", [1, 7, 100, 5000])
def test_requests_in_many_pieces_are_answered_alike(pairs: dict[str, Pair], size: int) -> None:
    browser = HEADERS["as browsers have it"]
    sent = [
        asked(BODIES["a long list"], *browser),
        got(GETS["a list"]),
        asked(BODIES["its cost"], chunked=True),
    ]
    whole = b"".join([*sent, *sent, CLOSE])
    pairs["as shipped"].agree_on(*(whole[at : at + size] for at in range(0, len(whole), size)))


@pytest.mark.parametrize(
    "last",
    [
        asked(BODIES["a list"], b"connection: close"),
        asked(BODIES["a list"], start=b"POST /graphql HTTP/1.0"),
        asked(BODIES["a list"], b"connection: keep-alive", start=b"POST /graphql HTTP/1.0"),
        asked(BODIES["a list"], b"expect: 100-continue", b"connection: close"),
        asked(BODIES["a list"], b"host: y"),
        asked(BODIES["a list"]).replace(b"host: x\r\n", b""),
        asked(BODIES["a list"], b"transfer-encoding: gzip"),
        b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 9x\r\n\r\n{}",
        b"what is this\r\n\r\n",
    ],
)
def test_a_request_that_ends_its_connection_is_answered_alike(pairs: dict[str, Pair], last: bytes) -> None:
    pair = pairs["as shipped"]
    pair.agree_on(asked(BODIES["a list"]), CLOSE)
    pair.agree_on(last)


def test_all_is_counted_alike(pairs: dict[str, Pair]) -> None:
    for pair in pairs.values():
        pair.agree_on(asked(BODIES["a list"]) * 3, CLOSE)
        assert pair.fast.counted() == pair.ordinary.counted()


@pytest.mark.parametrize(
    ("kind", "request_"),
    [
        ("as shipped", asked(BODIES["one article"])),
        ("as shipped", asked(BODIES["a long list"])),
        ("as shipped", asked(BODIES["by hash"])),
        ("as shipped", asked(BODIES["a long list"], *HEADERS["as browsers have it"])),
        ("as shipped", asked(BODIES["a huge list"], *HEADERS["compressed"])),
        ("as shipped", got(GETS["a list"], *HEADERS["as browsers have it"])),
        ("as shipped", got(GETS["a huge list"], *HEADERS["as browsers have it"])),
        ("as shipped", got(GETS["a huge list"], b"if-none-match: *")),
        ("with keys", asked(BODIES["a list"], *HEADERS["a key"])),
        ("no answers kept", asked(BODIES["a list"])),
        ("no answers kept", asked(BODIES["a list"], *HEADERS["as browsers have it"])),
        ("no answers kept", got(GETS["a list"])),
    ],
)
def test_most_requests_never_reach_the_asgi_app(pairs: dict[str, Pair], kind: str, request_: bytes) -> None:
    side = pairs[kind].fast
    side.heard(asked(by_hash(LIST, query=LIST), *HEADERS["a key"]), CLOSE)
    before = side.asgi_requests
    for _ in range(10):
        side.heard(*[request_] * 5, CLOSE)
    assert side.asgi_requests - before <= 20 + 25, "the ends of connections, and half of the rest at most"


def test_a_gateway_gets_its_trace(pairs: dict[str, Pair]) -> None:
    traced = asked(BODIES["a list"], b"apollo-federation-include-trace: ftv1")
    received, _ = pairs["as shipped"].fast.heard(asked(BODIES["a list"]), traced, CLOSE)
    assert received.count(b'"ftv1":') == 1


@pytest.mark.parametrize(
    "settings",
    [
        Settings(rate_limit=1000),
        Settings(cors_origins="https://example.com"),
        Settings(trusted_proxies="127.0.0.1"),
    ],
)
def test_settings_that_need_middleware_switch_the_fast_path_off(database: Path, settings: Settings) -> None:
    with Side(database, settings, fast=True).serving() as side:
        received, _ = side.heard(*[asked(BODIES["a list"])] * 5, CLOSE)
        assert received.count(b" 200 OK") == 6
        assert side.asgi_requests == 7, "these, and the one that ends `heard`"


def test_one_piece_with_many_requests_does_not_keep_the_server_from_others(pairs: dict[str, Pair]) -> None:
    side = pairs["as shipped"].fast
    before = side.asgi_requests
    received, _ = side.heard(asked(BODIES["a list"]) * 40, CLOSE)
    assert received.count(b" 200 OK") == 41
    assert side.asgi_requests - before >= 40 - 4 + 2


def test_a_connection_of_the_fast_path_closes_when_idle(database: Path) -> None:
    settings = Settings(idle_seconds=1)
    with Side(database, settings, fast=True).serving() as side:
        received, _ = side.heard(asked(BODIES["a list"]), asked(BODIES["a list"]))
        assert received.count(b" 200 OK") == 2
