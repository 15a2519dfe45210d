"""Answers `__schema` and `__type` within a compiled plan, through graphql-core's executor.

The schema is fixed while the server runs, so this needs no reads.
"""

# graphql-core's middleware is generic without arguments, which strict pyright calls unknown:
# pyright: reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    execute_sync,
)

from graph_api.execution.fields import Batch
from graph_api.store.plans import Reads, Rights


@dataclass(frozen=True, slots=True, eq=False)
class Introspection:
    """One of the fields `__schema` and `__type` of an operation, as an operation of its own."""

    schema: GraphQLSchema
    document: DocumentNode
    variables: dict[str, Any]  # Any: JSON as the client sent it


def alone(
    operation: OperationDefinitionNode,
    fields: Sequence[FieldNode],
    fragments: Sequence[FragmentDefinitionNode],
) -> DocumentNode:
    """A document with only these *fields* of the operation, which share a response key."""
    only = OperationDefinitionNode(
        operation=operation.operation,
        variable_definitions=operation.variable_definitions,
        selection_set=SelectionSetNode(selections=tuple(fields)),
    )
    return DocumentNode(definitions=(only, *fragments))


def answers(parents: Sequence[object], rights: Rights, asked: Introspection) -> Reads[list[Any]]:
    """The batch function of `__schema` and `__type`."""
    del rights
    result = execute_sync(asked.schema, asked.document, variable_values=asked.variables)
    assert result.data is not None, "validation guarantees it"
    return [*result.data.values()] * len(parents)
    yield  # a batch function without reads


INTROSPECTION = Batch(answers, Introspection, slow=True)
