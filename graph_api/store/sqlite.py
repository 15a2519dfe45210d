"""The embedded store: one SQLite file in WAL mode, read by a small pool of connections.

The one decision worth knowing: a plan is one hop. It is driven on a reader's own thread inside one read
transaction, so it sees one revision, whatever an ingest writes meanwhile. When its caller is cancelled
the plan stops between reads and a running statement is interrupted; the reader goes back to the pool
when its thread is done with it, whoever still waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from graph_api.errors import StoreError
from graph_api.store.pool import Pool
from graph_api.store.protocol import Snapshot
from graph_api.store.reader import Interrupted, Operation, Reader
from graph_api.store.reads import Read, Reads

T = TypeVar("T")


async def open_store(path: Path, *, reader_connections: int = 4) -> SqliteStore:
    """The store in the file at *path*; StoreError when there is none that can be read."""
    readers: list[Reader] = []
    try:
        for _ in range(reader_connections):
            reader = Reader(path)
            await reader.open()
            readers.append(reader)
    except BaseException:
        for reader in readers:
            await reader.close()
        raise
    return SqliteStore(path, readers)


class SqliteStore:
    """A `protocol.Store`. For one event loop."""

    def __init__(self, path: Path, readers: list[Reader]) -> None:
        self._path = path
        self._readers = readers
        self._pool = Pool(readers)
        self._running: set[tuple[Reader, Operation]] = set()
        self._closed = False

    async def run(
        self, plan: Reads[T], *, pending: Read[Any] | None = None, revision: str | None = None
    ) -> tuple[T, str]:
        """What *plan* returns and the revision it belongs to: one hop, one read transaction."""
        reader, operation = await self._take(), Operation()
        return await self._call(
            reader, operation, lambda: reader.drive(operation, plan, pending, revision), release=True
        )

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """A transaction that stays open over several plans."""
        return self._snapshot()

    async def revision(self) -> str:
        """The revision the store holds now."""
        return (await self.run(_nothing()))[1]

    async def close(self) -> None:
        """All connections are closed; running plans are interrupted, waiting ones refused."""
        if self._closed:
            return
        self._closed = True
        self._pool.refuse(self._closed_error())
        for reader, operation in self._running:
            reader.stop_operation(operation)
        for reader in self._readers:
            await reader.close()

    @asynccontextmanager
    async def _snapshot(self) -> AsyncGenerator[Snapshot]:
        reader, operation = await self._take(), Operation()
        try:
            revision = await self._call(reader, operation, lambda: reader.begin(operation))
            yield SqliteSnapshot(reader, revision, self._call)
        finally:
            if not self._closed:
                await self._call(reader, Operation(), reader.end, release=True)

    async def _take(self) -> Reader:
        if self._closed:
            raise self._closed_error()
        return await self._pool.take()

    async def _call(
        self, reader: Reader, operation: Operation, work: Callable[[], T], *, release: bool = False
    ) -> T:
        """The result of *work* on the reader's thread. Cancelled, it is stopped but not waited for."""
        if self._closed:
            raise self._closed_error()
        done = reader.call(work)
        self._running.add((reader, operation))
        done.add_done_callback(lambda _: self._done(reader, operation, release=release))
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            reader.stop_operation(operation)
            done.add_done_callback(_seen)
            raise
        except Interrupted:
            raise self._closed_error() from None

    def _done(self, reader: Reader, operation: Operation, *, release: bool) -> None:
        self._running.discard((reader, operation))
        if release:
            self._pool.put(reader)

    def _closed_error(self) -> StoreError:
        return StoreError(f"{self._path} has been closed")


class SqliteSnapshot:
    """A `protocol.Snapshot`: plans that run in one open transaction, one after the other."""

    def __init__(self, reader: Reader, revision: str, call: Callable[..., Any]) -> None:
        self._reader = reader
        self._revision = revision
        self._call = call

    @property
    def revision(self) -> str:
        """The revision every plan here sees."""
        return self._revision

    async def run(self, plan: Reads[T]) -> T:
        """What *plan* returns."""
        operation = Operation()
        result: T = await self._call(
            self._reader, operation, lambda: self._reader.follow(operation, plan, None)
        )
        return result


def _nothing() -> Reads[None]:
    """A plan that asks for nothing."""
    yield from ()


def _seen(done: asyncio.Future[Any]) -> None:
    """The future's error is taken notice of: asyncio would log it as lost."""
    if not done.cancelled():
        done.exception()
