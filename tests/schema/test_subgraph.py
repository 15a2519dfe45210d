"""What the subgraph's SDL has that the API's has not, and the other way round."""

from __future__ import annotations

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    ObjectTypeDefinitionNode,
    SchemaExtensionNode,
    parse,
    print_ast,
)

from graph_api.schema import build_schema
from graph_api.schema.subgraph import subgraph_sdl

API = parse(build_schema().as_str()).definitions
SUBGRAPH = parse(subgraph_sdl(build_schema())).definitions


def _type(name: str, definitions: tuple[DefinitionNode, ...] = SUBGRAPH) -> ObjectTypeDefinitionNode:
    [found] = [
        one for one in definitions if isinstance(one, ObjectTypeDefinitionNode) and one.name.value == name
    ]
    return found


def _directives(name: str) -> list[str]:
    return [print_ast(each) for each in _type(name).directives or ()]


def _fields(type_: ObjectTypeDefinitionNode) -> list[str]:
    return [field.name.value for field in type_.fields or ()]


def test_the_link_imports_every_directive_of_federation_that_is_used() -> None:
    [link] = [print_ast(one) for one in SUBGRAPH if isinstance(one, SchemaExtensionNode)]
    assert link == (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", '
        'import: ["@key", "@shareable", "@cost", "@listSize"])'
    )


def test_one_of_keeps_its_definition_by_which_gateways_know_it() -> None:
    own = [one.name.value for one in SUBGRAPH if isinstance(one, DirectiveDefinitionNode)]
    assert own == ["oneOf"], "the others are defined by federation"


def test_node_and_nodes_and_what_gateways_add_are_left_out() -> None:
    left_out = {"node", "nodes", "_entities", "_service"}
    assert _fields(_type("Query")) == [name for name in _fields(_type("Query", API)) if name not in left_out]
    assert left_out <= {*_fields(_type("Query", API))}


def test_entities_have_their_keys_and_plain_values_are_shareable() -> None:
    assert _directives("Article") == ['@key(fields: "id")', '@key(fields: "webUrl")']
    assert _directives("Provider") == ['@key(fields: "id")', '@key(fields: "domain")']
    assert _directives("Topic") == ['@key(fields: "id")', '@key(fields: "slug")']
    assert _directives("PageInfo") == _directives("Image") == ["@shareable"]


def test_all_other_types_are_those_of_the_api() -> None:
    names = {one.name.value for one in API if isinstance(one, ObjectTypeDefinitionNode)} - {
        "Query",
        "_Service",
    }
    assert all(_fields(_type(name)) == _fields(_type(name, API)) for name in names)
