"""Compact adjacency: all edges of a revision in three arrays, in a file that every process maps.

Compressed sparse rows (CSR). `keys` holds the nodes' keys, ascending; a node is its index in it. `neighbors`
holds indexes: for each kind first the OUT list of every node by position, then the IN list of every node by
source. `starts` has the start of each list. 8 bytes an edge, and 8 + 8 x kinds bytes a node. A position is
not stored: positions run from 0 without gaps, so that it is the index in the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_api.errors import StoreError
from graph_api.graph import array_file
from graph_api.records import EdgeKind

Keys: TypeAlias = NDArray[np.int64]
Indexes: TypeAlias = NDArray[np.int64]
Entries: TypeAlias = NDArray[np.int32]

_FORM = "adjacency 3"
_MOST = 2**31 - 1  # entries that a 32-bit index can count


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Csr:
    """The adjacency of one revision.

    Row `2 * k` of *starts* belongs to the OUT lists of the k-th of *kinds*, row `2 * k + 1` to the IN lists;
    the list of node p is `neighbors[starts[row, p] : starts[row, p + 1]]`.
    """

    revision: str
    kinds: tuple[EdgeKind, ...]
    keys: Keys
    starts: Entries
    neighbors: Entries

    @property
    def nbytes(self) -> int:
        """Bytes of the three arrays."""
        return self.keys.nbytes + self.starts.nbytes + self.neighbors.nbytes

    def indexes(self, keys: Keys) -> Indexes:
        """The indexes of *keys*, -1 for those that are not in the graph."""
        if not len(self.keys):
            return np.full(len(keys), -1, dtype=np.int64)
        found = self.keys.searchsorted(keys)
        np.minimum(found, len(self.keys) - 1, out=found)
        return np.where(self.keys.take(found) == keys, found, -1)


def build(revision: str, edges: Mapping[EdgeKind, Keys], nodes: Keys | None = None) -> Csr:
    """The adjacency of *edges*: an array of rows (from, to) for each kind, each edge once.

    Edges from one node are in the order of their positions; *nodes* adds nodes without edges.
    """
    kinds = tuple(kind for kind in EdgeKind if kind in edges)
    parts = [np.asarray(edges[kind], dtype=np.int64).reshape(-1, 2) for kind in kinds]
    some = [part.ravel() for part in parts] + ([] if nodes is None else [nodes])
    keys = np.unique(np.concatenate(some)) if some else np.empty(0, dtype=np.int64)
    if 2 * sum(map(len, parts)) > _MOST:
        raise StoreError(f"{sum(map(len, parts))} edges are more than 32-bit numbers can count")
    lists = [rows for part in parts for rows in _both_ways(keys, part)]
    return Csr(revision=revision, kinds=kinds, keys=keys, **_joined(lists, len(keys)))


def _both_ways(keys: Keys, edges: Keys) -> tuple[tuple[Entries, Entries], tuple[Entries, Entries]]:
    """(owner, neighbor) of the OUT lists and of the IN lists, each in the order of its lists."""
    source = keys.searchsorted(edges[:, 0]).astype(np.int32)
    target = keys.searchsorted(edges[:, 1]).astype(np.int32)
    out = np.argsort(source, kind="stable")
    into = np.lexsort((source, target))
    return (source[out], target[out]), (target[into], source[into])


def _joined(lists: list[tuple[Entries, Entries]], nodes: int) -> dict[str, Entries]:
    """*starts* and *neighbors* of all lists."""
    starts = np.zeros((len(lists), nodes + 1), dtype=np.int32)
    first = 0
    for row, (owner, neighbor) in enumerate(lists):
        starts[row] = first
        starts[row, 1:] += np.cumsum(np.bincount(owner, minlength=nodes)).astype(np.int32)
        first += len(neighbor)
    empty = [np.empty(0, dtype=np.int32)]
    return {"starts": starts, "neighbors": np.concatenate([neighbor for _, neighbor in lists] or empty)}


def save(csr: Csr, path: Path) -> None:
    """Write *csr* to *path*. Atomic: processes that have mapped the old file keep it."""
    arrays: dict[str, NDArray[Any]] = {"keys": csr.keys, "starts": csr.starts, "neighbors": csr.neighbors}
    array_file.save(path, _FORM, csr.revision, arrays, {"kinds": [kind.name for kind in csr.kinds]})


def load(path: Path, revision: str | None = None) -> Csr:
    """The adjacency in *path*, memory-mapped: processes share its pages.

    Raises ArraysMismatch when the file is absent, damaged, of another form or of another *revision*, if one is given.
    """
    file = array_file.load(path, _FORM, revision)
    kinds = tuple(EdgeKind[name] for name in file.facts["kinds"])
    return Csr(revision=file.revision, kinds=kinds, **file.arrays)


def spread(starts: Indexes, counts: Indexes) -> Indexes:
    """The entries of lists that start at *starts* and have *counts* entries, one list after the other."""
    ends: Indexes = counts.cumsum()
    shifts: Indexes = starts - ends + counts
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(shifts, counts) + np.arange(total, dtype=np.int64)
