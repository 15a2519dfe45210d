"""A few things lent to many tasks: whoever asks first is served first."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Pool(Generic[T]):
    """Lends its members one at a time. A member that comes back goes straight to the longest waiting task,
    so that nobody who comes later can take it away. For one event loop."""

    def __init__(self, members: Iterable[T]) -> None:
        self._idle = list(members)
        self._waiting: deque[asyncio.Future[T]] = deque()

    @property
    def idle(self) -> int:
        """How many members nobody has."""
        return len(self._idle)

    def take_now(self) -> T | None:
        """A member; None when all are lent."""
        return self._idle.pop() if self._idle else None

    async def take(self) -> T:
        """A member; it is the caller's until it is put back."""
        if (member := self.take_now()) is not None:
            return member
        turn: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.put(turn.result())
            raise

    def put(self, member: T) -> None:
        """*member* can be lent again."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(member)
                return
        self._idle.append(member)

    def replace(self, members: Iterable[T]) -> list[T]:
        """These members are lent from now on. Gives those that nobody had; the others must not be put back."""
        idle, self._idle = self._idle, []
        for member in members:
            self.put(member)
        return idle

    def refuse(self, reason: Exception) -> None:
        """Every task that waits gets *reason*."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_exception(reason)
