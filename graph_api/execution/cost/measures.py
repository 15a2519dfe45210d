"""Measures an operation before it is validated, and finds the limits that it exceeds.

One pass over the syntax tree. A fragment is measured once, and its measures are added at each spread, so the time is
linear in the text even for nested fragments. Cost is the number of objects that the answer is expected to hold:
page sizes multiply, and each leaf of a filter counts one. The terms are those of the cost specification's `@cost`
and `@listSize`: https://ibm.github.io/graphql-specs/cost-spec.html.
"""

# graphql-core's wrapping types are generic without arguments, which strict pyright calls unknown:
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass, field, fields
from math import ceil
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    introspection_types,
    is_abstract_type,
    value_from_ast_untyped,
)
from graphql.type import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
)

from graph_api.execution.cost.arguments import COUNT_CAP, Given
from graph_api.execution.fields import SIZE, ListSize
from graph_api.execution.plan import DEFINITION

_NO_NAMES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of an operation; fragments count at each spread, except in the next five.

    *aliases*, *directives*, *field_directives* (the most on one field), *fragments* and *key_pairs* (pairs of
    fields with one response key, and of spreads, which validation compares) count the text.
    *input_objects* are those in arguments; *conditions* are their leaves, without a limit of their own;
    *schema_cost* is the cost of introspection.
    """

    depth: int = 0
    introspection_depth: int = 0
    aliases: int = 0
    root_fields: int = 0
    directives: int = 0
    field_directives: int = 0
    fragments: int = 0
    key_pairs: int = 0
    selections: int = 0
    input_objects: int = 0
    schema_cost: int = 0
    cost: int = 0
    conditions: int = 0


@dataclass(frozen=True, slots=True)
class Excess:
    """A limit that an operation exceeds."""

    limit: str
    asked: int
    allowed: int

    def __str__(self) -> str:
        limit = self.limit.replace("_", " ")
        return f"{limit}: the operation asks for {self.asked}, and at most {self.allowed} are allowed"


def described(measures: Measures, limits: Measures) -> Iterator[str]:
    """A line for each measure of an operation, beside its limit."""
    for one in fields(Measures):
        name = one.name.replace("_", " ")
        yield f"{name:<20} {getattr(measures, one.name):>7,} of {getattr(limits, one.name):,}"


def excesses(measures: Measures, limits: Measures) -> list[Excess]:
    """The limits that *measures* exceed."""
    pairs = ((f.name, getattr(measures, f.name), getattr(limits, f.name)) for f in fields(Measures))
    return [Excess(name, asked, allowed) for name, asked, allowed in pairs if asked > allowed]


@dataclass(frozen=True, slots=True)
class _Size:
    """The measures of one selection set. *each* is the cost per item of the surrounding page, so that a fragment is
    measured once for pages of all lengths."""

    depth: int = 0
    introspection_depth: int = 0
    fields: int = 0
    selections: int = 0
    input_objects: int = 0
    schema_cost: float = 0
    cost: float = 0
    each: float = 0
    conditions: int = 0

    def beside(self, other: _Size) -> _Size:
        return _Size(
            max(self.depth, other.depth),
            max(self.introspection_depth, other.introspection_depth),
            min(self.fields + other.fields, COUNT_CAP),
            min(self.selections + other.selections, COUNT_CAP),
            min(self.input_objects + other.input_objects, COUNT_CAP),
            min(self.schema_cost + other.schema_cost, COUNT_CAP),
            min(self.cost + other.cost, COUNT_CAP),
            min(self.each + other.each, COUNT_CAP),
            min(self.conditions + other.conditions, COUNT_CAP),
        )


def measure(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    schema_lengths: Mapping[str, float],
) -> Measures:
    """The measures of *operation*, whose text need not be valid: unknown fields cost nothing.

    *schema_lengths* are the lengths of introspection's lists.
    """
    given = Given({**_defaults(operation), **variables})
    meter = _Meter(schema, document, given, schema_lengths)
    size = meter.selection_set(schema.get_root_type(operation.operation), operation.selection_set, _NO_NAMES)
    text = _Text()
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            text.fragments += isinstance(definition, FragmentDefinitionNode)
            text.read(definition.selection_set)
    return Measures(
        depth=size.depth,
        introspection_depth=size.introspection_depth,
        aliases=text.aliases,
        root_fields=size.fields,
        directives=text.directives,
        field_directives=text.field_directives,
        fragments=text.fragments,
        key_pairs=sum(count * (count - 1) // 2 for count in text.keys.values()),
        selections=size.selections,
        input_objects=size.input_objects,
        schema_cost=ceil(size.schema_cost),
        cost=ceil(size.cost),
        conditions=size.conditions,
    )


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    """The default values of variables."""
    return {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value
    }


@dataclass(slots=True)
class _Text:
    """Counts of the text, where each fragment counts once."""

    aliases: int = 0
    directives: int = 0
    field_directives: int = 0
    fragments: int = 0
    keys: Counter[str] = field(default_factory=Counter[str])

    def read(self, selections: SelectionSetNode) -> None:
        pending: list[SelectionNode] = list(selections.selections)
        while pending:
            node = pending.pop()
            count = len(node.directives or ())
            self.directives += count
            self.field_directives = max(self.field_directives, count)
            if isinstance(node, FieldNode):
                self.aliases += node.alias is not None
                self.keys[(node.alias or node.name).value] += 1
            elif isinstance(node, FragmentSpreadNode):
                self.keys["..."] += 1
            below: SelectionSetNode | None = getattr(node, "selection_set", None)
            pending.extend(below.selections if below else ())


@dataclass(slots=True)
class _Meter:
    schema: GraphQLSchema
    document: DocumentNode
    given: Given
    schema_lengths: Mapping[str, float]
    _fragments: dict[str, FragmentDefinitionNode] = field(init=False)
    _measured: dict[tuple[str, frozenset[str]], _Size] = field(
        default_factory=dict[tuple[str, frozenset[str]], _Size]
    )

    def __post_init__(self) -> None:
        self._fragments = {
            definition.name.value: definition
            for definition in self.document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }

    def selection_set(
        self, type_: GraphQLNamedType | None, node: SelectionSetNode, paged: frozenset[str]
    ) -> _Size:
        """The size of one object's selection set; the fields named *paged* have one item per item of its page."""
        size = _Size()
        for selection in node.selections:
            size = size.beside(self._selection(type_, selection, paged))
        return size

    def _selection(self, type_: GraphQLNamedType | None, node: SelectionNode, paged: frozenset[str]) -> _Size:
        if isinstance(node, FieldNode):
            return self._field(type_, node, is_paged=node.name.value in paged)
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            below = self.schema.get_type(condition.name.value) if condition else type_
            return self.selection_set(below, node.selection_set, paged)
        assert isinstance(node, FragmentSpreadNode)
        return self._fragment(node.name.value, paged)

    def _fragment(self, name: str, paged: frozenset[str]) -> _Size:
        found = self._measured.get((name, paged))
        if found is None:
            fragment = self._fragments.get(name)
            self._measured[name, paged] = _Size()  # a fragment that spreads itself, which validation refuses
            if fragment is None:
                return _Size()
            type_ = self.schema.get_type(fragment.type_condition.name.value)
            found = self._measured[name, paged] = self.selection_set(type_, fragment.selection_set, paged)
        return found

    def _field(self, type_: GraphQLNamedType | None, node: FieldNode, *, is_paged: bool) -> _Size:
        """The size of one field: the objects it is expected to hold, and the leaves of its arguments."""
        name = node.name.value
        definition = _definition(type_, name)
        size = _list_size(definition)
        sized = size.sized | size.scaled if size else _NO_NAMES
        introspective = is_introspective(type_)
        length: float = self.schema_lengths.get(name, 1) if introspective else 1
        if size:
            length = self.given.length(node, size)
        conditions = self.given.conditions(node)
        arguments: float = conditions
        objects: float = length if is_paged or introspective else 0
        below = _Size()
        if node.selection_set is not None:
            asked = ANSWERED_TYPES.get(name) or (get_named_type(definition.type).name if definition else "")
            below = self.selection_set(self.schema.get_type(asked), node.selection_set, sized)
            arguments += length * size.weight if size else 0
            objects = (1 if sized else length) * (1 + below.cost + below.each * length)
        introspects = name in ANSWERED_TYPES
        depth = max(below.depth, below.introspection_depth) + 1
        return _Size(
            depth=0 if introspects else depth,
            introspection_depth=depth if introspects else below.introspection_depth,
            fields=1,
            selections=min(below.selections + 1, COUNT_CAP),
            input_objects=min(below.input_objects + self.given.objects(definition, node), COUNT_CAP),
            schema_cost=min(objects if introspects else below.schema_cost, COUNT_CAP),
            cost=0 if introspects else min(arguments + (0 if is_paged else objects), COUNT_CAP),
            each=min(objects, COUNT_CAP) if is_paged else 0,
            conditions=min(below.conditions + conditions, COUNT_CAP),
        )


def _definition(type_: GraphQLNamedType | None, name: str) -> GraphQLField | None:
    return type_.fields.get(name) if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) else None


def _list_size(definition: GraphQLField | None) -> ListSize | None:
    declared = definition.extensions.get(DEFINITION) if definition else None
    found: ListSize | None = declared.metadata.get(SIZE) if declared else None
    return found


# -- introspection ------------------------------------------------------------------------------------------

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
