"""A request while it is answered: what it asks for, and what becomes of it."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from typing import Any

from starlette.types import Message, Scope, Send

from graph_api.execution.stats import Watch

_KEY = "graph_api.seen"
HUNG_UP = 499  # no status is sent to who has gone; this one is what other servers' logs know it by


class Seen(Watch):
    """One request. *code* is that of its first error, None when there is none; *key* names the API key."""

    __slots__ = (
        "_send",
        "answered_s",
        "asks",
        "begun_s",
        "bytes",
        "code",
        "ended_s",
        "key",
        "revision",
        "scope",
        "status",
        "trace",
    )

    def __init__(self, scope: Scope, send: Send) -> None:
        super().__init__()
        self.scope = scope
        self.status = HUNG_UP
        self.bytes = 0
        self.code: str | None = None
        self.key = ""
        self.asks = False  # whether it is for operations
        self.revision: str | None = None
        self.trace = ""  # the id of its trace, where there is one
        self.begun_s = self.ended_s = time.perf_counter()
        self.answered_s = 0.0  # when there was an answer, or none to come
        self._send = send

    def send(self, message: Message) -> Awaitable[None]:
        """*message* is noted, and sent by whoever awaits this: a coroutine of our own would do nothing but wait."""
        if message["type"] == "http.response.body":
            self.bytes += len(message.get("body", b""))
        elif message["type"] == "http.response.start":
            self.status = message["status"]
        return self._send(message)

    @property
    def method(self) -> str:
        """The request's method."""
        method: str = self.scope["method"]
        return method

    @property
    def path(self) -> str:
        """The path below that under which the app is mounted; as the client wrote it, so anything."""
        path: str = self.scope["path"]
        return path.removeprefix(self.scope.get("root_path", ""))

    @property
    def client(self) -> str:
        """Who asks: `key NAME`, else the address."""
        if self.key:
            return f"key {self.key}"
        client: Any = self.scope.get("client")  # Any: a pair, or nothing
        return str(client[0]) if client else ""

    @property
    def worked_s(self) -> float:
        """How long the operation was worked on, less than nothing where none was: not how long it took to arrive,
        nor to be sent."""
        return self.answered_s - self.asked_s

    @property
    def took_s(self) -> float:
        """How long it has taken, sending included."""
        return self.ended_s - self.begun_s


def begun(scope: Scope, send: Send) -> Seen:
    """The request of *scope*, seen from now on."""
    seen = scope[_KEY] = Seen(scope, send)
    return seen


def of(scope: Scope) -> Seen:
    """The request of *scope*; a new one where nobody has begun to look."""
    seen: Seen | None = scope.get(_KEY)
    return seen or Seen(scope, _unsent)


def over(scope: Scope) -> None:
    """Nobody looks at the request of *scope* any more. The two hold each other: left so, all that a request had
    would wait for the garbage collector, and have it come often."""
    scope.pop(_KEY, None)


async def _unsent(message: Message) -> None:
    del message
