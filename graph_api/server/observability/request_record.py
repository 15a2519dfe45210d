"""The record of one request: its operation, outcome and times. Kept in the ASGI scope while it is answered."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from typing import Any

from starlette.types import Message, Scope, Send

from graph_api.execution.stats import Paused, Stats

_KEY = "graph_api.request_record"
_PAUSED = "graph_api.paused"
CLIENT_CLOSED_REQUEST = 499  # no response was sent; nginx logs this number too


async def _discard(message: Message) -> None:
    del message


class RequestRecord(Stats):
    """One request. *code* is that of its first error, None without one; *key* is the name of its API key."""

    __slots__ = (
        "_send",
        "answered_s",
        "begun_s",
        "bytes",
        "code",
        "ended_s",
        "is_operation",
        "key",
        "revision",
        "scope",
        "status",
        "trace",
    )

    def __init__(self, scope: Scope, send: Send = _discard) -> None:
        super().__init__()
        self.scope = scope
        self.status = CLIENT_CLOSED_REQUEST
        self.bytes = 0  # of the response's body
        self.code: str | None = None
        self.key = ""
        self.is_operation = False
        self.revision: str | None = None
        self.trace = ""  # the id of its trace, if any
        self.begun_s = self.ended_s = time.perf_counter()
        self.answered_s = 0.0  # when the engine had an answer or an error
        self._send = send

    def send(self, message: Message) -> Awaitable[None]:
        """Notes status and size, and passes *message* on. Not a coroutine, which would only await another one."""
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
        """The path below the app's mount point, as the client wrote it."""
        path: str = self.scope["path"]
        return path.removeprefix(self.scope.get("root_path", ""))

    @property
    def client(self) -> str:
        """`key NAME`, else the client's address."""
        if self.key:
            return f"key {self.key}"
        client: Any = self.scope.get("client")  # Any: a pair, or None
        return str(client[0]) if client else ""

    @property
    def worked_s(self) -> float:
        """How long the engine took, without receiving and sending; negative when it was not asked."""
        return self.answered_s - self.asked_s

    @property
    def duration_s(self) -> float:
        """How long the request took, from its headers until the response was handed to the system."""
        return self.ended_s - self.begun_s


def begin(scope: Scope, send: Send) -> RequestRecord:
    """A new record, which `of` finds by *scope*."""
    record = scope[_KEY] = RequestRecord(scope, send)
    paused: Paused | None = scope.pop(_PAUSED, None)
    if paused is not None:
        paused.record_in(record)
    return record


def hand_over(scope: Scope, paused: Paused) -> None:
    """Let the request that begins with *scope* continue an operation that was begun for it."""
    scope[_PAUSED] = paused


def of(scope: Scope) -> RequestRecord:
    """The record of *scope*, or one that is discarded when none was begun."""
    record: RequestRecord | None = scope.get(_KEY)
    return record or RequestRecord(scope)


def end(scope: Scope) -> None:
    """Takes the record out of *scope*: the two refer to each other, which the garbage collector would have to free."""
    scope.pop(_KEY, None)
