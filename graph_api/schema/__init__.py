"""The contract: Strawberry types whose fields say how they are fetched, for many parents at once."""

from __future__ import annotations

import strawberry
from graphql import GraphQLInputObjectType
from strawberry.schema.config import StrawberryConfig

from graph_api.execution.operation_cache import graphql_schema
from graph_api.execution.plan import DEFINITION
from graph_api.schema.scalars import SCALARS
from graph_api.schema.types import Article, Provider, Query, Story, Topic


def build_schema() -> strawberry.Schema:
    """The API's schema."""
    schema = strawberry.Schema(
        Query, types=[Article, Provider, Story, Topic], config=StrawberryConfig(scalar_map=SCALARS)
    )
    for type_ in graphql_schema(schema).type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            # Strawberry 0.341 checks @oneOf itself, after validation, and does not pass it on to graphql-core.
            type_.is_one_of = type_.extensions[DEFINITION].is_one_of
    return schema
