"""Neighbourhoods: what lies within some hops of a node, nearest first, and the links among it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from graph_api.graph.expansion import Sweep, chunks, fitting
from graph_api.graph.protocol import Among, Budget, EdgeKind, Edges, Scope, Walk, ask

_SOURCES = 256  # keys asked for links at once: with lists of 200 about a millisecond of work in memory
_SMALL_PAGE = 256  # steps: a small limit reads little beyond what it returns


class Link(NamedTuple):
    """An edge between two nodes that were found; a mutual pair is one link with *reciprocal* true.

    A tuple, which takes a third of a frozen dataclass's time to make: a subgraph may have 50,000.
    """

    source: int
    target: int
    kind: EdgeKind
    position: int | None
    reciprocal: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Links(Sequence[Link]):
    """Links column by column, their ends told by places in *nodes*: most of them never become a `Link`."""

    nodes: tuple[int, ...]
    edges: Edges
    reciprocal: NDArray[np.bool_]

    @classmethod
    def none(cls) -> Links:
        """No links."""
        nothing = np.empty(0, dtype=np.int64)
        return cls((), Edges(nothing, nothing, nothing, nothing), np.empty(0, dtype=np.bool_))

    @classmethod
    def joined(cls, parts: Sequence[Links]) -> Links:
        """All links of *parts*, one part after the other."""
        if len(parts) == 1:
            return parts[0]
        firsts = accumulate((len(part.nodes) for part in parts), initial=0)
        moved = [part.moved(first) for part, first in zip(parts, firsts, strict=False)]
        nodes = tuple(chain.from_iterable(part.nodes for part in parts))
        edges = Edges(*map(np.concatenate, zip(*moved, strict=True)))
        return cls(nodes, edges, np.concatenate([part.reciprocal for part in parts]))

    def moved(self, by: int) -> Edges:
        """The edges where *by* nodes stand before these."""
        return self.edges._replace(sources=self.edges.sources + by, targets=self.edges.targets + by)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Links) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __len__(self) -> int:
        return len(self.reciprocal)

    @overload
    def __getitem__(self, at: int) -> Link: ...
    @overload
    def __getitem__(self, at: slice) -> Links: ...
    def __getitem__(self, at: int | slice) -> Link | Links:
        if isinstance(at, slice):
            return Links(self.nodes, Edges(*(column[at] for column in self.edges)), self.reciprocal[at])
        [link] = self[at : at + 1]
        return link

    def __iter__(self) -> Iterator[Link]:
        nodes = self.nodes
        reciprocal: list[bool] = self.reciprocal.tolist()
        for (source, target, kind, position), mutual in zip(self.edges.rows(), reciprocal, strict=True):
            yield Link(nodes[source], nodes[target], kind, position, mutual)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighborhood:
    """Nodes by their distance (`hops[0]` is the start) and the links among them.

    *truncated*: a limit or a budget hid at least one node, edge or link.
    """

    hops: tuple[tuple[int, ...], ...]
    links: Links
    truncated: bool

    @property
    def nodes(self) -> tuple[int, ...]:
        """All nodes, nearest first."""
        return tuple(chain.from_iterable(self.hops))


def neighborhood(
    start: int, *, max_depth: int, limit: int, scope: Scope, budget: Budget, with_links: bool = True
) -> Walk[Neighborhood]:
    """What is reachable from *start* in at most *max_depth* hops, at most *limit* nodes with the start.

    Order within a hop is that of discovery: the nodes of the hop before in their order, the steps of each
    as `Neighbours` orders them, so that a cut keeps the best positions. Breadth-first, CLRS 20.2. Cost:
    at most *limit* nodes are expanded; the links, which can be many, are not read without *with_links*.
    """
    hops: list[tuple[int, ...]] = [(start,)]
    seen = {start, *scope.avoid}
    room, cut = limit - 1, False
    while hops[-1] and len(hops) <= max_depth and not cut:
        hop, cut = yield from _next_hop(hops[-1], seen, room, scope, budget)
        hops.append(tuple(hop))
        room -= len(hop)
    found = tuple(hop for hop in hops if hop)
    nodes = tuple(chain.from_iterable(found)) if with_links else ()
    links, links_cut = yield from links_among(nodes, scope.kinds, budget)
    return Neighborhood(hops=found, links=links, truncated=cut or links_cut)


def _next_hop(
    frontier: Sequence[int], seen: set[int], room: int, scope: Scope, budget: Budget
) -> Walk[tuple[list[int], bool]]:
    """Up to *room* nodes one step further, and whether there were more."""
    hop: list[int] = []
    sweep = Sweep(frontier, scope, scope.direction, budget, page_size=4 * room + _SMALL_PAGE)
    while sweep.goes_on:
        _, steps = yield from sweep.page()
        sweep.page_size *= 2  # where much of it was known before, more is to be read
        if seen.issuperset(steps.targets):  # most of what a cluster leads to is the cluster
            continue
        fresh = [key for key in dict.fromkeys(steps.targets) if key not in seen]
        for some in chunks(fresh):
            paid = some[: budget.afford_nodes(len(some))]
            seen.update(paid)
            hop += yield from fitting(paid, scope)
            if len(hop) > room or len(paid) < len(some):
                return hop[:room], True
    return hop, sweep.cut


def links_among(nodes: Sequence[int], kinds: frozenset[EdgeKind], budget: Budget) -> Walk[tuple[Links, bool]]:
    """The links among *nodes*, and whether the budget hid some.

    Order: by the node they come from as in *nodes*, then kind, then position or key. The one link of a
    mutual pair comes from the node that stands first.
    """
    among = tuple(nodes)
    pages: list[Edges] = []
    for at in range(0, len(among), _SOURCES):
        page = yield from ask(Among(among[at : at + _SOURCES], among, kinds))
        pages.append(page._replace(sources=page.sources + at))
    if not pages:
        return Links.none(), False
    links = _links(among, Edges(*map(np.concatenate, zip(*pages, strict=True))))
    kept = links[: budget.links]
    budget.links -= len(kept)
    return kept, len(kept) < len(links)


def _links(nodes: tuple[int, ...], edges: Edges) -> Links:
    """The links that *edges* are: of a mutual pair the edge from the node that stands first."""
    sources, targets, kinds, _ = edges
    span = len(nodes)
    there = (kinds * span + sources) * span + targets
    back = (kinds * span + targets) * span + sources
    mutual = np.isin(there, back, assume_unique=True) & (sources != targets)
    first = np.flatnonzero(~mutual | (sources < targets))
    return Links(nodes, Edges(*(column.take(first) for column in edges)), mutual.take(first))
