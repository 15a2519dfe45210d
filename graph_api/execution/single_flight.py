"""Work that several wait for is done once.

Why by the first who asks, and not in a task of its own: it ends when that one is stopped, so that nothing is
worked at for nobody, and for nobody longer than a request may take. Then one of those who wait does it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class SingleFlight(Generic[K, T]):
    """What is being done, by key. For one event loop."""

    def __init__(self) -> None:
        self._flying: dict[K, asyncio.Future[T]] = {}

    def is_flying(self, key: K) -> bool:
        """Whether work for *key* is under way."""
        return key in self._flying

    async def run(self, key: K, work: Callable[[], Awaitable[T]]) -> T:
        """The result of *work*, or what it raised, for all who ask for *key* meanwhile."""
        while (flight := self._flying.get(key)) is not None:
            await asyncio.wait([flight])  # who is stopped here stops nobody else
            if flight.cancelled():
                continue
            if (error := flight.exception()) is not None:
                raise _anew(error)
            return flight.result()
        flight = self._flying[key] = asyncio.get_running_loop().create_future()
        try:
            result = await work()
        except Exception as error:
            flight.set_exception(error)
            flight.exception()  # it is no loss when nobody else waits
            raise
        else:
            flight.set_result(result)
            return result
        finally:
            del self._flying[key]
            flight.cancel()  # unless it has ended: who did it was stopped


def _anew(error: BaseException) -> BaseException:
    """The same said by an exception of its own: one that is raised in several places gathers the traces of all."""
    kind = type(error)
    made = kind.__new__(kind, *error.args)
    made.__dict__.update(error.__dict__)
    made.__cause__ = error
    return made
