"""What every store offers: it drives plans (generators of reads) against one revision of the content."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from graph_api.graph.adjacency import Csr
from graph_api.store.reads import Read, Reads, Rights

T = TypeVar("T")


class Snapshot(Protocol):
    """One read transaction: everything run in it sees one *revision*."""

    @property
    def revision(self) -> str: ...

    async def run(self, plan: Reads[T]) -> T:
        """What *plan* returns, all its reads answered here. Cancelling stops the work between reads."""
        ...


class Near(Protocol):
    """Answers reads where it is asked, without waiting."""

    def revision(self) -> str | None:
        """The revision the store holds now; None when that cannot be told at once."""
        ...

    def run(self, plan: Reads[T], *, pending: Read[Any], revision: str) -> tuple[T, str] | None:
        """What *plan*, which waits for *pending*, returns, and the *revision* if it is still the store's. None, and
        the plan is over, when that cannot be told within some milliseconds."""
        ...


class Store(Protocol):
    """Answers reads. Safe for many tasks at once; at most as many plans run as there are connections."""

    @property
    def near(self) -> Near | None:
        """Who answers small plans on the event loop; None while that would hold it for long."""
        ...

    async def run(
        self, plan: Reads[T], *, pending: Read[Any] | None = None, revision: str | None = None
    ) -> tuple[T, str]:
        """What *plan* returns and the revision it belongs to: one hop, one read transaction.

        *pending* is the read that a plan begun elsewhere waits for; *revision* the one its earlier rows
        belong to. Raises `RevisionChanged`, before any row is sent, when the store has another.
        """
        ...

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """A transaction that stays open over several plans, for callers that do not know their reads yet."""
        ...

    async def revision(self) -> str:
        """The revision the store holds now."""
        ...

    async def adjacency(self, rights: Rights, revision: str) -> Csr | None:
        """All edges of *revision* that *rights* show, in arrays that the processes of a machine share.

        None when the store has another revision. Raises StoreError or OSError when they cannot be read.
        """
        ...

    async def close(self) -> None:
        """All connections are closed; running plans are interrupted."""
        ...
