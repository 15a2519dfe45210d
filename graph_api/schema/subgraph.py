"""The schema as a Federation 2 subgraph: what `_service { sdl }` answers and `schema/subgraph.graphql` holds.

Made from the API's own SDL, so that the API's is free of what only gateways read. `node` and `nodes` are left
out: two subgraphs that both offer them do not compose, and a gateway has `_entities`. The definition of
`@oneOf` stays, since gateways know a directive by its definition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import strawberry
from graphql import (
    ConstArgumentNode,
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    FieldDefinitionNode,
    ListTypeNode,
    ListValueNode,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    NullValueNode,
    ObjectTypeDefinitionNode,
    StringValueNode,
    TypeNode,
    parse,
    print_ast,
)

VERSION = "v2.9"  # the newest that all composition libraries know

_KEYS = {"Article": ("id", "webUrl"), "Provider": ("id", "domain"), "Topic": ("id", "slug")}
_SHAREABLE = {"PageInfo", "Image"}  # plain values that other subgraphs have too
_LEFT_OUT = {"_Any", "_Entity", "_Service"}
_FIELDS_LEFT_OUT = {"node", "nodes", "_entities", "_service"}
_IMPORTED = ("key", "shareable", "listSize")

N = TypeVar("N", bound=Node)
Types = Mapping[str, ObjectTypeDefinitionNode]


@lru_cache(maxsize=4)
def subgraph_sdl(schema: strawberry.Schema) -> str:
    """The subgraph's schema in the schema definition language, with the directives of federation."""
    names = ", ".join(f'"@{name}"' for name in _IMPORTED)
    link = f'extend schema @link(url: "https://specs.apollo.dev/federation/{VERSION}", import: [{names}])'
    kept = tuple(_kept(parse(schema.as_str(), no_location=True)))
    return f"{link}\n\n{print_ast(DocumentNode(definitions=kept))}\n"


def _kept(api: DocumentNode) -> Iterator[DefinitionNode]:
    types = {one.name.value: one for one in api.definitions if isinstance(one, ObjectTypeDefinitionNode)}
    for definition in api.definitions:
        if isinstance(definition, DirectiveDefinitionNode) and definition.name.value in _IMPORTED:
            continue
        if getattr(getattr(definition, "name", None), "value", None) in _LEFT_OUT:
            continue
        if isinstance(definition, ObjectTypeDefinitionNode):
            definition = _federated(definition, types)  # noqa: PLW2901
        yield definition


def _federated(type_: ObjectTypeDefinitionNode, types: Types) -> ObjectTypeDefinitionNode:
    name = type_.name.value
    own = [f'@key(fields: "{key}")' for key in _KEYS.get(name, ())]
    own += ["@shareable"] if name in _SHAREABLE else []
    left_out = _FIELDS_LEFT_OUT if name == "Query" else ()
    fields = (_sized(field, types) for field in type_.fields or () if field.name.value not in left_out)
    return _with(type_, directives=_directives(" ".join(own)), fields=tuple(fields))


def _directives(text: str) -> tuple[ConstDirectiveNode, ...]:
    [made] = parse(f"type T {text} {{ f: Int }}", no_location=True).definitions
    assert isinstance(made, ObjectTypeDefinitionNode)
    return made.directives or ()


def _sized(field: FieldDefinitionNode, types: Types) -> FieldDefinitionNode:
    """The field; what composition does not take is left out of its `@listSize`: nulls, slicing arguments that
    are no numbers, sized fields that are no lists."""
    sliced = {one.name.value for one in field.arguments or () if _name(one.type) == "Int"}
    answered = types.get(_name(field.type))
    listed = {one.name.value for one in (answered.fields if answered else None) or () if _is_list(one.type)}
    known = {"slicingArguments": sliced, "sizedFields": listed}
    sizes = _sizes(field.directives or (), known)
    return _with(field, directives=tuple(one for one in sizes if _is_list(field.type) or _sizes_fields(one)))


def _sizes(
    directives: Iterable[ConstDirectiveNode], known: Mapping[str, set[str]]
) -> Iterator[ConstDirectiveNode]:
    for directive in directives:
        arguments = (_size(argument, known) for argument in directive.arguments or ())
        kept = tuple(argument for argument in arguments if argument is not None)
        yield _with(directive, arguments=kept) if directive.name.value == "listSize" else directive


def _sizes_fields(directive: ConstDirectiveNode) -> bool:
    return any(argument.name.value == "sizedFields" for argument in directive.arguments or ())


def _size(argument: ConstArgumentNode, known: Mapping[str, set[str]]) -> ConstArgumentNode | None:
    value = argument.value
    if isinstance(value, ListValueNode):
        texts = (one for one in value.values if isinstance(one, StringValueNode))
        value = _with(value, values=tuple(one for one in texts if one.value in known[argument.name.value]))
        return _with(argument, value=value) if value.values else None
    return None if isinstance(value, NullValueNode) else argument


def _with(node: N, **changes: Any) -> N:
    """A copy of the node with some of its parts replaced: nodes cannot be changed."""
    parts: dict[str, Any] = {
        key: getattr(node, key) for key in node.keys
    }  # Any: whatever that node is made of
    return type(node)(**{**parts, **changes})


def _name(type_: TypeNode) -> str:
    while isinstance(type_, NonNullTypeNode | ListTypeNode):
        type_ = type_.type
    assert isinstance(type_, NamedTypeNode)
    return type_.name.value


def _is_list(type_: TypeNode) -> bool:
    return isinstance(type_.type if isinstance(type_, NonNullTypeNode) else type_, ListTypeNode)
