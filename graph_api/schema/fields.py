"""Declares the fields of the schema: plain fields are attributes of a record, the others are batch functions.

Why not `strawberry.field` alone: its resolvers receive one parent at a time. `batched` gives Strawberry a resolver
that adds its parent to a batch, and puts the batch function into the field's metadata for the compiled plan.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from functools import wraps
from typing import Annotated, Any, TypeVar, get_args, get_type_hints

import strawberry
from strawberry import UNSET
from strawberry.dataloader import DataLoader
from strawberry.schema_directive import Location

from graph_api.execution.fields import SIZE, Batch, Fetch, ListSize, Sizes, TextChunks
from graph_api.store.plans import Rights
from graph_api.store.protocol import RunPlan

E = TypeVar("E", bound=type[Enum])


class Context:
    """The context of one operation on Strawberry's ordinary executor, the oracle in tests: it joins single parents to
    batches, with a loader for each field and its arguments, and drives their plans by *run*."""

    def __init__(self, run: RunPlan, rights: Rights) -> None:
        self.rights = rights
        self._run = run
        self._loaders: dict[tuple[Batch, object], DataLoader[Any, Any]] = {}

    async def load(self, batch: Batch, arguments: Mapping[str, object], parent: object) -> object:
        """The field's value for *parent*, fetched together with all other parents of the same level."""
        prepared = batch.prepare(**arguments) if batch.prepare else None
        loader = self._loaders.get((batch, prepared))
        if loader is None:
            loader = self._loaders[batch, prepared] = self._loader(batch, prepared)
        value: object = await loader.load(parent)
        return "".join(value) if isinstance(value, TextChunks) else value

    def _loader(self, batch: Batch, prepared: object) -> DataLoader[Any, Any]:
        async def load(parents: list[Any]) -> Sequence[Any]:
            return self._run(batch.values(parents, self.rights, prepared))

        return DataLoader(load, cache_key_fn=id)


@strawberry.schema_directive(
    locations=[
        Location.ARGUMENT_DEFINITION,
        Location.ENUM,
        Location.FIELD_DEFINITION,
        Location.INPUT_FIELD_DEFINITION,
        Location.OBJECT,
        Location.SCALAR,
    ],
    name="cost",
    description="The cost of a value where it differs from the default of the specification: "
    "https://ibm.github.io/graphql-specs/cost-spec.html.",
)
class CostDirective:
    weight: str = strawberry.directive_field(name="weight")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description="The expected length of a list: https://ibm.github.io/graphql-specs/cost-spec.html.",
)
class ListSizeDirective:
    assumed_size: int | None = strawberry.directive_field(name="assumedSize", default=UNSET)
    slicing_arguments: list[str] | None = strawberry.directive_field(name="slicingArguments", default=UNSET)
    sized_fields: list[str] | None = strawberry.directive_field(name="sizedFields", default=UNSET)
    require_one_slicing_argument: bool | None = strawberry.directive_field(
        name="requireOneSlicingArgument", default=True
    )


def costs(weight: int) -> list[object]:
    """The directives of a value with this cost."""
    return [CostDirective(weight=str(weight))]


def plain(description: str, *, size: ListSize | None = None) -> Any:
    """A field that is an attribute of the record."""
    return strawberry.field(
        description=description, metadata={SIZE: size}, directives=_directives(size, None)
    )


def batched(
    fetch: Fetch,
    arguments: Callable[..., object] | None = None,
    *,
    name: str | None = None,
    size: ListSize | None = None,
    cost: int | None = None,
    slow: bool = False,
    long: bool = False,
    own: bool = False,
    sizes: Sizes | None = None,
) -> Any:
    """A field that *fetch* answers for many parents at once; its docstring is the description.

    The parameters of *arguments* are the field's arguments; it checks them and returns what *fetch* gets. A
    parameter that has a default is an argument that may be left out or null: both mean the default.
    *size* and *cost* go into the schema as `@listSize` and `@cost`; `graph_api.execution.fields` defines all others.
    """
    prepare = _without_absent(arguments) if arguments else None
    batch = Batch(fetch, prepare, slow, long, own, sizes)

    async def resolve(root: object, info: strawberry.Info[Context], **given: object) -> object:
        return await info.context.load(batch, given, root)

    _take_parameters(resolve, arguments)
    return strawberry.field(
        resolver=resolve,
        name=name,
        description=inspect.getdoc(fetch),
        metadata={"batch": batch, SIZE: size},
        directives=_directives(size, cost),
    )


def _directives(size: ListSize | None, cost: int | None) -> list[object]:
    if cost is not None:
        return costs(cost)
    if size is None:
        return []
    list_size = ListSizeDirective(
        assumed_size=size.assumed,
        slicing_arguments=sorted(size.slicing) or UNSET,
        sized_fields=sorted(size.sized) or UNSET,
        require_one_slicing_argument=False,
    )
    return [list_size, *(costs(1 + size.assumed * size.weight) if size.weight else ())]


def _take_parameters(resolve: Callable[..., object], arguments: Callable[..., object] | None) -> None:
    root, info, _ = inspect.signature(resolve).parameters.values()
    own = list(_parameters(arguments)) if arguments else []
    resolve.__dict__["__signature__"] = inspect.Signature(
        [root.replace(annotation=object), info.replace(annotation=strawberry.Info), *own]
    )
    resolve.__annotations__ = {"info": strawberry.Info, **{p.name: p.annotation for p in own}}


def _parameters(arguments: Callable[..., object]) -> Iterator[inspect.Parameter]:
    """The parameters of *arguments* as Strawberry takes them; `**group: Unpack[...]` is replaced by its members."""
    hints = get_type_hints(arguments, include_extras=True)
    for parameter in inspect.signature(arguments).parameters.values():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            [group] = get_args(hints[parameter.name])
            members = get_type_hints(group, include_extras=True)
            yield from (_parameter(name, hint, UNSET) for name, hint in members.items())
        else:
            yield _parameter(parameter.name, hints[parameter.name], parameter.default)


def _parameter(name: str, hint: Any, default: object) -> inspect.Parameter:
    """An argument with a default may be null too; a default of None or () is not shown in the schema."""
    if default is not inspect.Parameter.empty:
        type_, *annotations = get_args(hint)
        hint = Annotated[type_ | None, *annotations]
        default = UNSET if default in (None, ()) else default
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)


def _without_absent(arguments: Callable[..., object]) -> Callable[..., object]:
    """*arguments*, called without those that are null or left out: their defaults stand."""

    @wraps(arguments)
    def prepare(**given: object) -> object:
        return arguments(
            **{name: value for name, value in given.items() if value is not None and value is not UNSET}
        )

    return prepare


def enum(description: str, name: str | None = None, **members: str) -> Callable[[E], E]:
    """Declares an existing enum in the schema, with a description for each of its members."""

    def declare(cls: E) -> E:
        definition: Any = strawberry.enum(cls, name=name, description=description)  # returns the class itself
        for value in definition.__strawberry_definition__.values:
            value.description = members[value.name]
        return cls

    return declare
