"""Turns for operations: so many at a time, and fair among those who wait.

There are two lanes, for light and for heavy operations, so that the light ones never wait for a heavy one.
Within a lane it is weighted fair queueing (Demers, Keshav, Shenker 1989): an operation's tag is the time at
which it would be done if all clients shared the lane evenly, and the smallest tag is next. So cheap ones
come before dear ones, and a client that asks for much waits for itself, not others for it.
"""

from __future__ import annotations

import asyncio
import heapq
from dataclasses import dataclass, field

from graph_api.errors import Overloaded

_HEAVY_COST = 500  # objects expected in an answer from which on it takes the heavy lane
_MOST_CLIENTS = 1024  # remembered, before those who have nothing in the queue are forgotten


class Queues:
    """The lanes over so many reader connections: heavy operations take at most half of them."""

    def __init__(self, readers: int, most_waiting: int) -> None:
        self.light = FairQueue(readers, most_waiting)
        self.heavy = FairQueue(max(readers // 2, 1), most_waiting)

    def of(self, cost: int) -> FairQueue:
        """The lane of an operation that costs so much."""
        return self.heavy if cost > _HEAVY_COST else self.light


@dataclass(order=True, slots=True)
class _Waiting:
    tag: float
    number: int  # equal tags: who came first
    turn: asyncio.Future[None] = field(compare=False)


class FairQueue:
    """At most *width* operations at a time, and at most *most_waiting* that wait. For one event loop."""

    def __init__(self, width: int, most_waiting: int) -> None:
        self._width = self._free = width
        self._most_waiting = most_waiting
        self._waiting: list[_Waiting] = []
        self._number = 0
        self._now = 0.0  # the tag of who was let in last
        self._tags: dict[str, float] = {}  # each client's last

    @property
    def running(self) -> int:
        """How many operations have their turn."""
        return self._width - self._free

    @property
    def waiting(self) -> int:
        """How many wait for it."""
        return len(self._waiting)

    def enter(self) -> bool:
        """Whether there was room at once; who entered has to leave."""
        if self._free == 0:
            return False
        self._free -= 1
        return True

    async def turn(self, cost: int, client: str) -> None:
        """The operation has its turn, and has to leave. Raises `Overloaded` when too many wait before it."""
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
        """There is room for the next."""
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
        """Whoever would be the last is sent away: the newest, or one that waits already."""
        last = max(self._waiting, default=newest)
        too_many = Overloaded("too many operations wait for their turn")
        if last <= newest:
            raise too_many
        self._forget(last)
        last.turn.set_exception(too_many)

    def _forget(self, waiting: _Waiting) -> None:
        self._waiting.remove(waiting)
        heapq.heapify(self._waiting)
