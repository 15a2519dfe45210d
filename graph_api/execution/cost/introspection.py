"""The lengths of the lists of introspection, for the cost of introspective queries."""

# graphql-core's wrapping types are generic without arguments, which strict pyright calls unknown:
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized

from graphql import GraphQLSchema, introspection_types, is_abstract_type
from graphql.type import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
)

ANSWERED_TYPES: Mapping[str, str] = {"__schema": "__Schema", "__type": "__Type"}  # by root field


def is_introspective(type_: GraphQLNamedType | None) -> bool:
    """Whether *type_* is an introspection type, such as `__Field`."""
    return type_ is not None and type_.name in introspection_types


def schema_lengths(schema: GraphQLSchema) -> Mapping[str, float]:
    """The mean length of each list of introspection over all types, by field name."""
    types = schema.type_map.values()
    composite = [each for each in types if isinstance(each, GraphQLObjectType | GraphQLInterfaceType)]
    fields = [field for each in composite for field in each.fields.values()]
    lists: Mapping[str, Iterable[Sized]] = {
        "fields": (each.fields for each in composite),
        "interfaces": (each.interfaces for each in composite),
        "possibleTypes": (schema.get_possible_types(each) for each in types if is_abstract_type(each)),
        "inputFields": (each.fields for each in types if isinstance(each, GraphQLInputObjectType)),
        "enumValues": (each.values for each in types if isinstance(each, GraphQLEnumType)),
    }
    means = {name: sum(map(len, each)) / len(types) for name, each in lists.items()}
    args = sum(len(field.args) for field in fields) / max(len(fields), 1)
    return {"types": len(types), "directives": len(schema.directives), "args": args, **means}
