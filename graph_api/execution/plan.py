"""Compiles an operation into a plan: per object type the steps that answer its selection, in the answer's order.

The compiler resolves fragments, type conditions, aliases, merged fields, `@skip` and `@include`; a plan therefore holds
for one set of values of the variables in these directives. A run adds the arguments and the records
(`graph_api.execution.runner`).
"""

# graphql-core's wrapping types are generic without arguments, which strict pyright calls unknown:
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
)
from graphql.type import GraphQLInterfaceType, GraphQLNamedType
from strawberry.types.field import StrawberryField

from graph_api.execution.fields import Batch
from graph_api.execution.introspection import INTROSPECTION, alone

DEFINITION = "strawberry-definition"
_META_TYPES = {"__typename": "String!", "__schema": "__Schema!", "__type": "__Type"}


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """How one field of the answer is computed: by its batch function, or as an attribute of the record.

    *constant* is the value itself (`__typename`), *asks_schema* an introspective operation (`__schema`, `__type`).
    *number* is the index of the step in `Plan.steps` and in the arguments.
    """

    number: int
    key: str
    path: tuple[str, ...]
    parent_type: str
    attribute: str
    batch: Batch | None
    node: FieldNode
    definition: GraphQLField | None
    many: bool
    enum: bool
    below: Selection | None
    constant: str | None = None
    asks_schema: DocumentNode | None = None

    @property
    def type_name(self) -> str:
        """The field's type, as SDL writes it."""
        return str(self.definition.type) if self.definition else _META_TYPES[self.node.name.value]

    @property
    def is_fetched(self) -> bool:
        """Whether the value is more than an attribute of the record or a constant."""
        return self.constant is None and (self.batch is not None or self.below is not None or self.enum)


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The objects that answer a selection on one object type.

    *build* makes one object per record; it takes the values of the *fetched* steps as columns.
    """

    steps: tuple[Step, ...]
    fetched: tuple[Step, ...]
    build: Callable[..., list[dict[str, Any]]]


class Form(NamedTuple):
    """The cache key of encoded objects, together with their records' keys.

    Objects with equal forms and equal values of *arguments* (step numbers) have equal JSON in every operation.
    """

    text: str
    arguments: tuple[int, ...]


@dataclass(slots=True, eq=False)
class Selection:
    """The selection on a type; for an interface or union, on each possible type.

    It has a *form* if it selects only attributes of the records and rows that belong to one record.
    """

    shapes: Mapping[str, Shape]
    types: Mapping[str, GraphQLObjectType]
    uniform: Shape | None  # the only shape, if there is one
    form: Form | None
    _known: dict[type, Shape] = field(default_factory=dict[type, Shape])

    def of(self, record: object) -> Shape:
        """The shape for *record*, by its class."""
        found = self._known.get(type(record))
        if found is None:
            found = self._known[type(record)] = self.shapes[self._type_name(record)]
        return found

    def _type_name(self, record: object) -> str:
        return next(name for name, type_ in self.types.items() if _is_of(type_, record))


def _shape(steps: tuple[Step, ...]) -> Shape:
    """The shape of objects with these fields, with a generated builder.

    A dict display in a comprehension takes a third of the time of setting fields one by one. The generated source
    holds GraphQL names and our own attributes only.
    """
    fetched = tuple(step for step in steps if step.is_fetched)
    columns = {step.number: f"c{place}" for place, step in enumerate(fetched)}
    values = ", ".join(f"{step.key!r}: {_expression(step, columns)}" for step in steps)
    names = ", ".join(["record", *columns.values()])
    source = f"lambda records, *columns: [{{{values}}} for {names} in zip(records, *columns, strict=True)]"
    if not columns:
        source = f"lambda records: [{{{values}}} for record in records]"
    elif "record." not in values:  # no record is needed: iterate over the columns
        names = ", ".join(columns.values())
        source = f"lambda _, *columns: [{{{values}}} for {names}, in zip(*columns, strict=True)]"
    return Shape(steps, fetched, eval(source, {"zip": zip}))  # noqa: S307 - made of names only


def _expression(step: Step, columns: Mapping[int, str]) -> str:
    if step.constant is not None:
        return repr(step.constant)
    return columns.get(step.number) or f"record.{step.attribute}"


def _form(shapes: Mapping[str, Shape]) -> Form | None:
    parts: list[str] = []
    arguments: list[int] = []
    for name, shape in shapes.items():
        parts.append(f"... on {name}")
        for step in shape.steps:
            below = step.below.form if step.below else Form("", ())
            if below is None or not (step.batch is None or step.batch.own):
                return None
            parts.append(f"{step.key}:{step.node.name.value}{{{below.text}}}")
            arguments += [step.number] * (step.batch is not None and step.batch.prepare is not None)
            arguments += below.arguments
    return Form(" ".join(parts), tuple(arguments))


def _is_of(type_: GraphQLObjectType, record: object) -> bool:
    test: Any = type_.is_type_of  # declared with an info argument, which ours ignores
    return bool(test(record, None))


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A compiled operation; *steps* are in the order of their numbers."""

    operation: OperationDefinitionNode
    root: Selection
    steps: tuple[Step, ...]


def conditions(document: DocumentNode) -> frozenset[str]:
    """The variables used in `@skip` and `@include` anywhere in *document*."""
    names: set[str] = set()
    pending: list[SelectionNode] = []
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            pending.extend(definition.selection_set.selections)
    while pending:
        node = pending.pop()
        names.update(_condition_variables(node.directives or ()))
        below: SelectionSetNode | None = getattr(node, "selection_set", None)
        pending.extend(below.selections if below else ())
    return frozenset(names)


def _condition_variables(directives: Iterable[DirectiveNode]) -> Iterator[str]:
    for directive in directives:
        for argument in directive.arguments or ():
            if isinstance(argument.value, VariableNode):
                yield argument.value.name.value


def compile_operation(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> Plan:
    """The plan of a validated operation, for these values of the variables that `conditions` returns."""
    compiler = _Compiler(schema, document, operation, variables)
    root_type = schema.get_root_type(operation.operation)
    assert root_type is not None, "validation guarantees it"
    root = compiler.selection(root_type, [operation.selection_set], ())
    return Plan(operation, root, tuple(compiler.steps))


class _Compiler:
    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._variables = variables
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self.steps: list[Step] = []

    def selection(
        self, type_: GraphQLNamedType, sets: list[SelectionSetNode], path: tuple[str, ...]
    ) -> Selection:
        types = self._object_types(type_)
        shapes = {each.name: _shape(tuple(self._steps(each, sets, path))) for each in types}
        uniform = next(iter(shapes.values())) if len(shapes) == 1 else None
        return Selection(shapes, {each.name: each for each in types}, uniform, _form(shapes))

    def _object_types(self, type_: GraphQLNamedType) -> tuple[GraphQLObjectType, ...]:
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            return tuple(self._schema.get_possible_types(type_))
        assert isinstance(type_, GraphQLObjectType), "only composite types have selections"
        return (type_,)

    def _steps(
        self, type_: GraphQLObjectType, sets: list[SelectionSetNode], path: tuple[str, ...]
    ) -> Iterator[Step]:
        fields: dict[str, list[FieldNode]] = {}
        visited: set[str] = set()
        for each in sets:
            self._collect(type_, each, fields, visited)
        for key, nodes in fields.items():
            yield self._step(type_, nodes, (*path, key))

    def _collect(
        self,
        type_: GraphQLObjectType,
        selections: SelectionSetNode,
        fields: dict[str, list[FieldNode]],
        visited: set[str],
    ) -> None:
        for node in selections.selections:
            if not self._is_included(node.directives or ()):
                continue
            if isinstance(node, FieldNode):
                fields.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if self._applies(node, type_):
                    self._collect(type_, node.selection_set, fields, visited)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in visited:
                visited.add(node.name.value)
                fragment = self._fragments[node.name.value]
                if self._applies(fragment, type_):
                    self._collect(type_, fragment.selection_set, fields, visited)

    def _is_included(self, directives: Iterable[DirectiveNode]) -> bool:
        return all(
            self._is_met(directive) is not (directive.name.value == "skip")
            for directive in directives
            if directive.name.value in {"skip", "include"}
        )

    def _is_met(self, directive: DirectiveNode) -> bool:
        [value] = [argument.value for argument in directive.arguments or ()]
        if isinstance(value, VariableNode):
            return bool(self._variables.get(value.name.value))
        return isinstance(value, BooleanValueNode) and value.value

    def _applies(
        self, fragment: InlineFragmentNode | FragmentDefinitionNode, type_: GraphQLObjectType
    ) -> bool:
        if fragment.type_condition is None or fragment.type_condition.name.value == type_.name:
            return True
        condition = self._schema.get_type(fragment.type_condition.name.value)
        return is_abstract_type(condition) and self._schema.is_sub_type(condition, type_)

    def _step(self, type_: GraphQLObjectType, nodes: list[FieldNode], path: tuple[str, ...]) -> Step:
        name = nodes[0].name.value
        if name == "__typename":
            return self._numbered(type_, path, nodes[0], constant=type_.name)
        if name.startswith("__"):
            step = self._numbered(type_, path, nodes[0])
            asked = alone(self._operation, nodes, [*self._fragments.values()])
            return self._finished(replace(step, batch=INTROSPECTION, asks_schema=asked))
        step = self._numbered(type_, path, nodes[0], definition=type_.fields[name])
        named = get_named_type(type_.fields[name].type)
        if is_composite_type(named):
            sets = [node.selection_set for node in nodes if node.selection_set]
            step = self._finished(replace(step, below=self.selection(named, sets, path)))
        return step

    def _finished(self, step: Step) -> Step:
        self.steps[step.number] = step
        return step

    def _numbered(
        self,
        parent: GraphQLObjectType,
        path: tuple[str, ...],
        node: FieldNode,
        *,
        definition: GraphQLField | None = None,
        constant: str | None = None,
    ) -> Step:
        declared: StrawberryField | None = definition.extensions[DEFINITION] if definition else None
        type_: Any = definition.type if definition else None
        step = Step(
            number=len(self.steps),
            key=path[-1],
            path=path,
            parent_type=parent.name,
            attribute=declared.python_name if declared else "",
            batch=declared.metadata.get("batch") if declared else None,
            node=node,
            definition=definition,
            many=is_list_type(get_nullable_type(type_)),
            enum=isinstance(get_named_type(type_), GraphQLEnumType),
            below=None,
            constant=constant,
        )
        self.steps.append(step)
        return step


# -- as text ---------------------------------------------------------------------------------------------


def described(plan: Plan) -> Iterator[str]:
    """The plan as a tree of fields, each with the way it is resolved."""
    yield from _lines(plan.root, 0)


def _lines(selection: Selection, depth: int) -> Iterator[str]:
    for name, shape in selection.shapes.items():
        if selection.uniform is None:
            yield f"{'  ' * depth}... on {name}"
        for step in shape.steps:
            yield f"{'  ' * (depth + (selection.uniform is None))}{step.key}  {_source_of(step)}"
            if step.below is not None:
                yield from _lines(step.below, depth + 1 + (selection.uniform is None))


def _source_of(step: Step) -> str:
    if step.constant is not None:
        return "constant"
    if step.asks_schema is not None:
        return "the schema's answer"
    if step.batch is None:
        return "column" if step.below is None else "record"
    fetch = step.batch.fetch
    return f"batch {fetch.__module__.rpartition('.')[2]}.{fetch.__name__}"
