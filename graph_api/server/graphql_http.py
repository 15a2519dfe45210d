"""GraphQL over HTTP: requests by POST and GET, answers in the media type that the client accepts.

Specification: https://graphql.github.io/graphql-over-http/. An answer in
`application/graphql-response+json` has a status that tells whether the operation was executed; the older
`application/json` answers 200 to every request that is well formed.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graph_api.errors import StoreError
from graph_api.execution.engine import Answer
from graph_api.server.revision import HEADER
from graph_api.server.service import Service

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 64 * 1024
RESPONSE_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a well-formed request asks for."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None


class _Malformed(Exception):
    """The request cannot be read as a GraphQL request."""

    def __init__(self, status: int, message: str, code: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers or {}


class GraphQLEndpoint:
    """The ASGI app at `/graphql`."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._response(Request(scope, receive))
        if response is not None:
            await response(scope, receive, send)

    async def _response(self, request: Request) -> Response | None:
        media_type = PLAIN_JSON
        try:
            media_type = accepted_media_type(request.headers.get("accept"))
            answer = await self._answer(await _read(request))
        except _Malformed as error:
            return _refused(error, media_type)
        except ClientDisconnect:
            return None
        except StoreError as error:
            logger.warning("no graph to answer from: %s", error)
            return _refused(_Malformed(503, "no graph is loaded", "SERVICE_UNAVAILABLE"), media_type)
        return _answered(answer, media_type)

    async def _answer(self, asked: GraphQLRequest) -> Answer:
        engine = await self._service.engine()
        answer = await engine.execute(asked.query, asked.variables, asked.operation_name)
        self._service.revision = answer.revision or self._service.revision
        return answer


def accepted_media_type(accept: str | None) -> str:
    """The media type of the answer. Raises for an Accept header that leaves no JSON."""
    if not accept:
        return PLAIN_JSON
    weights = {name: weight for part in accept.split(",") for name, weight in [_weighed(part)]}
    wild = max(weights.get("application/*", 0.0), weights.get("*/*", 0.0))
    modern, plain = weights.get(RESPONSE_JSON, 0.0), weights.get(PLAIN_JSON, 0.0)
    if max(modern, plain, wild) <= 0:
        raise _Malformed(406, f"this endpoint answers {RESPONSE_JSON} or {PLAIN_JSON}", "NOT_ACCEPTABLE")
    return RESPONSE_JSON if modern >= plain and modern > 0 else PLAIN_JSON


def _weighed(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return name, float(parameter[2:])
            except ValueError:
                return name, 0.0
    return name, 1.0


async def _read(request: Request) -> GraphQLRequest:
    if request.method == "GET":
        return _from_query(request)
    if request.method == "POST":
        return _from_body(request, await _body(request))
    raise _Malformed(405, "use POST, or GET for queries", "METHOD_NOT_ALLOWED", {"Allow": "GET, POST"})


def _from_query(request: Request) -> GraphQLRequest:
    variables = request.query_params.get("variables")
    return _checked(
        {
            "query": request.query_params.get("query"),
            "variables": _json(variables.encode(), "variables") if variables else None,
            "operationName": request.query_params.get("operationName"),
        }
    )


def _from_body(request: Request, body: bytes) -> GraphQLRequest:
    content_type, *parameters = (
        part.strip().lower() for part in request.headers.get("content-type", "").split(";")
    )
    if content_type != PLAIN_JSON:
        raise _Malformed(415, f"send the request as {PLAIN_JSON}", "UNSUPPORTED_MEDIA_TYPE")
    if any(
        p.startswith("charset=") and p.strip('"') not in {"charset=utf-8", 'charset="utf-8'}
        for p in parameters
    ):
        raise _Malformed(415, "send the request in UTF-8", "UNSUPPORTED_MEDIA_TYPE")
    return _checked(_json(body, "the body"))


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _Malformed(413, f"the body is larger than {MAX_BODY_BYTES} bytes", "REQUEST_TOO_LARGE")
    return bytes(body)


def _json(text: bytes, name: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _Malformed(400, f"{name} must be JSON", "BAD_REQUEST") from None


def _checked(given: object) -> GraphQLRequest:
    if not isinstance(given, dict):
        raise _Malformed(400, "the request must be one JSON object", "BAD_REQUEST")
    asked: dict[str, Any] = given  # pyright: ignore[reportUnknownVariableType] - any JSON object
    query, variables, name = asked.get("query"), asked.get("variables"), asked.get("operationName")
    if not isinstance(query, str) or not query:
        raise _Malformed(400, "query must be text", "BAD_REQUEST")
    if variables is not None and not isinstance(variables, dict):
        raise _Malformed(400, "variables must be an object", "BAD_REQUEST")
    if name is not None and not isinstance(name, str):
        raise _Malformed(400, "operationName must be text", "BAD_REQUEST")
    if asked.get("extensions") is not None and not isinstance(asked["extensions"], dict):
        raise _Malformed(400, "extensions must be an object", "BAD_REQUEST")
    return GraphQLRequest(query, variables or {}, name or None)


def _answered(answer: Answer, media_type: str) -> Response:
    status = 400 if media_type == RESPONSE_JSON and not answer.executed else 200
    headers = {HEADER: answer.revision} if answer.revision else None
    return _json_response(answer.body, status, media_type, headers)


def _refused(error: _Malformed, media_type: str) -> Response:
    body = orjson.dumps({"errors": [{"message": str(error), "extensions": {"code": error.code}}]})
    return _json_response(body, error.status, media_type, error.headers)


def _json_response(body: bytes, status: int, media_type: str, headers: dict[str, str] | None) -> Response:
    return Response(body, status, headers, f"{media_type}; charset=utf-8")
