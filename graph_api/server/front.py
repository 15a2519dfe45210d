"""What stands before all routes: operations take the short way, and every answer names its revision."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph_api.server.service import Service

REVISION_HEADER = "graph-revision"
GRAPHQL_PATH = "/graphql"


class Front:
    """ASGI middleware: hands `/graphql` to its endpoint before any route is looked at, and adds
    `Graph-Revision` to the other answers, unless no graph was ever read."""

    def __init__(self, app: ASGIApp, endpoint: ASGIApp, service: Service) -> None:
        self._app = app
        self._endpoint = endpoint
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"].removeprefix(scope.get("root_path", "")) == GRAPHQL_PATH:
            await self._endpoint(scope, receive, self._named(send))
        else:
            await self._app(scope, receive, self._named(send))

    def _named(self, send: Send) -> Send:
        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start" and self._service.revision is not None:
                MutableHeaders(scope=message).setdefault(REVISION_HEADER, self._service.revision)
            await send(message)

        return send_named
