"""`Neighbors` of compact adjacency in memory: a node is its index in the arrays.

Why indexes and not keys: they are small and dense, so that a step is a look into an array. Keys are
translated at the ends of a walk only; with keys at each step shortest paths take 33 to 50% longer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable

import numpy as np

from graph_api.graph.adjacency import Csr, Indexes, spread
from graph_api.graph.protocol import Column, Edges, Steps, Walk
from graph_api.records import EdgeDirection, EdgeKind

_FEW = 48  # nodes: up to here slices one by one are quicker than a dozen calls into numpy
_FEW_KEYS = 8  # the same for keys that are looked up
_KINDS = list(EdgeKind)
_LINKED = _KINDS.index(EdgeKind.LINKED)
_ROWS = {EdgeDirection.OUT: (0,), EdgeDirection.IN: (1,), EdgeDirection.BOTH: (0, 1)}


class ArrayNeighbors:
    """The edges of *csr*, for one plan. Nodes that it does not hold have numbers from -1 downwards, and no edges.

    After each call it yields *pause* of the number of edges read: the driver of the walk may look at the time.
    """

    def __init__(self, csr: Csr, pause: Callable[[int], object]) -> None:
        self._csr = csr
        self._pause = pause
        self._keys = csr.keys.data  # memoryviews give plain integers, quicker one by one than an array
        self._neighbors = csr.neighbors.data
        self._lists: dict[tuple[frozenset[EdgeKind], EdgeDirection], tuple[list[int], list[memoryview]]] = {}
        self._unknown: dict[int, int] = {}  # numbers by key
        self._unknown_keys: list[int] = []
        self._targets: tuple[int, ...] = ()  # of the last call of `edges`
        self._positions: Column = np.empty(0, dtype=np.int64)  # by node: its position among them, from 1

    def numbers(self, keys: Iterable[int]) -> tuple[int, ...]:
        """The nodes with these keys."""
        wanted = tuple(keys)
        if len(wanted) <= _FEW_KEYS:
            return tuple(map(self._number, wanted))
        indexes: list[int] = self._csr.indexes(np.array(wanted, dtype=np.int64)).tolist()
        if min(indexes) >= 0:
            return tuple(indexes)
        return tuple(
            index if index >= 0 else self._number(key) for key, index in zip(wanted, indexes, strict=True)
        )

    def _number(self, key: int) -> int:
        index = bisect_left(self._keys, key)
        if index < len(self._keys) and self._keys[index] == key:
            return index
        number = self._unknown.setdefault(key, ~len(self._unknown))
        if ~number == len(self._unknown_keys):
            self._unknown_keys.append(key)
        return number

    def keys(self, numbers: Iterable[int]) -> tuple[int, ...]:
        """The keys of these nodes."""
        keys, unknown = self._keys, self._unknown_keys
        return tuple([keys[number] if number >= 0 else unknown[~number] for number in numbers])

    def steps(
        self,
        frontier: tuple[int, ...],
        kinds: frozenset[EdgeKind],
        direction: EdgeDirection,
        limit: int,
        skip: int,
    ) -> Walk[Steps]:
        """As `Neighbors` says."""
        lists = self._lists.get((kinds, direction))
        if lists is None:
            rows = [2 * kind + way for kind in self._held(kinds) for way in _ROWS[direction]]
            lists = self._lists[kinds, direction] = rows, [self._csr.starts[row].data for row in rows]
        found = self._few(lists[1], frontier, limit) if len(frontier) <= _FEW and not skip else None
        if found is None:
            found = self._many(lists[0], frontier, limit, skip)
        yield self._pause(len(found.targets))
        return found

    def _few(self, lists: list[memoryview], frontier: tuple[int, ...], limit: int) -> Steps | None:
        """All steps of a few nodes; None when there are more than *limit*."""
        neighbors = self._neighbors
        targets: list[int] = []
        counts: list[int] = []
        for node in frontier:
            before = len(targets)
            for starts in lists if node >= 0 else ():
                first, end = starts[node], starts[node + 1]
                limit -= end - first
                if limit < 0:
                    return None
                targets += neighbors[first:end].tolist()
            counts.append(len(targets) - before)
        return Steps(targets, counts)

    def _many(self, rows: list[int], frontier: tuple[int, ...], limit: int, skip: int) -> Steps:
        nodes: Indexes = np.array(frontier, dtype=np.int64)
        starts, counts = self._starts_and_counts(nodes, rows)
        ends: Indexes = counts.cumsum()
        if skip or (len(ends) and ends[-1] > limit):
            begins: Indexes = ends - counts
            before: Indexes = np.maximum(begins, skip)
            through: Indexes = np.minimum(ends, skip + limit)
            starts += before - begins
            counts = np.maximum(through - before, 0)
        targets = self._csr.neighbors.take(spread(starts, counts))
        own = counts if len(rows) == 1 else counts.reshape(len(nodes), len(rows)).sum(axis=1)
        return Steps(targets.tolist(), own.tolist())

    def _starts_and_counts(self, nodes: Indexes, rows: list[int]) -> tuple[Indexes, Indexes]:
        """The start and the length of each node's list in each of *rows*, node by node."""
        known = np.maximum(nodes, -1)
        of_rows = self._csr.starts
        at: Indexes = (known[:, None] + np.array(rows, dtype=np.int64) * of_rows.shape[1]).ravel()
        all_starts = of_rows.ravel()
        starts = all_starts.take(at).astype(np.int64)
        counts: Indexes = all_starts.take(at + 1) - starts
        counts[(nodes < 0).repeat(len(rows))] = 0
        return starts, counts

    def edges(
        self, sources: tuple[int, ...], targets: tuple[int, ...], kinds: frozenset[EdgeKind]
    ) -> Walk[Edges]:
        """As `Neighbors` says."""
        held = self._held(kinds)
        rows = [2 * kind for kind in held]
        starts, counts = self._starts_and_counts(np.array(sources, dtype=np.int64), rows)
        entries = spread(starts, counts)
        ends = self._positions_among(targets).take(self._csr.neighbors.take(entries)) - 1
        hits = np.flatnonzero(ends >= 0)
        lists = np.arange(len(starts)).repeat(counts).take(hits)
        kind_numbers = np.array([_KINDS.index(self._csr.kinds[kind]) for kind in held], dtype=np.int64)
        found = kind_numbers.take(lists % max(len(held), 1))
        positions = entries.take(hits) - starts.take(lists)
        positions[found > _LINKED] = -1
        if EdgeKind.LINKED in kinds:  # they follow the listed ones
            linked = np.flatnonzero(found == _LINKED)
            nodes = np.array(sources, dtype=np.int64).take(lists.take(linked) // len(held))
            positions[linked] += self._listed_counts(nodes)
        yield self._pause(len(hits))
        return Edges(lists // max(len(held), 1), ends.take(hits), found, positions)

    def _listed_counts(self, nodes: Indexes) -> Indexes:
        """The number of listed edges of each of *nodes*."""
        if EdgeKind.LISTED not in self._csr.kinds:
            return np.zeros(len(nodes), dtype=np.int64)
        starts = self._csr.starts[2 * self._csr.kinds.index(EdgeKind.LISTED)]
        counts: Indexes = starts.take(nodes + 1).astype(np.int64) - starts.take(nodes)
        return counts

    def pause(self) -> Walk[None]:
        """As `Neighbors` says."""
        yield self._pause(0)

    def _held(self, kinds: frozenset[EdgeKind]) -> list[int]:
        """The indexes of *kinds* among those that the arrays hold."""
        return [index for index, kind in enumerate(self._csr.kinds) if kind in kinds]

    def _positions_among(self, targets: tuple[int, ...]) -> Column:
        """For each node its position in *targets*, from 1; 0 for others."""
        if not len(self._positions):
            self._positions = np.zeros(len(self._csr.keys), dtype=np.int64)
        if targets is not self._targets:
            for before, number in ((self._targets, 0), (targets, 1)):
                nodes = np.array(before, dtype=np.int64)
                known = np.flatnonzero(nodes >= 0)
                self._positions[nodes[known]] = number and known + 1
            self._targets = targets
        return self._positions
