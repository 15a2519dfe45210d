"""The embedded store: one SQLite file in WAL mode, read by a small pool of connections.

The one decision worth knowing: a plan is one hop, and a small one none (see `near`). It is driven on a reader's
own thread inside one read transaction, so it sees one revision, whatever an ingest writes meanwhile. When its
caller is cancelled the plan stops between reads and a running statement is interrupted; the reader goes back to
the pool when its thread is done with it, whoever still waits. The revision itself is looked up by a reader of its
own: who is answered from memory never waits for what others read.

The file may be removed, replaced or damaged under a server that goes on. An open file stays readable when
its name is gone, so what was read before is served until a sound database has that name again; then each
reader is replaced as soon as its plan is over.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from graph_api.errors import ReadCancelled, StoreError
from graph_api.graph.adjacency import Csr
from graph_api.store.protocol import Near, Snapshot
from graph_api.store.reads import Read, Reads, Rights
from graph_api.store.sqlite.adjacency import adjacency
from graph_api.store.sqlite.connection import FileState, examine, state_of
from graph_api.store.sqlite.near import NearReader
from graph_api.store.sqlite.pool import Pool
from graph_api.store.sqlite.reader import Operation, Reader

logger = logging.getLogger(__name__)

T = TypeVar("T")

_LOOK_EVERY_S = 0.25  # so long may a file that replaces ours go unnoticed
_SHORT_S = 0.002  # so long has a plan run that may be over soon
_TRY_EVERY_S = 2.0  # a file that could not be read


async def open_store(
    path: Path, *, reader_connections: int = 4, examined: bool = False, most_text: int = sys.maxsize
) -> SqliteStore:
    """The store in the file at *path*; StoreError when there is none that can be read.

    With *examined* its pages are looked through first, for at most two seconds. A read that would give more
    than *most_text* characters of long texts raises `AnswerTooLarge` instead.
    """
    state = state_of(path)
    near, readers = await _opened(path, 1 + reader_connections, most_text, examined=examined)
    return SqliteStore(path, near, readers, state, most_text)


async def _opened(
    path: Path, count: int, most_text: int, *, examined: bool
) -> tuple[NearReader, list[Reader]]:
    if examined:
        await asyncio.to_thread(examine, path)
    near = await asyncio.to_thread(NearReader, path, most_text)
    readers: list[Reader] = []
    try:
        for _ in range(count):
            reader = Reader(path, most_text)
            await reader.open()
            readers.append(reader)
    except BaseException:
        near.close()
        for reader in readers:
            await reader.close()
        raise
    return near, readers


class SqliteStore:
    """A `protocol.Store`. For one event loop."""

    def __init__(
        self, path: Path, near: NearReader, readers: list[Reader], state: FileState | None, most_text: int
    ) -> None:
        self._path = path
        self._most_text = most_text
        self._readers = readers
        self._near = near
        self._looking, *answering = readers
        self._pool = Pool(answering)
        self._running: dict[tuple[Reader, Operation], float] = {}  # since when
        self._closed = False
        self._state = state
        self._failed = False  # since the readers were opened
        self._complaint = ""
        self._look_at = 0.0
        self._renewing: asyncio.Task[None] | None = None
        self._former: set[Reader] = set()  # those of a file before, which somebody has still lent
        self._leaving: set[asyncio.Future[None]] = set()

    async def run(
        self, plan: Reads[T], *, pending: Read[Any] | None = None, revision: str | None = None
    ) -> tuple[T, str]:
        """What *plan* returns and the revision it belongs to: one hop, one read transaction."""
        reader, operation = await self._take(), Operation()
        return await self._call(
            reader, operation, lambda: reader.drive(operation, plan, pending, revision), release=True
        )

    @property
    def near(self) -> Near | None:
        """Who answers small plans on the event loop; None while other plans take long, and after a disk was slow."""
        self._look()
        oldest_s = min(self._running.values(), default=float("inf"))
        is_busy = time.perf_counter() - oldest_s > _SHORT_S
        return None if self._closed or is_busy or not self._near.is_quick else self._near

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """A transaction that stays open over several plans."""
        return self._snapshot()

    async def revision(self) -> str:
        """The revision the store holds now."""
        self._look()
        reader, operation = self._looking, Operation()
        found = await self._call(reader, operation, lambda: reader.drive(operation, _nothing(), None, None))
        return found[1]

    async def adjacency(self, rights: Rights, revision: str) -> Csr | None:
        """All edges of *revision* that *rights* show; None when the database has another revision."""
        return await asyncio.to_thread(adjacency, self._path, rights, revision)

    async def close(self) -> None:
        """All connections are closed; running plans are interrupted, waiting ones refused."""
        if self._closed:
            return
        self._closed = True
        self._near.close()
        self._pool.refuse(self._closed_error())
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.wait([self._renewing])
        for reader, operation in self._running:
            reader.stop_operation(operation)
        for reader in {*self._readers, *self._former}:
            await reader.close()
        await asyncio.gather(*self._leaving)

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
        self._look()
        return await self._pool.take()

    async def _call(
        self, reader: Reader, operation: Operation, work: Callable[[], T], *, release: bool = False
    ) -> T:
        """The result of *work* on the reader's thread. Cancelled, it is stopped but not waited for."""
        if self._closed:
            raise self._closed_error()
        done = reader.call(work)
        self._running[reader, operation] = time.perf_counter()
        done.add_done_callback(lambda _: self._done(reader, operation, release=release))
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            reader.stop_operation(operation)
            done.add_done_callback(_seen)
            raise
        except ReadCancelled:
            raise self._closed_error() from None
        except StoreError:
            self._failed = True
            raise

    def _done(self, reader: Reader, operation: Operation, *, release: bool) -> None:
        del self._running[reader, operation]
        if release and (self._closed or reader in self._readers):
            self._pool.put(reader)
        elif release:
            self._leave(reader)

    # -- another file ----------------------------------------------------------------------------------

    def _look(self) -> None:
        """New readers are on their way if the file is another one, or could not be read. Called at every use."""
        now = time.monotonic()
        if now < self._look_at or self._renewing is not None:
            return
        self._look_at = now + (_TRY_EVERY_S if self._failed else _LOOK_EVERY_S)
        state = state_of(self._path)
        replaced = state is not None and (self._state is None or state.file != self._state.file)
        if replaced or self._failed:
            self._renewing = asyncio.create_task(self._renew(state))
            self._renewing.add_done_callback(self._renewed)

    async def _renew(self, state: FileState | None) -> None:
        """The readers are those of the file as it is now; when it cannot be read, they stay as they were."""
        try:
            near, readers = await _opened(self._path, len(self._readers), self._most_text, examined=True)
        except StoreError as error:
            self._look_at = time.monotonic() + _TRY_EVERY_S
            if self._complaint != str(error):
                self._complaint = str(error)
                logger.warning("%s; what was read before is served as long as it can be", error)
            return
        self._near.close()
        self._near = near
        self._former.update(self._readers)
        self._readers = readers
        self._state, self._failed, self._complaint = state, False, ""
        self._leave(self._looking)
        self._looking, *answering = readers
        for reader in self._pool.replace(answering):
            self._leave(reader)

    def _renewed(self, task: asyncio.Task[None]) -> None:
        self._renewing = None
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("the database cannot be opened again: %r", error)

    def _leave(self, reader: Reader) -> None:
        """The reader is closed when its thread gets to it."""
        self._former.discard(reader)
        leaving = asyncio.ensure_future(reader.close())
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

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
