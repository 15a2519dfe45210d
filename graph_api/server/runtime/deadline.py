"""Stops work at its deadline, or when its client disconnects; reads the request's body in between.

Most requests finish within milliseconds, so each one costs a timer only; the client is watched once 50 ms have passed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import TypeVar

from starlette.types import Message, Receive

from graph_api.errors import ClientDisconnected, DeadlineExceeded
from graph_api.server.http_errors import body_too_large

T = TypeVar("T")

_WATCH_AFTER_S = 0.05
_PAUSE_S = (
    0.05  # between messages that are not a disconnect, so that an unusual `receive` cannot cause a busy loop
)


async def run_with_deadline(work: Awaitable[T], receive: Receive, deadline_s: float) -> T:
    """The result of *work*. Raises `ClientDisconnected` or `DeadlineExceeded` when it was cancelled.

    Takes messages from *receive*, so *work* must not read from it.
    """
    watch = _Watch(receive, deadline_s)
    try:
        return await work
    except asyncio.CancelledError:
        watch.raise_reason()
        raise
    finally:
        watch.end()


class _Watch:
    """Cancels the current task at the deadline or when the client disconnects."""

    __slots__ = ("_deadline_s", "_listener", "_loop", "_reason", "_receive", "_task", "_timer")

    def __init__(self, receive: Receive, deadline_s: float) -> None:
        self._receive = receive
        self._deadline_s = deadline_s
        self._task = asyncio.current_task()
        self._reason: type[Exception] | None = None
        self._listener: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(min(_WATCH_AFTER_S, deadline_s), self._begin)

    def _begin(self) -> None:
        left_s = max(self._deadline_s - _WATCH_AFTER_S, 0)
        self._timer = self._loop.call_later(left_s, self._cancel, DeadlineExceeded)
        self._listener = self._loop.create_task(self._listen())

    async def _listen(self) -> None:
        with suppress(Exception):  # a `receive` that fails means that the client cannot be reached either
            while (await self._receive())["type"] != "http.disconnect":  # noqa: ASYNC110 - there is no event
                await asyncio.sleep(_PAUSE_S)
        self._cancel(ClientDisconnected)

    def _cancel(self, reason: type[Exception]) -> None:
        if self._task is not None and self._reason is None:
            self._reason = reason
            self._task.cancel()

    def raise_reason(self) -> None:
        """Raises the reason for a cancellation from here; returns when the cancellation came from elsewhere."""
        if self._reason is not None and self._task is not None and self._task.uncancel() == 0:
            raise self._reason from None

    def end(self) -> None:
        """Stops the timer and the listener."""
        self._timer.cancel()
        if self._listener is not None:
            self._listener.cancel()
            self._listener = None  # breaks a reference cycle


class Body:
    """The body of a request, and the messages after it."""

    __slots__ = ("_max_bytes", "_read", "_receive")

    def __init__(self, receive: Receive, max_bytes: int) -> None:
        self._receive = receive
        self._max_bytes = max_bytes
        self._read = asyncio.Event()

    @property
    def is_read(self) -> bool:
        """Whether the body was read or skipped."""
        return self._read.is_set()

    def skip(self) -> None:
        """Ignores the body."""
        self._read.set()

    async def read(self) -> bytes:
        """The whole body. Raises `HttpError` (413) while it grows too large, `ClientDisconnected` if it ends early."""
        body = b""
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnected
            body += message.get("body", b"")
            if len(body) > self._max_bytes:
                raise body_too_large(self._max_bytes)
            more = message.get("more_body", False)
        self._read.set()
        return body

    async def next_message(self) -> Message:
        """The next message after the body; waits until the body is read."""
        await self._read.wait()
        return await self._receive()
