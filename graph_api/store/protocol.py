"""What every store offers: its location before it is opened, sessions without an event loop, and connections with one.

`writing` has the protocols of an ingest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from graph_api.graph.adjacency import Csr
from graph_api.store.driver import run
from graph_api.store.plans import Read, Reads, Rights
from graph_api.store.writing import WritableStore

T = TypeVar("T")

DEFAULT_CONNECTIONS = 4

# -- connections, on an event loop --------------------------------------------------------------------------


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


# -- locations and sessions ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The state of a store.

    *files* has the SHA-256 of each file that was ingested, by source folder and path; *sites* has how each folder was
    read, as `StoreWriter.site`; *program* is the version of
    graph-api that read them; *backlog_bytes* is the size of changes that are not yet merged into the store's files.
    """

    files: Mapping[str, Mapping[str, bytes]]
    sites: Mapping[str, str]
    program: str
    size_bytes: int
    backlog_bytes: int


@dataclass(frozen=True, slots=True)
class TracedRead:
    """One read, the statements that the store ran for it, how many rows it has, and how long it took."""

    read: Read[Any]
    statements: tuple[str, ...]
    rows: int
    seconds: float


class RunPlan(Protocol):
    """Drives a plan, with all its reads answered from one revision, and returns its result."""

    def __call__(self, plan: Reads[T], /) -> T: ...


class Session(Protocol):
    """Drives plans on the calling thread; all of them see one revision."""

    def run(self, plan: Reads[T], /) -> T:
        """The result of *plan*."""
        ...

    def traced(self, plan: Reads[T]) -> tuple[T, list[TracedRead]]:
        """The result of *plan*, and its reads in order. For `graph-api explain`."""
        ...


class StoreLocation(WritableStore, Protocol):
    """Where a store is, or will be. Its `str` is what messages name it by."""

    def exists(self) -> bool:
        """Whether something is there; it may still be unusable."""
        ...

    def health(self) -> Health:
        """The state of the store, checked for a few seconds. Raises StoreError for one that cannot be used."""
        ...

    def is_locked(self) -> bool:
        """Whether an ingest writes it now."""
        ...

    def free_bytes(self) -> int | None:
        """How much an ingest may add; None when the store cannot know."""
        ...

    def session(self) -> AbstractContextManager[Session]:
        """Plans without an event loop. Raises StoreError for a store that cannot be read."""
        ...

    async def open(self, *, reader_connections: int, checked: bool, max_text: int) -> Store:
        """The store, open. Raises StoreError for one that cannot be read.

        With *checked* damage is looked for first, for two seconds at most. A read whose long texts exceed *max_text*
        characters raises AnswerTooLarge.
        """
        ...
