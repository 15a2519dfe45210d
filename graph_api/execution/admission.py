"""Admission: each text is parsed, measured against the limits and validated once, then cached.

The cache is keyed by the text, not by its syntax tree: hashing a tree costs as much as validating it.
Measures also depend on the variables' sizes, so these are part of their key.

Why everything made of a text is one cache entry: plans refer to parts of its syntax tree, and prepared operations refer
to plans. In separate caches each would keep alive what another had evicted, and none could be bounded in bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Source,
    TokenKind,
    Visitor,
    get_operation_ast,
    parse,
    validate,
    visit,
)

from graph_api.execution import gc_policy
from graph_api.execution.cost.arguments import json_leaves, json_objects
from graph_api.execution.cost.measures import Measures, excesses, measure, schema_lengths
from graph_api.execution.graphql_errors import coded, excess, refusal, refusal_of
from graph_api.execution.lru import Lru, size_of
from graph_api.execution.plan import Plan, conditions
from graph_api.execution.stats import Stats
from graph_api.execution.validation import RULES
from graph_api.settings import Settings

Key: TypeAlias = tuple[object, ...]  # the inputs of a plan or operation beside its text

_REMEMBERED_BYTES = 33_554_432
_TREE_BYTES = 130  # for each character of a text
_ENTRY_BYTES = 2_000  # for each text, however short
_ADMITTED_BYTES = 1_000  # for each set of sizes that variables have
_NUMBERS = frozenset({TokenKind.INT, TokenKind.FLOAT})
_NUMBER_LENGTH = 100
_INTROSPECTION_FIELDS = frozenset({"__schema", "__type", "_service"})


@dataclass(frozen=True, slots=True)
class Admitted:
    """A valid operation within the limits; its arguments are not checked yet. *conditions* are the variables that
    its `@skip` and `@include` depend on; *reads_clock* says that its answer may depend on the time."""

    text: str
    document: DocumentNode
    operation: OperationDefinitionNode
    conditions: frozenset[str]
    measures: Measures
    reads_clock: bool

    @property
    def name(self) -> str:
        """The operation's name, empty without one."""
        return self.operation.name.value if self.operation.name else ""


@dataclass(slots=True, eq=False)
class CachedText:
    """The results for one text, about *size* bytes."""

    text: str
    document: DocumentNode
    conditions: frozenset[str]
    reads_clock: bool
    size: int
    valid: bool = False
    admitted: dict[Key, Admitted] = field(default_factory=dict[Key, Admitted])
    plans: dict[Key, Plan] = field(default_factory=dict[Key, Plan])
    prepared: dict[Key, Any] = field(default_factory=dict[Key, Any])  # Any: `Prepared`, which imports this


class Admission:
    """Admits the operations of one schema."""

    def __init__(self, schema: GraphQLSchema, settings: Settings) -> None:
        self._schema = schema
        self._settings = settings
        self._schema_lengths = schema_lengths(schema)
        self._limits = limits(settings)
        self._known: Lru[str, CachedText] = Lru(_REMEMBERED_BYTES)

    def known(self, text: str) -> CachedText | None:
        """The cache entry of *text*."""
        return self._known.get(text)

    def grew(self, known: CachedText, more_bytes: int) -> None:
        """Count so many bytes more for *known*, and evict the least recently used texts. A text that takes a quarter of
        the cache loses its results."""
        known.size += more_bytes
        if known.size > _REMEMBERED_BYTES // 4:
            known.size = _tree_bytes(known.text)
            for made in (known.admitted, known.plans, known.prepared):
                made.clear()
        self._known.put(known.text, known, known.size)

    def admitted(
        self, text: str, name: str | None, variables: Mapping[str, Any], stats: Stats | None = None
    ) -> Admitted:
        """The operation *name* of *text*. Raises `OperationRefused` when it is invalid, missing or over a limit."""
        key = (name, *((each, _shape(value)) for each, value in variables.items()))
        known = self._known.get(text)
        found = known.admitted.get(key) if known is not None else None
        if found is None:
            stats = stats or Stats()
            if known is None:
                with stats.phase("parse"):
                    known = self._parse(text)
            found = self._admit(known, name, variables, stats)
            known.admitted[key] = found
            self.grew(known, _ADMITTED_BYTES + size_of(key))
        return found

    def all_admitted(self, text: str) -> list[Admitted]:
        """Every operation of *text*, with no variables given. Raises `OperationRefused` as `admitted` does."""
        names = [
            definition.name.value if definition.name else None
            for definition in self._parse(text).document.definitions
            if isinstance(definition, OperationDefinitionNode)
        ]
        return [self.admitted(text, name, {}) for name in names or [None]]

    def _admit(
        self, known: CachedText, name: str | None, variables: Mapping[str, Any], stats: Stats
    ) -> Admitted:
        document = known.document
        with stats.phase("admit"):
            operation = _operation(document, name)
            measures = measure(self._schema, document, operation, variables, self._schema_lengths)
        if too_much := excesses(measures, self._limits):
            raise refusal_of(excess(each.limit, str(each), each.asked, each.allowed) for each in too_much)
        if not known.valid:
            with stats.phase("validate"):
                self._validate(document)
            known.valid = True
        return Admitted(known.text, document, operation, known.conditions, measures, known.reads_clock)

    def _parse(self, text: str) -> CachedText:
        size, allowed = len(text.encode("utf-8", "surrogatepass")), self._settings.max_source
        if size > allowed:
            message = f"the operation's text has {size} bytes; at most {allowed} are allowed"
            raise refusal_of([excess("source", message, size, allowed)])
        try:
            document = parse(Source(text), max_tokens=self._settings.max_tokens)
        except GraphQLError as error:
            raise refusal_of([self._syntax(error)]) from None
        _check_tokens(document)
        if self._settings.no_introspection:
            visit(document, _IntrospectionRefused())
        return CachedText(text, document, conditions(document), mentions_clock(text), _tree_bytes(text))

    def _syntax(self, error: GraphQLError) -> GraphQLError:
        if "tokens. Parsing aborted" not in error.message:  # the parser has no class of its own for it
            return coded(error, "GRAPHQL_PARSE_FAILED")
        allowed = self._settings.max_tokens
        return excess("tokens", f"the operation has more than {allowed} tokens", allowed + 1, allowed)

    def _validate(self, document: DocumentNode) -> None:
        closed, most = self._settings.no_introspection, self._settings.max_errors
        with gc_policy.paused():  # validation leaves reference cycles
            errors = validate(self._schema, document, RULES, max_errors=most, hide_suggestions=closed)
        if errors:
            raise refusal_of(coded(error, "GRAPHQL_VALIDATION_FAILED") for error in errors)


class _IntrospectionRefused(Visitor):
    """Refuses operations that select fields of introspection."""

    def enter_field(self, node: FieldNode, *_: object) -> None:
        if node.name.value in _INTROSPECTION_FIELDS:
            error = GraphQLError(
                f"{node.name.value} is disabled: this server does not publish its schema", node
            )
            raise refusal_of([coded(error, "INTROSPECTION_DISABLED")])


def _tree_bytes(text: str) -> int:
    return _ENTRY_BYTES + _TREE_BYTES * len(text)


def _check_tokens(document: DocumentNode) -> None:
    """Refuse numbers of more than 100 digits, which validation would try to convert, and unlink the tokens.

    Linked tokens are a reference cycle. Cached documents may be frozen by the garbage collector, which then
    never frees the cycle: see `gc_policy`.
    """
    token = document.loc.start_token if document.loc else None
    while token is not None:
        if token.kind in _NUMBERS and len(token.value or "") > _NUMBER_LENGTH:
            message = f"Syntax Error: a number has more than {_NUMBER_LENGTH} characters"
            raise refusal_of([coded(GraphQLError(message, positions=[token.start]), "GRAPHQL_PARSE_FAILED")])
        following = token.next
        token.prev = token.next = None
        token = following


def limits(settings: Settings) -> Measures:
    """The limit of each measure."""
    return Measures(
        depth=settings.max_depth,
        introspection_depth=settings.max_introspection_depth,
        aliases=settings.max_aliases,
        root_fields=settings.max_root_fields,
        directives=settings.max_directives,
        field_directives=settings.max_field_directives,
        fragments=settings.max_fragments,
        key_pairs=settings.max_key_pairs,
        selections=settings.max_selections,
        input_objects=settings.max_input_objects,
        schema_cost=settings.max_schema_cost,
        cost=settings.max_cost,
        conditions=sys.maxsize,  # part of the cost
    )


def _shape(value: object) -> object:
    """What the measures depend on in a variable's value."""
    if type(value) is int:
        return "number", value
    if isinstance(value, list):
        return "list", len(value), json_leaves(value), json_objects(value)  # pyright: ignore[reportUnknownArgumentType] - any JSON
    if isinstance(value, Mapping):
        fields: Mapping[Any, Any] = value  # pyright: ignore[reportUnknownVariableType] - any JSON
        numbers = tuple(one for one in fields.items() if type(one[1]) is int)  # options.limit
        return json_leaves(fields), json_objects(fields), numbers
    return None


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operation = get_operation_ast(document, name)
    if operation is None:
        raise refusal(_not_found(document, name), "OPERATION_RESOLUTION_FAILURE")
    if operation.operation is not OperationType.QUERY:
        raise refusal("this API is read-only: it answers queries only", "OPERATION_NOT_SUPPORTED")
    return operation


def _not_found(document: DocumentNode, name: str | None) -> str:
    if not any(isinstance(definition, OperationDefinitionNode) for definition in document.definitions):
        return "the document has no operation"
    if name:
        return f"the document has no operation named {name!r}"
    return "the document has several operations: name one in operationName"


# -- what reads the clock: its answer changes without the content, and is not cached ----------------------

_CLOCK_FIELDS = frozenset({"within"})  # of input objects
_CLOCK_VALUES = frozenset({"TRENDING"})  # of enums
CLOCK_WORDS = frozenset({"trending"}) | _CLOCK_FIELDS | _CLOCK_VALUES


def mentions_clock(text: str) -> bool:
    """Whether an operation's text has a word that means something relative to now. A text that only mentions it is
    not cached either, which costs a little time and is never wrong."""
    return any(word in text for word in CLOCK_WORDS)


def reads_clock(value: Any) -> bool:
    """Whether variables have an input field or an enum member that is relative to now."""
    pending = [value]
    while pending:
        each: Any = pending.pop()
        if isinstance(each, Mapping):
            fields: Mapping[Any, Any] = each  # pyright: ignore[reportUnknownVariableType] - any JSON
            if not _CLOCK_FIELDS.isdisjoint(fields):
                return True
            pending.extend(fields.values())
        elif isinstance(each, str):
            if each in _CLOCK_VALUES:
                return True
        elif isinstance(each, list):
            pending.extend(each)  # pyright: ignore[reportUnknownArgumentType] - any JSON
    return False
