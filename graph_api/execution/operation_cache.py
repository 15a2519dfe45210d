"""Operations ready to run: admitted, compiled and bound to their arguments, and cached by text and variables.

Every mistake that a client can make is found here, before anything is read. An operation that comes again costs a
look-up.
"""

# graphql-core's wrapping types are generic without arguments, which strict pyright calls unknown:
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLSchema, get_argument_values
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.types.arguments import convert_arguments

from graph_api.errors import OperationRefused, RequestError
from graph_api.execution.admission import Admission, Admitted, Key, reads_clock
from graph_api.execution.fields import PartialArguments
from graph_api.execution.graphql_errors import coded, excess, refusal_of
from graph_api.execution.introspection import Introspection
from graph_api.execution.plan import DEFINITION, Plan, Step, compile_operation
from graph_api.execution.stats import Stats
from graph_api.settings import Settings

_PLAN_BYTES = 100  # for each character of a text
_ENTRY_BYTES = 2_000  # for each plan, however short
_BOUND_BYTES = 1_000  # for each plan with bound arguments
_VALUE_BYTES = 10  # ... and for each byte of these
_VARIABLES_BYTES = 2048  # operations with larger variables are not cached


def graphql_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """The graphql-core schema that Strawberry made; it offers no public way to it."""
    return schema._schema  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]


@dataclass(frozen=True, slots=True)
class Cost:
    """The number of objects that an operation's answer is expected to hold, and its limit."""

    requested: int
    limit: int


@dataclass(frozen=True, slots=True)
class Root:
    """The parent of an operation's root fields."""

    cost: Cost
    schema: strawberry.Schema


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation that can run. *root* is the parent of its root fields, *arguments* are those of its batch functions,
    by step number; *mistakes* are errors of single items, answered beside the data; *timeless* says that the answer
    depends on the content alone."""

    admitted: Admitted
    plan: Plan
    root: Root
    arguments: list[object]
    mistakes: list[Any]  # Any: errors as GraphQL formats them
    timeless: bool


class OperationCache:
    """The operations of one schema."""

    def __init__(self, schema: strawberry.Schema, settings: Settings) -> None:
        self._strawberry = schema
        self._schema = graphql_schema(schema)
        self._settings = settings
        self._admission = Admission(self._schema, settings)

    def prepared(
        self,
        text: str,
        variables: dict[str, Any],
        name: str | None,
        variables_json: bytes | None = None,
        stats: Stats | None = None,
    ) -> Prepared:
        """The operation *name* of *text*, ready to run. Raises `OperationRefused` for every mistake of the client.

        It is cached when *variables_json*, the variables as JSON, is given and short.
        """
        found = self.known(text, name, variables_json)
        if found is None:
            self._check_size(variables_json or b"")
            found = self._prepare(text, variables, name, stats or Stats())
            if found.timeless and variables_json is not None and len(variables_json) <= _VARIABLES_BYTES:
                self._cache(text, (name, variables_json), found, len(variables_json))
        return found

    def known(self, text: str, name: str | None, variables_json: bytes | None) -> Prepared | None:
        """The operation *name* of *text*, if it is cached."""
        known = self._admission.known(text) if variables_json is not None else None
        return None if known is None else known.prepared.get((name, variables_json))

    def knows(self, text: str) -> bool:
        """Whether *text* is cached, so that it need not be parsed and validated."""
        return self._admission.known(text) is not None

    def _cache(self, text: str, key: Key, prepared: Prepared, variables_bytes: int) -> None:
        known = self._admission.known(text)
        if known is not None:  # a text larger than the cache is not cached
            known.prepared[key] = prepared
            self._admission.grew(known, _BOUND_BYTES + _VALUE_BYTES * variables_bytes)

    def _prepare(self, text: str, variables: dict[str, Any], name: str | None, stats: Stats) -> Prepared:
        self.check_variables(variables)
        admitted = self._admission.admitted(text, name, variables, stats)
        with stats.phase("plan"):
            values = self._values(admitted, variables)
            plan = self._plan(admitted, name, values)
            arguments = self._bound(plan, values, variables)
        timeless = not admitted.reads_clock and not reads_clock(variables)
        mistakes = [
            error.formatted for error in islice(_mistakes(plan, arguments), self._settings.max_errors)
        ]
        root = Root(Cost(admitted.measures.cost, self._settings.max_cost), self._strawberry)
        return Prepared(admitted, plan, root, arguments, mistakes, timeless)

    def check(self, text: str) -> None:
        """Raises `OperationRefused` unless every operation of *text* can be compiled."""
        for admitted in self._admission.all_admitted(text):
            undecided = dict.fromkeys(admitted.conditions, True)
            compile_operation(self._schema, admitted.document, admitted.operation, undecided)

    def check_variables(self, variables: dict[str, Any]) -> None:
        """Raises `OperationRefused` when the variables hold too many values or nest too deeply."""
        most = self._settings.max_variable_values
        values, depth = _values_and_nesting(variables, most)
        if values > most:
            message = f"the variables hold more than {most} values"
            raise refusal_of([excess("variable_values", message, values, most)])
        allowed = self._settings.max_variable_nesting
        if depth > allowed:
            message = f"the variables nest {depth} levels deep; at most {allowed} are allowed"
            raise refusal_of([excess("variable_nesting", message, depth, allowed)])

    def _check_size(self, variables_json: bytes) -> None:
        size, most = len(variables_json), self._settings.max_variables
        if size > most:
            message = f"the variables have {size} bytes as JSON; at most {most} are allowed"
            raise refusal_of([excess("variables", message, size, most)])

    def _values(self, admitted: Admitted, variables: dict[str, Any]) -> VariableValues:
        values = get_variable_values(
            self._schema,
            admitted.operation.variable_definitions or (),
            variables,
            max_errors=self._settings.max_errors,
            hide_suggestions=self._settings.no_introspection,
        )
        if isinstance(values, list):
            raise refusal_of(coded(error, "BAD_USER_INPUT") for error in values)
        return values

    def _plan(self, admitted: Admitted, name: str | None, values: VariableValues) -> Plan:
        decided = {name: values.coerced.get(name) for name in admitted.conditions}
        key = (name, *decided.items())
        known = self._admission.known(admitted.text)
        plan = known.plans.get(key) if known is not None else None
        if plan is None:
            plan = compile_operation(self._schema, admitted.document, admitted.operation, decided)
            if known is not None:
                known.plans[key] = plan
                self._admission.grew(known, _ENTRY_BYTES + _PLAN_BYTES * len(admitted.text))
        return plan

    def _bound(self, plan: Plan, values: VariableValues, variables: dict[str, Any]) -> list[object]:
        arguments: list[object] = []
        errors: list[GraphQLError] = []
        for step in plan.steps:
            try:
                arguments.append(self._argument(step, values, variables))
            except OperationRefused:
                raise
            except RequestError as error:
                errors.append(_misfit(step, str(error), error.code))
            except GraphQLError as error:  # found only with the variables' values
                errors.append(_misfit(step, error.message, "BAD_USER_INPUT"))
        if errors:
            raise refusal_of(errors)
        return arguments

    def _argument(self, step: Step, values: VariableValues, variables: dict[str, Any]) -> object:
        if step.asks_schema is not None:
            return Introspection(self._schema, step.asks_schema, variables)
        if step.batch is None or step.batch.prepare is None or step.definition is None:
            return None
        coerced = get_argument_values(step.definition, step.node, values)
        declared = step.definition.extensions[DEFINITION]
        converter = self._strawberry.schema_converter
        given = convert_arguments(
            coerced, declared.arguments, converter.scalar_registry, self._strawberry.config
        )
        return step.batch.prepare(**given)


def _misfit(step: Step, message: str, code: str) -> GraphQLError:
    """The error of a field with invalid arguments."""
    return coded(GraphQLError(message, step.node, path=list(step.path)), code)


def _mistakes(plan: Plan, arguments: Sequence[object]) -> Iterator[GraphQLError]:
    """The errors of single items of root fields."""
    for step, argument in zip(plan.steps, arguments, strict=True):
        if isinstance(argument, PartialArguments):
            for one in argument.mistakes:
                path: list[str | int] = [*step.path, one.place]
                yield GraphQLError(one.message, step.node, path=path, extensions={"code": one.code})


def _values_and_nesting(variables: Mapping[str, Any], most: int) -> tuple[int, int]:
    """How many values there are in JSON, counted to one more than *most*, and how deep they nest.

    Iterative, since the depth may be large; the object of all variables does not count.
    """
    values = deepest = 0
    pending: list[tuple[Any, int]] = [(variables, 0)]
    while pending and values <= most:
        each, depth = pending.pop()
        deepest = max(deepest, depth)
        below = each.values() if isinstance(each, Mapping) else each
        values += len(below)
        pending.extend((one, depth + 1) for one in below if isinstance(one, Mapping | list))
    return min(values, most + 1), deepest
