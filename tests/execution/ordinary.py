"""Strawberry's ordinary executor over the same batch functions: the oracle of what the compiled plans answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graphql import ExecutionResult, execute as execute_graphql
from graphql.pyutils import is_awaitable

from graph_api.errors import OperationRefused
from graph_api.execution.encoding import encoded
from graph_api.execution.engine import Answer, Engine
from graph_api.execution.graphql_errors import refusal_body
from graph_api.execution.operation_cache import graphql_schema
from graph_api.schema.fields import Context
from graph_api.store import at
from graph_api.store.plans import Rights
from graph_api.store.protocol import RunPlan


async def execute(
    engine: Engine,
    path: Path,
    text: str,
    variables: dict[str, Any] | None = None,
    *,
    rights: Rights | None = None,
    include_cost: bool = False,
) -> Answer:
    """What *engine*, over the database at *path*, should answer."""
    with at(path).session() as session:
        return await execute_with(
            session.run, engine, text, variables, rights=rights, include_cost=include_cost
        )


async def execute_with(
    run: RunPlan,
    engine: Engine,
    text: str,
    variables: dict[str, Any] | None = None,
    *,
    rights: Rights | None = None,
    include_cost: bool = False,
) -> Answer:
    """As `execute`, with plans driven by *run*."""
    try:
        prepared = engine._operations.prepared(text, variables or {}, None, engine._json(variables))
    except OperationRefused as error:
        return Answer(refusal_body(error, engine._settings.max_errors), executed=False, code=error.code)
    admitted = prepared.admitted
    result = execute_graphql(
        graphql_schema(prepared.root.schema),
        admitted.document,
        prepared.root,
        Context(run, rights or engine._rights),
        variables,
        admitted.name or None,
    )
    done = await result if is_awaitable(result) else result
    assert isinstance(done, ExecutionResult)
    if done.errors:
        raise done.errors[0].original_error or done.errors[0]
    body: dict[str, Any] = {"errors": prepared.mistakes} if prepared.mistakes else {}
    body["data"] = done.data
    if include_cost:
        cost = prepared.root.cost
        body["extensions"] = {"cost": {"requested": cost.requested, "limit": cost.limit}}
    return Answer(encoded(body), executed=True)
