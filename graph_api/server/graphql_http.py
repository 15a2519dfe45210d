"""GraphQL over HTTP: POST and GET, from bytes to bytes.

Why no request and response objects: they cost more than answering a small operation does. An answer in
`application/graphql-response+json` has a status that tells whether the operation was executed; the older
`application/json` answers 200 to every request that is well formed.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass

import orjson
from starlette.types import Receive, Scope, Send

from graph_api.errors import StoreError
from graph_api.execution.engine import Answer
from graph_api.server.graphql_request import GraphQLRequest, Malformed, from_body, from_query_string
from graph_api.server.negotiation import PLAIN_JSON, RESPONSE_JSON, answer_type, is_json
from graph_api.server.patience import DeadlineExceeded, HungUp, with_patience
from graph_api.server.service import Service

logger = logging.getLogger(__name__)

Headers = list[tuple[bytes, bytes]]

_VARY = (b"vary", b"accept")
_UNCACHED = (b"cache-control", b"no-store")
_TYPES = {name: (b"content-type", f"{name}; charset=utf-8".encode()) for name in (PLAIN_JSON, RESPONSE_JSON)}


@dataclass(slots=True)
class _Sent:
    """The headers of a request that matter here."""

    accept: str = ""
    content_type: str = ""
    if_none_match: bytes = b""


def _headers(scope: Scope) -> _Sent:
    sent = _Sent()
    for name, value in scope["headers"]:
        if name == b"accept":
            sent.accept = (
                f"{sent.accept},{value.decode('latin-1')}" if sent.accept else value.decode("latin-1")
            )
        elif name == b"content-type":
            sent.content_type = value.decode("latin-1")
        elif name == b"if-none-match":
            sent.if_none_match = value
    return sent


class GraphQLEndpoint:
    """The ASGI app that answers operations."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._cache_control = (b"cache-control", service.settings.cache_control.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent = _headers(scope)
        media_type = PLAIN_JSON
        try:
            media_type = _answer_type(sent)
            asked = await self._asked(scope, sent, receive)
            if asked is None:
                return
            answer = await with_patience(
                self._answer(asked), receive, self._service.settings.deadline_seconds
            )
        except Malformed as error:
            await _send_refusal(send, error, media_type)
        except HungUp:
            logger.info("a client hung up; its operation was stopped")
        except DeadlineExceeded:
            allowed = self._service.settings.deadline_seconds
            late = Malformed(503, f"the operation took longer than {allowed:g} s", "DEADLINE_EXCEEDED")
            await _send_refusal(send, late, media_type)
        except StoreError as error:
            logger.warning("no graph to answer from: %s", error)
            await _send_refusal(send, Malformed(503, "no graph is loaded", "SERVICE_UNAVAILABLE"), media_type)
        else:
            await self._send_answer(scope, sent, send, answer, media_type)

    async def _asked(self, scope: Scope, sent: _Sent, receive: Receive) -> GraphQLRequest | None:
        """What is asked for; None when the client hung up before it was all said."""
        if scope["method"] == "GET":
            return from_query_string(scope["query_string"])
        if scope["method"] != "POST":
            raise Malformed(405, "use POST, or GET", "METHOD_NOT_ALLOWED")
        if not is_json(sent.content_type):
            raise Malformed(415, "send the request as application/json in UTF-8", "UNSUPPORTED_MEDIA_TYPE")
        body = await _body(receive, self._service.settings.max_body)
        return None if body is None else from_body(body)

    async def _answer(self, asked: GraphQLRequest) -> Answer:
        engine = await self._service.engine()
        return await engine.execute(
            asked.query, asked.variables, asked.operation_name, tell_cost=asked.extensions.get("cost") is True
        )

    async def _send_answer(
        self, scope: Scope, sent: _Sent, send: Send, answer: Answer, media_type: str
    ) -> None:
        headers = [_TYPES[media_type], _VARY]
        if answer.revision is not None:
            self._service.revision = answer.revision
            headers.append((b"graph-revision", answer.revision.encode()))
        status = 400 if media_type == RESPONSE_JSON and not answer.executed else 200
        if scope["method"] == "GET":
            if not (answer.executed and answer.timeless):
                headers.append(_UNCACHED)
            else:
                tag = _entity_tag(answer.body, media_type)
                headers += [(b"etag", tag), self._cache_control]
                if _is_known(tag, sent.if_none_match):
                    await _send(send, 304, headers[1:], b"")
                    return
        await _send(send, status, headers, answer.body)


def _answer_type(sent: _Sent) -> str:
    found = answer_type(sent.accept)
    if found is None:
        raise Malformed(406, f"this endpoint answers {RESPONSE_JSON} or {PLAIN_JSON}", "NOT_ACCEPTABLE")
    return found


async def _body(receive: Receive, most: int) -> bytes | None:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body") and len(body) <= most:
        message = await receive()
        body += message.get("body", b"")
    if len(body) > most:
        raise Malformed(413, f"the body is larger than {most} bytes", "REQUEST_TOO_LARGE")
    return None if message["type"] == "http.disconnect" else body


def _entity_tag(body: bytes, media_type: str) -> bytes:
    digest = hashlib.blake2b(body, digest_size=16, key=media_type.encode()).hexdigest()
    return f'"{digest}"'.encode()


def _is_known(tag: bytes, if_none_match: bytes) -> bool:
    known = {each.strip().removeprefix(b"W/") for each in if_none_match.split(b",")}
    return tag in known or b"*" in known


async def _send_refusal(send: Send, error: Malformed, media_type: str) -> None:
    body = orjson.dumps({"errors": [{"message": str(error), "extensions": {"code": error.code}}]})
    headers = [_TYPES[media_type], _VARY, _UNCACHED]
    if error.status == 405:  # noqa: PLR2004 - the number is the name
        headers.append((b"allow", b"GET, POST"))
    await _send(send, error.status, headers, body)


async def _send(send: Send, status: int, headers: Headers, body: bytes) -> None:
    length = [(b"content-length", str(len(body)).encode())] if body else []
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": body})
