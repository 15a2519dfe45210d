"""Neighbourhoods: what lies within some hops of a node, nearest first, and the links among it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from graph_api.graph.questions import PAGE, Among, Budget, Edge, EdgeKind, Scope, Walk, ask
from graph_api.graph.sweep import Sweep, chunks, fitting

_SOURCES = 32  # keys asked for links at once: with lists of 200 about 3 ms of work
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighborhood:
    """Nodes by their distance (`hops[0]` is the start) and the links among them.

    *truncated*: a limit or a budget hid at least one node, edge or link.
    """

    hops: tuple[tuple[int, ...], ...]
    links: tuple[Link, ...]
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
    sweep = Sweep(frontier, scope, scope.direction, budget, page_size=min(PAGE, 4 * room + _SMALL_PAGE))
    while sweep.goes_on:
        _, steps = yield from sweep.page()
        fresh = [key for key in dict.fromkeys(steps.targets) if key not in seen]
        for some in chunks(fresh):
            paid = some[: budget.afford_nodes(len(some))]
            seen.update(paid)
            hop += yield from fitting(paid, scope)
            if len(hop) > room or len(paid) < len(some):
                return hop[:room], True
    return hop, sweep.cut


def links_among(
    nodes: Sequence[int], kinds: frozenset[EdgeKind], budget: Budget
) -> Walk[tuple[tuple[Link, ...], bool]]:
    """The links among *nodes*, and whether the budget hid some.

    Order: by the node they come from as in *nodes*, then kind, then position or key. The one link of a
    mutual pair comes from the node that stands first.
    """
    among, columns = frozenset(nodes), _Columns(nodes, kinds, budget.links)
    for sources in chunks(nodes, _SOURCES):
        columns.add((yield from ask(Among(sources, among, kinds))))
    budget.links -= len(columns.sources)
    return columns.links(), columns.cut


class _Columns:
    """Links as columns, at most *most*; *cut* becomes true when there are more.

    Not yet links, since a mutual pair is known by its second edge only. Their places are found by the places
    of their ends, told in one number: the garbage collector would look through as many tuples.
    """

    def __init__(self, nodes: Sequence[int], kinds: Iterable[EdgeKind], most: int) -> None:
        self.cut = False
        self.sources: list[int] = []
        self._rest: tuple[list[int], list[EdgeKind], list[int | None], list[bool]] = ([], [], [], [])
        self._most = most
        self._nodes = {key: place for place, key in enumerate(nodes)}
        self._places: dict[EdgeKind, dict[int, int]] = {kind: {} for kind in kinds}

    def add(self, edges: Iterable[Edge]) -> None:
        """The links have also these edges, each new or the way back of one that is there."""
        nodes, span = self._nodes, len(self._nodes)
        sources, (targets, kinds, positions, mutual) = self.sources, self._rest
        for source, target, kind, position in edges:
            places, here, there = self._places[kind], nodes[source], nodes[target]
            found = places.get(there * span + here)
            if found is not None:
                mutual[found] = True
            elif len(sources) < self._most:
                places[here * span + there] = len(sources)
                sources.append(source)
                targets.append(target)
                kinds.append(kind)
                positions.append(position)
                mutual.append(False)
            else:
                self.cut = True

    def links(self) -> tuple[Link, ...]:
        """The links so far."""
        return tuple(map(Link, self.sources, *self._rest))
