"""A pool that lends its members to tasks, first come, first served."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Pool(Generic[T]):
    """Lends each member to one task at a time. A returned member goes to the longest waiting task. For one event loop."""

    def __init__(self, members: Iterable[T]) -> None:
        self._idle = list(members)
        self._waiting: deque[asyncio.Future[T]] = deque()

    @property
    def idle(self) -> int:
        """The number of members that are not lent."""
        return len(self._idle)

    def take_now(self) -> T | None:
        """A member; None when all are lent."""
        return self._idle.pop() if self._idle else None

    async def take(self) -> T:
        """A member, for the caller alone until `put`."""
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
        """Return *member* to the pool."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(member)
                return
        self._idle.append(member)

    def replace(self, members: Iterable[T]) -> list[T]:
        """Lend these members from now on. Returns the old ones that were not lent; the others must not be returned."""
        idle, self._idle = self._idle, []
        for member in members:
            self.put(member)
        return idle

    def refuse(self, reason: Exception) -> None:
        """Raise *reason* in every waiting task."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_exception(reason)
