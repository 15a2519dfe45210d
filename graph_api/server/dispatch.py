"""The ASGI entry point: sends operations to their endpoint, adds the common headers, masks unexpected errors.

`/graphql` is a page too: a browser that opens it gets GraphiQL, unless the address carries an operation.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph_api.server.graphql.http import GraphQLEndpoint, send_error
from graph_api.server.graphql.negotiation import PLAIN_JSON, prefers_html
from graph_api.server.http_errors import SAFE_HEADERS, internal_error
from graph_api.server.observability import request_record
from graph_api.server.state import ApiState

GRAPHQL_PATH = "/graphql"
_PAGE_METHODS = frozenset({"GET", "HEAD"})
_OPERATION_PARAMETERS = frozenset({b"query", b"documentId", b"extensions"})


class Dispatch:
    """ASGI middleware: operations go to *endpoint*, all else to the routes.

    Responses of routes get `Graph-Revision` and `Graph-Generation`, once a graph was read, and those of the safe headers that they lack.
    """

    def __init__(self, app: ASGIApp, endpoint: GraphQLEndpoint, state: ApiState) -> None:
        self._app = app
        self._endpoint = endpoint
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif is_operation(scope):
            await self._endpoint(scope, receive, send)
        else:
            await self._route(scope, receive, send)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message = {**message, "headers": await self._headers(message.get("headers", ()))}
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as unexpected:
            if started:
                raise
            error = internal_error(unexpected)
            request_record.of(scope).code = error.code
            await send_error(send_with_headers, error, PLAIN_JSON)

    async def _headers(self, own: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        names = {name for name, _ in own}
        safe = (header for header in SAFE_HEADERS if header[0] not in names)
        return [*own, *safe, *await self._state.last_revision_headers()]


def is_operation(scope: Scope) -> bool:
    """Whether the request is for an operation: its path is /graphql and it is not a browser that opens the page."""
    path: str = scope["path"]
    if path.removeprefix(scope.get("root_path", "")) != GRAPHQL_PATH:
        return False
    return scope["method"] not in _PAGE_METHODS or not _opens_page(scope)


def _opens_page(scope: Scope) -> bool:
    """Whether this GET prefers HTML and carries no operation."""
    if not prefers_html(b",".join(value for name, value in scope["headers"] if name == b"accept")):
        return False
    parameters = scope["query_string"].split(b"&")
    return _OPERATION_PARAMETERS.isdisjoint(part.partition(b"=")[0] for part in parameters)
