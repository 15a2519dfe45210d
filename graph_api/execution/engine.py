"""Answers operations: from text and variables to the bytes of an answer, in one of six ways (see README.md).

An operation is admitted, compiled and bound to its arguments before anything is read, so that every mistake of the
client refuses it before it runs. Then the engine returns the cached answer, joins an equal operation that is running,
or runs the plan when the queue starts it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeAlias

import orjson
import strawberry

from graph_api.errors import AnswerTooLarge, OperationRefused, Overloaded, StoreError, one_line
from graph_api.execution.apollo_trace import Trace
from graph_api.execution.encoding import exact
from graph_api.execution.executor import Execution, Job
from graph_api.execution.fair_queue import FairQueue, Queues
from graph_api.execution.graphql_errors import excess, refusal, refusal_body, refusal_of
from graph_api.execution.loader import Loader
from graph_api.execution.operation_cache import OperationCache, Prepared
from graph_api.execution.response_cache import CachedResponse, ResponseCache
from graph_api.execution.single_flight import SingleFlight
from graph_api.execution.stats import Paused, Stats
from graph_api.settings import Settings
from graph_api.store.plans import Rights
from graph_api.store.protocol import Store

logger = logging.getLogger(__name__)

_SHORT = 1000  # characters of a known text and variables that are prepared without waiting for a turn
_CONDITION_COST = 25  # objects, where operations wait: a condition is evaluated for all articles
_TRACED_COST = 1000  # larger operations are not traced


# The key by which answers of one revision are cached and shared: text, operation name, variables as JSON, whether to
# include the cost, and rights. A plain tuple: a named one takes five times as long to make.
AnswerKey: TypeAlias = tuple[str, str | None, bytes, bool, Rights]


class Answer(NamedTuple):  # a frozen dataclass takes four times as long to make
    """The bytes of a GraphQL response. *executed* is false for an operation that was refused as a whole; *code* is
    that of its first error, None when there is none; *revision* is what the answer was made from, None when nothing
    was read; *timeless* says that it depends on nothing but that content. *body* is encoded in *coding*, empty when it
    is plain JSON; *cached* is the answer's entry in the cache, if it has one."""

    body: bytes
    executed: bool
    code: str | None = None
    revision: str | None = None
    timeless: bool = False
    coding: str = ""
    cached: CachedResponse | None = None


class Engine:
    """Runs the operations of one schema over one store. With *loads_adjacency* the first walk loads all
    edges into memory, which is worth its time in a server only."""

    def __init__(
        self, schema: strawberry.Schema, store: Store, settings: Settings, *, loads_adjacency: bool = False
    ) -> None:
        self._settings = settings
        self._rights = Rights(published_only=settings.published_only, secured=settings.expose_secured)
        self._operations = OperationCache(schema, settings)
        self._loader = Loader(store, settings.row_cache_bytes, loads_adjacency=loads_adjacency)
        self._responses = ResponseCache(settings.response_cache_bytes)
        self._flights: SingleFlight[tuple[str, AnswerKey, str], Answer] = SingleFlight()
        self.queues = Queues(settings.reader_connections, settings.max_waiting)
        self._preparing = FairQueue(1, settings.max_connections)

    async def execute(
        self,
        text: str,
        variables: dict[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        rights: Rights | None = None,
        client: str = "",
        charge: Callable[[int], Awaitable[None]] | None = None,
        include_cost: bool = False,
        traced: bool = False,
        coding: str = "",
        stats: Stats | None = None,
    ) -> Answer:
        """The answer to one operation, with `extensions.cost` when *include_cost*, and `extensions.ftv1`, its trace
        for a federated gateway, when *traced* and its cost is at most 1,000.

        *rights* are the caller's, by default those that the settings give without an API key. In the queue each *client* has
        an equal share; raises `Overloaded` when too many operations wait. *charge* is awaited with the cost of an
        operation that may run; an exception that it raises ends the operation. The body of a cached answer is in
        *coding* when the cache holds it so. *stats* records the work; a plan that `answer_now` began with it continues.
        """
        stats, rights = stats or Stats(), rights or self._rights
        stats.text, stats.asked_s = text, time.perf_counter()
        try:
            key = (text, operation_name, self._json(variables), include_cost, rights)
            prepared = await self._prepared(key, variables or {}, client, stats)
        except OperationRefused as error:
            return self._refusal(error, stats)
        stats.prepared(prepared.admitted.name, prepared.admitted.measures.cost, prepared.plan)
        if charge is not None:
            await charge(stats.cost)
        trace = Trace() if traced and stats.cost <= _TRACED_COST else None
        return await self._answer(Job(prepared, rights, stats, include_cost, trace), key, client, coding)

    def answer_now(
        self,
        text: str,
        variables: dict[str, Any],
        operation_name: str | None,
        *,
        rights: Rights,
        include_cost: bool,
        coding: str,
        client: str,
        most_bytes: int,
        stats: Stats,
    ) -> Answer | None:
        """The answer of `execute` without waiting: a cached one, or one of at most *most_bytes* that is made within 5 ms
        on the event loop; None when there is neither.

        With None, *stats* may hold a paused plan: `execute` with the same *stats* finishes it, `stats.close()` drops it.
        """
        stats.text, stats.asked_s = text, time.perf_counter()
        variables_json = self._json(variables)
        key = (text, operation_name, variables_json, include_cost, rights)
        prepared = self._operations.known(text, operation_name, variables_json)
        if prepared is None or not self._loader.is_fresh():
            return None
        stats.prepared(prepared.admitted.name, prepared.admitted.measures.cost, prepared.plan)
        found = self._cached(key, stats, coding)
        if found is not None:
            return found
        if self._flights.is_running((self._loader.known_revision, key, client)):
            return None
        return self._made_now(Job(prepared, rights, stats, include_cost), key, most_bytes)

    def _made_now(self, job: Job, key: AnswerKey, most_bytes: int) -> Answer | None:
        queue = self.queues.of(_turn_cost(job))
        if not queue.enter():
            return None
        execution = job.stats.paused = Execution(job, self._loader, queue, self._settings.max_answer)
        try:
            is_done = execution.on_loop()
        except Exception:
            job.stats.close()  # a failed plan cannot continue: `execute` runs it again and reports the error
            raise
        if not is_done or len(execution.body) > most_bytes:
            return None
        return self._keep(job, key, execution)

    async def _prepared(
        self, key: AnswerKey, variables: dict[str, Any], client: str, stats: Stats
    ) -> Prepared:
        """The operation, ready to run. New and long texts, which take some milliseconds, are prepared one at a time, with
        equal shares for all clients and other requests in between."""
        text, name, variables_json, *_ = key
        found = self._operations.known(text, name, variables_json)
        if found is not None:
            return found
        length = len(text) + len(variables_json)
        if length > _SHORT or not self._operations.knows(text):
            if not self._preparing.enter():
                with stats.phase("wait"):
                    await self._preparing.turn(length, client)
            asyncio.get_running_loop().call_soon(self._preparing.leave)
        return self._operations.prepared(text, variables, name, variables_json, stats)

    def _json(self, variables: dict[str, Any] | None) -> bytes:
        try:
            return exact(orjson.dumps(variables)) if variables else b""
        except TypeError:
            self._operations.check_variables(variables or {})
            raise refusal("the variables must be valid JSON", "BAD_USER_INPUT") from None

    @property
    def held_bytes(self) -> dict[str, int]:
        """The sizes of the caches: of whole answers, and of rows."""
        return {"answers": self._responses.held_bytes, "rows": self._loader.held_bytes}

    async def revision(self) -> str:
        """The revision of the content, at most a quarter of a second old."""
        return await self._loader.revision()

    async def _answer(self, job: Job, key: AnswerKey, client: str, coding: str) -> Answer:
        """The answer to an operation that may run. Logs and masks unexpected errors."""
        try:
            await self._loader.revision()
            if not job.is_cacheable:
                return await self._in_turn(job, key, client)
            found = self._cached(key, job.stats, coding)
            return found or await self._joined(job, key, client)
        except (StoreError, Overloaded):
            raise
        except AnswerTooLarge as error:
            return self._refusal(_too_large(error), job.stats)
        except Exception as error:  # noqa: BLE001 - masked and logged
            logger.error("an operation failed: %s", one_line(error))  # noqa: TRY400 - on one line
            return self._refusal(_masked(), job.stats, executed=True)
        finally:
            job.stats.close()

    def _refusal(self, error: OperationRefused, stats: Stats, *, executed: bool = False) -> Answer:
        stats.way = "refused"
        return Answer(refusal_body(error, self._settings.max_errors), executed=executed, code=error.code)

    def _cached(self, key: AnswerKey, stats: Stats, coding: str = "") -> Answer | None:
        revision = self._loader.known_revision
        cached = self._responses.get(revision, key)
        if cached is None:
            return None
        stats.cache, stats.way = "hit", "cached"
        body, coding = self._responses.body(cached, coding)
        return Answer(body, executed=True, revision=revision, timeless=True, coding=coding, cached=cached)

    async def _joined(self, job: Job, key: AnswerKey, client: str) -> Answer:
        """The answer, made once for equal concurrent operations of one client. Clients do not share: an operation would
        wait for the place of another client's in the queue."""
        if self._settings.response_cache_bytes == 0:
            return await self._in_turn(job, key, client)
        flight = (self._loader.known_revision, key, client)
        if self._flights.is_running(flight):
            job.stats.close()
        answer = await self._flights.run(flight, lambda: self._in_turn(job, key, client))
        if not job.stats.way:
            job.stats.cache, job.stats.way = "hit", "joined"
        return answer

    async def _in_turn(self, job: Job, key: AnswerKey, client: str) -> Answer:
        """The answer, made when the queue starts the operation; a paused one was started before."""
        if job.stats.paused is None:
            cost = _turn_cost(job)
            queue = self.queues.of(cost)
            if not queue.enter():
                with job.stats.phase("wait"):
                    await queue.turn(cost, client)
                found = self._cached(key, job.stats) if job.is_cacheable and await self.revision() else None
                if found is not None:  # another client's operation was answered while this one waited
                    queue.leave()
                    return found
            execution = job.stats.paused = Execution(job, self._loader, queue, self._settings.max_answer)
            execution.on_loop()
        paused = job.stats.paused
        await paused.finish()
        return self._keep(job, key, paused)

    def _keep(self, job: Job, key: AnswerKey, execution: Paused) -> Answer:
        body, revision, cached = execution.body, execution.revision, None
        job.stats.close()
        if job.is_cacheable and revision == self._loader.known_revision:
            cached = self._responses.put(revision, key, body)
        return Answer(body, executed=True, revision=revision, timeless=job.is_cacheable, cached=cached)


def _turn_cost(job: Job) -> int:
    return job.cost + _CONDITION_COST * job.prepared.admitted.measures.conditions


def _too_large(error: AnswerTooLarge) -> OperationRefused:
    return refusal_of([excess("answer", str(error), error.allowed + 1, error.allowed)])


def _masked() -> OperationRefused:
    return refusal("the server failed to answer; the failure has been logged", "INTERNAL_SERVER_ERROR")
