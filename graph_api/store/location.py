"""What every store offers before it is opened, and to programs without an event loop."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from graph_api.store.plans import Read, Reads
from graph_api.store.protocol import Store
from graph_api.store.writing import WritableStore

T = TypeVar("T")

DEFAULT_CONNECTIONS = 4


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
