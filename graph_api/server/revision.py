"""Every answer names the revision of the content it was made from."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph_api.server.service import Service

HEADER = "Graph-Revision"


class RevisionHeader:
    """ASGI middleware: adds `Graph-Revision`, unless the answer names its own or no graph was ever read."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start" and self._service.revision is not None:
                MutableHeaders(scope=message).setdefault(HEADER, self._service.revision)
            await send(message)

        await self._app(scope, receive, send_named if scope["type"] == "http" else send)
