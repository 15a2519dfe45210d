"""A field is its batch function: what the compiled plan and the ordinary executor both run.

A batch function takes all distinct parents of a level at once and is a generator: it yields reads, receives
rows and returns one value for each parent, in order, or tells them by key. What a client can get wrong is
decided by `prepare` before the first read: it turns a field's arguments into a frozen, hashable value or
raises `RequestError`, which refuses the whole operation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

from graph_api.store.reads import Reads, Rights

SIZE = "list size"  # where a field's metadata hold its ListSize


@dataclass(frozen=True, slots=True)
class ListSize:
    """How long a list is expected to be, as `@listSize` of the cost specification says it.

    The arguments named in *slicing* give its length (a field of an input object as `options.limit`), or the
    lists in *counted* by their own; *assumed* stands where none is given. With *sized* the length is that of
    these lists in the answered object, times what their own size says; *scaled* are other fields of it that
    take more work the longer they are. *weight* is what each item costs even where none is selected: finding
    it is work.
    """

    assumed: int
    slicing: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()
    sized: frozenset[str] = frozenset()
    scaled: frozenset[str] = frozenset()
    weight: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class ByKey:
    """Values told by their keys, which spares whoever assembles them to find the distinct ones anew.

    *keys* has for each parent its value's key, None where it has none; with *many* the keys of its list.
    Every key is one of *records*.
    """

    keys: Sequence[Any]
    records: Mapping[Any, Any]
    many: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Strung:
    """The lists of all parents strung together, *counts* long each: records that stand nowhere twice."""

    records: Sequence[Any]
    counts: Sequence[int]


Fetched: TypeAlias = Sequence[Any] | ByKey | Strung
Fetch: TypeAlias = Callable[..., Reads[Fetched]]  # (parents, rights) or (parents, rights, prepared)


def values_of(fetched: Fetched) -> Sequence[Any]:
    """One value for each parent."""
    if isinstance(fetched, Strung):
        each = iter(fetched.records)
        return [list(islice(each, count)) for count in fetched.counts]
    if not isinstance(fetched, ByKey):
        return fetched
    records = fetched.records
    if fetched.many:
        return [[records[key] for key in keys] for keys in fetched.keys]
    return [None if key is None else records[key] for key in fetched.keys]


@dataclass(frozen=True, slots=True)
class Batch:
    """How one field is fetched, for many parents at once; *slow* when one alone may take long to make, *long*
    when its values are texts or JSON whose length nothing bounds but the answer's. *looks_at* are the attributes of
    articles, providers and topics that it needs beside key and id."""

    fetch: Fetch
    prepare: Callable[..., object] | None = None
    slow: bool = False
    long: bool = False
    looks_at: frozenset[str] = frozenset()

    def reads(self, parents: Sequence[Any], rights: Rights, prepared: object) -> Reads[Fetched]:
        """The plan of this field for *parents*; *prepared* is what `prepare` made of the arguments."""
        if self.prepare is None:
            return self.fetch(parents, rights)
        return self.fetch(parents, rights, prepared)


@dataclass(frozen=True, slots=True)
class Mistake:
    """What a client got wrong about one item of a list."""

    place: int
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class Partly:
    """Arguments whose *mistakes* are refused item by item: each becomes an error beside the answer, and its
    item null. Only a gateway's representations are, which come from many clients' objects at once."""

    mistakes: tuple[Mistake, ...]
