"""A request's body: counted while it arrives, then out of the way of whoever watches the client."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive

from graph_api.errors import ClientDisconnected, HttpError


class Body:
    """The messages of one request, for one reader at a time: first of the body, then of what comes after."""

    __slots__ = ("_most_bytes", "_over", "_receive")

    def __init__(self, receive: Receive, most_bytes: int) -> None:
        self._receive = receive
        self._most_bytes = most_bytes
        self._over = asyncio.Event()

    @property
    def is_over(self) -> bool:
        """Whether nobody reads the body any more."""
        return self._over.is_set()

    def skip(self) -> None:
        """The body, if there is one, is not looked at."""
        self._over.set()

    async def whole(self) -> bytes:
        """All of the body. Raises `HttpError` when it is too large, `ClientDisconnected` when the client goes before."""
        body = b""
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnected
            body += message.get("body", b"")
            if len(body) > self._most_bytes:
                raise too_large(self._most_bytes)
            more = message.get("more_body", False)
        self._over.set()
        return body

    async def after(self) -> Message:
        """The next message that is not part of the body."""
        await self._over.wait()
        return await self._receive()


def too_large(most_bytes: int) -> HttpError:
    """The answer to a body that has more bytes than are allowed."""
    return HttpError(413, f"the body is larger than {most_bytes} bytes", "REQUEST_TOO_LARGE")
