"""What the schema tells clients of costs: in the cost specification's own words, and as admission counts them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    ConstDirectiveNode,
    GraphQLInputObjectType,
    GraphQLObjectType,
    OperationDefinitionNode,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
    is_list_type,
    parse,
    print_ast,
    value_from_ast_untyped,
)

from graph_api.execution.cost.measures import measure
from graph_api.execution.operation_cache import graphql_schema
from graph_api.schema import build_schema as api

SCHEMA = api()
TOLD = build_schema(SCHEMA.as_str())

# https://ibm.github.io/graphql-specs/cost-spec.html
SPECIFIED = """
directive @cost(weight: String!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR

directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
"""  # fmt: skip


def _applied(definition: Any) -> dict[str, dict[str, Any]]:
    """The directives of a field, an argument or an input field, with their arguments."""
    nodes: tuple[ConstDirectiveNode, ...] = definition.ast_node.directives or ()
    return {
        node.name.value: {
            each.name.value: value_from_ast_untyped(each.value) for each in node.arguments or ()
        }
        for node in nodes
    }


def _fields() -> Iterator[tuple[str, Any]]:
    for name, type_ in TOLD.type_map.items():
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__"):
            yield from ((f"{name}.{field}", definition) for field, definition in type_.fields.items())


def _inputs() -> Iterator[tuple[str, Any]]:
    """All arguments, and all fields of input objects."""
    for name, field in _fields():
        yield from ((f"{name}({argument}:)", definition) for argument, definition in field.args.items())
    for name, type_ in TOLD.type_map.items():
        if isinstance(type_, GraphQLInputObjectType):
            yield from ((f"{name}.{field}", definition) for field, definition in type_.fields.items())


def _cost(query: str) -> int:
    document = parse(query)
    [operation] = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    return int(measure(graphql_schema(SCHEMA), document, operation, {}, {}).cost)


def test_the_directives_are_those_of_the_cost_specification() -> None:
    specified = [print_ast(node) for node in parse(SPECIFIED).definitions]
    told = [
        print_ast(TOLD.get_directive(name).ast_node).partition('"""\n')[2].rpartition('"""\n')[2]  # type: ignore[union-attr, arg-type]
        for name in ("cost", "listSize")
    ]
    assert told == specified


def test_slicing_arguments_are_numbers_and_sized_fields_are_lists() -> None:
    sized = [(name, field, size) for name, field in _fields() if (size := _applied(field).get("listSize"))]
    assert len(sized) > 20
    for name, field, size in sized:
        for path in size.get("slicingArguments", ()):
            argument, *inner = path.split(".")
            type_: Any = field.args[argument].type
            for part in inner:
                type_ = get_named_type(type_).fields[part].type
            assert get_named_type(type_).name == "Int", name
        answered = get_named_type(field.type)
        lists = [answered.fields[one].type for one in size.get("sizedFields", ())]
        assert all(is_list_type(get_nullable_type(each)) for each in lists or [field.type]), name
        assert size["requireOneSlicingArgument"] is False


def test_each_value_of_a_filter_costs_a_unit_and_what_holds_them_nothing() -> None:
    costs = {name: _applied(definition).get("cost", {}).get("weight") for name, definition in _inputs()}
    holders = {
        name for name, definition in _inputs() if is_input_object_type(get_named_type(definition.type))
    }
    values = {name for name in costs if "(" not in name and name not in holders}
    orders = {name for name in values if name.startswith("ArticleOrder.")}
    assert {costs[name] for name in holders} == {"0"}
    assert {costs[name] for name in values - orders} == {"1"}
    assert {costs[name] for name in costs.keys() - holders - values | orders} == {None}


@pytest.mark.parametrize(
    ("field", "query", "around"),
    [
        ("Article.neighborhood", "{ article(by: {id: 1}) { neighborhood { nodeCount } } }", "{ article(by: {id: 1}) { id } }"),
        ("Subgraph.export", "{ article(by: {id: 1}) { neighborhood { export(format: DOT) } } }",
         "{ article(by: {id: 1}) { neighborhood { nodeCount } } }"),
        ("Query.subgraph", "{ subgraph { nodeCount } }", "{ revision }"),
        ("Query.shortestPath", "{ shortestPath(from: 1, to: 2) { found } }", "{ revision }"),
        ("Query.allPaths", "{ allPaths(from: 1, to: 2) { found } }", "{ revision }"),
    ],
)  # fmt: skip
def test_what_a_walk_costs_by_default_is_what_the_schema_says(field: str, query: str, around: str) -> None:
    told = _applied(dict(_fields())[field])["cost"]["weight"]
    assert _cost(query) - _cost(around) == int(told)
