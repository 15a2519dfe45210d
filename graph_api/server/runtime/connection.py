"""One connection: HTTP as uvicorn reads it, within bounds on time and size that uvicorn does not have.

uvicorn starts its timers after a response only: whoever sends a request byte by byte, or does not take the
answer, would stay for ever. Each connection here has one timer, which looks now and then at what has
become of it, so that a request costs no timer of its own.
"""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle
from typing import Any

from httptools import HttpRequestParser, parse_url
from starlette.types import ASGIApp, Scope
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from graph_api.errors import HttpError
from graph_api.server.dispatch import GRAPHQL_PATH
from graph_api.server.graphql.csrf import Sent
from graph_api.server.graphql.fast_path import ShortWay
from graph_api.server.graphql.negotiation import PLAIN_JSON, by_name
from graph_api.server.http_errors import SAFE, bad_request, error_body, late, overloaded
from graph_api.server.observability.observer import Observer
from graph_api.server.runtime.body import too_large
from graph_api.settings import Settings

GRACE_S = 7  # for what runs when the server is told to end; all of it is to be over within ten
_LEAST_BYTES_PER_S = 1024  # who takes an answer more slowly is not waited for
_PIECE_BYTES = 8_192
_MOST_ON_THE_WAY = 2  # times the allowed body: no client needs more for the sizes of chunks
_MOST_IN_LINE = 64  # requests that wait for the answers to those before them, on one connection
_MOST_AT_ONCE = 4  # requests of one piece that are answered before others have their turn
_MOST_HELD_BYTES = 16_384  # of a body: larger ones ask for what takes longer than the ordinary way
_SHORT_URL = GRAPHQL_PATH.encode()
_SHORT_URL_ASKED = _SHORT_URL + b"?"
_WITHOUT_BODY = frozenset({b"GET", b"HEAD"})  # their requests are whole with their headers


def connection_type(
    settings: Settings, observer: Observer | None = None, short: ShortWay | None = None
) -> type[Connection]:
    """The connections of a server with these settings, as uvicorn's `http=` wants them: a class."""
    shared = {"settings": settings, "observer": observer or Observer(), "short": short}
    return type("Connection", (Connection,), shared)


def configured(
    app: ASGIApp, settings: Settings, observer: Observer | None = None, short: ShortWay | None = None
) -> Config:
    """How uvicorn serves *app*; *observer* hears of what becomes of connections. What *short* can answer never
    reaches *app*."""
    return Config(
        app,
        http=connection_type(settings, observer, short),
        ws="none",
        root_path=settings.root_path,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=settings.idle_seconds,
        timeout_graceful_shutdown=GRACE_S,
    )


class Connection(HttpToolsProtocol):
    """A connection whose requests arrive in time, are not too large, and whose answers are taken."""

    settings: Settings
    observer: Observer
    short: ShortWay | None

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],  # Any: uvicorn's own
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._waiting_since: float | None = None  # for the rest of a request, None when there is none
        self._idle_since: float | None = None  # nothing came since an answer that uvicorn does not know of
        self._bytes = 0  # at most so many have come of the request that arrives
        self._in_head = True
        self._sent: Sent = {}  # the headers of the request by name
        self._unsent_bytes = 0  # when that was last looked at
        self._unsent_seen = 0.0  # when that was
        self._running: RequestResponseCycle | None = None  # whose answer is made; `cycle` is the newest
        self._refusal: HttpError | None = None
        self._look: TimerHandle | None = None
        self._held: bytes | None = None  # the body so far of a request that may be answered at once
        self._at_once = 0  # how many were, of those that came in one piece
        self.observer.connections = server_state.connections

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        super().connection_made(transport)
        self._waiting_since = self.loop.time()
        if len(self.connections) > self.settings.max_connections:
            self._refuse(overloaded("the server has too many connections"))
        due_s = min(self.settings.arrival_seconds, self.settings.idle_seconds)
        self._look = self.loop.call_later(due_s, self._look_after)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)
        self._stop_running()  # uvicorn tells the newest request only, which may be one in line
        self.pipeline.clear()  # nobody waits; what refers to itself would be garbage that is looked for seldom

    def data_received(self, data: bytes) -> None:
        if self._waiting_since is None:
            self._waiting_since = self.loop.time()
        self._idle_since = None
        self._at_once = 0
        for begin in range(0, len(data), _PIECE_BYTES):  # what is too much is seen before all of it is parsed
            if not self.transport.is_closing():
                self._piece_received(data[begin : begin + _PIECE_BYTES])
        if self._held is not None:
            self._release()

    def _piece_received(self, data: bytes) -> None:
        self._bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._in_head and self._bytes > self.settings.max_headers:
            self._refuse(self._too_large())
        elif self._bytes > self.settings.max_headers + _MOST_ON_THE_WAY * self.settings.max_body:
            self._refuse(too_large(self.settings.max_body))

    def on_message_begin(self) -> None:
        self.url, self.headers = b"", []  # as uvicorn has it, but for the scope: see _begin
        if self._waiting_since is None:  # a request behind another, in one piece with it
            self._waiting_since = self.loop.time()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # what comes behind a body is not for the headers before it
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        assert self.parser is not None, "it is what calls"
        self._sent = by_name(self.headers)
        self._refusal = self._wrong_head(self.parser)
        if self._refusal is not None:
            raise ValueError  # ends the parser, which has uvicorn call send_400_response
        self._in_head = False
        if self.short is not None and self._may_be_short(self.parser):
            self._held = b""
        else:
            self._begin()

    def on_body(self, body: bytes) -> None:
        if self._held is None:
            super().on_body(body)
        else:
            self._held += body
            if len(self._held) > _MOST_HELD_BYTES:
                self._release()

    def on_message_complete(self) -> None:
        self._waiting_since, self._in_head, self._bytes = None, True, 0
        if self._held is not None:
            if self._answered():
                return
            self._release()
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # Any: as uvicorn has it
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _stop_running(self) -> None:
        """Whoever makes an answer knows that nobody takes it, and sends nothing more."""
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()

    def _begin(self) -> None:
        """The request takes uvicorn's way, from its first line on."""
        assert self.parser is not None, "a request has arrived"
        url, headers, self._idle_since = self.url, self.headers, None
        super().on_message_begin()  # makes the scope, which costs something and is needed only here
        self.url = url
        self.headers += headers  # in the list that the scope holds
        if b"expect" in self._sent:
            expected = (value.lower() for name, value in headers if name == b"expect")
            self.expect_100_continue = b"100-continue" in expected
        super().on_headers_complete()
        if self.parser.should_upgrade():
            self.cycle.keep_alive = False  # what would follow is not HTTP

    def _may_be_short(self, parser: HttpRequestParser) -> bool:
        """Whether the request may be answered at once: it is for an operation, as most are, none before it waits for
        its answer, and who asks takes what was sent."""
        return (
            self._is_plain(parser.get_method())
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and b"expect" not in self._sent
            and self._at_once < _MOST_AT_ONCE
            and (not self.cycle or self.cycle.response_complete)
            and not self.flow.write_paused
            and not self.transport.is_closing()
            and b"transfer-encoding" not in self._sent
        )

    def _is_plain(self, method: bytes) -> bool:
        """Whether it is a POST or GET as most clients send them."""
        if method == b"POST":
            return self.url == _SHORT_URL
        return (
            method == b"GET" and self.url.startswith(_SHORT_URL_ASKED) and b"content-length" not in self._sent
        )

    def _answered(self) -> bool:
        """Whether the held request is answered, and over as uvicorn has it."""
        assert self.parser is not None, "a request has arrived"
        assert self.short is not None, "it was held for that"
        assert self._held is not None, "it was held"
        scope: Scope = {
            "type": "http",
            "method": self.parser.get_method().decode(),
            "path": GRAPHQL_PATH,
            "query_string": b"" if self.url == _SHORT_URL else parse_url(self.url).query or b"",
            "headers": self.headers,
            "client": self.client,
        }
        response = self.short.answer(scope, self._sent, self._held, self.server_state.default_headers)
        if response is None:
            return False
        self._held = None
        self._at_once += 1
        if len(response[1]) > _PIECE_BYTES:  # what is large is not copied for the sake of one write
            self.transport.writelines(response)
        else:
            self.transport.write(b"".join(response))
        self.server_state.total_requests += 1
        self._idle_since = self.loop.time()  # instead of a timer that almost always would be cancelled
        return True

    def _release(self) -> None:
        """The held request takes the ordinary way, as far as it has arrived."""
        body, self._held = self._held, None
        self._begin()
        if body:
            super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        del msg
        self._refuse(self._refusal or HttpError(400, "the request is not HTTP", "BAD_REQUEST"))

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing is logged: uvicorn would advise to install WebSockets, which are not spoken here on purpose."""

    def _wrong_head(self, parser: HttpRequestParser) -> HttpError | None:
        """What is wrong with a request that is HTTP, but may be read in two ways, or not to its end."""
        if self._bytes > self.settings.max_headers and self._headers_are_too_large():
            return self._too_large()
        if self._hosts() != 1 and (b"host" in self._sent or parser.get_http_version() == "1.1"):
            return bad_request("the request must have one Host header")
        if self._sent.get(b"transfer-encoding", b"chunked").lower() != b"chunked":
            return bad_request("the only Transfer-Encoding that is read is chunked")
        if parser.should_upgrade() and parser.get_method() not in _WITHOUT_BODY:
            return bad_request("only HTTP/1.1 is spoken here: send the request without Upgrade")
        if len(self.pipeline) >= _MOST_IN_LINE:
            return overloaded("too many requests wait on this connection")
        return None

    def _hosts(self) -> int:
        if len(self._sent) == len(self.headers):  # each is there once
            return b"host" in self._sent
        return sum(name == b"host" for name, _ in self.headers)

    def _headers_are_too_large(self) -> bool:
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        return size > self.settings.max_headers

    def _too_large(self) -> HttpError:
        allowed = self.settings.max_headers
        return HttpError(431, f"the request's headers have more than {allowed} bytes", "HEADERS_TOO_LARGE")

    def _look_after(self) -> None:
        """Ends the connection if the other side is too slow; else looks again when it could be."""
        now, patience_s = self.loop.time(), self.settings.arrival_seconds
        due_s = float(patience_s)
        if self._waiting_since is not None and not self.flow.read_paused:
            due_s = self._waiting_since + patience_s - now
        if self._idle_since is not None:
            left_s = self._idle_since + self.settings.idle_seconds - now
            if left_s > 0:
                due_s = min(due_s, left_s)
            else:
                self.timeout_keep_alive_handler()
        if self._is_stuck(now) or (due_s <= 0 and self.transport.is_closing()):
            self.transport.abort()
        elif due_s <= 0:
            self._refuse(late(patience_s))
            due_s = patience_s
        self._look = self.loop.call_later(due_s, self._look_after)

    def _is_stuck(self, now: float) -> bool:
        """Whether who asked takes the answer too slowly, where that was looked at long enough ago to tell."""
        before, passed_s = self._unsent_bytes, now - self._unsent_seen
        if passed_s < self.settings.arrival_seconds / 2:
            return False
        self._unsent_seen, self._unsent_bytes = now, self.transport.get_write_buffer_size()
        taken = before - self._unsent_bytes
        return min(before, self._unsent_bytes) > 0 and taken < _LEAST_BYTES_PER_S * passed_s

    def _refuse(self, refusal: HttpError) -> None:
        """The refusal is the last that is sent, unless an answer is on its way."""
        running = self._running
        if not running or running.response_complete or not running.response_started:
            body = error_body(refusal)
            head = {
                "content-type": PLAIN_JSON,
                "content-length": f"{len(body)}",
                "connection": "close",
            }
            safe = {name.decode(): value.decode() for name, value in SAFE}
            named = {**head, **safe, **refusal.headers}
            lines = [f"{name}: {value}\r\n".encode() for name, value in named.items()]
            self.transport.write(b"".join([STATUS_LINE[refusal.status], *lines, b"\r\n", body]))
            self.observer.refused(refusal.code, self.client[0] if self.client else "")
            self._stop_running()
        self.transport.close()
