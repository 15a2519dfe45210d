"""Undirected graphs as arrays of pairs: their components, their cliques, and subgraphs.

A pair is stored once, the smaller node first, and pairs are sorted, so that no result depends on the order of the
edges that a graph was made from. Why not networkx: two million edges would take 500 MB and seconds there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_api.graph.adjacency import Indexes, spread

Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Undirected:
    """Nodes 0..count-1 and distinct pairs of them: `first < second`, sorted by first, then second."""

    first: Indexes
    second: Indexes
    count: int

    def degrees(self) -> Indexes:
        """The number of neighbors of each node."""
        return np.bincount(self.first, minlength=self.count) + np.bincount(self.second, minlength=self.count)

    def where(self, kept: Mask) -> Undirected:
        """The same nodes with the pairs that *kept* marks."""
        return Undirected(first=self.first[kept], second=self.second[kept], count=self.count)

    def lists(self) -> Lists:
        """The neighbors of every node."""
        owners = np.concatenate((self.first, self.second))
        neighbors = np.concatenate((self.second, self.first))
        codes = owners * self.count + neighbors
        order = np.argsort(codes)
        return Lists(codes=codes[order], pairs=order % max(len(self.first), 1), count=self.count)


class Lists:
    """Adjacency lists: the list of node n has `sizes[n]` entries from `starts[n]`.

    Of each entry, in ascending order: owner of the list, neighbor, `owner x count + neighbor` as code, and the number
    of the pair.
    """

    def __init__(self, codes: Indexes, pairs: Indexes, count: int) -> None:
        owners, self.neighbors = np.divmod(codes, max(count, 1))
        self.codes, self.pairs, self.owners = codes, pairs, owners
        self.sizes = np.bincount(owners, minlength=count)
        self.starts = starts_of(self.sizes)


def either(sources: Indexes, targets: Indexes, count: int) -> Undirected:
    """Pairs with an edge in at least one direction. Loops are left out."""
    codes = np.minimum(sources, targets) * count + np.maximum(sources, targets)
    return _graph(distinct(codes[sources != targets]), count)


def mutual(sources: Indexes, targets: Indexes, count: int) -> Undirected:
    """Pairs with an edge in each direction."""
    forward, backward = sources < targets, sources > targets
    there = distinct(sources[forward] * count + targets[forward])
    back = distinct(targets[backward] * count + sources[backward])
    both = np.sort(np.concatenate((there, back)))
    return _graph(both[1:][both[1:] == both[:-1]], count)


def distinct(numbers: Indexes) -> Indexes:
    """The distinct *numbers*, ascending. Quicker than `np.unique`, which hashes them first."""
    ordered = np.sort(numbers)
    kept = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=kept[1:])
    return ordered[kept]


def _graph(codes: Indexes, count: int) -> Undirected:
    first, second = np.divmod(codes, max(count, 1))
    return Undirected(first=first, second=second, count=count)


def components(graph: Undirected) -> Indexes:
    """For each node the smallest node of its connected component.

    In each round every root with a smaller neighboring root is attached to the smallest; chains are then shortened
    by pointer jumping. Two rounds at least halve the number of roots that still have neighbors.
    """
    roots = np.arange(graph.count, dtype=np.int64)
    first, second = graph.first, graph.second
    while len(first):
        np.minimum.at(roots, np.maximum(first, second), np.minimum(first, second))
        while not np.array_equal(shorter := roots[roots], roots):
            roots = shorter
        first, second = roots[first], roots[second]
        apart = first != second
        first, second = first[apart], second[apart]
    return roots


def in_cliques(graph: Undirected, labels: Indexes) -> Mask:
    """Which nodes are in a component, given by *labels*, whose nodes are all connected. Single nodes are."""
    sizes = np.bincount(labels, minlength=graph.count)
    is_broken = np.zeros(graph.count, dtype=np.bool_)
    is_broken[labels[graph.degrees() != sizes[labels] - 1]] = True
    return ~is_broken[labels]


def breadth_first_forest(graph: Undirected) -> Mask:
    """Which pairs are in a breadth-first spanning forest, whose roots are the smallest nodes of the components."""
    lists, reached = graph.lists(), np.zeros(graph.count, dtype=np.bool_)
    is_chosen = np.zeros(len(graph.first), dtype=np.bool_)
    frontier = np.flatnonzero(components(graph) == np.arange(graph.count))
    while len(frontier):
        reached[frontier] = True
        entries = spread(lists.starts[frontier], lists.sizes[frontier])
        entries = entries[~reached[lists.neighbors[entries]]]
        frontier, positions = np.unique(lists.neighbors[entries], return_index=True)
        is_chosen[lists.pairs[entries[positions]]] = True
    return is_chosen


def starts_of(sizes: Indexes) -> Indexes:
    """Where each of consecutive lists of these *sizes* starts."""
    starts: Indexes = sizes.cumsum() - sizes
    return starts


def chunks(costs: Indexes, most: int) -> Iterator[slice]:
    """Consecutive slices that cost at most *most* together, or one item that alone costs more."""
    ends = np.cumsum(costs)
    start, spent = 0, 0
    while start < len(ends):
        stop = max(int(np.searchsorted(ends, spent + most, side="right")), start + 1)
        yield slice(start, stop)
        start, spent = stop, int(ends[stop - 1])
