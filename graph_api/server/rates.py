"""How much each client may ask for: a token bucket in the units of an operation's cost.

A bucket holds what a client may ask for in a minute and fills evenly. An operation takes its cost, a request
that comes to nothing takes one. The headers are those of
https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/.

Why no library: `limits` has windows but no buckets, and its windows keep an entry for every unit of cost.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from math import ceil

from starlette.types import Message, Send

from graph_api.server.refusals import Unanswered

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

    def left(self, client: str) -> float:
        """What *client* may ask for now."""
        bucket = self._buckets.get(client)
        if bucket is None:
            return self.quota
        return min(bucket.left + (self._clock() - bucket.at) * self.quota / WINDOW_S, self.quota)

    def take(self, client: str, cost: float) -> None:
        """*client* has so much less, down to nothing."""
        left = max(self.left(client) - cost, 0.0)
        if client not in self._buckets and len(self._buckets) >= _MOST_CLIENTS:
            self._forget()
        self._buckets[client] = _Bucket(left, self._clock())

    def wait_s(self, client: str, cost: float) -> int:
        """How long until *client* may ask for so much."""
        return max(ceil((cost - self.left(client)) * WINDOW_S / self.quota), 0)

    def _forget(self) -> None:
        """At least half of the clients are forgotten, those with the most left."""
        by_need = sorted(self._buckets, key=self.left)
        self._buckets = {client: self._buckets[client] for client in by_need[: _MOST_CLIENTS // 2]}


class Allowance:
    """What one request takes from its client's bucket: first that of its *address*."""

    def __init__(self, rates: Rates, address: str) -> None:
        self._rates = rates
        self._client = _network(address)
        self._charged = False

    def begin(self, key: str) -> None:
        """The request is that of the API key *key*, if it has one. Raises `Unanswered` when nothing is left."""
        self._client = f"key {key}" if key else self._client
        self._check(1)

    def charge(self, cost: int) -> None:
        """The client has so much less. Raises `Unanswered` when it has not so much left; one that costs more
        than a whole bucket takes a whole one."""
        due = min(max(cost, 1), self._rates.quota)
        self._check(due)
        self._charged = True
        self._rates.take(self._client, due)

    def settle(self) -> None:
        """A request that was not charged has cost one."""
        if not self._charged:
            self._charged = True
            self._rates.take(self._client, 1)

    def telling(self, send: Send) -> Send:
        """*send*, which tells the client what it has left."""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], self._rates.policy, self._told()]
            await send(message)

        return told

    def _told(self) -> tuple[bytes, bytes]:
        left = int(self._rates.left(self._client))
        return b"ratelimit", b'"cost";r=%d;t=%d' % (left, self._rates.wait_s(self._client, self._rates.quota))

    def _check(self, due: int) -> None:
        if self._rates.left(self._client) < due:
            wait_s = self._rates.wait_s(self._client, due)
            message = f"you may ask for a cost of {self._rates.quota} a minute; ask again in {wait_s} s"
            raise Unanswered(429, message, "RATE_LIMITED", {"retry-after": f"{wait_s}"})


def _network(address: str) -> str:
    """Whose address it is: a network of IPv6, of which everybody has a whole one, counts as one client."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return found.exploded[:19] if isinstance(found, IPv6Address) else address
