"""Batch functions, which answer a field for many parents; the compiled plan and Strawberry's executor both run them.

A batch function takes all distinct parents of a level and is a generator: it yields reads, receives rows and returns one
value per parent, in order, or keys of the values (`ByKey`). Before the first read, `prepare` turns a field's arguments
into a frozen, hashable value, or raises `RequestError`, which refuses the whole operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

from graph_api.store.plans import Reads, Rights

SIZE = "list size"  # the key of a ListSize in a field's metadata


@dataclass(frozen=True, slots=True)
class ListSize:
    """The expected length of a list, as in `@listSize` of the cost specification.

    It is the value of an argument in *slicing* (`options.limit` for a field of an input object), or the length of a list
    argument in *counted*, else *assumed*. With *sized* the length applies to these lists of the returned object; *scaled*
    are further fields of it whose work grows with the length. *weight* is the cost of finding an item, selected or not.
    Lengths above *most* count as *most*: the field refuses them with a better message than the cost would.
    """

    assumed: int
    slicing: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()
    sized: frozenset[str] = frozenset()
    scaled: frozenset[str] = frozenset()
    weight: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ByKey:
    """Values given by key, so that the runner reads only the records whose encoded objects are not cached.

    *keys* holds a key per parent, None for null; with *many* the keys of its list. *rows* reads the records; a single
    value without a record is null. Keys are *lasting* if they identify the same records for a whole revision.
    """

    keys: Sequence[Any]
    rows: RowsByKey
    many: bool = False
    lasting: bool = True

    @property
    def distinct(self) -> set[Any]:
        """Each key once."""
        found = set[Any]().union(*self.keys) if self.many else set(self.keys)
        found.discard(None)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Concatenated:
    """The lists of all parents in one sequence, *counts* long each, for records that occur once."""

    records: Sequence[Any]
    counts: Sequence[int]


class TextChunks(list[str]):
    """A long text in pieces: joining them into one string would hold the interpreter for milliseconds."""


RowsByKey: TypeAlias = Callable[[Iterable[Any], Rights], Reads[Mapping[Any, Any]]]  # records by key
Fetched: TypeAlias = Sequence[Any] | ByKey | Concatenated
Sizes: TypeAlias = Callable[[Sequence[Any], Rights], Reads[Sequence[int]]]  # (parents, rights): for each
Fetch: TypeAlias = Callable[..., Reads[Fetched]]  # (parents, rights) or (parents, rights, prepared)


def values_of(fetched: Fetched, rights: Rights) -> Reads[Sequence[Any]]:
    """One value for each parent."""
    if isinstance(fetched, Concatenated):
        each = iter(fetched.records)
        return [list(islice(each, count)) for count in fetched.counts]
    if not isinstance(fetched, ByKey):
        return fetched
    records = yield from fetched.rows(fetched.distinct, rights)
    if fetched.many:
        return [[records[key] for key in keys] for keys in fetched.keys]
    return [records.get(key) for key in fetched.keys]


@dataclass(frozen=True, slots=True)
class Batch:
    """The batch function of a field, and its properties.

    *slow*: a single value may take long to make. *long*: values are texts or JSON of unlimited length; *sizes* returns the
    bytes that they are made from. *own*: values are a few rows that belong to one parent, found by key, without
    paging, filter or order.
    """

    fetch: Fetch
    prepare: Callable[..., object] | None = None
    slow: bool = False
    long: bool = False
    own: bool = False
    sizes: Sizes | None = None

    def reads(self, parents: Sequence[Any], rights: Rights, prepared: object) -> Reads[Fetched]:
        """The plan of this field for *parents*; *prepared* is the result of `prepare`."""
        if self.prepare is None:
            return self.fetch(parents, rights)
        return self.fetch(parents, rights, prepared)

    def values(self, parents: Sequence[Any], rights: Rights, prepared: object) -> Reads[Sequence[Any]]:
        """As `reads`, with one value per parent."""
        return (yield from values_of((yield from self.reads(parents, rights, prepared)), rights))


@dataclass(frozen=True, slots=True)
class Mistake:
    """An invalid item of a list argument."""

    place: int
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class PartialArguments:
    """Arguments of which some items are invalid: each of these is null in the response, which has an error for it.

    Only `_entities` takes such arguments: a gateway sends the representations of several clients at once.
    """

    mistakes: tuple[Mistake, ...]
