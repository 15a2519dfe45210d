"""The two ways to the bytes of an answer: the compiled plan, and Strawberry's ordinary executor over the same
batch functions. Their answers are the same; only the executor can be traced field by field.
"""

# graphql-core's wrapping types are generic without arguments, which strict pyright calls unknown:
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

import time
from threading import get_ident
from typing import Any, NamedTuple

import strawberry
from graphql import ExecutionResult, execute
from graphql.pyutils import is_awaitable

from graph_api.errors import AnswerTooLarge
from graph_api.execution import runner
from graph_api.execution.apollo_trace import Trace
from graph_api.execution.context import Context
from graph_api.execution.driver import Driver
from graph_api.execution.encoding import encoded
from graph_api.execution.preparation import Prepared, graphql_schema
from graph_api.execution.row_cache import Memory
from graph_api.execution.runner import Run
from graph_api.execution.size_budget import Space, check_size
from graph_api.execution.stats import Watch
from graph_api.execution.timing import Burst
from graph_api.store.protocol import Store
from graph_api.store.reads import Reads, Rights


class Work(NamedTuple):  # made for every operation: a frozen dataclass takes four times as long
    """An operation whose answer has to be made, and in which way: with *trace* field by field, which takes
    the ordinary executor."""

    prepared: Prepared
    variables: dict[str, Any]  # Any: JSON as the client sent it
    rights: Rights
    watch: Watch
    tell_cost: bool
    compiled: bool
    trace: Trace | None

    @property
    def cost(self) -> int:
        """The objects that its answer is expected to hold."""
        return self.prepared.root.cost.requested

    @property
    def is_kept(self) -> bool:
        """Whether its answer may be one that was made before, and is remembered."""
        return self.prepared.timeless and self.compiled

    @property
    def is_long(self) -> bool:
        """Whether its plan is expected to keep others waiting: one whose conditions may look at everything, until it
        has run."""
        plan, never_ran = self.prepared.plan, self.prepared.plan.pace.answer_bytes == 0
        is_unsure = never_ran and self.prepared.admitted.measures.conditions > 0
        return is_unsure or plan.pace.holds(self.cost) or plan.introspects or plan.slow

    def body(self, data: Any) -> bytes:  # Any: the answer's data
        """The bytes of the answer that holds *data*."""
        mistakes = self.prepared.mistakes
        answer = {"errors": mistakes, "data": data} if mistakes else {"data": data}
        extensions: dict[str, object] = {}
        if self.tell_cost:
            extensions["cost"] = {"requested": self.cost, "limit": self.prepared.root.cost.limit}
        if self.trace is not None:
            extensions["ftv1"] = self.trace.ended(mistakes)
        if extensions:
            answer["extensions"] = extensions
        return encoded(answer)


class Ways:
    """Makes answers over one store: from plans by *driver*, else in a snapshot. One of more than *most_bytes*
    raises `AnswerTooLarge`."""

    def __init__(self, schema: strawberry.Schema, store: Store, driver: Driver, most_bytes: int) -> None:
        self._schema = graphql_schema(schema)
        self._store = store
        self._driver = driver
        self._most_bytes = most_bytes
        self._burst = Burst()

    async def answered(self, work: Work) -> tuple[bytes, str]:
        """The bytes of the answer, and the revision it was made from."""
        if work.compiled:
            return await self._compiled(work)
        work.watch.cache = "miss"
        with work.watch.phase("ordinary"):
            data, revision = await self._ordinary(work)
            check_size(data, self._most_bytes)
        return Space(self._most_bytes).check(work.body(data)), revision

    def at_once(self, work: Work) -> tuple[bytes, str] | None:
        """What `answered` would tell, if that is short work for which nothing has to be waited; else None."""
        plan = work.prepared.plan
        if work.is_long or not (plan.pace.in_memory or self._driver.is_near):
            return None
        if not self._burst.allows(plan.pace.expected_s(work.cost)):
            return None
        work.watch.cache, begun_s = "rows", time.perf_counter()
        try:
            made = self._driver.at_once(
                lambda memory: _planned(work, memory, self._most_bytes), work.watch, plan.looks_at
            )
        except AnswerTooLarge:  # no short work, and `answered` tells
            made = None
        if made is None:  # many may ask the same meanwhile: they are not to find out one by one
            plan.pace.left(work.cost, time.perf_counter() - begun_s)
        plan.pace.in_memory = work.watch.cache == "rows"
        return made

    async def _compiled(self, work: Work) -> tuple[bytes, str]:
        work.watch.cache = "rows"
        made = await self._driver.run(
            lambda memory: _planned(work, memory, self._most_bytes),
            apart=work.is_long,
            watch=work.watch,
            looks_at=work.prepared.plan.looks_at,
        )
        work.prepared.plan.pace.in_memory = work.watch.cache == "rows"
        return made

    async def _ordinary(self, work: Work) -> tuple[Any, str]:
        watching = [work.trace] if work.trace else None
        admitted, name = work.prepared.admitted, work.prepared.admitted.name or None
        async with self._store.snapshot() as snapshot:
            context = Context(snapshot, work.rights)
            result = execute(
                self._schema,
                admitted.document,
                work.prepared.root,
                context,
                work.variables,
                name,
                middleware=watching,
            )
            done = await result if is_awaitable(result) else result
            assert isinstance(done, ExecutionResult)
            if done.errors:
                raise done.errors[0].original_error or done.errors[0]
            return done.data, snapshot.revision


def _planned(work: Work, memory: Memory, most_bytes: int) -> Reads[bytes]:
    """The plan for the bytes of the answer; how fast it ran is noted."""
    prepared = work.prepared
    run = Run(prepared.arguments, work.rights, Space(most_bytes), memory)
    # the first is dear, and does not count how long others kept the processor
    clock = time.thread_time if work.is_long else time.perf_counter
    begun_s, thread = clock(), get_ident()
    data = yield from work.watch.watched(runner.answer(prepared.plan, work.prepared.root, run))
    body = run.space.check(work.body(data))
    if thread == get_ident():  # else it had to go from the event loop to the store
        prepared.plan.pace.ran(work.cost, clock() - begun_s)
    prepared.plan.pace.answer_bytes = len(body)
    return body
