"""A field is its batch function: what the compiled plan and the ordinary executor both run.

A batch function takes all distinct parents of a level at once and is a generator: it yields reads, receives
rows and returns one value for each parent, in order, or tells them by key. What a client can get wrong is
decided by `prepare` before the first read: it turns a field's arguments into a frozen, hashable value or
raises `RequestError`, which refuses the whole operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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
    it is work. More than *most* is refused by the field itself, which says so better than the cost would.
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
    """Values told by their keys: whoever assembles them reads the records of those that it does not know.

    *keys* has for each parent its value's key, None where it has none; with *many* the keys of its list.
    *rows* is how the records are read; a single value without a record is null. The keys are *lasting* when they
    stand for the same records as long as the content is the same.
    """

    keys: Sequence[Any]
    rows: Rows
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


Rows: TypeAlias = Callable[[Iterable[Any], Rights], Reads[Mapping[Any, Any]]]  # records by key
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
    """How one field is fetched, for many parents at once; *slow* when one alone may take long to make, *long*
    when its values are texts or JSON whose length nothing bounds but the answer's, *own* when they are rows that
    each parent has itself, few and found by their keys: no lists that a client pages, filters or orders. *sizes* tell
    the bytes that long values are made from."""

    fetch: Fetch
    prepare: Callable[..., object] | None = None
    slow: bool = False
    long: bool = False
    own: bool = False
    sizes: Sizes | None = None

    def reads(self, parents: Sequence[Any], rights: Rights, prepared: object) -> Reads[Fetched]:
        """The plan of this field for *parents*; *prepared* is what `prepare` made of the arguments."""
        if self.prepare is None:
            return self.fetch(parents, rights)
        return self.fetch(parents, rights, prepared)

    def values(self, parents: Sequence[Any], rights: Rights, prepared: object) -> Reads[Sequence[Any]]:
        """The plan of one value for each of *parents*."""
        return (yield from values_of((yield from self.reads(parents, rights, prepared)), rights))


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
