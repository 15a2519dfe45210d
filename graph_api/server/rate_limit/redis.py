"""Buckets that processes share, in Redis. Needs `graph-api[redis]`.

`throttled-py` keeps them, as GCRA: of each client the one time when its bucket will be full again, which a
script of Redis reads and moves at once, by the clock of Redis. That is a bucket that fills evenly; the library's
"token bucket" is not, since it drops what fills it within a second or by less than a unit.

Each process notes what Redis answered in buckets of its own. They say what a client has left at most, so that who
is known to have nothing is refused without asking, and a request asks once. And a limiter that is away must not
stop the API: while Redis does not answer, each process goes on from its own buckets, and one request a second
finds out whether Redis is back.
"""

from __future__ import annotations

import asyncio
import logging
from typing import cast

from redis.asyncio import Redis
from throttled.asyncio import RateLimiterType, RateLimitResult, RedisStore, Throttled, per_min
from throttled.exceptions import StoreUnavailableError

from graph_api.errors import UsageError
from graph_api.server.rate_limit.buckets import WINDOW_S, Rates

logger = logging.getLogger(__name__)

_PATIENCE_S = 0.25
_AGAIN_S = 1.0
_UNKNOWN = "unknown"  # a client whose address is not known: the library wants a name
_OPTIONS = {
    "CONNECTION_POOL_CLASS": "redis.asyncio.BlockingConnectionPool",  # who finds none free waits for one
    "CONNECTION_POOL_KWARGS": {"max_connections": 16, "timeout": _PATIENCE_S},
}


class _Storage(RedisStore):
    async def close(self) -> None:
        """Its connections are closed, for which the library has no word."""
        client = cast("Redis", self._backend.get_client())
        await client.aclose(close_connection_pool=True)


class SharedRates(Rates):
    """The buckets of all who name the Redis at *url*, each of *quota* units a minute."""

    def __init__(self, quota: int, url: str) -> None:
        super().__init__(quota)
        self._storage = _Storage(url, _OPTIONS)
        self._shared = Throttled(
            using=RateLimiterType.GCRA.value,
            quota=per_min(quota),
            store=self._storage,
            key_prefix="graph-api",
        )
        try:
            _ = self._shared.limiter  # made by the first who asks for it, from the URL
        except ValueError as error:
            raise UsageError(f"rate_limit_storage is no address of a Redis: {error}") from error
        self._ask_again_at = 0.0

    async def take(self, client: str, cost: int) -> tuple[bool, float]:
        """Whether *client* had so much, which is taken then, and what it has left."""
        result = await self._asked(client, cost)
        if result is None:
            return await super().take(client, cost)
        # the times of `result` have a grain of a microsecond, which must not make a unit less
        left = max(round(self.quota - result.state.reset_after * self.quota / WINDOW_S, 3), 0.0)
        self._note(client, left, self._clock())
        return not result.limited, left

    async def close(self) -> None:
        """The connections to Redis are closed; the next request opens one again."""
        await self._storage.close()

    async def _asked(self, client: str, cost: int) -> RateLimitResult | None:
        """What Redis answers; None while it is away."""
        if self.is_away:
            if self._clock() < self._ask_again_at:
                return None
            self._ask_again_at = self._clock() + _AGAIN_S
        try:
            async with asyncio.timeout(_PATIENCE_S):
                result = await self._shared.limit(client or _UNKNOWN, cost)
        except (StoreUnavailableError, TimeoutError) as error:
            self._miss(error)
            return None
        if self.is_away:
            self.is_away = False
            logger.info("the storage of rates is back")
        return result

    def _miss(self, error: Exception) -> None:
        """Redis counts as away, which is logged once."""
        if not self.is_away:
            why = error.__cause__ if isinstance(error, StoreUnavailableError) else "it does not answer"
            logger.warning("the storage of rates is away, each process counts on its own: %s", why)
        self.is_away, self._ask_again_at = True, self._clock() + _AGAIN_S
