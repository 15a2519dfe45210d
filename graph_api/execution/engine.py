"""Answers operations: from text and variables to the bytes of an answer.

An operation is admitted, compiled and bound to its arguments before anything is read; a mistake of the
client refuses it there. Operations that ask for the schema run on the ordinary executor, over the same
batch functions.
"""

# graphql-core's wrapping types are generic without arguments, which strict pyright calls unknown:
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import strawberry
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, execute, get_argument_values
from graphql.execution.values import VariableValues, get_variable_values
from graphql.pyutils import is_awaitable
from strawberry.types.arguments import convert_arguments

from graph_api.errors import RequestError
from graph_api.execution import assembly
from graph_api.execution.assembly import Run
from graph_api.execution.context import Context
from graph_api.execution.documents import Admitted, Documents
from graph_api.execution.driving import Driver
from graph_api.execution.lru import Lru
from graph_api.execution.plan import DEFINITION, Plan, Step, compile_operation
from graph_api.execution.refusal import Refused, coded, refused
from graph_api.settings import Settings
from graph_api.store.protocol import Store
from graph_api.store.reads import Rights

logger = logging.getLogger(__name__)

_JSON = orjson.OPT_UTC_Z
_PLANS = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of a GraphQL response. *executed* is false for a request that was refused as a whole;
    *revision* is what the answer was made from, None when nothing was read."""

    body: bytes
    executed: bool
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What an operation costs: the objects its answer is expected to hold, and how many are allowed."""

    requested: int
    limit: int


@dataclass(frozen=True, slots=True)
class Root:
    """The parent of an operation's top fields: what the operation itself can be asked."""

    cost: Cost


class Engine:
    """Runs the operations of one schema over one store."""

    def __init__(self, schema: strawberry.Schema, store: Store, settings: Settings) -> None:
        self._strawberry = schema
        self._schema: GraphQLSchema = schema._schema  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - no public way
        self._store = store
        self._settings = settings
        self._rights = Rights(published_only=settings.published_only, secured=settings.expose_secured)
        self._documents = Documents(self._schema, settings)
        self._plans: Lru[tuple[object, ...], Plan] = Lru(_PLANS)
        self._driver = Driver(store, settings.row_cache_bytes)

    async def execute(
        self,
        text: str,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        tell_cost: bool = False,
        compiled: bool = True,
    ) -> Answer:
        """The answer to one operation, with `extensions.cost` when *tell_cost*.

        With *compiled* false it takes the ordinary executor, whose answers are the same.
        """
        try:
            admitted = self._documents.admitted(text, operation_name, variables or {})
            values = self._values(admitted, variables or {})
            plan = self._plan(admitted, operation_name, values)
            run = Run(self._bound(plan, values), self._rights)
        except Refused as error:
            return Answer(error.body(self._settings.max_errors), executed=False)
        root = Root(Cost(admitted.measures.cost, self._settings.max_cost))
        try:
            if compiled and not plan.introspects:
                data, revision = await self._driver.run(lambda: assembly.answer(plan, root, run))
            else:
                data, revision = await self._ordinary(admitted, root, variables or {})
        except Exception:
            logger.exception("operation failed")
            return Answer(_masked().body(1), executed=True)
        answer = {"data": data}
        if tell_cost:
            answer["extensions"] = {"cost": {"requested": root.cost.requested, "limit": root.cost.limit}}
        return Answer(orjson.dumps(answer, option=_JSON), executed=True, revision=revision)

    def _values(self, admitted: Admitted, variables: Mapping[str, Any]) -> VariableValues:
        if _nesting(variables) > self._settings.max_variable_nesting:
            allowed = self._settings.max_variable_nesting
            raise refused(f"variables nest deeper than {allowed} levels", "LIMIT_EXCEEDED", limit="variables")
        definitions = admitted.operation.variable_definitions or ()
        values = get_variable_values(
            self._schema, definitions, dict(variables), max_errors=self._settings.max_errors
        )
        if isinstance(values, list):
            raise Refused(coded(error, "BAD_USER_INPUT") for error in values)
        return values

    def _plan(self, admitted: Admitted, name: str | None, values: VariableValues) -> Plan:
        decided = {name: values.coerced.get(name) for name in admitted.conditions}
        key = (admitted.text, name, *decided.items())
        plan = self._plans.get(key)
        if plan is None:
            plan = compile_operation(self._schema, admitted.document, admitted.operation, decided)
            self._plans.put(key, plan)
        return plan

    def _bound(self, plan: Plan, values: VariableValues) -> list[object]:
        arguments: list[object] = []
        errors: list[GraphQLError] = []
        for step in plan.steps:
            try:
                arguments.append(self._prepared(step, values))
            except RequestError as error:
                errors.append(
                    GraphQLError(str(error), step.node, path=list(step.path), extensions={"code": error.code})
                )
        if errors:
            raise Refused(errors)
        return arguments

    def _prepared(self, step: Step, values: VariableValues) -> object:
        if step.batch is None or step.batch.prepare is None or step.definition is None:
            return None
        coerced = get_argument_values(step.definition, step.node, values)
        declared = step.definition.extensions[DEFINITION]
        converter = self._strawberry.schema_converter
        given = convert_arguments(
            coerced, declared.arguments, converter.scalar_registry, self._strawberry.config
        )
        return step.batch.prepare(**given)

    async def _ordinary(
        self, admitted: Admitted, root: Root, variables: Mapping[str, Any]
    ) -> tuple[Any, str]:
        name = admitted.operation.name.value if admitted.operation.name else None
        async with self._store.snapshot() as snapshot:
            result = execute(
                self._schema,
                admitted.document,
                root,
                Context(snapshot, self._rights),
                dict(variables),
                name,
            )
            done = await result if is_awaitable(result) else result
            assert isinstance(done, ExecutionResult)
            if done.errors:
                raise done.errors[0].original_error or done.errors[0]
            return done.data, snapshot.revision


def _nesting(value: Any) -> int:
    """How deep lists and objects nest in JSON; iterative, since its depth is what is in question."""
    deepest, pending = 0, [(value, 0)]
    while pending:
        each, depth = pending.pop()
        if isinstance(each, Mapping | list):
            deepest = max(deepest, depth + 1)
            below = each.values() if isinstance(each, Mapping) else each
            pending.extend((one, depth + 1) for one in below)
    return deepest - 1  # the object of all variables itself does not count


def _masked() -> Refused:
    return refused("the server failed to answer; the failure has been logged", "INTERNAL_SERVER_ERROR")
