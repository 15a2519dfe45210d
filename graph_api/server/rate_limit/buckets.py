"""How much each client may ask for: a token bucket in the units of an operation's cost.

A bucket holds what a client may ask for in a minute and fills evenly. An operation takes its cost, a request
that comes to nothing takes one. The headers are those of
https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/.

Why no library for buckets in memory: `limits` has windows but no buckets, and keeps an entry for every unit of
cost; `throttled-py` forgets whoever asked longest ago, his debt too, when a swarm of addresses fills its store,
and its token bucket fills by whole units only, so that who asks often gets too little. Buckets that processes
share are in `shared_rates`, by that library.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from math import ceil

from starlette.types import Message, Send

from graph_api.errors import HttpError

WINDOW_S = 60
_MOST_CLIENTS = 10_000  # remembered, before those are forgotten who have asked for nothing lately

Clock = Callable[[], float]


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Rates:
    """The buckets of all clients, each of *quota* units a minute."""

    def __init__(self, quota: int, clock: Clock = time.monotonic) -> None:
        self.quota = quota
        self.policy = (b"ratelimit-policy", b'"cost";q=%d;w=%d' % (quota, WINDOW_S))
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self.is_away = False  # what others should count in too

    async def left(self, client: str) -> float:
        """What *client* may ask for now."""
        return self._left(client, self._clock())

    async def take(self, client: str, cost: int) -> tuple[bool, float]:
        """Whether *client* had so much, which is taken then, and what it has left."""
        now = self._clock()
        left = self._left(client, now)
        if left < cost:
            return False, left
        self._note(client, left - cost, now)
        return True, left - cost

    async def close(self) -> None:
        """What was held open for them is closed; the next request opens it again."""

    def _left(self, client: str, now: float) -> float:
        bucket = self._buckets.get(client)
        if bucket is None:
            return self.quota
        return min(bucket.left + (now - bucket.at) * self.quota / WINDOW_S, self.quota)

    def _note(self, client: str, left: float, now: float) -> None:
        """*client* has *left* at *now*."""
        if client not in self._buckets and len(self._buckets) >= _MOST_CLIENTS:
            self._forget(now)
        self._buckets[client] = _Bucket(left, now)

    def _forget(self, now: float) -> None:
        """At least half of the clients are forgotten, those with the most left."""
        by_need = sorted(self._buckets, key=lambda client: self._left(client, now))
        self._buckets = {client: self._buckets[client] for client in by_need[: _MOST_CLIENTS // 2]}


class Allowance:
    """What one request takes from its client's bucket: first that of its *address*."""

    def __init__(self, rates: Rates, address: str) -> None:
        self._rates = rates
        self._client = _network(address)
        self._charged = False
        self._left: float = rates.quota

    async def begin(self, key: str) -> None:
        """The request is that of the API key *key*, if it has one. Raises `HttpError` when nothing is left."""
        self._client = f"key {key}" if key else self._client
        self._left = await self._rates.left(self._client)
        if self._left < 1:
            raise self._refusal(1)

    async def charge(self, cost: int) -> None:
        """The client has so much less. Raises `HttpError` when it has not so much left; one that costs more
        than a whole bucket takes a whole one."""
        due = min(max(cost, 1), self._rates.quota)
        self._charged, self._left = await self._rates.take(self._client, due)
        if not self._charged:
            raise self._refusal(due)

    async def settle(self) -> None:
        """A request that was not charged has cost one."""
        if not self._charged:
            self._charged = True
            _, self._left = await self._rates.take(self._client, 1)

    def telling(self, send: Send) -> Send:
        """*send*, which tells the client what it has left."""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self.headers]
            await send(message)

        return told

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """What tells the client how much it has left."""
        left = b'"cost";r=%d;t=%d' % (self._left, self._wait_s(self._rates.quota))
        return [self._rates.policy, (b"ratelimit", left)]

    def _wait_s(self, due: int) -> int:
        """How long until the client may ask for so much."""
        return max(ceil((due - self._left) * WINDOW_S / self._rates.quota), 0)

    def _refusal(self, due: int) -> HttpError:
        wait_s = self._wait_s(due)
        message = f"you may ask for a cost of {self._rates.quota} a minute; ask again in {wait_s} s"
        return HttpError(429, message, "RATE_LIMITED", {"retry-after": f"{wait_s}"})


def _network(address: str) -> str:
    """Whose address it is: a network of IPv6, of which everybody has a whole one, counts as one client."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return found.exploded[:19] if isinstance(found, IPv6Address) else address
