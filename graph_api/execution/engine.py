"""Answers operations: from text and variables to the bytes of an answer.

An operation is admitted, compiled and bound to its arguments before anything is read; a mistake of the
client refuses it there. Then it has its turn, unless its answer was made before.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import orjson
import strawberry

from graph_api.errors import AnswerTooLarge, OperationRefused, Overloaded, StoreError
from graph_api.execution.apollo_trace import Trace
from graph_api.execution.driver import Driver
from graph_api.execution.encoding import exact
from graph_api.execution.executor import Ways, Work
from graph_api.execution.fair_queue import Lane, Lanes
from graph_api.execution.graphql_errors import refusal, refusal_body
from graph_api.execution.log_format import one_line
from graph_api.execution.preparation import Preparation, Prepared
from graph_api.execution.response_cache import Kept, Responses
from graph_api.execution.single_flight import Flights
from graph_api.execution.stats import Watch
from graph_api.settings import Settings
from graph_api.store.protocol import Store
from graph_api.store.reads import Rights

logger = logging.getLogger(__name__)

_SHORT = 1000  # characters of an operation that is prepared at once where its text is known
_LOOKED_AT = 25  # what a condition counts beside objects where operations wait: it looks at all articles
_TRACED_COST = 1000  # the most that is traced: the ordinary executor takes some 50 us an object, on the loop

# What an answer is remembered by: text, operation name, variables, whether cost is told, rights.
Asked = tuple[str, str | None, bytes, bool, Rights]


class Answer(NamedTuple):  # a frozen dataclass takes four times as long to make
    """The bytes of a GraphQL response. *executed* is false for a request that was refused as a whole;
    *code* is that of its first error, None when there is none; *revision* is what the answer was made
    from, None when nothing was read; *timeless* says that it depends on nothing but that content. The bytes are
    packed in *coding*, empty when they are plain; *kept* is the answer as it is remembered, if it is."""

    body: bytes
    executed: bool
    code: str | None = None
    revision: str | None = None
    timeless: bool = False
    coding: str = ""
    kept: Kept | None = None


class Engine:
    """Runs the operations of one schema over one store; *loads_adjacency* suits whoever runs many."""

    def __init__(
        self, schema: strawberry.Schema, store: Store, settings: Settings, *, loads_adjacency: bool = False
    ) -> None:
        self._settings = settings
        self._rights = Rights(published_only=settings.published_only, secured=settings.expose_secured)
        self._preparation = Preparation(schema, settings)
        self._driver = Driver(store, settings.row_cache_bytes, loads_adjacency=loads_adjacency)
        self._ways = Ways(schema, store, self._driver, settings.max_answer)
        self._responses = Responses(settings.response_cache_bytes)
        self._flights: Flights[tuple[str, Asked, str], Answer] = Flights()
        self.lanes = Lanes(settings.reader_connections, settings.max_waiting)
        self._preparing = Lane(1, settings.max_connections)

    async def execute(
        self,
        text: str,
        variables: dict[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        rights: Rights | None = None,
        client: str = "",
        charge: Callable[[int], Awaitable[None]] | None = None,
        tell_cost: bool = False,
        traced: bool = False,
        compiled: bool = True,
        coding: str = "",
        watch: Watch | None = None,
    ) -> Answer:
        """The answer to one operation, with `extensions.cost` when *tell_cost*, and `extensions.ftv1`, its trace
        for a gateway, when *traced* and not heavy.

        *rights* are the caller's, by default what the settings open to everybody. Where operations have to
        wait for their turn, each *client* has an equal share; raises `Overloaded` when too many wait. *charge* is
        awaited with the cost of an operation that will run, and what it raises stops it. With *compiled* false
        it takes the ordinary executor, whose answers are the same. One that is remembered as packed in *coding* comes
        so. *watch* gets to know what became of it.
        """
        watch, rights = watch or Watch(), rights or self._rights
        watch.text, watch.asked_s = text, time.perf_counter()
        try:
            key = self._key(variables)
            prepared = self._preparation.known(text, operation_name, key) or await self._prepared_in_turn(
                text, variables or {}, operation_name, key, client, watch
            )
            watch.operation, watch.plan = prepared.admitted.name, prepared.plan
            cost = watch.cost = prepared.admitted.measures.cost
        except OperationRefused as error:
            return self._refusal(error, executed=False)
        if charge is not None:
            await charge(cost)
        asked = (text, operation_name, key, tell_cost, rights)
        trace = Trace() if traced and cost <= _TRACED_COST else None
        compiled = compiled and trace is None
        try:
            found = await self._known(asked, watch, coding) if prepared.timeless and compiled else None
            if found is not None:
                return found
            work = Work(prepared, variables or {}, rights, watch, tell_cost, compiled, trace)
            return await self._shared(work, asked, client)
        except (StoreError, Overloaded):
            raise
        except AnswerTooLarge as error:
            return self._refusal(_too_large(error), executed=False)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client learns only that it was
            logger.error("an operation failed: %s", one_line(error))  # noqa: TRY400 - on one line
            return self._refusal(_masked(), executed=True)

    def at_once(
        self,
        text: str,
        variables: dict[str, Any],
        operation_name: str | None,
        *,
        rights: Rights,
        tell_cost: bool,
        coding: str,
        most_bytes: int,
        watch: Watch,
    ) -> Answer | None:
        """The answer of `execute`, if nothing has to be waited for: it was made before, or it is short work, memory
        knows all rows, and the last one of its plan had at most *most_bytes*. Else None, and nothing has come of it
        but what *watch* may have noted.
        """
        watch.text, watch.asked_s = text, time.perf_counter()
        key = self._key(variables)
        prepared = self._preparation.known(text, operation_name, key)
        if prepared is None or not self._driver.is_fresh():
            return None
        watch.operation, watch.plan = prepared.admitted.name, prepared.plan
        watch.cost = prepared.admitted.measures.cost
        asked = (text, operation_name, key, tell_cost, rights)
        found = self._remembered(asked, watch, coding)
        if found is not None or prepared.plan.pace.answer_bytes > most_bytes:
            return found
        work = Work(prepared, variables, rights, watch, tell_cost, compiled=True, trace=None)
        made = self._ways.at_once(work)  # in nobody's turn: those who wait want a thread
        return None if made is None else self._kept(work, asked, *made)

    async def _prepared_in_turn(
        self,
        text: str,
        variables: dict[str, Any],
        name: str | None,
        variables_json: bytes,
        client: str,
        watch: Watch,
    ) -> Prepared:
        """The operation, ready to run. Of those whose text is new or long, which takes some milliseconds, one is prepared
        in a turn of the event loop: in between others are served, and of those who wait each client has an equal share."""
        length = len(text) + len(variables_json)
        if length > _SHORT or not self._preparation.knows(text):
            if not self._preparing.enter():
                with watch.phase("wait"):
                    await self._preparing.turn(length, client)
            asyncio.get_running_loop().call_soon(self._preparing.leave)
        return self._preparation.prepared(text, variables, name, variables_json, watch)

    def _key(self, variables: dict[str, Any] | None) -> bytes:
        try:
            return exact(orjson.dumps(variables)) if variables else b""
        except TypeError:
            self._preparation.check_variables(variables or {})
            raise refusal("the variables hold what JSON cannot say", "BAD_USER_INPUT") from None

    @property
    def held_bytes(self) -> dict[str, int]:
        """What is kept in memory: whole answers, and rows."""
        return {"answers": self._responses.held_bytes, "rows": self._driver.held_bytes}

    async def revision(self) -> str:
        """The revision of the content, at most a quarter of a second old."""
        return await self._driver.revision()

    def _refusal(self, error: OperationRefused, *, executed: bool) -> Answer:
        return Answer(refusal_body(error, self._settings.max_errors), executed=executed, code=error.code)

    def grew(self, kept: Kept) -> None:
        """*kept* is remembered in more forms than before."""
        self._responses.grew(kept)

    async def _known(self, asked: Asked, watch: Watch, coding: str = "") -> Answer | None:
        """The answer that was made before from the content as it is now, packed in *coding* if it is known so."""
        await self._driver.revision()
        return self._remembered(asked, watch, coding)

    def _remembered(self, asked: Asked, watch: Watch, coding: str) -> Answer | None:
        revision = self._driver.known_revision
        kept = self._responses.get(revision, asked)
        if kept is None:
            return None
        watch.cache = "hit"
        body = kept.packed.get(coding)
        if body is None:
            body, coding = self._responses.body(kept), ""
        return Answer(body, executed=True, revision=revision, timeless=True, coding=coding, kept=kept)

    async def _shared(self, work: Work, asked: Asked, client: str) -> Answer:
        """The answer, which is made once for all who ask meanwhile. Of one client: where operations wait,
        nobody is to wait behind what another client asked for before."""
        if not work.is_kept or self._settings.response_cache_bytes == 0:
            return await self._in_turn(work, asked, client)
        key = (self._driver.known_revision, asked, client)
        answer = await self._flights.shared(key, lambda: self._in_turn(work, asked, client))
        work.watch.cache = work.watch.cache or "hit"
        return answer

    async def _in_turn(self, work: Work, asked: Asked, client: str) -> Answer:
        """The answer, once it has its turn; where operations wait, conditions count beside the cost."""
        cost = _turn_cost(work)
        lane = self.lanes.of(cost)
        waits = not lane.enter()
        if waits:
            with work.watch.phase("wait"):
                await lane.turn(cost, client)
        try:
            # those who waited may have waited for the very same answer
            found = await self._known(asked, work.watch) if waits and work.is_kept else None
            return found or await self._made(work, asked)
        finally:
            lane.leave()

    async def _made(self, work: Work, asked: Asked) -> Answer:
        """The answer, which is remembered from now on if it may be."""
        return self._kept(work, asked, *await self._ways.answered(work))

    def _kept(self, work: Work, asked: Asked, body: bytes, revision: str) -> Answer:
        kept = None
        if work.is_kept and revision == self._driver.known_revision:
            kept = self._responses.put(revision, asked, body)
        timeless = work.prepared.timeless and work.trace is None
        return Answer(body, executed=True, revision=revision, timeless=timeless, kept=kept)


def _turn_cost(work: Work) -> int:
    return work.cost + _LOOKED_AT * work.prepared.admitted.measures.conditions


def _too_large(error: AnswerTooLarge) -> OperationRefused:
    return refusal(str(error), error.code, limit="answer", asked=error.allowed + 1, allowed=error.allowed)


def _masked() -> OperationRefused:
    return refusal("the server failed to answer; the failure has been logged", "INTERNAL_SERVER_ERROR")
