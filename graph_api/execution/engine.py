"""Answers operations: from text and variables to the bytes of an answer.

The text is parsed and validated once, compiled once, and bound to its variables at every run; a mistake
of the client refuses the operation before the first read. Operations that ask for the schema run on the
ordinary executor, over the same batch functions.
"""

# graphql-core's wrapping types are generic without arguments, which strict pyright calls unknown:
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import strawberry
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Source,
    execute,
    get_argument_values,
    get_operation_ast,
    parse,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values
from graphql.pyutils import is_awaitable
from strawberry.types.arguments import convert_arguments

from graph_api.errors import RequestError
from graph_api.execution import assembly
from graph_api.execution.assembly import Run
from graph_api.execution.context import Context
from graph_api.execution.lru import Lru
from graph_api.execution.plan import DEFINITION, Plan, Step, compile_operation, conditions
from graph_api.store.protocol import Store
from graph_api.store.reads import Rights

logger = logging.getLogger(__name__)

MAX_ERRORS = 10
MAX_TOKENS = 1500
_JSON = orjson.OPT_UTC_Z


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of a GraphQL response. *executed* is false for a request that was refused as a whole;
    *revision* is what the answer was made from, None when nothing was read."""

    body: bytes
    executed: bool
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class _Document:
    """A text that parsed and validated, and the variables its `@skip` and `@include` depend on."""

    ast: DocumentNode
    conditions: frozenset[str]


class Engine:
    """Runs the operations of one schema over one store."""

    def __init__(self, schema: strawberry.Schema, store: Store, rights: Rights) -> None:
        self._strawberry = schema
        self._schema: GraphQLSchema = schema._schema  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - no public way
        self._store = store
        self._rights = rights
        self._documents: Lru[str, _Document] = Lru(1000)
        self._plans: Lru[tuple[object, ...], Plan] = Lru(1000)

    async def execute(
        self,
        text: str,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        compiled: bool = True,
    ) -> Answer:
        """The answer to one operation. With *compiled* false it takes the ordinary executor."""
        try:
            plan, values = self._planned(text, variables or {}, operation_name)
            arguments = self._bound(plan, values)
        except _Refused as refused:
            return Answer(_refusal(refused.errors), executed=False)
        try:
            if compiled and not plan.introspects:
                run = Run(arguments, self._rights)
                data, revision = await self._store.run(assembly.answer(plan, run))
                return Answer(orjson.dumps({"data": data}, option=_JSON), executed=True, revision=revision)
            return await self._ordinary(text, plan, variables or {})
        except Exception:
            logger.exception("operation failed")
            return Answer(_refusal([_masked()]), executed=True)

    def _planned(
        self, text: str, variables: Mapping[str, Any], operation_name: str | None
    ) -> tuple[Plan, VariableValues]:
        document = self._document(text)
        operation = _operation(document.ast, operation_name)
        values = get_variable_values(
            self._schema, operation.variable_definitions or (), dict(variables), max_errors=MAX_ERRORS
        )
        if isinstance(values, list):
            raise _Refused([_coded(error, "BAD_USER_INPUT") for error in values])
        decided = {name: values.coerced.get(name) for name in document.conditions}
        key = (text, operation_name, *decided.items())
        plan = self._plans.get(key)
        if plan is None:
            plan = compile_operation(self._schema, document.ast, operation, decided)
            self._plans.put(key, plan)
        return plan, values

    def _document(self, text: str) -> _Document:
        found = self._documents.get(text)
        if found is None:
            found = self._validated(text)
            self._documents.put(text, found)
        return found

    def _validated(self, text: str) -> _Document:
        try:
            ast = parse(Source(text), max_tokens=MAX_TOKENS, no_location=False)
        except GraphQLError as error:
            raise _Refused([_coded(error, "GRAPHQL_PARSE_FAILED")]) from None
        errors = validate(self._schema, ast, max_errors=MAX_ERRORS)
        if errors:
            raise _Refused([_coded(error, "GRAPHQL_VALIDATION_FAILED") for error in errors])
        return _Document(ast, conditions(ast))

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
            raise _Refused(errors[:MAX_ERRORS])
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

    async def _ordinary(self, text: str, plan: Plan, variables: Mapping[str, Any]) -> Answer:
        document = self._document(text).ast
        name = plan.operation.name.value if plan.operation.name else None
        async with self._store.snapshot() as snapshot:
            result = execute(
                self._schema,
                document,
                context_value=Context(snapshot, self._rights),
                variable_values=dict(variables),
                operation_name=name,
            )
            done = await result if is_awaitable(result) else result
            assert isinstance(done, ExecutionResult)
            if done.errors:
                raise done.errors[0].original_error or done.errors[0]
            body = orjson.dumps({"data": done.data}, option=_JSON)
            return Answer(body, executed=True, revision=snapshot.revision)


class _Refused(Exception):
    """The operation is answered with these errors and without data."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__()
        self.errors = errors


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operation = get_operation_ast(document, name)
    if operation is None:
        wanted = (
            f"named {name!r}" if name else "to choose: give operationName, since the document has several"
        )
        raise _Refused([_error(f"there is no operation {wanted}", "OPERATION_RESOLUTION_FAILURE")])
    if operation.operation is not OperationType.QUERY:
        raise _Refused(
            [_error("this API is read-only: only queries are answered", "OPERATION_NOT_SUPPORTED")]
        )
    return operation


def _error(message: str, code: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})


def _coded(error: GraphQLError, code: str) -> GraphQLError:
    error.extensions = {**(error.extensions or {}), "code": code}
    return error


def _masked() -> GraphQLError:
    return _error("the server failed to answer; the failure has been logged", "INTERNAL_SERVER_ERROR")


def _refusal(errors: Sequence[GraphQLError]) -> bytes:
    return orjson.dumps({"errors": [error.formatted for error in errors]})
