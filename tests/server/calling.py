"""Calling an app in words, without a network: `answer = await post(app, "{ revision }")`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message

from graph_api.server.app import create_app
from graph_api.settings import Settings

MODERN = "application/graphql-response+json"
PLAIN = "application/json"

NEVER, GONE = None, "gone"  # pieces of a body: one that does not arrive; the client hangs up instead

Headers = Sequence[tuple[str, str]]
Pieces = Sequence[bytes | str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What an app answered."""

    status: int
    header_list: list[tuple[str, str]]
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """The headers by name; none is sent twice."""
        named = dict(self.header_list)
        assert len(named) == len(self.header_list), self.header_list
        return named

    @property
    def media_type(self) -> str:
        return self.headers["content-type"]

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def data(self) -> Any:
        assert "errors" not in self.json, self.body
        return self.json["data"]

    @property
    def error(self) -> Any:
        """The only error, which has a message and a code."""
        [error] = self.json["errors"]
        assert "data" not in self.json
        assert error["message"]
        return error

    @property
    def code(self) -> str:
        code: str = self.error["extensions"]["code"]
        return code


async def call(
    app: ASGIApp,
    method: str,
    path: str,
    *,
    headers: Headers = (),
    body: bytes | Pieces = b"",
    query_string: str | bytes = b"",
    root_path: str = "",
) -> Answered:
    """What *app* answers. *body* may come in pieces; after it the client waits."""
    pieces = [body] if isinstance(body, bytes) else list(body)
    sent: list[Message] = []

    async def receive() -> Message:
        piece = pieces.pop(0) if pieces else NEVER
        if piece is NEVER:
            await asyncio.Event().wait()
        if piece == GONE:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(
        {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": root_path + path,
            "raw_path": (root_path + path).encode(),
            "query_string": query_string.encode() if isinstance(query_string, str) else query_string,
            "root_path": root_path,
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
            "client": ("127.0.0.1", 40000),
            "server": ("127.0.0.1", 8000),
            "state": {},
        },
        receive,
        send,
    )
    assert [message["type"] for message in sent[:1]] == ["http.response.start"], "an app answers"
    return Answered(
        status=sent[0]["status"],
        header_list=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in sent[0]["headers"]],
        body=b"".join(message.get("body", b"") for message in sent[1:]),
    )


async def post(app: ASGIApp, query: object, *, accept: str | None = PLAIN, **members: Any) -> Answered:
    """The answer to a POST of a JSON object with these members."""
    body = orjson.dumps({"query": query, **members})
    return await post_body(app, body, accept=accept)


async def post_body(
    app: ASGIApp,
    body: bytes | Pieces,
    *,
    accept: str | None = PLAIN,
    content_type: str | None = PLAIN,
    headers: Headers = (),
) -> Answered:
    """The answer to a POST of these bytes."""
    given = [("accept", accept), ("content-type", content_type)]
    named = [(name, value) for name, value in given if value is not None]
    return await call(app, "POST", "/graphql", headers=[*named, *headers], body=body)


async def get(
    app: ASGIApp,
    query: str | None = None,
    *,
    method: str = "GET",
    accept: str | None = PLAIN,
    headers: Headers = (),
    **parameters: str,
) -> Answered:
    """The answer to a GET with these parameters in its query string."""
    given = parameters if query is None else {"query": query, **parameters}
    accepted = [] if accept is None else [("accept", accept)]
    return await call(app, method, "/graphql", headers=[*accepted, *headers], query_string=urlencode(given))


@asynccontextmanager
async def serving(database: Path, settings: Settings | None = None) -> AsyncIterator[Starlette]:
    """An app over *database* whose lifespan has begun; it ends with the block."""
    app = create_app(database, settings)
    async with app.router.lifespan_context(app):
        yield app
