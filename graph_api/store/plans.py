"""What every read has (rights, keys, how its answer is cached and counted), and plans, which yield reads.

A *plan* is a generator that yields reads and receives their answers: from the store, the row cache, or dicts in tests.
Every read of content carries the caller's rights.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeAlias, TypeGuard, TypeVar

from graph_api.records import NodeKey

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
K = TypeVar("K", bound=Hashable)
R = TypeVar("R")


class Rights(NamedTuple):  # hashed at every lookup in the row cache; a dataclass hashes more slowly
    """A caller's rights: *published_only* hides unpublished content, *secured* shows secured payloads."""

    published_only: bool = False
    secured: bool = False


class Read(Generic[T_co]):
    """A question to the store, answered with T_co.

    Why no ABC: each read is tested by `isinstance` several times, which is six times slower for abstract classes.
    """

    __slots__ = ()
    is_walk_step: ClassVar[bool] = False  # consecutive steps are one span in traces

    @property
    def key_count(self) -> int:
        """How many keys are read."""
        raise NotImplementedError

    def row_count(self, answer: Any) -> int | None:  # Any: T_co may not be the type of a parameter
        """How many rows *answer* holds; None for reads that statistics ignore because they read no content."""
        return len(answer)


@dataclass(frozen=True, slots=True)
class KeyedRead(Read[Mapping[K, R]]):
    """A read answered with one row per key; keys without a row are absent.

    The answer for one key does not depend on the other keys, so rows are cached one by one and a read can be
    narrowed to the keys that the cache lacks.
    """

    keys: tuple[K, ...]
    rights: Rights

    @property
    def cache_key(self) -> Hashable:
        """All fields but the keys: reads with an equal cache key share cached rows."""
        kind: Any = type(self)  # mypy holds that a type with a __hash__ of its own has no hash
        return kind, _all_but_keys(kind)(self)

    def narrowed(self, keys: tuple[K, ...]) -> Self:
        """The same read for these *keys*."""
        return replace(self, keys=keys)

    @property
    def key_count(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, slots=True)
class GraphRead(Read[T_co]):
    """A read answered with one value about everything that the caller may see.

    Making it may take seconds, so it is never made on the event loop. It is cached, apart from the rows, until the revision
    changes, and made by one plan while others wait for it.
    """

    rights: Rights

    @property
    def cache_key(self) -> Hashable:
        """The kind of read, and which of the two graphs it reads."""
        return type(self), self.rights.published_only

    @property
    def key_count(self) -> int:
        return 0

    def row_count(self, answer: Any) -> int | None:  # noqa: ARG002 - as all reads
        return None


@cache
def _all_but_keys(kind: type[Any]) -> Callable[[object], Hashable]:
    return attrgetter(*(field.name for field in fields(kind) if field.name != "keys"))


def is_keyed(read: Read[Any]) -> TypeGuard[KeyedRead[Any, Any]]:
    """Whether *read* is answered by key. (`isinstance` alone leaves the type's parameters unknown.)"""
    return isinstance(read, KeyedRead)


Reads: TypeAlias = Generator[Read[Any], Any, T]


def ask(read: Read[T]) -> Reads[T]:
    """The rows of *read*, typed: `rows = yield from ask(ArticleRows(keys, rights))`."""
    rows: T = yield read
    return rows


Keys: TypeAlias = tuple[NodeKey, ...]


@dataclass(frozen=True, slots=True)
class Pause(Read[tuple[()]]):
    """Reads nothing: a long computation yields it so that the driver can check its time, or cancel it.

    *apart*: the next piece of work takes some milliseconds, too long for an event loop. *rows* counts the
    edges that a walk took from arrays since its last pause.
    """

    is_walk_step: ClassVar[bool] = True

    apart: bool = False
    rows: int = 0

    @property
    def key_count(self) -> int:
        return 0

    def row_count(self, answer: Any) -> int | None:  # noqa: ARG002 - as all reads
        return self.rows or None
