"""Records what clients send and receive: `Watched(app)` keeps every exchange."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass
class Exchange:
    """A request, and the answer's status and media type."""

    method: str
    path: str
    accept: str | None
    body: bytes = b""
    status: int = 0
    media_type: str = ""


@dataclass
class Watched:
    """An app, and its exchanges in the order in which they began."""

    app: ASGIApp
    exchanges: list[Exchange] = field(default_factory=list[Exchange])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = Exchange(scope["method"], scope["path"], Headers(scope=scope).get("accept"))
        self.exchanges.append(exchange)

        async def received() -> Message:
            message = await receive()
            exchange.body += message.get("body", b"")
            return message

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                exchange.media_type = (
                    Headers(raw=message["headers"]).get("content-type", "").partition(";")[0]
                )
            await send(message)

        await self.app(scope, received, sent)


@dataclass(frozen=True)
class Served:
    """A running server's address, and what it has been asked."""

    url: str
    exchanges: list[Exchange]
