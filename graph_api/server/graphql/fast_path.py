"""The fast path: a connection that writes answers which need no waiting, without starting an ASGI task.

Why beside ASGI: a task with its events and messages takes longer than such an answer. Measured with one client as CPU
time of the server for each request: cached answers take 0.44 to 0.76 of the time, small answers from the row cache 0.6
to 0.7; large ones gain nothing.

Everything that concerns the fast path is in this file. It calls the same functions as the ASGI endpoint does. Requests
that it cannot answer (an error, a plan of more than 5 ms, a setting that needs middleware) go to the ASGI app, which
continues a plan that the fast path has started.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Any, cast

from httptools import parse_url
from starlette.types import ASGIApp, Scope
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from graph_api.execution.stats import Paused
from graph_api.server.dispatch import GRAPHQL_PATH, is_operation
from graph_api.server.graphql.http import TRACE_HEADER, GraphQLEndpoint, client_address
from graph_api.server.graphql.negotiation import HeadersByName, response_type
from graph_api.server.graphql.response import (
    MAX_INLINE_BYTES,
    HttpResponse,
    accepted_coding,
    is_slow_to_build,
)
from graph_api.server.observability import request_record
from graph_api.server.observability.observer import Observer
from graph_api.server.observability.request_record import RequestRecord
from graph_api.server.runtime.connection import PIECE_BYTES, HttpConnection, uvicorn_config
from graph_api.server.state import Header
from graph_api.settings import Settings

_PATH = GRAPHQL_PATH.encode()
_PATH_WITH_QUERY = _PATH + b"?"
_MAX_BODY_BYTES = 16_384  # operations with larger bodies take long anyway
_MAX_IN_A_ROW = 4  # requests of one packet that are answered before other connections get a turn


class FastPath:
    """Answers operations synchronously, where nothing has to be awaited."""

    def __init__(self, endpoint: GraphQLEndpoint) -> None:
        self._endpoint = endpoint
        self._state = endpoint.state
        self._default_headers: list[Header] = []
        self._heads: dict[tuple[int, tuple[Header, ...]], bytes] = {}  # with these default headers

    def respond(
        self, record: RequestRecord, headers: HeadersByName, content: bytes, default_headers: list[Header]
    ) -> tuple[bytes, bytes] | None:
        """Head and body of the response, None when the request has to go to the ASGI app.

        *content* is the body of a POST or the query string of a GET; *default_headers* are uvicorn's.
        """
        try:
            response = self._response(record, record.method, headers, content)
        except Exception:  # noqa: BLE001 - the ASGI endpoint will raise it again, and answer and log it
            return None
        if response is None:
            return None
        record.status, record.bytes = response.status, len(response.body)
        return self._head(response, default_headers), response.body

    def _response(
        self, record: RequestRecord, method: str, headers: HeadersByName, content: bytes
    ) -> HttpResponse | None:
        media_type = response_type(headers.get(b"accept", b""))
        engine = self._state.open_engine
        if media_type is None or engine is None or TRACE_HEADER in headers:
            return None
        coding = accepted_coding(headers)
        caller = self._state.access.caller(headers.get(b"authorization", b""))
        request = self._endpoint.parse(method, headers, content)
        record.is_operation, record.key = True, caller.name
        record.operation = request.operation_name or ""
        answer = engine.answer_now(
            self._state.persisted.text(request),
            request.variables,
            request.operation_name,
            rights=self._state.access.rights(caller),
            include_cost=request.extensions.get("cost") is True,
            coding=coding,
            client=caller.name or client_address(record.scope),
            most_bytes=MAX_INLINE_BYTES if coding or method != "POST" else sys.maxsize,
            stats=record,
        )
        if answer is None or answer.revision is None or is_slow_to_build(answer, method, headers, media_type):
            return None
        record.answered_s = time.perf_counter()
        self._endpoint.note_answer(record, request, answer)
        responses = self._endpoint.responses
        shared = responses.shared_headers(answer, media_type, self._state.revision_headers(answer.revision))
        return responses.build(answer, method, headers, media_type, shared)

    def _head(self, response: HttpResponse, default_headers: list[Header]) -> bytes:
        """Status line and headers; the part that responses share is cached until uvicorn's `date` changes."""
        if default_headers is not self._default_headers:
            self._default_headers, self._heads = default_headers, {}
        key = (response.status, response.shared)
        head = self._heads.get(key)
        if head is None:
            head = STATUS_LINE[response.status] + _lines((*default_headers, *response.shared))
            self._heads[key] = head
        if response.status == 304:  # noqa: PLR2004 - the number is the name
            return b"%b%b\r\n" % (head, _lines(response.own))
        return b"%b%bcontent-length: %d\r\n\r\n" % (head, _lines(response.own), len(response.body))


class FastConnection(HttpConnection):
    """A connection that tries the fast path first. It holds a request back until its body is complete."""

    fast_path: FastPath

    def __init__(self, *args: Any, **named: Any) -> None:  # Any: uvicorn's own arguments
        super().__init__(*args, **named)
        self._held: bytes | None = None  # the body so far, None when no request is held back
        self._in_a_row = 0
        self._paused: Paused | None = None  # a plan that the fast path has started for the held request

    def data_received(self, data: bytes) -> None:
        self._in_a_row = 0
        super().data_received(data)
        if self._held is not None:  # the rest of the body will come later
            self._release()

    def begin_request(self) -> None:
        if self._is_candidate():
            self._held = b""
        else:
            super().begin_request()

    def on_body(self, body: bytes) -> None:
        if self._held is None:
            super().on_body(body)
            return
        self._held += body
        if len(self._held) > _MAX_BODY_BYTES:
            self._release()

    def on_message_complete(self) -> None:
        if self._held is not None:
            if self._respond(self._held):
                self._held = None
                self.request_complete()
                return
            self._release()
        super().on_message_complete()

    def _is_candidate(self) -> bool:
        """Whether the request is a plain one for /graphql and nothing before it is unanswered."""
        return (
            self._is_plain()
            and self._in_a_row < _MAX_IN_A_ROW
            and (not self.cycle or self.cycle.response_complete)
            and not self.flow.write_paused
            and not self.transport.is_closing()
        )

    def _is_plain(self) -> bool:
        assert self.parser is not None, "a request has arrived"
        method, headers = self.parser.get_method(), self.headers_by_name
        if method == b"POST":
            is_operation = self.url == _PATH
        else:
            is_operation = (
                method == b"GET"
                and self.url.startswith(_PATH_WITH_QUERY)
                and b"content-length" not in headers
            )
        return (
            is_operation
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and b"expect" not in headers
            and b"transfer-encoding" not in headers
        )

    def _respond(self, body: bytes) -> bool:
        """Whether the held request was answered."""
        scope = self._scope()
        if scope["method"] != "POST" and not is_operation(scope):
            return False
        record = RequestRecord(scope)
        content = body if scope["method"] == "POST" else scope["query_string"]
        response = self.fast_path.respond(
            record, self.headers_by_name, content, self.server_state.default_headers
        )
        if response is None:
            self._paused = record.paused
            return False
        self._write(response)
        self._in_a_row += 1
        self.server_state.total_requests += 1
        self.observer.began()
        self.observer.ended_soon(record)
        return True

    def _scope(self) -> Scope:
        """As much of the ASGI scope as the record and `is_operation` need."""
        assert self.parser is not None, "a request has arrived"
        return {
            "type": "http",
            "method": self.parser.get_method().decode(),
            "path": GRAPHQL_PATH,
            "query_string": b"" if self.url == _PATH else parse_url(self.url).query or b"",
            "headers": self.headers,
            "client": self.client,
        }

    def _write(self, response: tuple[bytes, bytes]) -> None:
        if len(response[1]) > PIECE_BYTES:  # not copied into one string
            self.transport.writelines(response)
        else:
            self.transport.write(b"".join(response))
        self.idle_since = self.loop.time()  # cheaper than uvicorn's timer for each response

    def _release(self) -> None:
        """Hands the held request to the ASGI app, as far as it has arrived."""
        body, self._held = self._held, None
        super().begin_request()
        if self._paused is not None:
            request_record.hand_over(cast("Scope", self.scope), self._paused)
            self._paused = None
        if body:
            super().on_body(body)


def server_config(
    app: ASGIApp, endpoint: GraphQLEndpoint, settings: Settings, observer: Observer | None = None
) -> Config:
    """How uvicorn serves *app*, whose operations *endpoint* answers; with the fast path where settings allow it."""
    if needs_middleware(settings):
        return uvicorn_config(app, settings, observer)
    return uvicorn_config(app, settings, observer, FastConnection, fast_path=FastPath(endpoint))


def needs_middleware(settings: Settings) -> bool:
    """Whether a setting changes requests or responses on their way through the app."""
    return bool(settings.rate_limit or settings.cors_origins or settings.trusted_proxies)


def _lines(headers: Iterable[Header]) -> bytes:
    return b"".join([b"%b: %b\r\n" % header for header in headers])
