"""Token buckets in Redis, shared by processes. Needs `graph-api[redis]`.

`throttled-py` implements them as GCRA: for each client Redis stores the time at which its bucket will be full, and a
script reads and moves it atomically, by the clock of Redis. (The library's own "token bucket" loses what fills it within
a second or by less than a unit.)

Each process copies what Redis answers into buckets of its own, which hold an upper bound: a client that has nothing left
is refused without asking Redis. When Redis does not answer, each process continues with its own buckets, and one
request a second checks whether Redis is back: a missing rate limiter must not stop the API.
"""

from __future__ import annotations

import asyncio
import logging
from typing import cast

from redis.asyncio import Redis
from throttled.asyncio import RateLimiterType, RateLimitResult, RedisStore, Throttled, per_min
from throttled.exceptions import StoreUnavailableError

from graph_api.errors import UsageError
from graph_api.server.rate_limit.buckets import WINDOW_S, TokenBuckets

logger = logging.getLogger(__name__)

_TIMEOUT_S = 0.25
_RETRY_S = 1.0
_UNKNOWN_ADDRESS = "unknown"  # the library refuses an empty key
_OPTIONS = {
    "CONNECTION_POOL_CLASS": "redis.asyncio.BlockingConnectionPool",  # waits when all connections are used
    "CONNECTION_POOL_KWARGS": {"max_connections": 16, "timeout": _TIMEOUT_S},
}


class _Store(RedisStore):
    async def close(self) -> None:
        """Closes its connections, which the library cannot."""
        client = cast("Redis", self._backend.get_client())
        await client.aclose(close_connection_pool=True)


class RedisBuckets(TokenBuckets):
    """The buckets of all processes that use the Redis at *url*, each of *quota* units a minute."""

    def __init__(self, quota: int, url: str) -> None:
        super().__init__(quota)
        self._store = _Store(url, _OPTIONS)
        self._shared = Throttled(
            using=RateLimiterType.GCRA.value,
            quota=per_min(quota),
            store=self._store,
            key_prefix="graph-api",
        )
        try:
            _ = self._shared.limiter  # parses the URL
        except ValueError as error:
            raise UsageError(f"rate_limit_storage is not the address of a Redis: {error}") from error
        self._retry_at = 0.0

    async def take(self, client: str, cost: int) -> tuple[bool, float]:
        """Takes *cost* in Redis, or in memory while Redis does not answer."""
        result = await self._limit(client, cost)
        if result is None:
            return await super().take(client, cost)
        # times of `result` are rounded to microseconds, which must not lose a unit
        left = max(round(self.quota - result.state.reset_after * self.quota / WINDOW_S, 3), 0.0)
        self._set(client, left, self._clock())
        return not result.limited, left

    async def close(self) -> None:
        """Closes the connections to Redis; the next request opens one again."""
        await self._store.close()

    async def _limit(self, client: str, cost: int) -> RateLimitResult | None:
        """The answer of Redis, None while it is unreachable."""
        if self.is_away:
            if self._clock() < self._retry_at:
                return None
            self._retry_at = self._clock() + _RETRY_S
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                result = await self._shared.limit(client or _UNKNOWN_ADDRESS, cost)
        except (StoreUnavailableError, TimeoutError) as error:
            self._set_away(error)
            return None
        if self.is_away:
            self.is_away = False
            logger.info("the rate limit storage is reachable again")
        return result

    def _set_away(self, error: Exception) -> None:
        """Logs the first failure, and stops asking Redis for a while."""
        if not self.is_away:
            why = error.__cause__ if isinstance(error, StoreUnavailableError) else "it does not answer"
            logger.warning("the rate limit storage is unreachable, each process counts on its own: %s", why)
        self.is_away, self._retry_at = True, self._clock() + _RETRY_S
