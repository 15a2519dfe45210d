"""One HTTP connection: uvicorn's parser, with limits on time, size and number that uvicorn lacks.

uvicorn starts a timer only after a response, so a client that sends slowly, or does not read the response, would keep
its connection for ever. Each connection here has one timer, which checks it every few seconds, so that a request needs
no timer of its own.
"""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle
from typing import Any, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from graph_api.errors import HttpError
from graph_api.server.graphql.csrf import CrossSite
from graph_api.server.graphql.negotiation import PLAIN_JSON, HeadersByName, by_name
from graph_api.server.http_errors import (
    SAFE_HEADERS,
    bad_request,
    body_too_large,
    error_body,
    overloaded,
    request_timeout,
)
from graph_api.server.observability.observer import Observer
from graph_api.settings import Settings

GRACE_S = 7  # for running requests at shutdown; the whole shutdown takes at most ten seconds
PIECE_BYTES = 8_192
_MIN_READ_BYTES_PER_S = 1_024  # a client that reads the response more slowly is disconnected
_MAX_BODY_FACTOR = 2  # times --max-body: what chunked encoding may add
_MAX_PIPELINED = 64


class HttpConnection(HttpToolsProtocol):
    """A connection whose requests have to arrive in time and within limits, and whose responses have to be read."""

    settings: Settings
    observer: Observer
    cross_site: CrossSite

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],  # Any: uvicorn's own
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.idle_since: float | None = None  # when the last response was complete; None during a request
        self.headers_by_name: HeadersByName = {}
        self._waiting_since: float | None = None  # start of a request that has not arrived completely
        self._in_head = True
        self._received_bytes = 0  # of the current request; pieces may belong to the one before
        self._unread_bytes = 0  # in the write buffer at the last check
        self._unread_checked_at = 0.0
        self._running: RequestResponseCycle | None = (
            None  # uvicorn's `cycle` is the newest, this one is answered
        )
        self._head_error: HttpError | None = None
        self._timer: TimerHandle | None = None
        self.observer.connections = server_state.connections

    # -- events of the transport ---------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        super().connection_made(transport)
        self._waiting_since = self.loop.time()
        if len(self.connections) > self.settings.max_connections and not self._close_idle_one():
            self._close_with(overloaded("the server has too many connections"))
        first_check_s = min(self.settings.arrival_seconds, self.settings.idle_seconds)
        self._timer = self.loop.call_later(first_check_s, self._check)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)
        self._stop_running()  # uvicorn only stops the newest request, which may be a pipelined one
        self.pipeline.clear()  # breaks reference cycles

    def data_received(self, data: bytes) -> None:
        if self._waiting_since is None:
            self._waiting_since = self.loop.time()
        self.idle_since = None
        for begin in range(0, len(data), PIECE_BYTES):  # limits are checked before all of it is parsed
            if not self.transport.is_closing():
                self._piece_received(data[begin : begin + PIECE_BYTES])

    def _piece_received(self, data: bytes) -> None:
        self._received_bytes += len(data)
        self._parse(data)
        if self.transport.is_closing():
            return
        if self._in_head and self._received_bytes > self.settings.max_headers:
            self._close_with(self._headers_too_large())
        elif self._received_bytes > self.settings.max_headers + _MAX_BODY_FACTOR * self.settings.max_body:
            self._close_with(body_too_large(self.settings.max_body))

    def _parse(self, data: bytes) -> None:
        """Parses *data*. `Upgrade` is ignored (RFC 9110, 7.8): llhttp stops after the headers of such a request, so
        they are parsed again without it."""
        assert self.parser is not None, "the connection is open"
        self._unset_keepalive_if_required()
        while data:
            try:
                self.parser.feed_data(data)
            except HttpParserUpgrade as upgrade:
                data = self._head_without_upgrade() + data[upgrade.args[0] :]
            except HttpParserError:
                self._close_with(self._head_error or bad_request("the request is not valid HTTP"))
                return
            else:
                return

    def _head_without_upgrade(self) -> bytes:
        assert self.parser is not None, "the connection is open"
        version = self.parser.get_http_version().encode()
        lines = [b"%b: %b\r\n" % header for header in self.headers if header[0] != b"upgrade"]
        return b"%b %b HTTP/%b\r\n%b\r\n" % (self.parser.get_method(), self.url, version, b"".join(lines))

    # -- events of the parser ------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self.url, self.headers = b"", []  # uvicorn would make the scope here; begin_request does
        if self._waiting_since is None:  # a pipelined request in the same piece
            self._waiting_since = self.loop.time()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # trailers are ignored
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        assert self.parser is not None, "it is the caller"
        self.headers_by_name = by_name(self.headers)
        self._head_error = self._check_head(self.parser)
        if self._head_error is not None:
            raise ValueError  # ends parsing
        if not self.parser.should_upgrade():  # else they are parsed again: see _parse
            self._in_head = False
            self._strip_root_path()
            self.begin_request()

    def _strip_root_path(self) -> None:
        """A proxy may keep the prefix or strip it; uvicorn expects it to be stripped."""
        prefix = self.root_path.encode()
        if not prefix or not self.url.startswith(prefix):
            return
        rest = self.url[len(prefix) :]
        if rest[:1] in {b"", b"?"}:  # the prefix itself
            self.url = b"/" + rest
        elif rest.startswith(b"/"):
            self.url = rest

    def begin_request(self) -> None:
        """Starts the ASGI app; uvicorn does so as soon as the headers are complete."""
        url, headers, self.idle_since = self.url, self.headers, None
        super().on_message_begin()  # makes the scope, whose list of headers is `self.headers`
        self.url = url
        self.headers += headers
        if b"expect" in self.headers_by_name:
            values = (value.lower() for name, value in headers if name == b"expect")
            self.expect_100_continue = b"100-continue" in values
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        if not self._in_head:
            self.request_complete()
            super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._waiting_since is None and self.cycle.response_complete:  # no other request is pipelined
            self.idle_since = self.loop.time()

    @property
    def is_idle(self) -> bool:
        """Whether the connection is open and waits for a request."""
        return self.idle_since is not None and not self.transport.is_closing()

    def request_complete(self) -> None:
        """The request has arrived; the next byte belongs to another one."""
        self._waiting_since, self._in_head, self._received_bytes = None, True, 0

    # -- limits --------------------------------------------------------------------------------------------

    def _check_head(self, parser: HttpRequestParser) -> HttpError | None:
        """Why a request is refused that is valid HTTP: ambiguous to proxies, or beyond a limit."""
        if self._received_bytes > self.settings.max_headers and self._head_size() > self.settings.max_headers:
            return self._headers_too_large()
        if self._host_count() != 1 and (
            b"host" in self.headers_by_name or parser.get_http_version() == "1.1"
        ):
            return bad_request("the request must have exactly one Host header")
        if self.headers_by_name.get(b"transfer-encoding", b"chunked").lower() != b"chunked":
            return bad_request("the only supported Transfer-Encoding is chunked")
        if parser.get_method() == b"CONNECT":
            return bad_request("this server is not a proxy: CONNECT is not supported")
        if parser.should_upgrade() and b"sec-websocket-key" in self.headers_by_name:
            return bad_request("WebSocket is not supported, there are no subscriptions: use POST or GET")
        if len(self.pipeline) >= _MAX_PIPELINED:
            return overloaded("too many pipelined requests on this connection")
        return None

    def _host_count(self) -> int:
        if len(self.headers_by_name) == len(self.headers):  # no header is repeated
            return b"host" in self.headers_by_name
        return sum(name == b"host" for name, _ in self.headers)

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _headers_too_large(self) -> HttpError:
        max_bytes = self.settings.max_headers
        return HttpError(431, f"the request's headers are larger than {max_bytes} bytes", "HEADERS_TOO_LARGE")

    def _check(self) -> None:
        """Closes the connection if the client is too slow; otherwise sets the timer for the next check."""
        now, limit_s = self.loop.time(), self.settings.arrival_seconds
        left_s = float(limit_s)
        if self._waiting_since is not None and not self.flow.read_paused:
            left_s = self._waiting_since + limit_s - now
        next_check_s = min(left_s, self._idle_left_s(now))
        if self._reads_too_slowly(now) or (left_s <= 0 and self.transport.is_closing()):
            self.transport.abort()
        elif left_s <= 0:
            self._close_with(request_timeout(limit_s))
            next_check_s = limit_s
        self._timer = self.loop.call_later(next_check_s, self._check)

    def _close_idle_one(self) -> bool:
        """Closes the connection that has been idle longest, so that a new one has room. False when none is idle."""
        ours = cast("set[HttpConnection]", self.connections)  # uvicorn allows other protocols beside
        idle = [each for each in ours if each.is_idle]
        if idle:
            min(idle, key=lambda each: each.idle_since or 0.0).transport.close()
        return bool(idle)

    def _idle_left_s(self, now: float) -> float:
        """How long the connection may stay idle, infinite when it is not; closes it when that time is over."""
        if self.idle_since is None:
            return float("inf")
        left_s = self.idle_since + self.settings.idle_seconds - now
        if left_s > 0:
            return left_s
        self.timeout_keep_alive_handler()
        return float("inf")

    def _reads_too_slowly(self, now: float) -> bool:
        """Whether the client read less of the response since the last check than it has to."""
        before, passed_s = self._unread_bytes, now - self._unread_checked_at
        if passed_s < self.settings.arrival_seconds / 2:
            return False
        self._unread_checked_at, self._unread_bytes = now, self.transport.get_write_buffer_size()
        read = before - self._unread_bytes
        return min(before, self._unread_bytes) > 0 and read < _MIN_READ_BYTES_PER_S * passed_s

    # -- errors --------------------------------------------------------------------------------------------

    def _close_with(self, error: HttpError) -> None:
        """Sends *error*, unless a response has begun, and closes the connection."""
        running = self._running
        if not running or running.response_complete or not running.response_started:
            origin = dict(self.headers or ()).get(b"origin")
            self.transport.write(_error_response(error, self.cross_site.response_headers(origin)))
            self.observer.refused(error.code, self.client[0] if self.client else "")
            self._stop_running()
        self.transport.close()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # Any: as uvicorn has it
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _stop_running(self) -> None:
        """Signals a disconnect to the app that answers the current request."""
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()


def _error_response(error: HttpError, cors: list[tuple[bytes, bytes]]) -> bytes:
    body = error_body(error)
    headers = [
        (b"content-type", PLAIN_JSON.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),
        *SAFE_HEADERS,
        *cors,
        *((name.encode(), value.encode()) for name, value in error.headers.items()),
    ]
    lines = [b"%b: %b\r\n" % header for header in headers]
    return b"".join([STATUS_LINE[error.status], *lines, b"\r\n", body])


def uvicorn_config(
    app: ASGIApp,
    settings: Settings,
    observer: Observer | None = None,
    connection: type[HttpConnection] = HttpConnection,
    **attributes: Any,  # Any: what *connection* needs
) -> Config:
    """How uvicorn serves *app*: with connections of this type, which get *settings*, *observer* and *attributes*."""
    own = {"settings": settings, "observer": observer or Observer(), "cross_site": CrossSite(settings)}
    return Config(
        app,
        http=type(connection.__name__, (connection,), {**own, **attributes}),
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
