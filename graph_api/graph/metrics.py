"""Metrics of every node from its edges: PageRank and clustering.

Both are functions of the set of edges: their order changes no bit of the result.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_api.graph.adjacency import Indexes, spread
from graph_api.graph.undirected import Lists, Mask, Undirected, chunks, components, either, in_cliques

Floats: TypeAlias = NDArray[np.float64]

_DAMPING = 0.85
_TOLERANCE = 1e-9  # sum of all changes in the last round; ranks are exact to 6e-9 together then
_MOST_ROUNDS = 150  # 0.85^127 < 1e-9: never reached

_EXACT = 10_000_000  # pairs of neighbors that are looked up, about 2 s
_AT_ONCE = 1_000_000  # of them, about 60 MB
_FEWEST = 100  # pairs of neighbors that a sample of one node has
_MATRIX = 3_000  # nodes; a component of up to so many may become a matrix of at most 36 MB
_MATRIX_FROM = 20_000  # look-ups; for fewer it is not worth its calls
_MATRIX_GAIN = 10_000  # steps of a matrix product that take as long as one look-up
_SEED = 14


def page_rank(sources: Indexes, targets: Indexes, count: int) -> Floats:
    """PageRank of every node: the share of time that a reader spends there who follows 85% of the time an edge.

    Sums to 1. Nodes without edges lead to every node alike. Power iteration; Page et al. 1999.
    """
    if not count:
        return np.zeros(0)
    into, origins = np.divmod(np.sort(targets * count + sources), count)
    starts = np.flatnonzero(np.diff(into, prepend=-1))
    reached = into[starts]
    out = np.bincount(sources, minlength=count)
    is_dangling = out == 0
    share = _DAMPING / np.maximum(out, 1)
    ranks = np.full(count, 1 / count)
    for _ in range(_MOST_ROUNDS):
        new = np.full(count, (1 - _DAMPING + _DAMPING * ranks[is_dangling].sum()) / count)
        if len(starts):
            new[reached] += np.add.reduceat((ranks * share)[origins], starts)
        change = np.abs(new - ranks).sum()
        ranks = new
        if change < _TOLERANCE:
            break
    total: Floats = ranks / ranks.sum()
    return total


def clustering(sources: Indexes, targets: Indexes, count: int) -> Floats:
    """The share of pairs of a node's neighbors that are connected (0..1); 0 for fewer than two neighbors.

    Edges are undirected here. Cliques are known; small dense components are counted by matrix products, others by
    looking up pairs of neighbors in the order that needs fewest, both exactly. If more than 10 million pairs
    remain to look up, they are sampled with a fixed seed: 10 million in all, at least 100 of each node (standard
    error 0.05 or less).
    """
    graph = either(sources, targets, count)
    degrees, labels = graph.degrees(), components(graph)
    is_known = in_cliques(graph, labels)
    triangles = np.where(is_known, _pairs(degrees), 0)
    rest = graph.where(~is_known[graph.first])
    is_dense = _is_dense(_by_degree(rest, degrees), labels, degrees)
    _count_by_matrix(rest.where(is_dense[rest.first]), labels, triangles)
    rest = rest.where(~is_dense[rest.first])
    ranked = _by_degree(rest, degrees)
    if _pairs_of_siblings(ranked).sum() > _EXACT:
        sampled = _sampled(rest.lists())
        return np.where(rest.degrees() > 0, sampled, triangles / np.maximum(_pairs(degrees), 1))
    _count_by_lookup(ranked, np.argsort(degrees, kind="stable"), triangles)
    return triangles / np.maximum(_pairs(degrees), 1)


def _is_dense(ranked: Lists, labels: Indexes, degrees: Indexes) -> Mask:
    """Which nodes are in components whose triangles a matrix product counts sooner than look-ups."""
    owners = np.argsort(degrees, kind="stable")[ranked.owners]
    lookups = np.bincount(labels[owners], weights=_pairs_of_siblings(ranked), minlength=len(labels))
    sizes = np.bincount(labels, minlength=len(labels)).astype(np.float64)
    is_worth_it = (lookups >= _MATRIX_FROM) & (sizes**3 < _MATRIX_GAIN * lookups)
    found: Mask = (is_worth_it & (sizes <= _MATRIX))[labels]
    return found


def _count_by_matrix(graph: Undirected, labels: Indexes, triangles: Indexes) -> None:
    """Set the number of *triangles* of each node that has a pair in *graph*."""
    order = np.argsort(labels[graph.first], kind="stable")
    first, second = graph.first[order], graph.second[order]
    bounds = np.flatnonzero(np.diff(labels[first], prepend=-1, append=-1))
    for start, end in pairwise(bounds.tolist()):
        ends = np.concatenate((first[start:end], second[start:end]))
        nodes, places = np.unique(ends, return_inverse=True)
        matrix = np.zeros((len(nodes), len(nodes)), dtype=np.float32)
        one, other = places.reshape(2, -1)
        matrix[one, other] = matrix[other, one] = 1
        triangles[nodes] = ((matrix @ matrix) * matrix).sum(axis=1, dtype=np.float64) / 2


def _by_degree(graph: Undirected, degrees: Indexes) -> Lists:
    """*graph* with nodes numbered by degree, each pair listed at its smaller node.

    No list is longer than the square root of twice the number of pairs: hubs have the last numbers.
    """
    count = graph.count
    places = np.empty(count, dtype=np.int64)
    places[np.argsort(degrees, kind="stable")] = np.arange(count)
    one, other = places[graph.first], places[graph.second]
    codes = np.sort(np.minimum(one, other) * count + np.maximum(one, other))
    return Lists(codes=codes, pairs=np.arange(len(codes)), count=count)


def _pairs_of_siblings(lists: Lists) -> Indexes:
    """For each entry the number of entries after it in its list."""
    return (lists.starts + lists.sizes)[lists.owners] - 1 - np.arange(len(lists.codes))


def _count_by_lookup(ranked: Lists, nodes: Indexes, triangles: Indexes) -> None:
    """Add the number of triangles of each node. *ranked* is a graph `_by_degree`, where n stands for `nodes[n]`."""
    for entries, others in _siblings(ranked, np.arange(len(ranked.codes))):
        is_closed = _has(ranked, ranked.neighbors[entries], ranked.neighbors[others])
        one, other = entries[is_closed], others[is_closed]
        for corner in (ranked.owners[one], ranked.neighbors[one], ranked.neighbors[other]):
            triangles[nodes] += np.bincount(corner, minlength=len(nodes))


def _sampled(lists: Lists) -> Floats:
    """Clustering of every node, from all pairs of its neighbors, or from a sample where there are too many."""
    degrees = lists.sizes
    size = max(_EXACT // int(np.count_nonzero(degrees)), _FEWEST)
    is_large = _pairs(degrees) > size
    found = np.zeros(len(degrees))
    for entries, others in _siblings(lists, np.flatnonzero(~is_large[lists.owners])):
        is_closed = _has(lists, lists.neighbors[entries], lists.neighbors[others])
        found += np.bincount(lists.owners[entries[is_closed]], minlength=len(found))
    found /= np.maximum(_pairs(degrees), 1)
    dice = np.random.Generator(np.random.PCG64(_SEED))
    large = np.flatnonzero(is_large)
    for part in chunks(np.full(len(large), size), _AT_ONCE):
        some = degrees[large[part], None]
        one = dice.integers(0, some, (len(some), size))
        other = (one + dice.integers(1, some, (len(some), size))) % some
        ends = (lists.neighbors[lists.starts[large[part], None] + place] for place in (one, other))
        found[large[part]] = _has(lists, *ends).mean(axis=1)
    return found


def _siblings(lists: Lists, entries: Indexes) -> Iterator[tuple[Indexes, Indexes]]:
    """All pairs of one of *entries* and an entry after it in its list, in parts of bounded size."""
    after = _pairs_of_siblings(lists)[entries]
    for part in chunks(after, _AT_ONCE):
        yield np.repeat(entries[part], after[part]), spread(entries[part] + 1, after[part])


def _has(lists: Lists, owners: Indexes, neighbors: Indexes) -> Mask:
    """Whether each of *neighbors* is in the list of its owner."""
    codes = owners * len(lists.starts) + neighbors
    places = np.minimum(np.searchsorted(lists.codes, codes), len(lists.codes) - 1)
    found: Mask = lists.codes[places] == codes
    return found


def _pairs(degrees: Indexes) -> Indexes:
    return degrees * (degrees - 1) // 2
