"""Answers operations: from text and variables to the bytes of an answer.

An operation is admitted, compiled and bound to its arguments before anything is read; a mistake of the
client refuses it there. Strawberry's ordinary executor, over the same batch functions, answers what shall be
traced field by field.
"""

# graphql-core's wrapping types are generic without arguments, which strict pyright calls unknown:
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import strawberry
from graphql import ExecutionResult, execute
from graphql.pyutils import is_awaitable

from graph_api.errors import Overloaded, StoreError
from graph_api.execution import assembly
from graph_api.execution.assembly import Run
from graph_api.execution.context import Context
from graph_api.execution.documents import Admitted
from graph_api.execution.driving import Driver
from graph_api.execution.encoding import encoded
from graph_api.execution.failure import one_line
from graph_api.execution.lanes import Lane, Lanes
from graph_api.execution.preparation import Preparation, Prepared, graphql_schema
from graph_api.execution.refusal import Refused, refused
from graph_api.execution.responses import Responses
from graph_api.execution.tracing import Trace
from graph_api.execution.watch import Watch
from graph_api.settings import Settings
from graph_api.store.protocol import Store
from graph_api.store.reads import Reads, Rights

logger = logging.getLogger(__name__)

_SHORT = 1000  # characters of an operation that is prepared at once: it takes a millisecond or two
_LOOKED_AT = 25  # what a condition counts beside objects where operations wait: it looks at all articles
_LARGE_COST = 2000  # objects expected in an answer that is encoded in pieces
_TRACED_COST = 1000  # the most that is traced: the ordinary executor takes some 50 us an object, on the loop

Asked = tuple[
    str, str | None, bytes, bool, Rights
]  # text, operation name, variables, whether cost is told, rights


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of a GraphQL response. *executed* is false for a request that was refused as a whole;
    *code* is that of its first error, None when there is none; *revision* is what the answer was made
    from, None when nothing was read; *timeless* says that it depends on nothing but that content."""

    body: bytes
    executed: bool
    code: str | None = None
    revision: str | None = None
    timeless: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """What an operation costs: the objects its answer is expected to hold, and how many are allowed."""

    requested: int
    limit: int


@dataclass(frozen=True, slots=True)
class Root:
    """The parent of an operation's top fields: what the operation itself can be asked."""

    cost: Cost
    schema: strawberry.Schema


class Engine:
    """Runs the operations of one schema over one store; *database* is the store's file, if it has one."""

    def __init__(
        self, schema: strawberry.Schema, store: Store, settings: Settings, database: Path | None = None
    ) -> None:
        self._strawberry = schema
        self._schema = graphql_schema(schema)
        self._store = store
        self._settings = settings
        self._rights = Rights(published_only=settings.published_only, secured=settings.expose_secured)
        self._preparation = Preparation(schema, settings)
        self._driver = Driver(store, settings.row_cache_bytes, database)
        self._responses = Responses(settings.response_cache_bytes)
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
        charge: Callable[[int], None] | None = None,
        tell_cost: bool = False,
        traced: bool = False,
        compiled: bool = True,
        watch: Watch | None = None,
    ) -> Answer:
        """The answer to one operation, with `extensions.cost` when *tell_cost*, and `extensions.ftv1`, its trace
        for a gateway, when *traced* and not heavy.

        *rights* are the caller's, by default what the settings open to everybody. Where operations have to
        wait for their turn, each *client* has an equal share; raises `Overloaded` when too many wait. *charge* is
        called with the cost of an operation that will run, and what it raises stops it. With *compiled* false
        it takes the ordinary executor, whose answers are the same. *watch* gets to know what became of it.
        """
        watch = watch or Watch()
        watch.text, watch.asked_s = text, time.perf_counter()
        try:
            asked = (text, operation_name, self._key(variables), tell_cost, rights or self._rights)
            prepared = self._preparation.known(
                text, operation_name, asked[2]
            ) or await self._prepared_in_turn(text, variables or {}, operation_name, asked[2], client, watch)
            watch.operation, watch.plan = prepared.admitted.name, prepared.plan
            watch.cost = prepared.admitted.measures.cost
        except Refused as error:
            return self._refusal(error, executed=False)
        if charge is not None:
            charge(prepared.admitted.measures.cost)
        trace = Trace() if traced and prepared.admitted.measures.cost <= _TRACED_COST else None
        compiled = compiled and trace is None
        try:
            found = await self._known(asked, watch) if prepared.timeless and compiled else None
            return found or await self._in_turn(
                asked,
                prepared,
                variables or {},
                client,
                watch,
                tell_cost=tell_cost,
                trace=trace,
                compiled=compiled,
            )
        except (StoreError, Overloaded):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the client learns only that it was
            logger.error("an operation failed: %s", one_line(error))  # noqa: TRY400 - on one line
            return self._refusal(_masked(), executed=True)

    async def _prepared_in_turn(
        self,
        text: str,
        variables: dict[str, Any],
        name: str | None,
        variables_json: bytes,
        client: str,
        watch: Watch,
    ) -> Prepared:
        """The operation, ready to run. Of long ones, one is prepared in a turn of the event loop: in between others
        are served, and of those who wait each client has an equal share."""
        length = len(text) + len(variables_json)
        if length > _SHORT:
            if not self._preparing.enter():
                with watch.phase("wait"):
                    await self._preparing.turn(length, client)
            asyncio.get_running_loop().call_soon(self._preparing.leave)
        return self._preparation.prepared(text, variables, name, variables_json, watch)

    def _key(self, variables: dict[str, Any] | None) -> bytes:
        try:
            return orjson.dumps(variables) if variables else b""
        except TypeError:
            self._preparation.check_variables(variables or {})
            raise refused("the variables hold what JSON cannot say", "BAD_USER_INPUT") from None

    @property
    def held_bytes(self) -> dict[str, int]:
        """What is kept in memory: whole answers, and rows."""
        return {"answers": self._responses.held_bytes, "rows": self._driver.held_bytes}

    async def revision(self) -> str:
        """The revision of the content, at most a quarter of a second old."""
        return await self._driver.revision()

    def _refusal(self, error: Refused, *, executed: bool) -> Answer:
        return Answer(error.body(self._settings.max_errors), executed=executed, code=error.code)

    async def _known(self, asked: Asked, watch: Watch) -> Answer | None:
        """The answer that was made before from the content as it is now."""
        revision = await self._driver.revision()
        body = self._responses.get(revision, asked)
        if body is None:
            return None
        watch.cache = "hit"
        return Answer(body, executed=True, revision=revision, timeless=True)

    async def _in_turn(
        self,
        asked: Asked,
        prepared: Prepared,
        variables: dict[str, Any],
        client: str,
        watch: Watch,
        *,
        tell_cost: bool,
        trace: Trace | None,
        compiled: bool,
    ) -> Answer:
        cost = prepared.admitted.measures.cost + _LOOKED_AT * prepared.admitted.measures.conditions
        lane = self.lanes.of(cost)
        waits = not lane.enter()
        if waits:
            with watch.phase("wait"):
                await lane.turn(cost, client)
        try:
            # those who waited may have waited for the very same answer
            found = await self._known(asked, watch) if waits and prepared.timeless and compiled else None
            return found or await self._answer(
                asked, prepared, variables, watch, tell_cost=tell_cost, trace=trace, compiled=compiled
            )
        finally:
            lane.leave()

    async def _answer(
        self,
        asked: Asked,
        prepared: Prepared,
        variables: dict[str, Any],
        watch: Watch,
        *,
        tell_cost: bool,
        trace: Trace | None,
        compiled: bool,
    ) -> Answer:
        root, rights = root_of(prepared, self._settings, self._strawberry), asked[4]
        if compiled:
            body, revision = await self._compiled(prepared, root, rights, watch, tell_cost=tell_cost)
        else:
            watch.cache = "miss"
            with watch.phase("ordinary"):
                data, revision = await self._ordinary(prepared.admitted, root, variables, rights, trace)
            body = _body(data, prepared, root, tell_cost=tell_cost, trace=trace)
        if prepared.timeless and compiled and revision == self._driver.known_revision:
            self._responses.put(revision, asked, body)
        return Answer(body, executed=True, revision=revision, timeless=prepared.timeless and trace is None)

    async def _compiled(
        self, prepared: Prepared, root: Root, rights: Rights, watch: Watch, *, tell_cost: bool
    ) -> tuple[bytes, str]:
        cost, pace = root.cost.requested, prepared.plan.pace
        run = Run(prepared.arguments, rights, piecewise=cost > _LARGE_COST)

        def plan() -> Reads[bytes]:
            begun = time.perf_counter()
            data = yield from watch.watched(assembly.answer(prepared.plan, root, run))
            body = _body(data, prepared, root, tell_cost=tell_cost)
            pace.ran(cost, time.perf_counter() - begun)
            return body

        watch.cache = "rows"
        apart = pace.holds(cost) or prepared.plan.introspects or prepared.plan.slow
        return await self._driver.run(plan, apart=apart, watch=watch)

    async def _ordinary(
        self, admitted: Admitted, root: Root, variables: dict[str, Any], rights: Rights, trace: Trace | None
    ) -> tuple[Any, str]:
        watching = [trace] if trace else None
        name = admitted.name or None
        async with self._store.snapshot() as snapshot:
            context = Context(snapshot, rights)
            result = execute(
                self._schema, admitted.document, root, context, variables, name, middleware=watching
            )
            done = await result if is_awaitable(result) else result
            assert isinstance(done, ExecutionResult)
            if done.errors:
                raise done.errors[0].original_error or done.errors[0]
            return done.data, snapshot.revision


def root_of(prepared: Prepared, settings: Settings, schema: strawberry.Schema) -> Root:
    """The parent of the operation's top fields."""
    return Root(Cost(prepared.admitted.measures.cost, settings.max_cost), schema)


def _body(data: Any, prepared: Prepared, root: Root, *, tell_cost: bool, trace: Trace | None = None) -> bytes:
    answer = {"errors": prepared.mistakes, "data": data} if prepared.mistakes else {"data": data}
    extensions: dict[str, object] = {}
    if tell_cost:
        extensions["cost"] = {"requested": root.cost.requested, "limit": root.cost.limit}
    if trace is not None:
        extensions["ftv1"] = trace.ended(prepared.mistakes)
    if extensions:
        answer["extensions"] = extensions
    return encoded(answer)


def _masked() -> Refused:
    return refused("the server failed to answer; the failure has been logged", "INTERNAL_SERVER_ERROR")
