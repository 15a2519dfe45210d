"""Runs equal concurrent work once.

The first caller runs it, not a task of its own: cancelling that caller cancels the work, so no work outlives its
request. Then one of the waiting callers runs it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class SingleFlight(Generic[K, T]):
    """Running work by key. For one event loop."""

    def __init__(self) -> None:
        self._running: dict[K, asyncio.Future[T]] = {}

    def is_running(self, key: K) -> bool:
        """Whether work for *key* is running."""
        return key in self._running

    async def run(self, key: K, work: Callable[[], Awaitable[T]]) -> T:
        """The result or exception of *work*, shared by all concurrent callers with this *key*."""
        while (flight := self._running.get(key)) is not None:
            await asyncio.wait([flight])  # cancelling this caller cancels no other
            if flight.cancelled():
                continue
            if (error := flight.exception()) is not None:
                raise _copied(error)
            return flight.result()
        flight = self._running[key] = asyncio.get_running_loop().create_future()
        try:
            result = await work()
        except Exception as error:
            flight.set_exception(error)
            flight.exception()  # marks it as retrieved: there may be no other caller
            raise
        else:
            flight.set_result(result)
            return result
        finally:
            del self._running[key]
            flight.cancel()  # no effect unless this caller was cancelled


def _copied(error: BaseException) -> BaseException:
    """A copy to raise: an exception raised several times would collect the tracebacks of all callers."""
    kind = type(error)
    made = kind.__new__(kind, *error.args)
    made.__dict__.update(error.__dict__)
    made.__cause__ = error
    return made
