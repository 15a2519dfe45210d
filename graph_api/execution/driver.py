"""Driving a plan: from memory while that knows the rows, the rest in one hop to the store.

What memory answers runs on the event loop, so it gets a few milliseconds there and no more: a long plan is
taken to the store's thread in the middle, and goes on from memory there as far as memory knows. Where the store can
be read near by, on the event loop, a plan that is expected to be short needs no hop; one that then takes long is made
again, on a thread.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from graph_api.errors import GraphApiError, RevisionChanged
from graph_api.execution.economy import economical
from graph_api.execution.links import is_linked
from graph_api.execution.row_cache import Memory
from graph_api.execution.single_flight import Flights
from graph_api.execution.stats import Watch
from graph_api.store.protocol import Near, Store
from graph_api.store.reads import Lists, Read, Reads, Rights, TopicKeys

logger = logging.getLogger(__name__)

T = TypeVar("T")

_LOOK_EVERY_S = 0.25  # so long may an answer from memory be behind the store
_TURN_S = 0.005  # so long may a plan keep the event loop before the store's thread takes it over


class Driver:
    """Answers plans from rows in memory and from the store; *row_cache_bytes* 0 keeps no rows.

    With *loads_adjacency* the first walk makes the edges load into memory.
    """

    def __init__(self, store: Store, row_cache_bytes: int, *, loads_adjacency: bool = False) -> None:
        self._store = store
        self._loads_adjacency = loads_adjacency
        self._building: asyncio.Task[None] | None = None
        self._capacity = row_cache_bytes
        self._memory = Memory("", row_cache_bytes)
        self._looked = -_LOOK_EVERY_S
        self._looks: Flights[None, None] = Flights()

    async def revision(self) -> str:
        """The revision of the content, looked up in the store now and then."""
        if not self.is_fresh():
            await self._looks.shared(None, self._look)
        return self._memory.revision

    async def _look(self) -> None:
        now, before = time.monotonic(), self._memory
        found = await self._store.revision()
        self._looked = now
        self._saw(found, before)

    def is_fresh(self) -> bool:
        """Whether the revision was looked up lately, or could be looked up just now."""
        now = time.monotonic()
        if now - self._looked <= _LOOK_EVERY_S and self._memory.revision != "":
            return True
        near = self._store.near
        found = near.revision() if near is not None else None
        if found is None:
            return False
        self._looked = now
        self._saw(found, self._memory)
        return True

    @property
    def known_revision(self) -> str:
        """The revision seen last, without looking."""
        return self._memory.revision

    @property
    def held_bytes(self) -> int:
        """What the rows in memory take."""
        return self._memory.held_bytes

    async def run(
        self,
        plan: Callable[[Memory], Reads[T]],
        *,
        apart: bool = False,
        watch: Watch | None = None,
        looks_at: frozenset[str] | None = None,
    ) -> tuple[T, str]:
        """What the plan returns and the one revision it was made from.

        *plan* makes the generator, and may use what memory knows: it is made again, with nothing known, when the
        content changed between memory and store.
        With *apart*, for what is known to take long, none of it runs on the event loop. *watch* hears of
        the hop to the store. Of nodes it *looks_at* these attributes only, at all when None.
        """
        watch = watch or Watch()
        if self._capacity == 0:
            plan = partial(_economical, plan, looks_at)
        if not self.is_fresh():
            await self.revision()
        memory = self._memory
        try:
            if apart:
                return await self._stored(plan(memory), watch, memory=memory)
            return await self._continued(plan, memory, watch)
        except RevisionChanged:
            return await self._stored(plan(Memory("", 0)), watch)

    @property
    def is_near(self) -> bool:
        """Whether what memory does not know may be read on the event loop."""
        return self._store.near is not None

    def at_once(
        self, plan: Callable[[Memory], Reads[T]], watch: Watch, looks_at: frozenset[str] | None = None
    ) -> tuple[T, str] | None:
        """What `run` would tell, if the plan does not keep the event loop for long and memory knows all that it reads
        or the store can be read there; else None, and the plan is over."""
        memory, rows = self._memory, None
        running = economical(plan(memory), looks_at) if self._capacity == 0 else plan(memory)
        until_s = time.perf_counter() + _TURN_S
        try:
            while (rows := memory.rows(read := running.send(rows))) is not None:
                if time.perf_counter() > until_s:
                    running.close()
                    return None
        except StopIteration as done:
            return done.value, memory.revision
        watch.cache = "miss"
        near = self._store.near
        if near is None:
            running.close()
            return None
        return self._read_near(near, running, read, memory, watch)

    def _read_near(
        self, near: Near, plan: Reads[T], pending: Read[Any], memory: Memory, watch: Watch
    ) -> tuple[T, str] | None:
        """What the plan returns, from the store, on the event loop; None, and the plan is over, if that takes long."""
        learning = _Learning(memory, learns=self._capacity > 0)
        watched = learning.watched(plan, pending)
        watch.cache = "miss"
        with watch.phase("store"):
            made = near.run(watched, pending=next(watched), revision=memory.revision)
        if learning.walked_with is not None:
            self._learn_edges(learning.walked_with)
        return made

    async def _continued(
        self, plan: Callable[[Memory], Reads[T]], memory: Memory, watch: Watch
    ) -> tuple[T, str]:
        rows: Any = None
        running, until_s = plan(memory), time.perf_counter() + _TURN_S
        try:
            while True:
                read = running.send(rows)
                rows = memory.rows(read) if time.perf_counter() < until_s else None
                if rows is None:
                    break
        except StopIteration as done:
            return done.value, memory.revision
        near = self._store.near if time.perf_counter() < until_s else None
        if near is None:
            return await self._stored(running, watch, read, memory)
        made = self._read_near(near, running, read, memory, watch)
        return made or await self._stored(plan(memory), watch, memory=memory)

    def _learn_edges(self, rights: Rights) -> None:
        """The edges that *rights* show come into memory, from a thread; until then walks read the store."""
        memory = self._memory
        if not self._loads_adjacency or rights.published_only in memory.edges:
            return
        if self._building is None or self._building.done():
            self._building = asyncio.create_task(_load_adjacency(self._store, memory, rights))

    async def _stored(
        self,
        plan: Reads[T],
        watch: Watch,
        pending: Read[Any] | None = None,
        memory: Memory | None = None,
    ) -> tuple[T, str]:
        """What the plan returns, from the store; with *memory* only of its revision, and helped by it."""
        learning = _Learning(memory, learns=self._capacity > 0)
        before = self._memory
        watched = learning.watched(plan, pending)
        if pending is not None:
            pending = next(watched)
        watch.cache = "miss"
        try:
            with watch.phase("store"):
                result, revision = await self._store.run(
                    watched, pending=pending, revision=memory.revision if memory else None
                )
        except asyncio.CancelledError:
            learning.stopped = True
            raise
        self._saw(revision, before)
        if learning.walked_with is not None:
            self._learn_edges(learning.walked_with)
        return result, revision

    def _saw(self, revision: str, before: Memory) -> None:
        """*revision* was found by work begun when *before* was the memory: what is older news is no news."""
        if self._memory is before and before.revision != revision:
            self._memory = Memory(revision, self._capacity)


def _economical(
    plan: Callable[[Memory], Reads[T]], looks_at: frozenset[str] | None, memory: Memory
) -> Reads[T]:
    return economical(plan(memory), looks_at)


async def _load_adjacency(store: Store, memory: Memory, rights: Rights) -> None:
    try:
        edges = await store.adjacency(rights, memory.revision)
    except (GraphApiError, OSError) as error:
        logger.warning("walks read the database: %s", error)
    else:
        if edges is not None:
            memory.edges[rights.published_only] = edges


class _Learning:
    """A plan that the store drives: answered from *memory* where that knows, else from the store, from which
    memory learns where it is driven: many rows would hold the event loop."""

    def __init__(self, memory: Memory | None, *, learns: bool) -> None:
        self.walked_with: Rights | None = None  # those for which the store was asked for edges
        self.stopped = False  # set when nobody waits any more: the next read goes to the store, which ends it
        self._memory = memory
        self._learned = memory if learns else None

    def watched(self, plan: Reads[T], pending: Read[Any] | None) -> Reads[T]:
        """*plan* itself; a begun plan waits for *pending*, which is the first read in any case."""
        try:
            read = next(plan) if pending is None else pending
            answer = yield from self._read(read)
            while True:
                read = plan.send(answer)
                answer = self._known(read)
                if answer is None:
                    answer = yield from self._read(read)
        except StopIteration as done:
            result: T = done.value
            return result

    def _read(self, read: Read[Any]) -> Reads[Any]:
        """The answer of the store, which is asked for what memory does not know. Should memory forget the rest
        meanwhile, it is asked for all."""
        if (rights := read.adjacency_rights) is not None:
            self.walked_with = rights
        if self._learned is None:
            if isinstance(read, TopicKeys | Lists) and is_linked(read):
                self.walked_with = read.rights
            return (yield read)
        asked = self._learned.unknown(read)
        answer = yield asked
        self._learned.learn(asked, answer)
        if asked is read or (answer := self._learned.rows(read)) is not None:
            return answer
        return (yield read)

    def _known(self, read: Read[Any]) -> Any:  # Any: what the read is answered with
        return None if self._memory is None or self.stopped else self._memory.rows(read)
