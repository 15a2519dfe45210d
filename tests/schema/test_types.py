"""The schema as a contract: everything is described, and nothing is there that is not answered."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    is_specified_scalar_type,
    validate_schema,
)

from graph_api.execution.operation_cache import graphql_schema
from graph_api.schema import build_schema

SCHEMA = graphql_schema(build_schema())


def _elements() -> Iterator[tuple[str, str | None]]:
    for name, type_ in SCHEMA.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(type_):
            continue
        yield name, type_.description
        if isinstance(type_, GraphQLEnumType):
            yield from ((f"{name}.{member}", value.description) for member, value in type_.values.items())
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field_name, field in type_.fields.items():
                yield f"{name}.{field_name}", field.description
                for argument, declared in getattr(field, "args", {}).items():
                    yield f"{name}.{field_name}({argument}:)", declared.description
    for directive in SCHEMA.directives:
        yield f"@{directive.name}", directive.description


def test_every_type_field_argument_and_enum_member_has_a_description() -> None:
    elements = list(_elements())
    assert len(elements) > 250
    assert [name for name, description in elements if not (description or "").strip()] == []


def test_descriptions_are_sentences() -> None:
    assert [name for name, text in _elements() if text and text.strip()[-1] not in ".:"] == []


def test_scalars_say_by_what_they_are_specified() -> None:
    own = [
        type_
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLScalarType) and not is_specified_scalar_type(type_)
    ]
    assert {type_.name for type_ in own} == {"DateTime", "JSON", "URL", "_Any"}
    assert all(type_.specified_by_url for type_ in own)


def test_the_schema_is_valid() -> None:
    assert validate_schema(SCHEMA) == []


def test_every_field_is_an_attribute_of_its_record_or_has_a_batch_function() -> None:
    for type_ in SCHEMA.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for field in type_.fields.values():
                declared = field.extensions["strawberry-definition"]
                assert declared.metadata.get("batch") or declared.base_resolver is None
