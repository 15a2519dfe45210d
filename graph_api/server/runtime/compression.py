"""What is sent beside answers to operations, compressed as the client accepts it: zstd, brotli or gzip, and never
what is too small to gain. Answers to operations are remembered as they are packed: see `graph_api.execution.content_coding`.

The work is that of starlette-compress. What is added here: an answer's `ETag` names its encoding, as a
strong one must; and a large answer is handed over piece by piece, so that others are served in between.
"""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

from graph_api.server.graphql.negotiation import RESPONSE_JSON

LEAST_BYTES = 1_024  # smaller answers fit into one packet as they are
_PIECE_BYTES = 65_536


class Compression:
    """ASGI middleware that compresses what is sent whole and is large enough."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        add_compress_type(RESPONSE_JSON)
        self._compressor = CompressMiddleware(
            _again, minimum_size=LEAST_BYTES, zstd_level=3, brotli_quality=3, gzip_level=3
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        accepted = b",".join(value for name, value in scope.get("headers", ()) if name == b"accept-encoding")
        if scope["type"] != "http" or not accepted:
            return await self._app(scope, receive, send)
        held: Message | None = None

        async def send_or_hold(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                if _length(message) < LEAST_BYTES or _is_encoded(message):
                    return await send(message)
                held = message
                return None
            start, held = held, None
            if start is None:
                return await send(message)
            if message.get("more_body", False):
                await send(start)
                return await send(message)
            whole = {"type": "http", "headers": [(b"accept-encoding", accepted)], "whole": (start, message)}
            return await self._compressor(whole, _nothing, _tagged(send))

        return await self._app(scope, receive, send_or_hold)


def entity_tag(tag: bytes, known: bytes) -> bytes:
    """The tag of *tag*'s content that the client says it knows, in whichever encoding; empty if it knows none."""
    for each in known.split(b","):
        given = each.strip().removeprefix(b"W/")
        if given == b"*":
            return tag
        if given.strip(b'"').partition(b"-")[0] == tag.strip(b'"'):
            return given
    return b""


def _length(start: Message) -> int:
    """How long the body will be, 0 when that is not said."""
    for name, value in reversed(start["headers"]):
        if name == b"content-length":
            return int(value)
    return 0


def _is_encoded(start: Message) -> bool:
    return any(name == b"content-encoding" for name, _ in start["headers"])


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


async def _again(scope: Scope, receive: Receive, send: Send) -> None:
    """An app whose answer is there already: what is compressed is sent piece by piece."""
    del receive
    start, message = scope["whole"]
    await send(start)
    body: bytes = message.get("body", b"")
    for begin in range(0, len(body), _PIECE_BYTES):
        end = begin + _PIECE_BYTES
        more = end < len(body)
        await send({"type": "http.response.body", "body": body[begin:end], "more_body": more})
        if more:
            await asyncio.sleep(0)


def _tagged(send: Send) -> Send:
    async def tagged(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers: list[tuple[bytes, bytes]] = message["headers"]
            encoding = next((value for name, value in headers if name == b"content-encoding"), b"")
            if encoding:
                message["headers"] = [_encoded(name, value, encoding) for name, value in headers]
        await send(message)

    return tagged


def _encoded(name: bytes, value: bytes, encoding: bytes) -> tuple[bytes, bytes]:
    if name == b"etag":
        return name, b'%s-%s"' % (value.removesuffix(b'"'), encoding)
    if name == b"vary" and b"accept-encoding" in value:
        return name, value.removesuffix(b", Accept-Encoding")  # the middleware has not seen ours
    return name, value
