"""Compresses responses of routes, such as the schema's text. Answers to operations are compressed, and cached so, by
`graph_api.server.graphql.response`.
"""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph_api.execution.content_coding import CODINGS, compressed
from graph_api.server.graphql.negotiation import content_coding

MIN_COMPRESSED_BYTES = 1_024  # smaller responses fit into one packet uncompressed
_MAX_INLINE_BYTES = 65_536  # larger bodies are compressed on a thread

_TEXT_TYPES = (b"text/", b"application/json")

_Headers = list[tuple[bytes, bytes]]


class Compression:
    """ASGI middleware: compresses a body that is sent in one message and long enough, as `Accept-Encoding` allows."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        accepted = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding")
        coding = content_coding(accepted, CODINGS)
        start: Message | None = None

        async def send_compressed(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_compressible(message):
                start = message
                return
            if start is not None:
                held, start = start, None
                if not message.get("more_body", False):
                    held, message = await _compressed(held, message, coding)
                await send(held)
            await send(message)

        return await self._app(scope, receive, send_compressed)


async def _compressed(start: Message, body: Message, coding: str | None) -> tuple[Message, Message]:
    """The same response in *coding*, with `Vary`. The ETag names the coding, since a strong one names exact bytes."""
    headers = _with_vary(start["headers"])
    if coding is None:
        return {**start, "headers": headers}, body
    content: bytes = body["body"]
    if len(content) > _MAX_INLINE_BYTES:
        content = await asyncio.to_thread(compressed, content, coding)
    else:
        content = compressed(content, coding)
    name = coding.encode()
    changed = {b"content-length": b"%d" % len(content), b"content-encoding": name}
    kept = [
        (key, b'%b-%b"' % (value[:-1], name) if key == b"etag" else value)
        for key, value in headers
        if key not in changed
    ]
    return {**start, "headers": [*kept, *changed.items()]}, {**body, "body": content}


def _with_vary(headers: _Headers) -> _Headers:
    vary = b", ".join([*(value for name, value in headers if name == b"vary"), b"accept-encoding"])
    return [*(header for header in headers if header[0] != b"vary"), (b"vary", vary)]


def _is_compressible(start: Message) -> bool:
    headers = dict(start["headers"])
    return (
        start["status"] == 200  # noqa: PLR2004 - the number is the name; 206 counts bytes of the plain body
        and int(headers.get(b"content-length", b"0")) >= MIN_COMPRESSED_BYTES
        and headers.get(b"content-type", b"").startswith(_TEXT_TYPES)
        and b"content-encoding" not in headers
    )
