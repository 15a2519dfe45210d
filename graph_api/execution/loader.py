"""Loads the rows that plans ask for: from the row cache, then from a connection of the store, from which the cache learns.

A plan is driven on the event loop until its time is over or a read would have to wait; then the same generator goes
on in the thread of the same connection. It is started again only when the content changed between the rows
in the cache and the connection's transaction.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from graph_api.errors import AnswerTooLarge, GraphApiError, ReadPaused, RevisionChanged
from graph_api.execution.row_cache import RowCache
from graph_api.execution.single_flight import SingleFlight
from graph_api.execution.stats import Stats
from graph_api.store.driver import FOREVER, Running, drive
from graph_api.store.plans import GraphRead, Read, Reads, Rights
from graph_api.store.protocol import Reader, Store
from graph_api.store.reads import Adjacency

logger = logging.getLogger(__name__)

T = TypeVar("T")

LOOP_S = 0.005  # the longest that a plan may hold the event loop

_LOOK_EVERY_S = 0.25  # cached answers are at most this much older than the store


class Loader:
    """Loads rows from *store*; with *row_cache_bytes* 0 no rows outlive a plan.

    With *loads_adjacency* the first walk loads the edges into memory.
    """

    def __init__(self, store: Store, row_cache_bytes: int, *, loads_adjacency: bool = False) -> None:
        self.store = store
        self._loads_adjacency = loads_adjacency
        self._loading: asyncio.Task[None] | None = None
        self._capacity = row_cache_bytes
        self._cache = RowCache("", row_cache_bytes)
        self._looked_s = float("-inf")
        self._lookups: SingleFlight[None, None] = SingleFlight()

    async def revision(self) -> str:
        """The revision of the content, at most a quarter of a second old."""
        if not self.is_fresh():
            await self._lookups.run(None, self._look_up)
        return self._cache.revision

    async def _look_up(self) -> None:
        now, before = time.monotonic(), self._cache
        found = await self.store.revision()
        self._looked_s = now
        self.replace_cache(found, before)

    def is_fresh(self) -> bool:
        """Whether the known revision is at most a quarter of a second old, or could be looked up without waiting."""
        now = time.monotonic()
        if now - self._looked_s <= _LOOK_EVERY_S:
            return True
        found = self.store.revision_now()
        if found is None:
            return False
        self._looked_s = now
        self.replace_cache(found, self._cache)
        return True

    @property
    def known_revision(self) -> str:
        """The revision that was looked up last."""
        return self._cache.revision

    @property
    def held_bytes(self) -> int:
        """The size of the cached rows."""
        return self._cache.held_bytes

    def replace_cache(self, revision: str, before: RowCache) -> None:
        """Replace the row cache *before* by one of *revision*, unless another task has replaced it."""
        if self._cache is before and before.revision != revision:
            self._cache = RowCache(revision, self._capacity)

    def cache(self, revision: str | None = None) -> RowCache:
        """The row cache for one plan that reads *revision*, by default the one known."""
        if self._capacity and revision in {None, self._cache.revision}:
            return self._cache
        own = RowCache(revision or self._cache.revision, None)
        if own.revision == self._cache.revision:
            cache = self._cache
            own.edges, own.graphs = cache.edges, cache.graphs
        return own

    def current(self) -> RowCache:
        """The row cache that plans share."""
        return self._cache

    def load_adjacency(self, rights: Rights) -> None:
        """Load the edges that *rights* show, in a thread; until then walks read the store."""
        cache = self._cache
        if not self._loads_adjacency or rights.published_only in cache.edges:
            return
        if self._loading is None or self._loading.done():
            self._loading = asyncio.create_task(_load_adjacency(self.store, cache, rights))


class Load(Generic[T]):
    """One plan under way: its generator, its connection, and the row cache of the revision that it reads.

    *make* returns the generator of the plan, given that cache; it is called again when the plan starts again.
    `Loader.revision` has to be awaited before.
    """

    def __init__(self, loader: Loader, make: Callable[[RowCache], Reads[T]], stats: Stats) -> None:
        self._loader = loader
        self._make = make
        self.stats = stats
        self._reader: Reader | None = None
        self._until_s = FOREVER
        self._walked_with: Rights | None = None  # of a walk, whose edges are then loaded
        self._before = loader.current()
        self._start(loader.cache())
        stats.cache = "rows"

    def _start(self, cache: RowCache) -> None:
        self._cache = cache
        self._running = Running(self._make(cache))

    @property
    def result(self) -> T:
        """What the plan returned."""
        return self._running.result

    @property
    def revision(self) -> str:
        """The revision that all its rows belong to."""
        return self._cache.revision

    def on_loop(self) -> bool:
        """Drive the plan on the event loop for at most 5 ms; True when it has returned."""
        begun_s = time.perf_counter()
        self._until_s = begun_s + LOOP_S
        try:
            is_done = drive(self._running, self._answer, until_s=self._until_s, seen=self.stats.seen)
        except RevisionChanged:
            self._restart()
            return False
        finally:
            self.stats.phase_ended("loop", begun_s)
        self.stats.way = "loop"
        return is_done and self._finished()

    async def in_thread(self) -> None:
        """Drive the plan to its end in the thread of its connection."""
        self._until_s, self.stats.way = FOREVER, "thread"
        with self.stats.phase("thread"):
            if self._reader is None:
                self._reader = await self._loader.store.lend()
            try:
                await self._reader.in_thread(self._drive)
            except RevisionChanged:
                self._restart()
                await self._reader.in_thread(self._drive)
        self._finished()

    def _drive(self) -> None:
        drive(self._running, self._answer, seen=self.stats.seen)

    def close(self) -> None:
        """Release the connection; the plan cannot continue."""
        if self._reader is not None:
            self._reader.release()
            self._reader = None

    def _finished(self) -> bool:
        if self._reader is not None:
            self._reader.check()
        if self._walked_with is not None:
            self._loader.load_adjacency(self._walked_with)
        return True

    def _restart(self) -> None:
        """Start again with the revision of the connection's transaction, which does not change any more."""
        assert self._reader is not None, "only a connection shows another revision"
        revision = self._reader.revision
        self._loader.replace_cache(revision, self._before)
        self._start(self._loader.cache(revision))

    def _answer(self, read: Read[Any]) -> Any:  # Any: the answer's type depends on the read
        if isinstance(read, Adjacency):
            self._walked_with = read.rights
            return self._cache.edges.get(read.rights.published_only)
        rows = self._cache.rows(read)
        if rows is not None:
            return rows
        if isinstance(read, GraphRead) and self._until_s != FOREVER:
            raise ReadPaused  # making it takes too long for the event loop
        if self._reader is None:
            self._reader = self._loader.store.lend_now(self._until_s)
            if self._reader is None:
                raise ReadPaused
        if self._reader.revision != self._cache.revision:
            raise RevisionChanged
        reader = self._reader
        if isinstance(read, GraphRead):
            return self._cache.graphs.made(read, lambda: reader.answer(read))
        self.stats.cache = "miss"
        return self._load(reader, read)

    def _load(self, reader: Reader, read: Read[Any]) -> Any:
        """The answer of the store, from which only the rows that the cache lacks are read. Adding them to the cache may
        evict the others; then all are read."""
        asked = self._cache.missing(read)
        try:
            answer = reader.answer(asked)
            self._cache.learn(asked, answer)
            if asked is read or (answer := self._cache.rows(read)) is not None:
                return answer
            return reader.answer(read)
        except AnswerTooLarge as error:
            raise error.with_traceback(None)  # noqa: B904 - its frames hold all that was read


async def _load_adjacency(store: Store, cache: RowCache, rights: Rights) -> None:
    try:
        edges = await store.adjacency(rights, cache.revision)
    except (GraphApiError, OSError) as error:
        logger.warning("walks read the database: %s", error)
    else:
        if edges is not None:
            cache.edges[rights.published_only] = edges
