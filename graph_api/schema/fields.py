"""How the schema declares its fields: plain ones are attributes of a record, the others batch functions.

Why an own decorator: Strawberry's resolvers see one parent at a time. `batched` gives Strawberry a
resolver that only joins its parent to a batch, and leaves the batch function in the field's metadata,
where the compiled plan finds it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from enum import Enum
from typing import Any, TypeVar, get_type_hints

import strawberry
from strawberry import UNSET
from strawberry.schema_directive import Location

from graph_api.execution.context import Context
from graph_api.execution.fields import SIZE, Batch, Fetch, ListSize, Sizes

E = TypeVar("E", bound=type[Enum])


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
    description="What one value costs, where it is not the specification's default: "
    "https://ibm.github.io/graphql-specs/cost-spec.html.",
)
class CostDirective:
    weight: str = strawberry.directive_field(name="weight")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description="How long a list is expected to be: https://ibm.github.io/graphql-specs/cost-spec.html.",
)
class ListSizeDirective:
    assumed_size: int | None = strawberry.directive_field(name="assumedSize", default=UNSET)
    slicing_arguments: list[str] | None = strawberry.directive_field(name="slicingArguments", default=UNSET)
    sized_fields: list[str] | None = strawberry.directive_field(name="sizedFields", default=UNSET)
    require_one_slicing_argument: bool | None = strawberry.directive_field(
        name="requireOneSlicingArgument", default=True
    )


def costs(weight: int) -> list[object]:
    """The directives of what costs so much for each value."""
    return [CostDirective(weight=str(weight))]


def plain(description: str, *, name: str | None = None, size: ListSize | None = None) -> Any:
    """A field that is an attribute of the record."""
    return strawberry.field(
        description=description, name=name, metadata={SIZE: size}, directives=_directives(size, None)
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
    looks_at: Collection[str] = (),
    sizes: Sizes | None = None,
) -> Any:
    """A field that *fetch* answers for many parents at once; its docstring is the description.

    The parameters of *arguments* are the field's arguments; it checks them and returns what *fetch* gets.
    *cost* is told to clients in place of the *size* of a field that is no list. What is
    *slow* is never made on the event loop, what is *long* is counted against the size of an answer, objects made
    of nothing but attributes and what is their *own* are remembered as bytes. *looks_at* are the attributes of
    articles, providers and topics that it needs beside key and id. By their *sizes*, what is long is made a few at a
    time.
    """
    batch = Batch(fetch, arguments, slow, long, own, frozenset(looks_at), sizes)

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
    told = ListSizeDirective(
        assumed_size=size.assumed,
        slicing_arguments=sorted(size.slicing) or UNSET,
        sized_fields=sorted(size.sized) or UNSET,
        require_one_slicing_argument=False,
    )
    return [told, *(costs(1 + size.assumed * size.weight) if size.weight else ())]


def _take_parameters(resolve: Callable[..., object], arguments: Callable[..., object] | None) -> None:
    hints = get_type_hints(arguments, include_extras=True) if arguments else {}
    given = inspect.signature(arguments).parameters.values() if arguments else ()
    root, info, _ = inspect.signature(resolve).parameters.values()
    own = [p.replace(annotation=hints[p.name], kind=inspect.Parameter.KEYWORD_ONLY) for p in given]
    resolve.__dict__["__signature__"] = inspect.Signature(
        [root.replace(annotation=object), info.replace(annotation=strawberry.Info), *own]
    )
    resolve.__annotations__ = {"info": strawberry.Info, **{p.name: p.annotation for p in own}}


def enum(description: str, name: str | None = None, **members: str) -> Callable[[E], E]:
    """Declares an existing enum in the schema, with a description for each of its members."""

    def declare(cls: E) -> E:
        definition: Any = strawberry.enum(cls, name=name, description=description)  # returns the class itself
        for value in definition.__strawberry_definition__.values:
            value.description = members[value.name]
        return cls

    return declare
