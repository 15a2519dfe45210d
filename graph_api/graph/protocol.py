"""The graph that walks read (the `Neighbors` protocol), and the bounds and the budget of a walk.

A walk is a generator that reads edges with `yield from graph.steps(...)`. The graph yields to the driver of
the walk: a store's graph yields reads, arrays yield pauses, a test's graph yields None.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from graph_api.records import RELATED_KINDS, EdgeDirection, EdgeKind

T = TypeVar("T")

CHUNK = 512  # nodes in one call
PAGE = 8192  # steps of one call: about a millisecond of work for the walk

_KINDS = tuple(EdgeKind)

Column: TypeAlias = NDArray[np.int64]
Walk: TypeAlias = Generator[Any, Any, T]  # Any: what the graph yields to its driver


class Steps(NamedTuple):
    """The targets of a frontier's edges: those of its first node, then of its second, and so on.

    *counts* has the number of targets of each node of the frontier.
    """

    targets: Sequence[int]
    counts: Sequence[int]


class Edges(NamedTuple):
    """Edges as columns. *sources* and *targets* are indexes into the arguments of `Neighbors.edges`, *kinds* indexes into `EdgeKind`;
    a position is that in the list of related articles, listed ones first, -1 for other kinds.

    Why columns: 50,000 tuples keep the garbage collector busy, and arrays are filtered quickly.
    """

    sources: Column
    targets: Column
    kinds: Column
    positions: Column

    def rows(self) -> Iterator[tuple[int, int, EdgeKind, int | None]]:
        """The edges one by one: indexes of their ends, kind, position."""
        columns: list[list[int]] = [column.tolist() for column in self]
        for source, target, kind, position in zip(*columns, strict=True):
            yield source, target, _KINDS[kind], None if position < 0 else position


class Neighbors(Protocol):
    """The edges of a graph, always for many nodes at once.

    Edges run from an article to the articles that it lists, to its provider and to its topics; OUT follows
    them, IN goes against them. Nodes are numbers in the order of the store's keys, so that every walk has
    the same result on every graph: the keys themselves, or indexes into arrays.
    """

    def numbers(self, keys: Iterable[int]) -> tuple[int, ...]:
        """The nodes with these keys."""
        ...

    def keys(self, numbers: Iterable[int]) -> tuple[int, ...]:
        """The keys of these nodes."""
        ...

    def steps(
        self,
        frontier: tuple[int, ...],
        kinds: frozenset[EdgeKind],
        direction: EdgeDirection,
        limit: int,
        skip: int,
    ) -> Walk[Steps]:
        """The first *limit* steps from *frontier* after the first *skip*, one for each edge.

        Order: the frontier's; then kind; then OUT before IN; OUT as the node lists them (by position), IN
        by source. A mutual pair gives two steps in BOTH. Nodes that are not in the graph have no steps.
        """
        ...

    def edges(
        self, sources: tuple[int, ...], targets: tuple[int, ...], kinds: frozenset[EdgeKind]
    ) -> Walk[Edges]:
        """The edges from *sources* to *targets*: by source as given, then as `steps` orders OUT.

        A walk asks many times with the same *targets*, so that the graph may index them once.
        """
        ...

    def pause(self) -> Walk[None]:
        """Reads nothing: the driver may look at the time, or stop a long computation."""
        ...


Fits: TypeAlias = Callable[[tuple[int, ...]], Walk[frozenset[int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Which edges a walk follows and which nodes it visits.

    A walk neither finds nor passes through nodes that are in *avoid* or that *fits* leaves out. It always
    visits the ends that it was given.
    """

    kinds: frozenset[EdgeKind] = RELATED_KINDS
    direction: EdgeDirection = EdgeDirection.BOTH
    avoid: frozenset[int] = frozenset()
    fits: Fits | None = None


@dataclass(slots=True, kw_only=True)
class Budget:
    """How many nodes a walk may still meet, edges it may read, and links it may return."""

    nodes: int = sys.maxsize
    edges: int = sys.maxsize
    links: int = sys.maxsize

    def afford_nodes(self, wanted: int) -> int:
        """Pay for up to *wanted* nodes; returns for how many."""
        paid = min(wanted, self.nodes)
        self.nodes -= paid
        return paid

    def afford_edges(self, wanted: int) -> int:
        """Pay for up to *wanted* edges; returns for how many."""
        paid = min(wanted, self.edges)
        self.edges -= paid
        return paid
