"""Rows and encoded objects of one revision, bounded in bytes, shared by all callers with equal rights.

Content does not change within a revision, so a cached row is valid until the revision changes; then the whole cache is
replaced. Objects that an answer holds are cached beside the rows that they are made of, as JSON, where they consist of
attributes and rows of their own; lists that a client pages or filters are not cached.

Why two generations and no LRU list: a lookup costs no more than a dict's. Rows are added to the
young generation; when it holds half of the bytes it becomes the old one, and those of the former old
one that were not looked up since are evicted.

Why no lock: the event loop and the store's threads may use it at once. Each change is one step of a dict;
two at once may count some bytes less or evict a generation early, but never give a wrong row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from threading import Lock
from typing import Any, TypeAlias

from graph_api.execution.lru import size_of
from graph_api.graph.adjacency import Csr
from graph_api.store.plans import GraphRead, Read, is_keyed

Generation: TypeAlias = dict[Hashable, dict[Any, Any]]  # rows by kind, then by key; Any: the read's types

_ABSENT: Any = object()  # the store has no row for this key
_ENTRY_BYTES = 100  # of a dict, for one entry


class GraphAnswers:
    """The answers of the `GraphRead`s of one revision. Each is made once; threads that need it meanwhile wait."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, Any] = {}
        self._locks: defaultdict[Hashable, Lock] = defaultdict(Lock)

    def get(self, read: GraphRead[Any]) -> Any:
        """The answer to *read*, None unless it has been made."""
        return self._answers.get(read.cache_key)

    def made(self, read: GraphRead[Any], make: Callable[[], Any]) -> Any:
        """The answer to *read*, from *make* unless it has been made."""
        with self._locks[read.cache_key]:
            found = self.get(read)
            if found is None:
                found = self._answers[read.cache_key] = make()
            return found


class RowCache:
    """The cached rows and objects of one *revision*, at most *capacity_bytes*; its *edges*, by whether they are those of
    published content only, once walks have asked for them; and the answers of `GraphRead`s, not counted. With
    *capacity_bytes* None it serves one plan: its rows are not counted, and objects are not cached."""

    def __init__(self, revision: str, capacity_bytes: int | None) -> None:
        self.revision = revision
        self.edges: dict[bool, Csr] = {}
        self.graphs = GraphAnswers()
        self.is_shared = capacity_bytes is not None
        self._half = (capacity_bytes or 0) // 2
        self._bytes = self._old_bytes = 0
        self._young: Generation = {}
        self._old: Generation = {}

    @property
    def held_bytes(self) -> int:
        """The size of all rows and objects."""
        return self._bytes + self._old_bytes

    def rows(self, read: Read[Any]) -> Any:  # Any: the answer's type depends on the read
        """The answer to *read*, None unless all its rows are cached."""
        if isinstance(read, GraphRead):
            return self.graphs.get(read)
        if not is_keyed(read):
            return None
        found = self.objects(read.cache_key, read.keys)
        if len(found) < len(read.keys):
            return None
        if _ABSENT in found.values():
            return {key: row for key, row in found.items() if row is not _ABSENT}
        return found

    def missing(self, read: Read[Any]) -> Read[Any]:
        """*read*, narrowed to the rows that are not cached; as it is when none is, or when it has no keys."""
        if not is_keyed(read):
            return read
        young, old = self._young.get(read.cache_key, {}), self._old.get(read.cache_key, {})
        missing = tuple([key for key in read.keys if key not in young and key not in old])
        return read.narrowed(missing) if 0 < len(missing) < len(read.keys) else read

    def learn(self, read: Read[Any], answer: Any) -> None:
        """Cache the rows with which the store answered *read*."""
        if not is_keyed(read):
            return
        young = self._young_of(read.cache_key)
        for key in read.keys:
            if key not in young:
                self._keep(young, key, answer.get(key, _ABSENT))
        self._turn_over()

    def objects(self, kind: Hashable, keys: Iterable[Any]) -> dict[Any, Any]:
        """The cached values of this *kind*, by key; they become young."""
        young, old = self._young.get(kind), self._old.get(kind)
        if old is None:
            return {} if young is None else {key: young[key] for key in keys if key in young}
        if young is None:
            young = self._young_of(kind)
        found: dict[Any, Any] = {}
        for key in keys:
            row = young.get(key)
            if row is None:
                row = old.get(key)
                if row is None:
                    continue
                self._keep(young, key, row)
            found[key] = row
        return found

    def keep_objects(self, kind: Hashable, objects: Mapping[Any, bytes]) -> None:
        """Cache encoded objects under *kind*, by their keys."""
        young = self._young_of(kind)
        for key, made in objects.items():
            self._keep(young, key, made)
        self._turn_over()

    def _turn_over(self) -> None:
        if self.is_shared and self._bytes > self._half:
            self._young, self._old = {}, self._young
            self._bytes, self._old_bytes = 0, self._bytes

    def _young_of(self, kind: Hashable) -> dict[Any, Any]:
        found = self._young.get(kind)
        if found is None:
            if self.is_shared:
                self._bytes += _ENTRY_BYTES + size_of(kind)  # a filter can be long
            found = self._young.setdefault(kind, {})
        return found

    def _keep(self, young: dict[Any, Any], key: object, row: object) -> None:
        young[key] = row
        if self.is_shared:
            self._bytes += _ENTRY_BYTES + (size_of(row) if row is not _ABSENT else 0)
