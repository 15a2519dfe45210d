"""The schema as a Federation 2 subgraph: what `_service { sdl }` answers and `schema/subgraph.graphql` holds.

It is derived from the API's SDL, so that the latter has no federation directives. `node` and `nodes` are left out: two
subgraphs that define them do not compose, and gateways use `_entities`. The definition of `@oneOf` stays, because
gateways only accept directives that are defined.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeVar

import strawberry
from graphql import (
    ConstArgumentNode,
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    IntValueNode,
    ListValueNode,
    Node,
    ObjectTypeDefinitionNode,
    StringValueNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

VERSION = "v2.9"  # the newest that all composition libraries know

_KEYS = {"Article": ("id", "webUrl"), "Provider": ("id", "domain"), "Topic": ("id", "slug")}
_SHAREABLE = {"PageInfo", "Image"}  # plain values that other subgraphs have too
_LEFT_OUT = {"_Any", "_Entity", "_Service"}
_FIELDS_LEFT_OUT = {"node", "nodes", "_entities", "_service"}
_IMPORTED = ("key", "shareable", "cost", "listSize")

N = TypeVar("N", bound=Node)


@lru_cache(maxsize=4)
def subgraph_sdl(schema: strawberry.Schema) -> str:
    """The subgraph's schema in the schema definition language, with the directives of federation."""
    names = ", ".join(f'"@{name}"' for name in _IMPORTED)
    link = f'extend schema @link(url: "https://specs.apollo.dev/federation/{VERSION}", import: [{names}])'
    kept = DocumentNode(definitions=tuple(_kept(parse(schema.as_str(), no_location=True))))
    return f"{link}\n\n{print_ast(visit(kept, _Costs()))}\n"


def _kept(api: DocumentNode) -> Iterator[DefinitionNode]:
    for definition in api.definitions:
        if isinstance(definition, DirectiveDefinitionNode) and definition.name.value in _IMPORTED:
            continue
        if getattr(getattr(definition, "name", None), "value", None) in _LEFT_OUT:
            continue
        if isinstance(definition, ObjectTypeDefinitionNode):
            definition = _federated(definition)  # noqa: PLW2901 - the same definition, rewritten
        yield definition


def _federated(type_: ObjectTypeDefinitionNode) -> ObjectTypeDefinitionNode:
    name = type_.name.value
    own = [f'@key(fields: "{key}")' for key in _KEYS.get(name, ())]
    own += ["@shareable"] if name in _SHAREABLE else []
    left_out = _FIELDS_LEFT_OUT if name == "Query" else ()
    fields = (field for field in type_.fields or () if field.name.value not in left_out)
    return _with(type_, directives=_directives(" ".join(own)), fields=tuple(fields))


def _directives(text: str) -> tuple[ConstDirectiveNode, ...]:
    [made] = parse(f"type T {text} {{ f: Int }}", no_location=True).definitions
    assert isinstance(made, ObjectTypeDefinitionNode)
    return made.directives or ()


class _Costs(Visitor):
    """Rewrites directives to Federation's definitions: the weight of `@cost` is an integer, and `@listSize` has no
    arguments inside input objects."""

    def leave_directive(self, node: ConstDirectiveNode, *_: object) -> ConstDirectiveNode:
        kept = tuple(filter(None, map(_argument, node.arguments or ())))
        return _with(node, arguments=kept)


def _argument(argument: ConstArgumentNode) -> ConstArgumentNode | None:
    value = argument.value
    if argument.name.value == "weight" and isinstance(value, StringValueNode):
        return _with(argument, value=IntValueNode(value=value.value))
    if argument.name.value == "slicingArguments" and isinstance(value, ListValueNode):
        texts = (one for one in value.values if isinstance(one, StringValueNode) and "." not in one.value)
        value = _with(value, values=tuple(texts))
        return _with(argument, value=value) if value.values else None
    return argument


def _with(node: N, **changes: Any) -> N:
    """A copy of the node with some of its parts replaced: nodes cannot be changed."""
    parts: dict[str, Any] = {
        key: getattr(node, key) for key in node.keys
    }  # Any: whatever that node is made of
    return type(node)(**{**parts, **changes})
