"""The GraphQL endpoint: POST and GET as GraphQL over HTTP defines them, from the request's bytes to the response's.

Why no request and response objects of Starlette: they cost more time than answering a small operation does.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import NamedTuple

from starlette.types import Receive, Scope, Send

from graph_api.errors import ClientDisconnected, DeadlineExceeded, HttpError, Overloaded, StoreError
from graph_api.execution.engine import Answer
from graph_api.server.graphql.negotiation import (
    PLAIN_JSON,
    RESPONSE_JSON,
    HeadersByName,
    by_name,
    is_json,
    response_type,
)
from graph_api.server.graphql.request import GraphQLRequest, from_body, from_query_string
from graph_api.server.graphql.response import (
    ALLOW,
    CONTENT_TYPES,
    UNCACHED,
    ResponseBuilder,
    accepted_coding,
    is_slow_to_build,
)
from graph_api.server.http_errors import (
    SAFE_HEADERS,
    body_too_large,
    error_body,
    internal_error,
    overloaded,
    request_timeout,
)
from graph_api.server.observability import request_record
from graph_api.server.observability.request_record import RequestRecord
from graph_api.server.rate_limit.buckets import Allowance
from graph_api.server.runtime.deadline import Body, run_with_deadline
from graph_api.server.state import ApiState, Header

logger = logging.getLogger(__name__)

TRACE_HEADER = b"apollo-federation-include-trace"
_VARY = (b"vary", b"accept")
_CLOSE = (b"connection", b"close")
_UNREAD_BODY = frozenset({408, 413, 415})  # statuses that are sent before the body was read to its end
# Errors that are part of Apollo's protocol: some older clients do not read the body of another status than 200.
_PROTOCOL_CODES = frozenset({"PERSISTED_QUERY_NOT_FOUND", "PERSISTED_QUERY_NOT_SUPPORTED"})


class _Exchange(NamedTuple):
    """One HTTP request while it is answered."""

    scope: Scope
    headers: HeadersByName
    body: Body
    allowance: Allowance | None
    record: RequestRecord


class GraphQLEndpoint:
    """The ASGI app behind /graphql."""

    def __init__(self, state: ApiState) -> None:
        self.state = state
        self.responses = ResponseBuilder(state)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = by_name(scope["headers"])
        media_type = response_type(headers.get(b"accept", b""))
        body = Body(receive, self.state.settings.max_body)
        record = request_record.of(scope)
        record.is_operation = True
        allowance = None
        if self.state.rates is not None:
            allowance = Allowance(self.state.rates, client_address(scope))
            send = allowance.sending_headers(send)
        try:
            _check_accept(media_type)
            answering = self._answer(_Exchange(scope, headers, body, allowance, record))
            answer = await run_with_deadline(
                answering, body.next_message, self.state.settings.deadline_seconds
            )
        except ClientDisconnected:
            record.code = "CLIENT_DISCONNECTED"
        except Exception as error:  # noqa: BLE001 - every request gets a response
            await self._send_error(
                self._http_error(error, body), record, send, media_type or PLAIN_JSON, allowance
            )
        else:
            if allowance is not None:
                await allowance.settle()
            await self._send_answer(scope["method"], headers, send, answer, media_type or PLAIN_JSON)

    def parse(self, method: str, headers: HeadersByName, content: bytes) -> GraphQLRequest:
        """The request in *content*: the body of a POST, the query string of a GET. Raises `HttpError`."""
        if method == "POST":
            _check_body_headers(headers, self.state.settings.max_body)
            return from_body(content)
        self.state.cross_site.check(headers)
        return from_query_string(content)

    def note_answer(self, record: RequestRecord, request: GraphQLRequest, answer: Answer) -> None:
        """Records the outcome, and stores a persisted query that was executed."""
        record.code, record.revision = answer.code, answer.revision
        if request.extensions:
            self.state.persisted.store(request, answer)

    async def _answer(self, exchange: _Exchange) -> Answer:
        scope, headers, body, allowance, record = exchange
        caller = self.state.access.caller(headers.get(b"authorization", b""))
        record.key = caller.name
        if allowance is not None:
            await allowance.begin(caller.name)
        request = await self._read(scope, headers, body)
        record.operation = request.operation_name or ""
        text = self.state.persisted.text(request)
        engine = await self.state.engine()
        try:
            answer = await engine.execute(
                text,
                request.variables,
                request.operation_name,
                rights=self.state.access.rights(caller),
                client=caller.name or client_address(scope),
                charge=allowance.charge if allowance is not None else None,
                include_cost=request.extensions.get("cost") is True,
                traced=headers.get(TRACE_HEADER) == b"ftv1",
                coding=accepted_coding(headers),
                stats=record,
            )
        finally:
            record.answered_s = time.perf_counter()
        self.note_answer(record, request, answer)
        return answer

    async def _read(self, scope: Scope, headers: HeadersByName, body: Body) -> GraphQLRequest:
        method: str = scope["method"]
        if method == "POST":
            _check_body_headers(headers, self.state.settings.max_body)
            return from_body(await body.read())
        if method not in {"GET", "HEAD"}:
            raise _method_not_allowed(method)
        body.skip()
        return self.parse(method, headers, scope["query_string"])

    async def _send_answer(
        self, method: str, headers: HeadersByName, send: Send, answer: Answer, media_type: str
    ) -> None:
        if answer.revision is not None:
            revision_headers = self.state.revision_headers(answer.revision)
        else:
            revision_headers = await self.state.last_revision_headers()
        shared = self.responses.shared_headers(answer, media_type, revision_headers)
        build = self.responses.build
        if is_slow_to_build(answer, method, headers, media_type):
            response = await asyncio.to_thread(build, answer, method, headers, media_type, shared)
        else:
            response = build(answer, method, headers, media_type, shared)
        await _send(send, response.status, [*response.shared, *response.own], response.body)

    async def _send_error(
        self,
        error: HttpError,
        record: RequestRecord,
        send: Send,
        media_type: str,
        allowance: Allowance | None,
    ) -> None:
        """Sends *error*. A function of its own, since the error's traceback refers to the frame of `__call__`: a
        variable there that holds the error would be a reference cycle."""
        record.code = error.code
        headers = await self.state.last_revision_headers()
        if allowance is not None and error.status != 429:  # noqa: PLR2004 - the number is the name
            await allowance.settle()
        await send_error(send, error, media_type, *headers)

    def _http_error(self, error: Exception, body: Body) -> HttpError:
        if isinstance(error, HttpError):
            return error
        if isinstance(error, DeadlineExceeded):
            return _deadline_error(self.state.settings.deadline_seconds, body)
        if isinstance(error, Overloaded):
            return overloaded(str(error))
        if isinstance(error, StoreError):
            logger.warning("no graph is loaded: %s", error)
            return HttpError(503, "no graph is loaded", "SERVICE_UNAVAILABLE")
        return internal_error(error)


async def send_error(send: Send, error: HttpError, media_type: str, *more: Header) -> None:
    """Sends *error* as JSON; closes the connection when the request's body was not read to its end."""
    own = [(name.encode(), value.encode()) for name, value in error.headers.items()]
    headers = [CONTENT_TYPES[media_type], _VARY, UNCACHED, *SAFE_HEADERS, *own, *more]
    status = error.status
    if error.code in _PROTOCOL_CODES and media_type == PLAIN_JSON:
        status = 200
    if status == 405:  # noqa: PLR2004 - the number is the name
        headers.append(ALLOW)
    if status in _UNREAD_BODY:
        headers.append(_CLOSE)
    await _send(send, status, headers, error_body(error))


async def _send(send: Send, status: int, headers: list[Header], body: bytes) -> None:
    if status != 304:  # noqa: PLR2004 - the number is the name
        headers = [*headers, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _method_not_allowed(method: str) -> HttpError:
    message = "send operations by POST or GET"
    if method == "OPTIONS":  # a preflight, on a server that allows no other origin
        message += "; pages of other origins need --cors-origins"
    return HttpError(405, message, "METHOD_NOT_ALLOWED")


def client_address(scope: Scope) -> str:
    """The client's address: the connection's, or the one that a trusted proxy names."""
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client else ""


def _check_accept(media_type: str | None) -> None:
    if media_type is None:
        message = f"the response can be {RESPONSE_JSON} or {PLAIN_JSON}, and Accept excludes both"
        raise HttpError(406, message, "NOT_ACCEPTABLE")


def _check_body_headers(headers: HeadersByName, max_bytes: int) -> None:
    if not is_json(headers.get(b"content-type", b"")):
        raise HttpError(415, "the content type must be application/json, in UTF-8", "UNSUPPORTED_MEDIA_TYPE")
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise HttpError(415, "send the body without compression", "UNSUPPORTED_MEDIA_TYPE")
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length[:20]) > max_bytes:
        raise body_too_large(max_bytes)


def _deadline_error(deadline_s: int, body: Body) -> HttpError:
    if body.is_read:
        return HttpError(503, f"the operation took longer than {deadline_s} s", "DEADLINE_EXCEEDED")
    return request_timeout(deadline_s)
