"""How long a request is worked on: until its deadline, or until its client has hung up.

Most requests are done within milliseconds, so nothing but a timer is set up for them; only one that is
still running after a while has its client watched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import TypeVar

from starlette.types import Receive

from graph_api.errors import ClientDisconnected, DeadlineExceeded

T = TypeVar("T")

_WATCH_AFTER_S = 0.05
_PAUSE_S = 0.05  # between messages that are no hang-up: a `receive` that always has one must not spin


async def with_patience(work: Awaitable[T], receive: Receive, deadline_s: float) -> T:
    """The result of *work*. Raises `ClientDisconnected` or `DeadlineExceeded` when it was stopped.

    What *receive* yields is taken from it: *work* must not need it.
    """
    watch = _Watch(receive, deadline_s)
    try:
        return await work
    except asyncio.CancelledError:
        watch.explain()
        raise
    finally:
        watch.end()


class _Watch:
    """Stops the task that makes it, for one of two reasons."""

    __slots__ = ("_deadline_s", "_loop", "_reason", "_receive", "_task", "_timer", "_watching")

    def __init__(self, receive: Receive, deadline_s: float) -> None:
        self._receive = receive
        self._deadline_s = deadline_s
        self._task = asyncio.current_task()
        self._reason: type[Exception] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(min(_WATCH_AFTER_S, deadline_s), self._begin)

    def _begin(self) -> None:
        left_s = max(self._deadline_s - _WATCH_AFTER_S, 0)
        self._timer = self._loop.call_later(left_s, self._stop, DeadlineExceeded)
        self._watching = self._loop.create_task(self._listen())

    async def _listen(self) -> None:
        with suppress(Exception):  # whatever it is, this client cannot be reached any more
            while (await self._receive())["type"] != "http.disconnect":  # noqa: ASYNC110 - there is no event
                await asyncio.sleep(_PAUSE_S)
        self._stop(ClientDisconnected)

    def _stop(self, reason: type[Exception]) -> None:
        if self._task is not None and self._reason is None:
            self._reason = reason
            self._task.cancel()

    def explain(self) -> None:
        """Raises the reason why the task was cancelled, if it was cancelled here and nowhere else."""
        if self._reason is not None and self._task is not None and self._task.uncancel() == 0:
            raise self._reason from None

    def end(self) -> None:
        """The task is not stopped any more."""
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None  # it holds this one: the two would wait for the garbage collector
