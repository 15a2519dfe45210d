"""What walks walk on: the store's keys, or the places of compact adjacency in memory.

To a walk a node is a number, and numbers stand in the order of keys: on either ground it finds the same. Places
are small and dense, so that a step in memory is a look into an array; keys go in and come out at the ends of
a walk, not at every step.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

from graph_api.graph.adjacency import Csr, Places, spread
from graph_api.graph.protocol import (
    Among,
    Column,
    EdgeKind,
    Edges,
    Neighbours,
    Pause,
    Question,
    Steps,
)
from graph_api.records import EdgeDirection

_FEW = 48  # nodes: up to here slices one by one are quicker than a dozen calls into numpy
_FEW_KEYS = 8  # the same of keys that are looked up
_KINDS = list(EdgeKind)
_RELATED = _KINDS.index(EdgeKind.RELATED)
_ROWS = {EdgeDirection.OUT: (0,), EdgeDirection.IN: (1,), EdgeDirection.BOTH: (0, 1)}


class Ground(Protocol):
    """How nodes are numbered: in the order of their keys."""

    def numbers(self, keys: Iterable[int]) -> tuple[int, ...]:
        """The nodes with these keys."""
        ...

    def keys(self, numbers: Iterable[int]) -> tuple[int, ...]:
        """The keys of these nodes."""
        ...


class KeyGround:
    """Nodes are numbered by their keys: who knows the edges by keys answers."""

    def numbers(self, keys: Iterable[int]) -> tuple[int, ...]:
        """The keys."""
        return tuple(keys)

    def keys(self, numbers: Iterable[int]) -> tuple[int, ...]:
        """The keys."""
        return tuple(numbers)


class PlaceGround:
    """Nodes are numbered by their places in *csr*, which answers; those that it does not know, from -1 downwards.

    For one plan. Kinds that *csr* does not hold have no edges here.
    """

    def __init__(self, csr: Csr) -> None:
        self._csr = csr
        self._keys = csr.keys.data  # plain integers, quicker one by one than those of an array
        self._neighbours = csr.neighbours.data
        self._ways: dict[tuple[frozenset[EdgeKind], EdgeDirection], tuple[list[int], list[memoryview]]] = {}
        self._strangers: dict[int, int] = {}  # numbers by key
        self._strange_keys: list[int] = []
        self._targets: tuple[int, ...] = ()  # those that were asked for last
        self._marked: Places = np.empty(0, dtype=np.int64)  # their places
        self._positions: Column = np.empty(0, dtype=np.int64)

    # -- at the ends of a walk ------------------------------------------------------------------------------

    def numbers(self, keys: Iterable[int]) -> tuple[int, ...]:
        """The places of *keys*."""
        wanted = tuple(keys)
        if len(wanted) <= _FEW_KEYS:
            return tuple(map(self._number, wanted))
        places: list[int] = self._csr.places(np.array(wanted, dtype=np.int64)).tolist()
        if min(places) >= 0:
            return tuple(places)
        return tuple(
            place if place >= 0 else self._number(key) for key, place in zip(wanted, places, strict=True)
        )

    def _number(self, key: int) -> int:
        place = bisect_left(self._keys, key)
        if place < len(self._keys) and self._keys[place] == key:
            return place
        number = self._strangers.setdefault(key, ~len(self._strangers))
        if ~number == len(self._strange_keys):
            self._strange_keys.append(key)
        return number

    def keys(self, numbers: Iterable[int]) -> tuple[int, ...]:
        """The keys of *numbers*."""
        keys, strangers = self._keys, self._strange_keys
        return tuple([keys[number] if number >= 0 else strangers[~number] for number in numbers])

    # -- on the way -----------------------------------------------------------------------------------------

    def answer(self, question: Question[Any]) -> Any:
        """The answer to any question of a walk but what a filter lets pass."""
        match question:
            case Neighbours():
                return self._steps(question)
            case Among():
                return self._edges(question)
            case Pause():
                return None
            case _:
                raise TypeError(f"no answer to {question!r}")

    def _steps(self, question: Neighbours) -> Steps:
        ways = self._ways.get((question.kinds, question.direction))
        if ways is None:
            kinds = self._kinds(question.kinds)
            rows = [2 * kind + way for kind in kinds for way in _ROWS[question.direction]]
            ways = rows, [self._csr.starts[row].data for row in rows]
            self._ways[question.kinds, question.direction] = ways
        few = None
        if len(question.frontier) <= _FEW and not question.skip:
            few = self._few(ways[1], question)
        return self._many(ways[0], question) if few is None else few

    def _few(self, lists: list[memoryview], question: Neighbours) -> Steps | None:
        """All steps of a few nodes; None when there are more than are wanted."""
        neighbours, room = self._neighbours, question.most
        targets: list[int] = []
        counts: list[int] = []
        for place in question.frontier:
            before = len(targets)
            for starts in lists if place >= 0 else ():
                first, end = starts[place], starts[place + 1]
                room -= end - first
                if room < 0:
                    return None
                targets += neighbours[first:end].tolist()
            counts.append(len(targets) - before)
        return Steps(targets, counts)

    def _many(self, rows: list[int], question: Neighbours) -> Steps:
        places: Places = np.array(question.frontier, dtype=np.int64)
        starts, counts = self._lists(places, rows)
        ends: Places = counts.cumsum()
        if question.skip or (len(ends) and ends[-1] > question.most):
            begins: Places = ends - counts
            before: Places = np.maximum(begins, question.skip)
            through: Places = np.minimum(ends, question.skip + question.most)
            starts += before - begins
            counts = np.maximum(through - before, 0)
        targets = self._csr.neighbours.take(spread(starts, counts))
        own = counts if len(rows) == 1 else counts.reshape(len(places), len(rows)).sum(axis=1)
        return Steps(targets.tolist(), own.tolist())

    def _lists(self, places: Places, rows: list[int]) -> tuple[Places, Places]:
        """Where the lists of *places* start in each of *rows*, place by place, and how long they are."""
        of_rows = self._csr.starts
        known = np.maximum(places, -1)  # what is before the first list is counted as none
        at: Places = (known[:, None] + np.array(rows, dtype=np.int64) * of_rows.shape[1]).ravel()
        all_starts = of_rows.ravel()
        starts = all_starts.take(at).astype(np.int64)
        counts: Places = all_starts.take(at + 1) - starts
        counts[(places < 0).repeat(len(rows))] = 0
        return starts, counts

    def _edges(self, question: Among) -> Edges:
        kinds = self._kinds(question.kinds)
        starts, counts = self._lists(np.array(question.sources, dtype=np.int64), [2 * kind for kind in kinds])
        entries = spread(starts, counts)
        targets = self._numbered(question.targets).take(self._csr.neighbours.take(entries)) - 1
        hits = np.flatnonzero(targets >= 0)
        lists = np.arange(len(starts)).repeat(counts).take(hits)
        kinds_of = np.array([_KINDS.index(self._csr.kinds[kind]) for kind in kinds], dtype=np.int64)
        found = kinds_of.take(lists % max(len(kinds), 1))
        positions = entries.take(hits) - starts.take(lists)
        positions[found != _RELATED] = -1
        return Edges(lists // max(len(kinds), 1), targets.take(hits), found, positions)

    def _kinds(self, kinds: frozenset[EdgeKind]) -> list[int]:
        """The numbers of *kinds* among those held."""
        return [index for index, kind in enumerate(self._csr.kinds) if kind in kinds]

    def _numbered(self, targets: tuple[int, ...]) -> Column:
        """For each place the position of its node among *targets*, from 1; 0 for others."""
        if not len(self._positions):
            self._positions = np.zeros(len(self._csr.keys), dtype=np.int64)
        if targets is not self._targets:
            self._positions[self._marked] = 0
            places = np.array(targets, dtype=np.int64)
            there = places >= 0
            self._targets, self._marked = targets, places[there]
            self._positions[self._marked] = np.flatnonzero(there) + 1
        return self._positions
