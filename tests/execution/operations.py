"""Hypothesis strategies: whole graphs, and operations over the whole schema that ask about them.

hypothesis-graphql chooses fields and values. It writes neither variables nor aliases, named fragments or
directives, and knows nothing of pages: `_Writer` writes its documents anew with all of these. Cursors are
known only when a graph has been asked, so places for them are left in the text (see `CURSOR_LISTS`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from itertools import chain
from random import Random
from typing import Any

from graphql import (
    DocumentNode,
    EnumValueNode,
    FieldNode,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
    print_ast,
    value_from_ast_untyped,
    visit,
)
from hypothesis import Phase, strategies as st
from hypothesis_graphql import Mode, nodes, queries

from graph_api.store.plans import Rights
from tests.store import generated
from tests.store.build import AnyNode, ArticleNode, article

rights = st.builds(Rights, published_only=st.booleans(), secured=st.booleans())

CURSOR_LISTS = {
    "articles": "articles(first: 100) { edges { cursor } }",
    "articles by title": "articles(first: 100, orderBy: {field: TITLE}) { edges { cursor } }",
    "related OUT": "articles(first: 100) { nodes { related(first: 100) { edges { cursor } } } }",
    "related IN": "articles(first: 100) { nodes { related(first: 100, direction: IN) { edges { cursor } } } }",
    "related BOTH": "articles(first: 100) { nodes { related(first: 100, direction: BOTH) { edges { cursor } } } }",
    "providers": "providers(first: 100) { edges { cursor } }",
    "topics": "topics(first: 100) { edges { cursor } }",
    "problems": "contentReport { problems(first: 100) { edges { cursor } } }",
}
"""Where the cursors of each kind come from; `<related IN 3>` in an operation stands for the third one."""

# -- graphs ------------------------------------------------------------------------------------------------

_BODIES = ["# A\n\nb **c** <script>x</script>", "a & b", ""]
_EXCERPTS = [None, "", "one two  three", "word" * 5, "ein Satz, dann noch einer"]


@st.composite
def graphs(draw: st.DrawFn) -> list[AnyNode]:
    """A whole graph whose articles also have texts, files, payloads and further URLs."""
    random = Random(draw(st.integers(0, 2**16)))
    found = draw(generated.graphs())
    return [_dressed(node, random) if isinstance(node, ArticleNode) else node for node in found]


def _dressed(node: ArticleNode, random: Random) -> ArticleNode:
    paths = [f"{node.name}.md", f"old/{node.name}.md"][: random.randrange(3)]
    fraction = timedelta(microseconds=random.choice([0, 0, 1, 500_000]))
    return replace(
        node,
        body=random.choice([None, *_BODIES]),
        excerpt=random.choice(_EXCERPTS),
        secured=random.choice([None, ("c", "i")]),
        files=tuple((path, random.choice([None, node.date])) for path in paths),
        urls=random.choice([(), (f"{node.url}/old",)]),
        date=node.date + fraction if node.date else None,
    )


# -- values ------------------------------------------------------------------------------------------------

_ARTICLES = [article(name) for name in generated.NAMES]
HANDLES: dict[str, list[str]] = {
    "article": [node.id for node in _ARTICLES],
    "provider": [f"provider:{domain}" for domain in generated.DOMAINS],
    "topic": [f"topic:{slug}" for slug in generated.SLUGS],
}
"""The ids that operations ask for, by kind."""

_IDS = list(chain.from_iterable(HANDLES.values()))
_ODD_IDS = [_ARTICLES[0].id[:-1] + "a", "article:x", "topic:", "story:x", "", "topic:none", "Topic:s"]
_URLS = [*(node.url for node in _ARTICLES), *(f"{node.url}/old" for node in _ARTICLES)]
_ODD_URLS = [
    "https://EXAMPLE.org:443/a?utm_source=x#top",
    "https://u@example.org/",
    "https://example.org/none",
]
_DURATIONS = ["P7D", "PT36H", "P9999Y", "P56Y2M1W3DT4H5M6S", "P57Y", "P", "PT", "7 days", "P-1D"]
_MOMENTS = [
    "1970-01-01T00:00:00Z",
    "1970-01-02T01:00:00+01:00",
    "1970-01-03T00:00:00.5Z",
    "1970-01-02T00:00:00Z",
]
_TEXTS = [*generated.NAMES, *generated.SLUGS, *generated.DOMAINS, *_URLS, "W2", "a.md", *generated.TEXTS]


def _text_field(name: str, value: str) -> ObjectFieldNode:
    return ObjectFieldNode(name=NameNode(value=name), value=nodes.String(value))


_HANDLES = {"ID": _IDS, "URL": _URLS, "String": [*generated.NAMES, *generated.SLUGS, *generated.DOMAINS]}
_scalars = {
    "Int": st.sampled_from([*range(1, 20), 2**31 - 1, 0, -1]).map(nodes.Int),
    "String": (st.sampled_from(_TEXTS) | st.text(max_size=2)).map(nodes.String),
    "ID": st.sampled_from([*_IDS * 20, *_ODD_IDS]).map(nodes.String),
    "URL": st.sampled_from([*_URLS, *_URLS, *_ODD_URLS]).map(nodes.String),
    "DateTime": st.sampled_from(_MOMENTS).map(nodes.String),
    "JSON": st.just(nodes.Null),
    "_Any": st.fixed_dictionaries(
        {},
        optional={
            "__typename": st.sampled_from(["Article", "Article", "Provider", "Topic", "Nothing", ""]),
            "id": st.sampled_from([*_IDS * 3, *_ODD_IDS]),
            "webUrl": st.sampled_from([*_URLS, *_ODD_URLS]),
            "domain": st.sampled_from([*generated.DOMAINS, ""]),
            "slug": st.sampled_from([*generated.SLUGS, "none"]),
            "title": st.just("a field of another subgraph"),
        },
    ).map(lambda fields: nodes.Object([_text_field(name, value) for name, value in fields.items()])),
}


UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Phases of tests whose examples take long: to shrink one would take longer than a test may."""


@cache
def _documents(schema: GraphQLSchema, mode: Mode) -> st.SearchStrategy[DocumentNode]:
    found: st.SearchStrategy[DocumentNode] = queries(
        schema, custom_scalars=_scalars, print_ast=_unprinted, mode=mode
    )
    return found


def _unprinted(document: DocumentNode) -> DocumentNode:
    return visit(document, _Timeless())  # type: ignore[no-any-return]


class _Timeless(Visitor):
    """Leaves out the order that reads the clock: two answers to it differ."""

    def enter_enum_value(self, node: EnumValueNode, *_: object) -> EnumValueNode | None:
        return nodes.Enum("HEAT") if node.value == "TRENDING" else None


# -- operations --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """An operation's text and its variables; both may hold places for cursors."""

    text: str
    variables: dict[str, Any]

    def names(self, kind: str) -> bool:
        """Whether there is a place for a cursor of this kind."""
        return any(f"<{kind} " in str(text) for text in (self.text, *self.variables.values()))

    def with_cursors(self, cursors: Mapping[str, Sequence[str]]) -> Asked:
        """The same with the places filled from *cursors*, by kind."""
        return Asked(_filled(self.text, cursors), {k: _filled(v, cursors) for k, v in self.variables.items()})

    def about(self, others: Mapping[str, str]) -> Asked:
        """The same of another graph: each of `HANDLES` is another text there."""
        text, variables = self.text, json.dumps(self.variables)
        for ours, other in others.items():
            text, variables = (
                text.replace(f'"{ours}"', f'"{other}"'),
                variables.replace(f'"{ours}"', f'"{other}"'),
            )
        return Asked(text, json.loads(variables))


def _filled(value: Any, cursors: Mapping[str, Sequence[str]]) -> Any:
    if isinstance(value, str):
        for kind, known in cursors.items():
            for number in range(_CURSORS if f"<{kind} " in value else 0):
                cursor = known[number % len(known)] if known else "none"
                value = value.replace(f"<{kind} {number}>", cursor)
    return value


_CURSORS = 5


@st.composite
def operations(draw: st.DrawFn, schema: GraphQLSchema) -> Asked:
    """A valid operation, whose arguments may still be wrong."""
    [operation] = draw(_documents(schema, Mode.POSITIVE)).definitions
    assert isinstance(operation, OperationDefinitionNode)
    writer = _Writer(schema, Random(draw(st.integers(0, 2**20))))
    return writer.operation(operation)


def invalid_operations(schema: GraphQLSchema) -> st.SearchStrategy[Asked]:
    """An operation that breaks one rule of the schema."""
    return _documents(schema, Mode.NEGATIVE).map(lambda document: Asked(print_ast(document), {}))


@dataclass
class _Writer:
    """Writes one operation; *random* decides what is added to it."""

    schema: GraphQLSchema
    random: Random
    definitions: list[str] = field(default_factory=list[str])
    fragments: list[str] = field(default_factory=list[str])
    variables: dict[str, Any] = field(default_factory=dict[str, Any])
    names: int = 0

    def operation(self, node: OperationDefinitionNode) -> Asked:
        query = self.schema.query_type
        assert query is not None
        below = self._selection_set(query, node.selection_set)
        head = f"query Q({', '.join(self.definitions)})" if self.definitions else "query Q"
        return Asked("\n".join([f"{head} {below}", *self.fragments]), self.variables)

    def _chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def _name(self, start: str) -> str:
        self.names += 1
        return f"{start}{self.names}"

    # -- selections ----------------------------------------------------------------------------------------

    def _selection_set(self, type_: GraphQLNamedType, node: SelectionSetNode) -> str:
        return "{ " + " ".join(self._mixed(type_, self._selections(type_, node))) + " }"

    def _selections(self, type_: GraphQLNamedType, node: SelectionSetNode) -> list[str]:
        return [text for each in node.selections for text in self._selection(type_, each)]

    def _selection(self, type_: GraphQLNamedType, node: SelectionNode) -> list[str]:
        if isinstance(node, InlineFragmentNode):
            assert node.type_condition is not None
            below = self.schema.type_map[node.type_condition.name.value]
            body = self._selection_set(below, node.selection_set)
            return [f"... on {below.name}{self._directives()} {body}"]
        assert isinstance(node, FieldNode)
        return self._field(type_, node)

    def _field(self, type_: GraphQLNamedType, node: FieldNode) -> list[str]:
        name = node.name.value
        if name == "__typename":
            return [name]
        assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        definition = type_.fields[name]
        alias = f"{self._name('a')}: " if self._chance(15) else f"{node.alias.value}: " if node.alias else ""
        head = f"{alias}{name}{self._arguments(definition.args, node)}"
        if node.selection_set is None:
            return [f"{head}{self._directives()}"]
        below = get_named_type(definition.type)
        parts = self._mixed(below, self._selections(below, node.selection_set))
        if len(parts) > 1 and self._chance(25):  # one field in two halves, which are merged
            cut = self.random.randrange(1, len(parts))
            return [f"{head} {{ {' '.join(half)} }}" for half in (parts[:cut], parts[cut - 1 :])]
        return [f"{head}{self._directives()} {{ {' '.join(parts)} }}"]

    def _mixed(self, type_: GraphQLNamedType, parts: list[str]) -> list[str]:
        """The same selections, some of them in fragments, and `__typename` among them."""
        if self._chance(10):
            parts = [*parts, self.random.choice(["__typename", f"{self._name('t')}: __typename"])]
        if not self._chance(25):
            return parts
        start = self.random.randrange(len(parts))
        end = self.random.randrange(start, len(parts)) + 1
        body = "{ " + " ".join(parts[start:end]) + " }"
        return [*parts[:start], *self._fragment(type_, body), *parts[end:]]

    def _fragment(self, type_: GraphQLNamedType, body: str) -> list[str]:
        if self._chance(50):
            condition = self.random.choice(["", f" on {type_.name}"])
            return [f"...{condition}{self._directives()} {body}"]
        name = self._name("F")
        self.fragments.append(f"fragment {name} on {type_.name} {body}")
        return [f"...{name}{self._directives()}"] * self.random.randrange(1, 3)

    def _directives(self) -> str:
        if not self._chance(8):
            return ""
        name, value = self.random.choice(["skip", "include"]), self._chance(50)
        text = str(value).lower()
        if self._chance(60):
            text = self._variable("Boolean!", text, value=value)
        return f" @{name}(if: {text})"

    # -- arguments -----------------------------------------------------------------------------------------

    def _arguments(self, known: Mapping[str, Any], node: FieldNode) -> str:
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        paged = {"first", "after"} <= set(known)
        texts = self._page(node.name.value, given) if paged else {}
        if "asOf" in known:  # else the answer depends on the clock
            texts["asOf"] = '"2020-06-01T00:00:00Z"'
        for name, value in given.items():
            if name in texts or name in {"first", "last", "after", "before"}:
                continue
            if is_non_null_type(known[name].type) or self._chance(40):
                texts[name] = self._value(known[name].type, value, in_one_of=False)
        return f"({', '.join(f'{name}: {text}' for name, text in texts.items())})" if texts else ""

    def _page(self, field_name: str, given: dict[str, ValueNode]) -> dict[str, str]:
        """Paging arguments: mostly few items, sometimes too many, sometimes from a cursor on."""
        texts: dict[str, str] = {}
        end = "last" if self._chance(20) and "last" in given else "first"
        if self._chance(75):
            size = self.random.choice([1, 1, 2, 2, 3, 5, 100, 100, 0, 101] if self._chance(20) else [1, 2, 3])
            texts[end] = self._literal_or_variable("Int", str(size), size)
        if self._chance(20):
            side = self.random.choice(["after", "before"]) if "before" in given else "after"
            texts |= self._cursor(side, field_name)
        return texts

    def _cursor(self, side: str, field_name: str) -> dict[str, str]:
        kind, also = field_name, dict[str, str]()
        if field_name == "related":
            direction = self.random.choice(["OUT", "IN", "BOTH"])
            kind, also = f"related {direction}", {"direction": direction}
        elif field_name == "articles" and self._chance(40):
            kind, also = "articles by title", {"orderBy": "[{field: TITLE}]"}
        if self._chance(5):
            kind = self.random.choice(list(CURSOR_LISTS))  # most likely of another list
        place = f"<{kind} {self.random.randrange(_CURSORS)}>"
        return {side: self._literal_or_variable("String", f'"{place}"', place), **also}

    def _value(self, type_: Any, node: ValueNode, *, in_one_of: bool) -> str:
        """The text of a value, or of a variable that stands for it."""
        if in_one_of and isinstance(node, NullValueNode):  # never valid there
            node = nodes.String(self.random.choice(_HANDLES[get_named_type(type_).name]))
        if self._chance(12):
            return self._lifted(type_, node, in_one_of=in_one_of)
        bare = get_nullable_type(type_)
        if isinstance(node, ObjectValueNode) and isinstance(bare, GraphQLInputObjectType):
            one_of = bool(bare.is_one_of)
            given = {each.name.value: each.value for each in node.fields[: 1 if one_of else None]}
            if one_of and "id" in given and self._chance(90):  # an id of the right kind
                kind = bare.name.removesuffix("By").lower()
                given["id"] = nodes.String(self.random.choice([id for id in _IDS if id.startswith(kind)]))
            parts = (
                f"{name}: {self._value(bare.fields[name].type, value, in_one_of=one_of)}"
                for name, value in given.items()
            )
            return "{" + ", ".join(parts) + "}"
        if isinstance(node, ListValueNode) and is_list_type(bare):
            most = 3 if self._chance(90) else 100
            parts = (self._value(bare.of_type, each, in_one_of=False) for each in node.values[:most])
            return f"[{', '.join(parts)}]"
        return print_ast(node)

    def _lifted(self, type_: Any, node: ValueNode, *, in_one_of: bool) -> str:
        value = value_from_ast_untyped(node)
        if value is not None and not is_non_null_type(type_) and (in_one_of or self._chance(30)):
            type_ = GraphQLNonNull(type_)
        return self._variable(str(type_), print_ast(node), value=value)

    def _literal_or_variable(self, type_: str, text: str, value: Any) -> str:
        return self._variable(type_, text, value=value) if self._chance(40) else text

    def _variable(self, type_: str, text: str, *, value: Any) -> str:
        """A new variable: given, left to its default, or left out; seldom given something wrong."""
        name = self._name("v")
        default = f" = {text}" if self._chance(30) else ""
        self.definitions.append(f"${name}: {type_}{default}")
        if self._chance(2):
            value = {"of": "another kind"}
        elif default:
            if self._chance(50):
                return f"${name}"
        elif not type_.endswith("!") and self._chance(10):
            return f"${name}"
        self.variables[name] = value
        return f"${name}"
