"""What every store offers for reading: connections, each lent to one plan at a time, that answer reads at one revision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from graph_api.graph.adjacency import Csr
from graph_api.store.driver import run
from graph_api.store.plans import Read, Reads, Rights

T = TypeVar("T")


class Reader(Protocol):
    """A connection, lent to one caller.

    Its read transaction begins with the first read and ends with `release`: everything that is read in between
    belongs to one revision. It is used on the event loop or in its own thread, never in both at once.
    """

    @property
    def revision(self) -> str:
        """The revision of the read transaction, which begins now if it has not begun. A `records.Revision` where the
        store counts generations."""
        ...

    def answer(self, read: Read[T]) -> T:
        """The rows of *read*. On the event loop raises `ReadPaused` when they cannot be read in time."""
        ...

    async def in_thread(self, work: Callable[[], T]) -> T:
        """What *work* returns, run in the connection's thread. Cancelled, it is interrupted and not waited for."""
        ...

    def check(self) -> None:
        """Raises StoreError when the rows may belong to two revisions. Call it before the result is used."""
        ...

    def release(self) -> None:
        """End the transaction and give the connection back, as soon as its thread is done with it."""
        ...


class Store(Protocol):
    """Lends connections. Safe for many tasks of one event loop. Stores inherit it, for `run`."""

    def lend_now(self, until_s: float) -> Reader | None:
        """A connection for the event loop, whose reads pause at *until_s* (`time.perf_counter`); None when none is
        idle, or when reading would hold the event loop."""
        ...

    async def lend(self) -> Reader:
        """A connection, first come first served."""
        ...

    async def run(self, plan: Reads[T]) -> tuple[T, str]:
        """What *plan* returns and the revision it was made from, driven in the thread of one connection."""
        reader = await self.lend()
        try:
            result = await reader.in_thread(lambda: run(plan, reader.answer))
            reader.check()
            return result, reader.revision
        finally:
            reader.release()

    def revision_now(self) -> str | None:
        """The revision the store holds, None when that cannot be read without waiting."""
        ...

    async def revision(self) -> str:
        """The revision the store holds."""
        ...

    async def adjacency(self, rights: Rights, revision: str) -> Csr | None:
        """All edges of *revision* that *rights* show, in arrays that the processes of a machine share.

        None when the store has another revision. Raises StoreError or OSError when they cannot be read.
        """
        ...

    async def close(self) -> None:
        """All connections are closed; running plans are interrupted."""
        ...
