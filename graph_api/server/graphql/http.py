"""GraphQL over HTTP: POST and GET, from bytes to bytes.

Why no request and response objects: they cost more than answering a small operation does. An answer in
`application/graphql-response+json` has a status that tells whether the operation was executed; the older
`application/json` answers 200 to every request that is well formed.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import sys
import time
from typing import NamedTuple

from starlette.types import Message, Receive, Scope, Send

from graph_api.errors import ClientDisconnected, DeadlineExceeded, HttpError, Overloaded, StoreError
from graph_api.execution.content_coding import CODINGS, packed, unpacked
from graph_api.execution.engine import Answer
from graph_api.server.graphql.csrf import Sent
from graph_api.server.graphql.negotiation import (
    PLAIN_JSON,
    RESPONSE_JSON,
    answer_type,
    by_name,
    content_coding,
    is_json,
)
from graph_api.server.graphql.request import GraphQLRequest, from_body, from_query_string
from graph_api.server.http_errors import SAFE, error_body, failed, late, overloaded
from graph_api.server.observability import request_record
from graph_api.server.observability.request_record import Seen
from graph_api.server.rate_limit.buckets import Allowance
from graph_api.server.runtime.body import Body, too_large
from graph_api.server.runtime.compression import LEAST_BYTES, entity_tag
from graph_api.server.runtime.deadline import with_patience
from graph_api.server.state import Header, Service

logger = logging.getLogger(__name__)

_METHODS = ("GET", "HEAD", "POST")
_ALLOW = (b"allow", ", ".join(_METHODS).encode())
_VARY = (b"vary", b"accept")
_UNCACHED = (b"cache-control", b"no-store")
_CLOSE = (b"connection", b"close")
_TRACED = b"apollo-federation-include-trace"
_TYPES = {name: (b"content-type", f"{name}; charset=utf-8".encode()) for name in (PLAIN_JSON, RESPONSE_JSON)}
# What a client of automatic persisted queries asks first; some older ones read no body that has another status.
_PART_OF_A_PROTOCOL = frozenset({"PERSISTED_QUERY_NOT_FOUND", "PERSISTED_QUERY_NOT_SUPPORTED"})
_AT_ONCE_BYTES = 65_536  # what is larger is packed, and its tag made, beside the event loop


class Reply(NamedTuple):
    """An answer as HTTP carries it: *headers* that many have, and *own* ones; its length is not among them."""

    status: int
    headers: tuple[Header, ...]
    own: list[Header]
    body: bytes


class GraphQLEndpoint:
    """The ASGI app that answers operations."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._access = service.access
        self._persisted = service.persisted
        self._sites = service.sites
        self._rates = service.rates
        named = [b"accept", b"authorization" * service.access.has_keys, b"origin" * service.sites.vary]
        self._vary = (b"vary", b", ".join(filter(None, named)))
        self._vary_large = (b"vary", self._vary[1] + b", accept-encoding")
        self._deadline_s = service.settings.deadline_seconds
        self._most_bytes = service.settings.max_body
        self._cache_control = (b"cache-control", service.settings.cache_control.encode())
        self._named: list[Header] = []
        self._headers: dict[tuple[str, bool], tuple[Header, ...]] = {}  # with these

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = request_record.of(scope)
        request.asks = True
        sent = by_name(scope["headers"])
        media_type = answer_type(sent.get(b"accept", b""))
        body = Body(receive, self._most_bytes)
        allowance = None
        if self._rates is not None:
            allowance = Allowance(self._rates, _address(scope))
            send = allowance.telling(send)
        try:
            _check_type(media_type)
            work = self._answer(scope, sent, body, allowance, request)
            answer = await with_patience(work, body.after, self._deadline_s)
        except ClientDisconnected:
            request.code = "HUNG_UP"
        except Exception as error:  # noqa: BLE001 - every request has an answer
            await self._refuse(self._refusal(error, body), request, send, media_type or PLAIN_JSON, allowance)
        else:
            if allowance is not None:
                await allowance.settle()
            await self._send_answer(scope["method"], sent, send, answer, media_type or PLAIN_JSON)

    async def _refuse(
        self,
        refusal: HttpError,
        request: Seen,
        send: Send,
        media_type: str,
        allowance: Allowance | None,
    ) -> None:
        """The refusal has been sent. A function of its own, so that no frame that an error came through holds the
        error: the two would wait for the garbage collector."""
        request.code = refusal.code
        headers = await self._service.last_revision_headers()
        if allowance is not None and refusal.status != 429:  # noqa: PLR2004 - the number is the name
            await allowance.settle()
        await send_refusal(send, refusal, media_type, *headers)

    def at_once(self, request: Seen, method: str, sent: Sent, content: bytes) -> Reply | None:
        """What is answered to a POST with *content* as its body, or a GET with it as its query string, if nothing has
        to be waited for and nothing refused; else None, and nothing has come of it: a request that is not answered
        so has to be seen anew."""
        media_type = answer_type(sent.get(b"accept", b""))
        engine = self._service.open_engine
        if media_type is None or engine is None or self._rates is not None or _TRACED in sent:
            return None
        coding = _coding(sent)
        try:
            caller = self._access.caller(sent.get(b"authorization", b""))
            if method == "POST":
                _check_body_headers(sent, self._most_bytes)
                asked = from_body(content)
            else:
                self._sites.check(sent)
                asked = from_query_string(content)
            request.asks, request.key, request.operation = True, caller.name, asked.operation_name or ""
            answer = engine.at_once(
                self._persisted.text(asked),
                asked.variables,
                asked.operation_name,
                rights=self._access.rights(caller),
                tell_cost=asked.extensions.get("cost") is True,
                coding=coding,
                most_bytes=_AT_ONCE_BYTES if coding or method != "POST" else sys.maxsize,
                watch=request,
            )
        except Exception:  # noqa: BLE001 - whatever it is, the ordinary way meets it again, and tells of it
            return None
        if answer is None or answer.revision is None or _takes_long(answer, method, media_type, coding):
            return None
        request.answered_s = time.perf_counter()
        self._answered(request, asked, answer)
        headers = self._headers_of(answer, media_type, self._service.revision_headers(answer.revision))
        reply = self._reply(answer, method, sent, media_type, headers)
        self._learn(answer, coding)
        return reply

    async def _answer(
        self,
        scope: Scope,
        sent: Sent,
        body: Body,
        allowance: Allowance | None,
        request: Seen,
    ) -> Answer:
        method: str = scope["method"]
        caller = self._access.caller(sent.get(b"authorization", b""))
        request.key = caller.name
        if allowance is not None:
            await allowance.begin(caller.name)
        if method == "POST":
            _check_body_headers(sent, self._most_bytes)
            asked = from_body(await body.whole())
        elif method in _METHODS:
            body.skip()
            self._sites.check(sent)
            asked = from_query_string(scope["query_string"])
        else:
            raise HttpError(405, "operations are sent by POST or GET", "METHOD_NOT_ALLOWED")
        request.operation = asked.operation_name or ""
        text = self._persisted.text(asked)
        engine = await self._service.engine()
        try:
            answer = await engine.execute(
                text,
                asked.variables,
                asked.operation_name,
                rights=self._access.rights(caller),
                client=caller.name or _address(scope),
                charge=allowance.charge if allowance is not None else None,
                tell_cost=asked.extensions.get("cost") is True,
                traced=sent.get(_TRACED) == b"ftv1",
                coding=_coding(sent),
                watch=request,
            )
        finally:
            request.answered_s = time.perf_counter()
        self._answered(request, asked, answer)
        return answer

    def _answered(self, request: Seen, asked: GraphQLRequest, answer: Answer) -> None:
        request.code, request.revision = answer.code, answer.revision
        if asked.extensions:
            self._persisted.learn(asked, answer)

    async def _send_answer(
        self, method: str, sent: Sent, send: Send, answer: Answer, media_type: str
    ) -> None:
        if answer.revision is not None:
            named = self._service.revision_headers(answer.revision)
        else:
            named = await self._service.last_revision_headers()
        headers, coding = self._headers_of(answer, media_type, named), _coding(sent)
        if _takes_long(answer, method, media_type, coding):
            reply = await asyncio.to_thread(self._reply, answer, method, sent, media_type, headers)
        else:
            reply = self._reply(answer, method, sent, media_type, headers)
        self._learn(answer, coding)
        await _send(send, reply.status, [*reply.headers, *reply.own], reply.body)

    def _reply(
        self, answer: Answer, method: str, sent: Sent, media_type: str, headers: tuple[Header, ...]
    ) -> Reply:
        """The answer as it is sent. On any thread: nothing is changed but what is known of the answer."""
        status, own = _status(answer, media_type, method), list[Header]()
        coding = _coding(sent) if _is_large(answer) else ""
        if method != "POST":
            if status == 200 and answer.timeless:  # noqa: PLR2004 - the number is the name
                tag = _entity_tag(answer, media_type)
                known = entity_tag(tag, sent.get(b"if-none-match", b""))
                if known:
                    return Reply(304, headers[1:], [(b"etag", known), self._cache_control], b"")
                own += [(b"etag", _tag_in(coding, tag)), self._cache_control]
            else:
                own.append(_UNCACHED)
            if status == 405:  # noqa: PLR2004 - the number is the name
                own.append(_ALLOW)
        if coding:
            own.append((b"content-encoding", coding.encode()))
        return Reply(status, headers, own, _body(answer, coding))

    def _headers_of(self, answer: Answer, media_type: str, named: list[Header]) -> tuple[Header, ...]:
        """The headers that many answers have, *named* among them."""
        if named is not self._named:
            self._named, self._headers = named, {}
        large = _is_large(answer)
        found = self._headers.get((media_type, large))
        if found is None:
            vary = self._vary_large if large else self._vary
            found = self._headers[media_type, large] = (_TYPES[media_type], vary, *SAFE, *named)
        return found

    def _learn(self, answer: Answer, coding: str) -> None:
        """That the answer was packed in *coding*, if it was, counts where it is remembered."""
        engine = self._service.open_engine
        was_packed = coding != answer.coding and _is_large(answer)
        if was_packed and answer.kept is not None and engine is not None:
            engine.grew(answer.kept)

    def _refusal(self, error: Exception, body: Body) -> HttpError:
        """What the client is told when there is no answer to its operation."""
        if isinstance(error, HttpError):
            return error
        if isinstance(error, DeadlineExceeded):
            return _late(self._deadline_s, body)
        if isinstance(error, Overloaded):
            return overloaded(str(error))
        if isinstance(error, StoreError):
            logger.warning("no graph to answer from: %s", error)
            return HttpError(503, "no graph is loaded", "SERVICE_UNAVAILABLE")
        return failed(error)


async def send_refusal(send: Send, refusal: HttpError, media_type: str, *more: Header) -> None:
    """The refusal has been sent. A request whose body was not read to its end ends the connection."""
    own = [(name.encode(), value.encode()) for name, value in refusal.headers.items()]
    headers = [_TYPES[media_type], _VARY, _UNCACHED, *SAFE, *own, *more]
    status = refusal.status
    if refusal.code in _PART_OF_A_PROTOCOL and media_type == PLAIN_JSON:
        status = 200
    if status == 405:  # noqa: PLR2004 - the number is the name
        headers.append(_ALLOW)
    if status in {408, 413, 415}:
        headers.append(_CLOSE)
    await _send(send, status, headers, error_body(refusal))


def _address(scope: Scope) -> str:
    """The client's address: that of the connection, or what a trusted proxy says."""
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client else ""


def _check_type(media_type: str | None) -> None:
    if media_type is None:
        raise HttpError(406, f"ask for {RESPONSE_JSON} or {PLAIN_JSON}", "NOT_ACCEPTABLE")


def _check_body_headers(sent: Sent, most: int) -> None:
    if not is_json(sent.get(b"content-type", b"")):
        raise HttpError(415, "send the request as application/json in UTF-8", "UNSUPPORTED_MEDIA_TYPE")
    if sent.get(b"content-encoding", b"identity").lower() != b"identity":
        raise HttpError(415, "send the request without compression", "UNSUPPORTED_MEDIA_TYPE")
    length = sent.get(b"content-length", b"0")
    if length.isdigit() and int(length[:20]) > most:
        raise too_large(most)


def _late(deadline_s: int, body: Body) -> HttpError:
    if body.is_over:
        return HttpError(503, f"the operation took longer than {deadline_s} s", "DEADLINE_EXCEEDED")
    return late(deadline_s)


def _coding(sent: Sent) -> str:
    """What a large answer is packed in, empty when it is sent plain."""
    accepted = sent.get(b"accept-encoding")
    return (content_coding(accepted, CODINGS) or "") if accepted else ""


def _is_large(answer: Answer) -> bool:
    """Whether the answer is packed for those who ask for it."""
    return len(answer.body) >= LEAST_BYTES or answer.coding != ""


def _takes_long(answer: Answer, method: str, media_type: str, coding: str) -> bool:
    """Whether what is still to be found out of the answer, its tag or its packed form, would keep others waiting."""
    tags = answer.kept.tags if answer.kept is not None else ()
    untagged = method != "POST" and media_type not in tags
    if answer.coding:
        return untagged  # it has to be unpacked, once
    return len(answer.body) > _AT_ONCE_BYTES and (untagged or coding != "")


def _body(answer: Answer, coding: str) -> bytes:
    """The answer in *coding*, which is remembered with it."""
    if coding == answer.coding:
        return answer.body
    body = packed(answer.body, coding)
    if answer.kept is not None:
        answer.kept.packed[coding] = body
    return body


def _entity_tag(answer: Answer, media_type: str) -> bytes:
    """The tag of the answer, not packed; it is remembered with it."""
    tags = answer.kept.tags if answer.kept is not None else {}
    tag = tags.get(media_type)
    if tag is None:
        plain = unpacked(answer.body, answer.coding) if answer.coding else answer.body
        digest = hashlib.blake2b(plain, digest_size=16, key=media_type.encode()).hexdigest()
        tag = tags[media_type] = f'"{digest}"'.encode()
    return tag


def _tag_in(coding: str, tag: bytes) -> bytes:
    """The tag of the same answer in *coding*: what has a strong tag has equal bytes."""
    return b'%b-%b"' % (tag[:-1], coding.encode()) if coding else tag


def _status(answer: Answer, media_type: str, method: str) -> int:
    if answer.code is None:
        return 200
    if answer.executed:
        return 500
    if answer.code == "OPERATION_NOT_SUPPORTED" and method != "POST":
        return 405
    return 400 if media_type == RESPONSE_JSON else 200


async def _send(send: Send, status: int, headers: list[Header], body: bytes) -> None:
    for message in _messages(status, headers, body):
        await send(message)


def _messages(status: int, headers: list[Header], body: bytes) -> tuple[Message, Message]:
    if status != 304:  # noqa: PLR2004 - the number is the name
        headers = [*headers, (b"content-length", b"%d" % len(body))]
    start = {"type": "http.response.start", "status": status, "headers": headers}
    return start, {"type": "http.response.body", "body": body}
