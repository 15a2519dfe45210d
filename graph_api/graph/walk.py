"""Neighbourhoods: what lies within some hops of a node, nearest first, and the links among it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from graph_api.graph.questions import PAGE, Among, Budget, EdgeKind, Pause, Scope, Walk, ask
from graph_api.graph.sweep import Sweep, chunks, fitting

_SOURCES = 32  # keys asked for links at once: with lists of 200 about 3 ms of work
_SMALL_PAGE = 256  # steps: a small limit reads little beyond what it returns
_LINKS = 512  # links made between two turns of the driver


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An edge between two nodes that were found; a mutual pair is one link with *reciprocal* true."""

    source: int
    target: int
    kind: EdgeKind
    position: int | None
    reciprocal: bool


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
    among = frozenset(nodes)
    places: dict[tuple[int, int, EdgeKind], int | None] = {}
    mutual: set[tuple[int, int, EdgeKind]] = set()
    cut = False
    for sources in chunks(nodes, _SOURCES):
        for source, target, kind, position in (yield from ask(Among(sources, among, kinds))):
            if source != target and (target, source, kind) in places:
                mutual.add((target, source, kind))
            elif budget.links > 0:
                budget.links -= 1
                places[source, target, kind] = position
            else:
                cut = True
    links = yield from _made(places, mutual)
    return links, cut


def _made(
    places: dict[tuple[int, int, EdgeKind], int | None], mutual: set[tuple[int, int, EdgeKind]]
) -> Walk[tuple[Link, ...]]:
    """The links at *places*, made a few thousand at a time: there may be hundreds of thousands."""
    links: list[Link] = []
    for edge, position in places.items():
        source, target, kind = edge
        links.append(
            Link(source=source, target=target, kind=kind, position=position, reciprocal=edge in mutual)
        )
        if len(links) % _LINKS == 0:
            yield Pause()
    return tuple(links)
