"""Rows and objects kept in memory, for one revision, bounded in bytes; callers share what they have equal rights to.

Content does not change within a revision, so a row once read stays good until the revision changes, and
then all are dropped together. A plan is driven from here on the event loop as long as every row it asks
for is known; with the first miss the store goes on with it (see `driving`), and what the store
answered is remembered. Objects that an answer holds are remembered beside the rows that they are made of, as
their bytes, where that is nothing but rows of their own: lists that a client pages or filters are made anew.

Why two generations and no list of uses: a lookup must cost no more than a dict's. Rows are added to the
young generation; when that holds half of the bytes it becomes the old one, and those of the former old
one that nobody asked for meanwhile are gone.

Why no lock: the event loop and the store's threads may use it at once. Each change is one step of a dict;
two at once may count some bytes less or forget a generation early, but never give a wrong row.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from graph_api.execution.links import linked
from graph_api.execution.memory_size import size_of
from graph_api.graph.adjacency import Csr
from graph_api.store.reads import Adjacency, KeyedRead, Read, Turn, is_keyed

Question: TypeAlias = Hashable  # what a read asks, its keys aside
Known: TypeAlias = dict[Question, dict[Any, Any]]  # Any: keys and rows are those of the read

_ABSENT: Any = object()  # the store has no row for this key
_ENTRY_BYTES = 100  # what a dict takes for one entry


class Memory:
    """The rows and objects known of one revision, at most *capacity_bytes* of them, and its edges once walks ask for them."""

    def __init__(self, revision: str, capacity_bytes: int) -> None:
        self.revision = revision
        self.edges: dict[bool, Csr] = {}  # by whether they are those of published content only
        self._half = capacity_bytes // 2
        self._bytes = self._old_bytes = 0
        self._young: Known = {}
        self._old: Known = {}

    @property
    def keeps(self) -> bool:
        """Whether anything is remembered."""
        return self._half > 0

    @property
    def held_bytes(self) -> int:
        """What all rows and objects take."""
        return self._bytes + self._old_bytes

    def rows(self, read: Read[Any]) -> Any:  # Any: what the read is answered with
        """The answer to *read*, None unless every row of it is known."""
        if isinstance(read, Turn):
            return None if read.apart else ()
        if isinstance(read, Adjacency):
            return self.edges.get(read.rights.published_only)
        if not is_keyed(read):
            return None
        found = self._found(read.cache_key, read.keys)
        return self._linked(read) if found is None else found

    def _found(self, question: Question, keys: Sequence[Any]) -> dict[Any, Any] | None:
        known = self._known(question, keys)
        if len(known) < len(keys):
            return None
        if _ABSENT in known.values():
            return {key: row for key, row in known.items() if row is not _ABSENT}
        return known

    def _known(self, question: Question, keys: Iterable[Any]) -> dict[Any, Any]:
        """What is known under *question*, by key; it outlives what nobody asks for."""
        young, old = self._young.get(question), self._old.get(question, {})
        if young is None:
            if not old:
                return {}
            young = self._begun(question)
        known: dict[Any, Any] = {}
        for key in keys:
            row = young.get(key)
            if row is None:
                row = old.get(key)
                if row is None:
                    continue
                self._keep(young, key, row)
            known[key] = row
        return known

    def _linked(self, read: KeyedRead[Any, Any]) -> Mapping[Any, Any] | None:
        """The answer to *read* where edges in memory tell it; that is a row as others are."""
        edges = self.edges.get(read.rights.published_only)
        found = None if edges is None else linked(edges, read)
        if found is not None and self._half > 0:
            self.learn(read, found)
        return found

    def unknown(self, read: Read[Any]) -> Read[Any]:
        """*read* for those of its rows that are not known; as it is when that are all, or it is not by key."""
        if not is_keyed(read):
            return read
        question, keys = read.cache_key, read.keys
        young, old = self._young.get(question, {}), self._old.get(question, {})
        missing = tuple([key for key in keys if key not in young and key not in old])
        if not missing or len(missing) == len(keys):
            return read
        return read.narrowed(missing)

    def learn(self, read: Read[Any], answer: Any) -> None:
        """What the store answered is known from now on."""
        if not is_keyed(read):
            return
        question, keys = read.cache_key, read.keys
        young = self._young.get(question)
        if young is None:
            young = self._begun(question)
        for key in keys:
            if key not in young:
                self._keep(young, key, answer.get(key, _ABSENT))
        self._turn_over()

    def objects(self, question: Question, keys: Iterable[Any]) -> dict[Any, bytes]:
        """By their keys those objects, encoded, that are known under *question*."""
        return self._known(question, keys)

    def remember(self, question: Question, objects: Mapping[Any, bytes]) -> None:
        """The objects made under *question* are known by their keys from now on."""
        if self._half == 0:
            return
        young = self._young.get(question)
        if young is None:
            young = self._begun(question)
        for key, made in objects.items():
            self._keep(young, key, made)
        self._turn_over()

    def _turn_over(self) -> None:
        if self._bytes > self._half:
            self._young, self._old = {}, self._young
            self._bytes, self._old_bytes = 0, self._bytes

    def _begun(self, question: Question) -> dict[Any, Any]:
        """The young generation's rows for a question not asked of it before; a filter can be long."""
        self._bytes += _ENTRY_BYTES + size_of(question)
        return self._young.setdefault(question, {})

    def _keep(self, generation: dict[Any, Any], key: object, row: object) -> None:
        generation[key] = row
        self._bytes += _ENTRY_BYTES + (size_of(row) if row is not _ABSENT else 0)
