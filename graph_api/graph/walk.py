"""Neighborhoods: the nodes within some hops of a node, nearest first; and the links among nodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import NamedTuple, overload

import numpy as np

from graph_api.graph.expansion import Expansion, chunks, fitting
from graph_api.graph.protocol import Bounds, Budget, Column, Edges, Neighbors, Walk
from graph_api.records import EdgeKind

_SOURCES = 256  # nodes in one call for links: with lists of 200 about a millisecond of work in memory
_SMALL_PAGE = 256  # steps, so that a small limit reads little more than it returns
_KINDS = tuple(EdgeKind)
_LINKED = _KINDS.index(EdgeKind.LINKED)
_NO_EDGE = -2  # in place of a position; -1 is an edge without one


class Link(NamedTuple):
    """An edge between two nodes that were found; a mutual pair is one link with *reciprocal* true.

    Why a tuple: a subgraph may have 50,000, and a frozen dataclass takes three times as long to make.
    """

    source: int
    target: int
    kind: EdgeKind
    position: int | None
    reciprocal: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Links(Sequence[Link]):
    """Links as columns; their ends are indexes into *nodes*. Most of them never become a `Link`.

    *back* has the position of the second edge of each mutual pair, and no edge for other links; *back_kinds* its kind.
    """

    nodes: tuple[int, ...]
    edges: Edges
    back: Column
    back_kinds: Column

    @classmethod
    def none(cls) -> Links:
        """No links."""
        nothing = np.empty(0, dtype=np.int64)
        return cls((), Edges(nothing, nothing, nothing, nothing), nothing, nothing)

    @classmethod
    def joined(cls, parts: Sequence[Links]) -> Links:
        """All links of *parts*, one part after the other."""
        if len(parts) == 1:
            return parts[0]
        firsts = accumulate((len(part.nodes) for part in parts), initial=0)
        moved = [
            part.edges._replace(sources=part.edges.sources + first, targets=part.edges.targets + first)
            for part, first in zip(parts, firsts, strict=False)
        ]
        nodes = tuple(chain.from_iterable(part.nodes for part in parts))
        edges = Edges(*map(np.concatenate, zip(*moved, strict=True)))
        back, kinds = zip(*((part.back, part.back_kinds) for part in parts), strict=True)
        return cls(nodes, edges, np.concatenate(back), np.concatenate(kinds))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Links) and list(self.directed()) == list(other.directed())

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __len__(self) -> int:
        return len(self.back)

    @overload
    def __getitem__(self, at: int) -> Link: ...
    @overload
    def __getitem__(self, at: slice) -> Links: ...
    def __getitem__(self, at: int | slice) -> Link | Links:
        if isinstance(at, slice):
            edges = Edges(*(column[at] for column in self.edges))
            return Links(self.nodes, edges, self.back[at], self.back_kinds[at])
        [link] = self[at : at + 1]
        return link

    def __iter__(self) -> Iterator[Link]:
        return (link for link, _, _ in self._pairs())

    def directed(self) -> Iterator[Link]:
        """Every edge: the two of a mutual pair one after the other."""
        for link, back, kind in self._pairs():
            yield link
            if link.reciprocal:
                position = None if back < 0 else back
                yield Link(link.target, link.source, _KINDS[kind], position, reciprocal=True)

    def _pairs(self) -> Iterator[tuple[Link, int, int]]:
        """The links, each with position and kind of its second edge."""
        nodes = self.nodes
        seconds = zip(self.back.tolist(), self.back_kinds.tolist(), strict=True)
        for (source, target, kind, position), (back, back_kind) in zip(
            self.edges.rows(), seconds, strict=True
        ):
            yield Link(nodes[source], nodes[target], kind, position, back != _NO_EDGE), back, back_kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighborhood:
    """Nodes by their distance: `hops[0]` is the start. *truncated*: a limit or a budget hid at least one."""

    hops: tuple[tuple[int, ...], ...]
    truncated: bool

    @property
    def nodes(self) -> tuple[int, ...]:
        """All nodes, nearest first."""
        return tuple(chain.from_iterable(self.hops))


def neighborhood(
    graph: Neighbors, start: int, *, max_depth: int, limit: int, bounds: Bounds, budget: Budget
) -> Walk[Neighborhood]:
    """The nodes reachable from *start* in at most *max_depth* hops: at most *limit*, the start among them.

    Order within a hop is that of discovery: the nodes of the hop before in their order, the steps of each
    as `Neighbors.steps` orders them, so that a cut keeps the best positions. Breadth-first, CLRS 20.2.
    Cost: at most *limit* nodes are expanded.
    """
    hops: list[tuple[int, ...]] = [(start,)]
    seen = {start, *bounds.avoid}
    room, cut = limit - 1, False
    while hops[-1] and len(hops) <= max_depth and not cut:
        hop, cut = yield from _next_hop(graph, hops[-1], seen, room, bounds, budget)
        hops.append(tuple(hop))
        room -= len(hop)
    return Neighborhood(hops=tuple(hop for hop in hops if hop), truncated=cut)


def _next_hop(
    graph: Neighbors, frontier: Sequence[int], seen: set[int], room: int, bounds: Bounds, budget: Budget
) -> Walk[tuple[list[int], bool]]:
    """Up to *room* nodes one step further, and whether there were more."""
    hop: list[int] = []
    expansion = Expansion(graph, frontier, bounds, budget, page_size=4 * room + _SMALL_PAGE)
    while expansion.has_more:
        _, steps = yield from expansion.page()
        expansion.page_size *= 2  # a page of known nodes means that more must be read
        if seen.issuperset(steps.targets):  # most steps of a cluster stay within it
            continue
        fresh = [node for node in dict.fromkeys(steps.targets) if node not in seen]
        for some in chunks(fresh):
            paid = some[: budget.afford_nodes(len(some))]
            seen.update(paid)
            hop += yield from fitting(paid, bounds)
            if len(hop) > room or len(paid) < len(some):
                return hop[:room], True
    return hop, expansion.cut


def links_among(
    graph: Neighbors, nodes: Sequence[int], kinds: frozenset[EdgeKind], budget: Budget
) -> Walk[tuple[Links, bool]]:
    """The links among *nodes*, and whether the budget hid some.

    Order: by the node they come from as in *nodes*, then kind, then position or target. The one link of a
    mutual pair comes from the node that stands first; a listed and a linked edge are a pair too.
    """
    among = tuple(nodes)
    pages: list[Edges] = []
    for at in range(0, len(among), _SOURCES):
        page = yield from graph.edges(among[at : at + _SOURCES], among, kinds)
        pages.append(page._replace(sources=page.sources + at))
    if not pages:
        return Links.none(), False
    yield from graph.pause()
    links = _links(among, Edges(*map(np.concatenate, zip(*pages, strict=True))))
    kept = links[: budget.links]
    budget.links -= len(kept)
    return kept, len(kept) < len(links)


def _links(nodes: tuple[int, ...], edges: Edges) -> Links:
    """*edges*, which are sorted by source, without the second edge of each mutual pair: `Links.back` has that.

    Two sorted lists are searched, and one is sorted by 16-bit numbers, by radix: half the time of `np.isin`.
    """
    sources, targets, kinds, positions = edges
    groups = np.maximum(
        kinds, _LINKED
    )  # listed as linked: two related edges are a pair whatever their origins
    span = len(nodes)
    short = np.uint16 if span < 2**16 else np.int64
    by_target = targets.astype(short).argsort(kind="stable")
    by_target = by_target.take(groups.take(by_target).astype(np.uint16).argsort(kind="stable"))
    there = (groups * span + sources) * span + targets
    by_source = there.argsort()
    there = there.take(by_source)
    wanted = ((groups * span + targets) * span + sources).take(by_target)
    at = there.searchsorted(wanted)
    found = (there.take(at, mode="clip") == wanted) & (sources != targets).take(by_target)
    back = np.full(len(sources), _NO_EDGE)
    seconds = by_source.take(at[found])
    back[by_target[found]] = positions.take(seconds)
    back_kinds = np.zeros(len(sources), dtype=np.int64)
    back_kinds[by_target[found]] = kinds.take(seconds)
    first = np.flatnonzero((back == _NO_EDGE) | (sources < targets))
    return Links(
        nodes, Edges(*(column.take(first) for column in edges)), back.take(first), back_kinds.take(first)
    )
