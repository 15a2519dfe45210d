"""Compact adjacency: all edges of a revision in three arrays, in a file that every process maps.

Compressed sparse rows (CSR). `keys` holds the nodes' keys, ascending; a node is its index in it. `neighbors`
holds indexes: for each kind first the OUT list of every node by position, then the IN list of every node by
source. `starts` has the start of each list. 8 bytes an edge, and 8 + 8 x kinds bytes a node. A position is
not stored: positions run from 0 without gaps, so that it is the index in the list.
"""

from __future__ import annotations

import mmap
import os
import struct
import tempfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_api.errors import AdjacencyMismatch
from graph_api.records import EdgeKind

Keys: TypeAlias = NDArray[np.int64]
Indexes: TypeAlias = NDArray[np.int64]
Entries: TypeAlias = NDArray[np.int32]

FORMAT = 2
_MAGIC = b"graphcsr"
_HEADER = struct.Struct("<8sIIqq128s")  # magic, format, kinds as bits, nodes, entries, revision
_CHECKSUM = struct.Struct("<I")
_DATA_START = 192  # bytes before the arrays: a multiple of 64
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
        raise AdjacencyMismatch(f"{sum(map(len, parts))} edges are more than the file format can hold")
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
    kinds = sum(1 << list(EdgeKind).index(kind) for kind in csr.kinds)
    stamp = csr.revision.encode()
    if len(stamp) > _HEADER.size - 32:
        raise AdjacencyMismatch(f"the revision {csr.revision!r} is longer than 128 bytes")
    header = _HEADER.pack(_MAGIC, FORMAT, kinds, len(csr.keys), len(csr.neighbors), stamp)
    header += _CHECKSUM.pack(zlib.crc32(header))
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(header.ljust(_DATA_START, b"\0"))
            for array, type in ((csr.keys, "<i8"), (csr.starts, "<i4"), (csr.neighbors, "<i4")):
                file.write(array.astype(type, copy=False).tobytes())
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def load(path: Path, revision: str) -> Csr:
    """The adjacency in *path*, memory-mapped: processes share its pages, which are read when needed.

    Raises AdjacencyMismatch when the file is absent, damaged, of another format or of another *revision*.
    """
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # ValueError: an empty file cannot be mapped
        raise AdjacencyMismatch(f"{path}: {error}") from error
    kinds, nodes, entries = _checked_header(mapped, path, revision)
    rows = 2 * len(kinds)
    size = _DATA_START + 8 * nodes + 4 * rows * (nodes + 1) + 4 * entries
    if len(mapped) != size:
        raise AdjacencyMismatch(f"{path}: has {len(mapped)} bytes, its header says {size}")
    keys = np.frombuffer(mapped, "<i8", nodes, _DATA_START)
    starts = np.frombuffer(mapped, "<i4", rows * (nodes + 1), _DATA_START + keys.nbytes)
    neighbors = np.frombuffer(mapped, "<i4", entries, _DATA_START + keys.nbytes + starts.nbytes)
    if rows and (starts[0] != 0 or starts[-1] != entries):
        raise AdjacencyMismatch(f"{path}: its lists do not cover its entries")
    return Csr(
        revision=revision, kinds=kinds, keys=keys, starts=starts.reshape(rows, -1), neighbors=neighbors
    )


def _checked_header(mapped: mmap.mmap, path: Path, revision: str) -> tuple[tuple[EdgeKind, ...], int, int]:
    """Kinds, nodes and entries of the mapped file."""
    if len(mapped) < _DATA_START or mapped[:8] != _MAGIC:
        raise AdjacencyMismatch(f"{path}: is not an adjacency file")
    if _CHECKSUM.unpack_from(mapped, _HEADER.size)[0] != zlib.crc32(mapped[: _HEADER.size]):
        raise AdjacencyMismatch(f"{path}: its header is damaged")
    _, format, bits, nodes, entries, stamp = _HEADER.unpack_from(mapped)
    if format != FORMAT:
        raise AdjacencyMismatch(f"{path}: has format {format}, this version reads {FORMAT}")
    if stamp.rstrip(b"\0").decode() != revision:
        raise AdjacencyMismatch(f"{path}: belongs to another revision than {revision}")
    return tuple(kind for bit, kind in enumerate(EdgeKind) if bits >> bit & 1), nodes, entries


def spread(starts: Indexes, counts: Indexes) -> Indexes:
    """The entries of lists that start at *starts* and have *counts* entries, one list after the other."""
    ends: Indexes = counts.cumsum()
    shifts: Indexes = starts - ends + counts
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(shifts, counts) + np.arange(total, dtype=np.int64)
