"""Limits how many operations run at a time, fairly among clients.

Light and heavy operations have a queue each, so that light ones are not queued behind heavy ones. Each is a weighted fair
queue (Demers, Keshav, Shenker 1989): an operation's tag is the virtual time at which it would finish if all clients
shared the queue evenly, and the smallest tag is next. Cheap operations therefore come first, and a client with
many operations delays itself, not others.
"""

from __future__ import annotations

import asyncio
import heapq
from dataclasses import dataclass, field

from graph_api.errors import Overloaded

_HEAVY_COST = 500  # an operation of a higher cost is heavy
_MOST_CLIENTS = 1024  # remembered; beyond it, clients without queued operations are removed


class Queues:
    """The queues over so many reader connections; heavy operations use at most half of them."""

    def __init__(self, readers: int, most_waiting: int) -> None:
        self.light = FairQueue(readers, most_waiting)
        self.heavy = FairQueue(max(readers // 2, 1), most_waiting)

    def of(self, cost: int) -> FairQueue:
        """The queue of an operation with this cost."""
        return self.heavy if cost > _HEAVY_COST else self.light


@dataclass(order=True, slots=True)
class _Waiting:
    tag: float
    number: int  # order of arrival, for equal tags
    turn: asyncio.Future[None] = field(compare=False)


class FairQueue:
    """Runs at most *width* operations at a time; at most *most_waiting* wait. For one event loop."""

    def __init__(self, width: int, most_waiting: int) -> None:
        self._width = self._free = width
        self._most_waiting = most_waiting
        self._waiting: list[_Waiting] = []
        self._number = 0
        self._now = 0.0  # the tag of the operation that started last
        self._tags: dict[str, float] = {}  # each client's last tag

    @property
    def running(self) -> int:
        """The number of operations that run."""
        return self._width - self._free

    @property
    def waiting(self) -> int:
        """The number of operations that wait."""
        return len(self._waiting)

    def enter(self) -> bool:
        """Start an operation if one may start now; then `leave` must be called."""
        if self._free == 0:
            return False
        self._free -= 1
        return True

    async def turn(self, cost: int, client: str) -> None:
        """Wait until the operation may start; then `leave` must be called. Raises `Overloaded` when too many wait."""
        waiting = self._queued(cost, client)
        try:
            await waiting.turn
        except asyncio.CancelledError:
            if waiting.turn.done() and not waiting.turn.cancelled() and waiting.turn.exception() is None:
                self.leave()
            elif waiting in self._waiting:
                self._forget(waiting)
            raise

    def leave(self) -> None:
        """An operation ended: start the next."""
        while self._waiting:
            next_ = heapq.heappop(self._waiting)
            if not next_.turn.done():
                self._now = next_.tag
                next_.turn.set_result(None)
                return
        self._free += 1

    def _queued(self, cost: int, client: str) -> _Waiting:
        tag = max(self._now, self._tags.get(client, 0.0)) + max(cost, 1)
        self._number += 1
        waiting = _Waiting(tag, self._number, asyncio.get_running_loop().create_future())
        if len(self._waiting) >= self._most_waiting:
            self._make_room_for(waiting)
        heapq.heappush(self._waiting, waiting)
        if len(self._tags) >= _MOST_CLIENTS:
            self._tags = {name: last for name, last in self._tags.items() if last > self._now}
        self._tags[client] = tag
        return waiting

    def _make_room_for(self, newest: _Waiting) -> None:
        """Evict the operation with the largest tag, which may be *newest*."""
        last = max(self._waiting, default=newest)
        too_many = Overloaded("too many operations are waiting")
        if last <= newest:
            raise too_many
        self._forget(last)
        last.turn.set_exception(too_many)

    def _forget(self, waiting: _Waiting) -> None:
        self._waiting.remove(waiting)
        heapq.heapify(self._waiting)
