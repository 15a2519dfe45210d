"""Admission: what an operation would cost, measured before it is validated, and refused when too much.

One pass over the syntax tree. A fragment is measured once and never expanded: its measures are added
wherever it is spread, so that a bomb of nested fragments costs what its text costs. Cost is the number of
objects that an answer is expected to hold: page sizes multiply, and each leaf of a filter counts one.
The vocabulary is that of the field's cost directives, `@cost` and `@listSize`:
https://ibm.github.io/graphql-specs/cost-spec.html.
"""

# graphql-core's wrapping types are generic without arguments, which strict pyright calls unknown:
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    value_from_ast_untyped,
)
from graphql.type import GraphQLInterfaceType, GraphQLNamedType, GraphQLObjectType

from graph_api.execution.batch import SIZE, ListSize
from graph_api.execution.plan import DEFINITION

_COUNT_CAP = 10**12  # measures stop growing here: a product of page sizes need not be exact beyond it
_LISTED = {"related": 20, "topics": 5}  # conditions on lists, by the expected length of these
_INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(frozen=True, slots=True)
class Measures:
    """What an operation asks for, fragments counted wherever they are spread.

    *aliases*, *directives*, *field_directives* (the most on one field), *fragments* and *repeats* (how often
    the commonest response key stands there) count the text itself; validation compares fragments and equal
    keys pair by pair.
    """

    depth: int = 0
    introspection_depth: int = 0
    aliases: int = 0
    root_fields: int = 0
    directives: int = 0
    field_directives: int = 0
    fragments: int = 0
    repeats: int = 0
    selections: int = 0
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Excess:
    """A limit that an operation exceeds."""

    limit: str
    asked: int
    allowed: int

    def __str__(self) -> str:
        return f"the operation's {self.limit.replace('_', ' ')} is {self.asked}; at most {self.allowed} is allowed"


def excesses(measures: Measures, limits: Measures) -> list[Excess]:
    """The limits that *measures* exceed."""
    pairs = ((f.name, getattr(measures, f.name), getattr(limits, f.name)) for f in fields(Measures))
    return [Excess(name, asked, allowed) for name, asked, allowed in pairs if asked > allowed]


@dataclass(frozen=True, slots=True)
class _Size:
    """What is measured of one selection set."""

    depth: int = 0
    introspection_depth: int = 0
    fields: int = 0
    selections: int = 0
    cost: int = 0

    def beside(self, other: _Size) -> _Size:
        return _Size(
            max(self.depth, other.depth),
            max(self.introspection_depth, other.introspection_depth),
            min(self.fields + other.fields, _COUNT_CAP),
            min(self.selections + other.selections, _COUNT_CAP),
            min(self.cost + other.cost, _COUNT_CAP),
        )


def measure(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> Measures:
    """The measures of *operation*, whose text need not be valid: what does not exist costs nothing."""
    meter = _Meter(schema, document, {**_defaults(operation), **variables})
    size = meter.selection_set(schema.get_root_type(operation.operation), operation.selection_set, _NO_PAGE)
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
        repeats=max(text.keys.values(), default=0),
        selections=size.selections,
        cost=size.cost,
    )


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    """The values of variables that are left out."""
    return {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value
    }


@dataclass(slots=True)
class _Text:
    """What is counted of the text itself, each fragment once."""

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
            below: SelectionSetNode | None = getattr(node, "selection_set", None)
            pending.extend(below.selections if below else ())


@dataclass(frozen=True, slots=True)
class _Page:
    """How many items the fields *names* of a connection hold."""

    length: int
    names: frozenset[str]


_NO_PAGE = _Page(1, frozenset())


@dataclass(slots=True)
class _Meter:
    schema: GraphQLSchema
    document: DocumentNode
    variables: Mapping[str, Any]
    _fragments: dict[str, FragmentDefinitionNode] = field(init=False)
    _measured: dict[tuple[str, _Page], _Size] = field(default_factory=dict[tuple[str, _Page], _Size])

    def __post_init__(self) -> None:
        self._fragments = {
            definition.name.value: definition
            for definition in self.document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }

    def selection_set(self, type_: GraphQLNamedType | None, node: SelectionSetNode, page: _Page) -> _Size:
        """The size of one object's selection; *page* says how long its paged fields are."""
        size = _Size()
        for selection in node.selections:
            size = size.beside(self._selection(type_, selection, page))
        return size

    def _selection(self, type_: GraphQLNamedType | None, node: SelectionNode, page: _Page) -> _Size:
        if isinstance(node, FieldNode):
            return self._field(type_, node, page)
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            below = self.schema.get_type(condition.name.value) if condition else type_
            return self.selection_set(below, node.selection_set, page)
        assert isinstance(node, FragmentSpreadNode)
        return self._fragment(node.name.value, page)

    def _fragment(self, name: str, page: _Page) -> _Size:
        found = self._measured.get((name, page))
        if found is None:
            fragment = self._fragments.get(name)
            self._measured[name, page] = _Size()  # a fragment within itself, which validation refuses
            if fragment is None:
                return _Size()
            type_ = self.schema.get_type(fragment.type_condition.name.value)
            found = self._measured[name, page] = self.selection_set(type_, fragment.selection_set, page)
        return found

    def _field(self, type_: GraphQLNamedType | None, node: FieldNode, page: _Page) -> _Size:
        definition = _definition(type_, node.name.value)
        leaves = min(sum(self._leaves(argument.value) for argument in node.arguments or ()), _COUNT_CAP)
        size = _list_size(definition)
        length = self._length(node, size) if size else 1
        paged = node.name.value in page.names
        if node.selection_set is None:
            return _Size(1, 0, 1, 1, min(leaves + page.length * length * paged, _COUNT_CAP))
        times = (page.length if paged else 1) * (1 if size and size.sized else length)
        leaves += length * size.weight if size else 0
        below = self.selection_set(
            get_named_type(definition.type) if definition else None,
            node.selection_set,
            _Page(length, size.sized) if size and size.sized else _NO_PAGE,
        )
        introspects = node.name.value in _INTROSPECTION
        depth = max(below.depth, below.introspection_depth) + 1
        return _Size(
            depth=0 if introspects else depth,
            introspection_depth=depth if introspects else below.introspection_depth,
            fields=1,
            selections=min(below.selections + 1, _COUNT_CAP),
            cost=0 if introspects else min(leaves + times * (1 + below.cost), _COUNT_CAP),
        )

    def _length(self, node: FieldNode, size: ListSize) -> int:
        given = (_count(self._given(node, path)) for path in size.slicing)
        return max((count for count in given if count is not None), default=size.assumed)

    def _given(self, node: FieldNode, path: str) -> Any:
        """What stands in the argument that *path* names: syntax, or the value of a variable."""
        name, *inner = path.split(".")
        value: Any = next((each.value for each in node.arguments or () if each.name.value == name), None)
        for part in inner:
            value = _field_of(self._resolved(value), part)
        return self._resolved(value)

    def _resolved(self, value: Any) -> Any:
        return self.variables.get(value.name.value) if isinstance(value, VariableNode) else value

    def _leaves(self, value: ValueNode) -> int:
        """How many leaves an input object has: each is a condition that is looked at."""
        if isinstance(value, ObjectValueNode):
            return sum(_weight(each.name.value) * self._leaf_or_leaves(each.value) for each in value.fields)
        found = self.variables.get(value.name.value) if isinstance(value, VariableNode) else None
        return json_leaves(found) if isinstance(found, Mapping) else 0

    def _leaf_or_leaves(self, value: ValueNode) -> int:
        if isinstance(value, ListValueNode):
            leaves = sum(map(self._leaf_or_leaves, value.values))
        elif isinstance(value, VariableNode):
            leaves = json_leaves(self.variables.get(value.name.value))
        else:
            leaves = self._leaves(value)
        return max(leaves, 1)


def json_leaves(value: Any) -> int:
    """How many leaves a variable has, when it is an object or a list: an input object's conditions, those on
    the elements of a list counted for each element."""
    if isinstance(value, Mapping):
        return sum(_weight(name) * max(json_leaves(each), 1) for name, each in value.items())
    return sum(max(json_leaves(each), 1) for each in value) if isinstance(value, list) else 0


def _weight(name: str) -> int:
    """How many times a condition is looked at for each article: once for each of what *name* lists."""
    return _LISTED.get(name, 1)


def _bounded(count: int) -> int:
    return min(max(count, 0), _COUNT_CAP)


def _field_of(value: Any, name: str) -> Any:
    """The field of an input object, in syntax or in a variable; None when it is not given."""
    if isinstance(value, ObjectValueNode):
        return next((each.value for each in value.fields if each.name.value == name), None)
    return value.get(name) if isinstance(value, Mapping) else None


def _count(value: Any) -> int | None:
    """A number, or the length of a list; None for anything else."""
    if isinstance(value, IntValueNode):
        return _bounded(int(value.value[:13]))
    if isinstance(value, ListValueNode):
        return len(value.values)
    if isinstance(value, list):
        return len(value)  # pyright: ignore[reportUnknownArgumentType] - any JSON
    return _bounded(value) if type(value) is int else None


def _definition(type_: GraphQLNamedType | None, name: str) -> GraphQLField | None:
    return type_.fields.get(name) if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) else None


def _list_size(definition: GraphQLField | None) -> ListSize | None:
    declared = definition.extensions.get(DEFINITION) if definition else None
    found: ListSize | None = declared.metadata.get(SIZE) if declared else None
    return found
