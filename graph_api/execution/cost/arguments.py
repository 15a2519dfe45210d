"""Measures the arguments of fields, given in the text or in variables: list lengths, input objects, conditions.

A variable may be large and used often, so each of its measures is computed once.
"""

# graphql-core's wrapping types are generic without arguments, and variables are any JSON: strict pyright calls
# both unknown.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_input_object_type,
)

from graph_api.execution.fields import ListSize

COUNT_CAP = 10**12  # measures stop growing here; larger products need not be exact
_LISTED = {"related": 20, "topics": 5}  # conditions on lists, by the expected length of these


class Given:
    """The arguments of one operation with these *variables*. The text need not be valid."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        self._counted: dict[tuple[str, Callable[[Any], int]], int] = {}

    def length(self, node: FieldNode, size: ListSize) -> int:
        """The expected length of the list of a field with this *size*."""
        given = (_count(self._value(node, path)) for path in (*size.slicing, *size.counted))
        length = max((count for count in given if count is not None), default=size.assumed)
        return length if size.most is None else min(length, size.most)

    def _value(self, node: FieldNode, path: str) -> Any:  # Any, here and below: syntax, or JSON
        """The value of the argument at *path*: a syntax node, or a variable's value."""
        name, *inner = path.split(".")
        value: Any = next((each.value for each in node.arguments or () if each.name.value == name), None)
        for part in inner:
            value = _field_of(self._resolved(value), part)
        return self._resolved(value)

    def _resolved(self, value: Any) -> Any:
        return self._variables.get(value.name.value) if isinstance(value, VariableNode) else value

    def objects(self, definition: GraphQLField | None, node: FieldNode) -> int:
        """The number of input objects in the arguments, each of which has to be converted."""
        known = definition.args if definition else {}
        values = (each.value for each in node.arguments or () if _takes_object(known.get(each.name.value)))
        return sum(map(self._objects, values))

    def _objects(self, value: ValueNode) -> int:
        if isinstance(value, VariableNode):
            return self._of_variable(value, json_objects)
        if isinstance(value, ListValueNode):
            return sum(map(self._objects, value.values))
        if isinstance(value, ObjectValueNode):
            return 1 + sum(self._objects(each.value) for each in value.fields)
        return 0

    def _of_variable(self, node: VariableNode, count: Callable[[Any], int]) -> int:
        """*count* of the variable's value, computed once."""
        name = node.name.value
        found = self._counted.get((name, count))
        if found is None:
            found = self._counted[name, count] = count(self._variables.get(name))
        return found

    def conditions(self, node: FieldNode) -> int:
        """The number of leaves of the input objects in the arguments: each is a condition to evaluate."""
        return min(sum(self._leaves(each.value) for each in node.arguments or ()), COUNT_CAP)

    def _leaves(self, value: ValueNode) -> int:
        if isinstance(value, ObjectValueNode):
            return sum(_weight(each.name.value) * self._leaf_or_leaves(each.value) for each in value.fields)
        if isinstance(value, VariableNode) and isinstance(self._variables.get(value.name.value), Mapping):
            return self._of_variable(value, json_leaves)
        return 0

    def _leaf_or_leaves(self, value: ValueNode) -> int:
        if isinstance(value, ListValueNode):
            leaves = sum(map(self._leaf_or_leaves, value.values))
        elif isinstance(value, VariableNode):
            leaves = self._of_variable(value, json_leaves)
        else:
            leaves = self._leaves(value)
        return max(leaves, 1)


def json_leaves(value: Any) -> int:
    """The number of leaves of a variable that is an object or a list; conditions on a list count per element."""
    if isinstance(value, Mapping):
        return sum(_weight(name) * max(json_leaves(each), 1) for name, each in value.items())
    return sum(max(json_leaves(each), 1) for each in value) if isinstance(value, list) else 0


def json_objects(value: Any) -> int:
    """The number of objects in a variable, itself included."""
    if isinstance(value, Mapping):
        return 1 + sum(map(json_objects, value.values()))
    return sum(map(json_objects, value)) if isinstance(value, list) else 0


def _weight(name: str) -> int:
    """How often a condition is evaluated per article: the expected length of the list *name*, else once."""
    return _LISTED.get(name, 1)


def _bounded(count: int) -> int:
    return min(max(count, 0), COUNT_CAP)


def _field_of(value: Any, name: str) -> Any:
    """The field of an input object, in syntax or in a variable; None if absent."""
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
        return len(value)
    return _bounded(value) if type(value) is int else None


def _takes_object(argument: GraphQLArgument | None) -> bool:
    return argument is not None and is_input_object_type(get_named_type(argument.type))
