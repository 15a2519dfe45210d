"""The questions of walks answered from compact adjacency, in memory.

Large frontiers are answered by whole arrays; for a few keys plain slices are quicker than a dozen calls
into numpy. Both give the same answer.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_api.graph.csr import Csr, Places
from graph_api.graph.questions import (
    Among,
    Column,
    EdgeKind,
    Edges,
    Fitting,
    Neighbours,
    Pause,
    Question,
    Steps,
)
from graph_api.records import EdgeDirection

_FEW = 8  # keys: up to here slices are quicker
_KINDS = list(EdgeKind)
_RELATED = _KINDS.index(EdgeKind.RELATED)
_ROWS = {EdgeDirection.OUT: (0,), EdgeDirection.IN: (1,), EdgeDirection.BOTH: (0, 1)}


class Answers:
    """Answers for one walk at a time. Kinds that *csr* does not hold have no edges here."""

    def __init__(self, csr: Csr, fits: NDArray[np.bool_] | None = None) -> None:
        self.csr = csr
        self.fits = fits
        self._keys = csr.keys.data  # plain integers, quicker one by one than those of an array
        self._neighbours = csr.neighbours.data
        self._starts = [row.data for row in csr.starts]
        self._all_starts = csr.starts.ravel()  # of all rows, one after the other
        self._row_starts = np.arange(len(csr.starts), dtype=np.int64) * (len(csr.keys) + 1)
        self._rows: dict[tuple[frozenset[EdgeKind], EdgeDirection], list[int]] = {}
        self._targets: tuple[int, ...] = ()  # those that were asked for last
        self._marked: Places = np.empty(0, dtype=np.int64)  # their places
        self._numbers: Column = np.zeros(len(csr.keys), dtype=np.int64)

    def answer(self, question: Question[Any]) -> Any:
        """The answer to any question of a walk."""
        match question:
            case Neighbours():
                return self.neighbours(question)
            case Among():
                return self.among(question)
            case Fitting():
                return self.fitting(question)
            case Pause():
                return None
            case _:
                raise TypeError(f"no answer to {question!r}")

    def neighbours(self, question: Neighbours) -> Steps:
        """The steps asked for."""
        rows = self._rows.get((question.kinds, question.direction))
        if rows is None:
            kinds = self._kinds(question.kinds)
            rows = [2 * kind + way for kind in kinds for way in _ROWS[question.direction]]
            self._rows[question.kinds, question.direction] = rows
        few = None
        if len(question.frontier) <= _FEW and not question.skip:
            few = self._few(rows, question.frontier, question.most)
        return few or self._many(rows, question)

    def _few(self, rows: list[int], frontier: tuple[int, ...], most: int) -> Steps | None:
        """All steps of a few keys; None when there are more than *most*."""
        keys, neighbours, starts = self._keys, self._neighbours, self._starts
        last = len(keys) - 1
        targets: list[int] = []
        counts: list[int] = []
        for key in frontier:
            place, before = bisect_left(keys, key), len(targets)
            for row in rows if place <= last and keys[place] == key else ():
                start = starts[row]
                first, end = start[place], start[place + 1]
                most -= end - first
                if most < 0:
                    return None
                if first < end:
                    targets += [keys[taken] for taken in neighbours[first:end]]
            counts.append(len(targets) - before)
        return Steps(targets, counts)

    def _many(self, rows: list[int], question: Neighbours) -> Steps:
        places = self.csr.places(np.array(question.frontier, dtype=np.int64))
        starts, counts = self._lists(places, rows)
        ends: Places = counts.cumsum()
        if question.skip or (len(ends) and ends[-1] > question.most):
            begins: Places = ends - counts
            before: Places = np.maximum(begins, question.skip)
            through: Places = np.minimum(ends, question.skip + question.most)
            starts += before - begins
            counts = np.maximum(through - before, 0)
        targets = self.csr.keys.take(self.csr.neighbours.take(_spread(starts, counts)))
        own = counts if len(rows) == 1 else counts.reshape(len(places), len(rows)).sum(axis=1)
        return Steps(targets.tolist(), own.tolist())

    def _lists(self, places: Places, rows: list[int]) -> tuple[Places, Places]:
        """Where the lists of *places* start in each of *rows*, place by place, and how long they are."""
        at: Places = (places[:, None] + self._row_starts.take(rows)).ravel()
        starts = self._all_starts.take(at).astype(np.int64)
        counts: Places = self._all_starts.take(at + 1) - starts
        counts[(places < 0).repeat(len(rows))] = 0
        return starts, counts

    def among(self, question: Among) -> Edges:
        """The edges asked for."""
        kinds = self._kinds(question.kinds)
        sources = self.csr.places(np.array(question.sources, dtype=np.int64))
        starts, counts = self._lists(sources, [2 * kind for kind in kinds])
        entries = _spread(starts, counts)
        targets = self._numbered(question.targets).take(self.csr.neighbours.take(entries)) - 1
        hits = np.flatnonzero(targets >= 0)
        lists = np.arange(len(starts)).repeat(counts).take(hits)
        kinds_of = np.array([_KINDS.index(self.csr.kinds[kind]) for kind in kinds], dtype=np.int64)
        found = kinds_of.take(lists % max(len(kinds), 1))
        positions = entries.take(hits) - starts.take(lists)
        positions[found != _RELATED] = -1
        return Edges(lists // max(len(kinds), 1), targets.take(hits), found, positions)

    def fitting(self, question: Fitting) -> frozenset[int]:
        """The keys that are in the graph and that the filter lets pass."""
        keys = np.array(question.keys, dtype=np.int64)
        places = self.csr.places(keys)
        passed = places >= 0
        if self.fits is not None and len(self.fits):
            passed &= self.fits[places]
        return frozenset(keys[passed].tolist())

    def _kinds(self, kinds: frozenset[EdgeKind]) -> list[int]:
        """The numbers of *kinds* among those held."""
        return [index for index, kind in enumerate(self.csr.kinds) if kind in kinds]

    def _numbered(self, targets: tuple[int, ...]) -> Column:
        """For each place the number of its node among *targets*, from 1; 0 for others."""
        if targets is not self._targets:
            self._numbers[self._marked] = 0
            places = self.csr.places(np.array(targets, dtype=np.int64))
            there = places >= 0
            self._targets, self._marked = targets, places[there]
            self._numbers[self._marked] = np.flatnonzero(there) + 1
        return self._numbers


def _spread(starts: Places, counts: Places) -> Places:
    """The entries of lists that start at *starts* and have *counts* entries, one list after the other."""
    ends: Places = counts.cumsum()
    shifts: Places = starts - ends + counts
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(shifts, counts) + np.arange(total, dtype=np.int64)
