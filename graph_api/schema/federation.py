"""The API as an Apollo Federation 2 subgraph: its SDL, `_service`, and `_entities`.

The SDL is derived from the API's SDL, so that the latter has no federation directives. It has no `node` and `nodes`:
two subgraphs that define them do not compose, and gateways use `_entities`. The definition of `@oneOf` stays, because
gateways only accept directives that are defined.

A gateway sends representations: objects with a type and one of its keys. A malformed representation is an error at its
item only, and is found before the first read.
https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Annotated, Any, TypeVar

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

from graph_api.errors import RequestError
from graph_api.execution.fields import Mistake, PartialArguments
from graph_api.execution.graphql_errors import excess, refusal_of
from graph_api.execution.operation_cache import Root
from graph_api.records import NodeKey, topic_id
from graph_api.schema import identifiers
from graph_api.schema.identifiers import Handle, NodeHandle, NodeKind, of_kind
from graph_api.schema.resolvers.nodes import ROWS
from graph_api.schema.scalars import Representation, shown
from graph_api.store.plans import Reads, Rights, ask
from graph_api.store.reads import ArticleIdentifier, ArticleKeysBy

MOST = 1000


@dataclass(frozen=True, slots=True)
class Wanted(PartialArguments):
    """The requested entities in order; None for malformed representations."""

    handles: tuple[NodeHandle | Handle | None, ...]


def representations(
    representations: Annotated[
        list[Representation],
        strawberry.argument(
            description=f"Up to {MOST} objects, each with `__typename` and the fields of one key."
        ),
    ],
) -> Wanted:
    if len(representations) > MOST:
        asked = len(representations)
        message = f"representations must hold at most {MOST} objects; got {asked}"
        raise refusal_of([excess("representations", message, asked, MOST)])
    mistakes: list[Mistake] = []
    found = tuple(_handles(representations, mistakes))
    return Wanted(mistakes=tuple(mistakes), handles=found)


def _handles(given: Sequence[object], mistakes: list[Mistake]) -> Iterator[NodeHandle | Handle | None]:
    for place, one in enumerate(given):
        try:
            yield _handle(one)
        except RequestError as error:
            mistakes.append(Mistake(place, str(error), error.code))
            yield None


def _handle(given: object) -> NodeHandle | Handle:
    if not isinstance(given, dict):
        raise RequestError("a representation must be an object with __typename and a key")
    fields: dict[str, object] = given  # pyright: ignore[reportUnknownVariableType] - any JSON object
    name = fields.get("__typename")
    if not isinstance(name, str) or name not in _KEYS:
        known = ", ".join(_KEYS)
        raise RequestError(f"__typename must be one of {known}; got {shown(name)}")
    keys = _KEYS[name]
    for key, handle in keys.items():
        value = fields.get(key)
        if value is not None:
            if not isinstance(value, str):
                raise RequestError(f"{name}.{key} must be a string; got {shown(value)}")
            return handle(value)
    raise RequestError(f"a representation of {name} needs {' or '.join(keys)}")


_KEYS: Mapping[str, Mapping[str, Callable[[str], NodeHandle | Handle]]] = {
    "Article": {"id": partial(of_kind, NodeKind.ARTICLE), "webUrl": identifiers.article_url},
    "Provider": {
        "id": partial(of_kind, NodeKind.PROVIDER),
        "domain": lambda domain: of_kind(NodeKind.PROVIDER, identifiers.provider_of_domain(domain)),
    },
    "Topic": {
        "id": partial(of_kind, NodeKind.TOPIC),
        "slug": lambda slug: of_kind(NodeKind.TOPIC, topic_id(slug)),
    },
    "Story": {"id": partial(of_kind, NodeKind.STORY)},
}


def entities(parents: Sequence[object], rights: Rights, wanted: Wanted) -> Reads[list[list[object | None]]]:
    """The entities with these keys, in the order of the representations; null for each that does not exist."""
    urls = tuple(dict.fromkeys(handle.value for handle in wanted.handles if isinstance(handle, Handle)))
    keys: Mapping[str, NodeKey] = {}
    if urls:
        keys = yield from ask(ArticleKeysBy(ArticleIdentifier.URL, urls, rights))
    named = {handle: (handle.kind, handle.key) for handle in wanted.handles if isinstance(handle, NodeHandle)}
    of_urls = [(NodeKind.ARTICLE, key) for key in keys.values()]
    asked = dict.fromkeys((*named.values(), *of_urls))
    found: dict[tuple[NodeKind, NodeKey], Any] = {}
    for kind in dict.fromkeys(kind for kind, _ in asked):
        answered = yield from ROWS[kind]([key for one, key in asked if one is kind], rights)
        found.update(((kind, key), record) for key, record in answered.items())
    return [[_item(handle, found, keys) for handle in wanted.handles] for _ in parents]


def _item(
    handle: NodeHandle | Handle | None,
    found: Mapping[tuple[NodeKind, NodeKey], Any],
    keys: Mapping[str, NodeKey],
) -> object | None:
    if handle is None:
        return None
    if isinstance(handle, Handle):
        return found.get((NodeKind.ARTICLE, keys[handle.value])) if handle.value in keys else None
    record = found.get((handle.kind, handle.key))
    return record if record is not None and record.id == handle.id else None


@dataclass(frozen=True, slots=True)
class Service:
    """The record behind `_Service`."""

    sdl: str


def service(parents: Sequence[Root], rights: Rights) -> Reads[list[Service]]:
    """The description of this API as a federation subgraph, for gateways."""
    del rights
    return [Service(subgraph_sdl(parent.schema)) for parent in parents]
    yield


# -- the SDL ---------------------------------------------------------------------------------------------


VERSION = "v2.9"  # the newest that all composition libraries know

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
    parts: dict[str, Any] = {key: getattr(node, key) for key in node.keys}  # Any: syntax of any kind
    return type(node)(**{**parts, **changes})
