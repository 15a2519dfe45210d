"""Rate limits: a token bucket for each client, in units of an operation's cost.

A bucket holds the cost that a client may ask for in a minute, and fills evenly. An operation takes its cost, a refused
request takes one. Response headers are those of
https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/.

Why no library for buckets in memory: `limits` has windows but no buckets, and stores an entry for every unit of cost;
`throttled-py` evicts the clients that were idle longest, with their debt, when many addresses fill its store, and its
bucket fills by whole units, so that frequent clients get too little. `redis` shares buckets, with that library.
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
_MAX_CLIENTS = 10_000

Clock = Callable[[], float]


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class TokenBuckets:
    """The buckets of all clients, each of *quota* units a minute, in memory."""

    def __init__(self, quota: int, clock: Clock = time.monotonic) -> None:
        self.quota = quota
        self.policy = (b"ratelimit-policy", b'"cost";q=%d;w=%d' % (quota, WINDOW_S))
        self.is_away = False  # whether a shared storage is unreachable
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    async def left(self, client: str) -> float:
        """The content of the client's bucket."""
        return self._left(client, self._clock())

    async def take(self, client: str, cost: int) -> tuple[bool, float]:
        """Takes *cost* if the bucket holds so much. Returns whether it did, and the new content."""
        now = self._clock()
        left = self._left(client, now)
        if left < cost:
            return False, left
        self._set(client, left - cost, now)
        return True, left - cost

    async def close(self) -> None:
        """Closes connections to a storage; the next request opens them again."""

    def _left(self, client: str, now: float) -> float:
        bucket = self._buckets.get(client)
        if bucket is None:
            return self.quota
        return min(bucket.left + (now - bucket.at) * self.quota / WINDOW_S, self.quota)

    def _set(self, client: str, left: float, now: float) -> None:
        if client not in self._buckets and len(self._buckets) >= _MAX_CLIENTS:
            self._evict(now)
        self._buckets[client] = _Bucket(left, now)

    def _evict(self, now: float) -> None:
        """Evicts half of the clients, the fullest buckets first: a client in debt stays in debt."""
        emptiest = sorted(self._buckets, key=lambda client: self._left(client, now))
        self._buckets = {client: self._buckets[client] for client in emptiest[: _MAX_CLIENTS // 2]}


class Allowance:
    """The share of one request in the bucket of its client: its API key, else its *address*."""

    def __init__(self, rates: TokenBuckets, address: str) -> None:
        self._rates = rates
        self._client = _network(address)
        self._is_charged = False
        self._left: float = rates.quota

    async def begin(self, key: str) -> None:
        """Counts the request for the API key named *key*, if any. Raises `HttpError` (429) for an empty bucket."""
        self._client = f"key {key}" if key else self._client
        self._left = await self._rates.left(self._client)
        if self._left < 1:
            raise self._error(1)

    async def charge(self, cost: int) -> None:
        """Takes *cost*, at most a whole bucket. Raises `HttpError` (429) when the bucket holds less."""
        due = min(max(cost, 1), self._rates.quota)
        self._is_charged, self._left = await self._rates.take(self._client, due)
        if not self._is_charged:
            raise self._error(due)

    async def settle(self) -> None:
        """Takes one for a request that was not charged."""
        if not self._is_charged:
            self._is_charged = True
            _, self._left = await self._rates.take(self._client, 1)

    def sending_headers(self, send: Send) -> Send:
        """*send*, with the rate limit headers added to the response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self.headers]
            await send(message)

        return send_with_headers

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The rate limit headers: policy, content of the bucket, and time until it is full."""
        left = b'"cost";r=%d;t=%d' % (self._left, self._wait_s(self._rates.quota))
        return [self._rates.policy, (b"ratelimit", left)]

    def _wait_s(self, due: int) -> int:
        """How long until the bucket holds *due*."""
        return max(ceil((due - self._left) * WINDOW_S / self._rates.quota), 0)

    def _error(self, due: int) -> HttpError:
        wait_s = self._wait_s(due)
        message = f"the rate limit is a cost of {self._rates.quota} a minute; retry in {wait_s} s"
        return HttpError(429, message, "RATE_LIMITED", {"retry-after": f"{wait_s}"})


def _network(address: str) -> str:
    """The client that an address belongs to: for IPv6 its /64 network, since a client has all addresses of one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return parsed.exploded[:19] if isinstance(parsed, IPv6Address) else address
