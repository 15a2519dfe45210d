"""What stands before all routes: operations take the short way, every answer names its revision and is safe to
have in a browser, and nothing that fails goes further than this.

`/graphql` is a page too. A person who opens it gets the page; an address that carries an operation is answered
with the operation's answer, in a browser as everywhere.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph_api.server.graphql.http import GraphQLEndpoint, send_refusal
from graph_api.server.graphql.negotiation import PLAIN_JSON, prefers_page
from graph_api.server.http_errors import SAFE, failed
from graph_api.server.observability import request_record
from graph_api.server.state import Service

GRAPHQL_PATH = "/graphql"
_OPENING = frozenset({"GET", "HEAD"})
_CARRYING = frozenset({b"query", b"documentId", b"extensions"})  # parameters that bring an operation


class Front:
    """ASGI middleware: hands `/graphql` to its endpoint before any route is looked at, and adds
    to the other answers `Graph-Revision`, unless no graph was ever read, and the safe headers they lack."""

    def __init__(self, app: ASGIApp, endpoint: GraphQLEndpoint, service: Service) -> None:
        self._app = app
        self._endpoint = endpoint
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif is_operation(scope):
            await self._endpoint(scope, receive, send)
        else:
            await self._routed(scope, receive, send)

    async def _routed(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_named(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                named = await self._service.last_revision_headers()
                own = message.get("headers", ())
                names = {name for name, _ in own}
                safe = (header for header in SAFE if header[0] not in names)
                message = {**message, "headers": [*own, *safe, *named]}
            await send(message)

        try:
            await self._app(scope, receive, send_named)
        except Exception as error:
            if started:
                raise
            refusal = failed(error)
            request_record.of(scope).code = refusal.code
            await send_refusal(send_named, refusal, PLAIN_JSON)


def is_operation(scope: Scope) -> bool:
    """Whether the request is for an operation, and not for a page or another path."""
    path: str = scope["path"]
    if path.removeprefix(scope.get("root_path", "")) != GRAPHQL_PATH:
        return False
    return scope["method"] not in _OPENING or not _opens_page(scope)


def _opens_page(scope: Scope) -> bool:
    """Whether this GET is a browser's, for what a person has opened."""
    if not prefers_page(b",".join(value for name, value in scope["headers"] if name == b"accept")):
        return False
    return _CARRYING.isdisjoint(part.partition(b"=")[0] for part in scope["query_string"].split(b"&"))
