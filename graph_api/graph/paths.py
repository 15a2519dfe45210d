"""Paths between two nodes: all shortest ones by search from both ends.

Order of paths everywhere: shorter first, then by their keys from the start (lexicographic). The two ends
may always be visited, whatever a filter or *avoid* says; the walk decides nothing about unknown keys: they
have no steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from graph_api.graph.ball import Ball, grow
from graph_api.graph.questions import Among, Budget, Edge, EdgeKind, Scope, Walk, ask
from graph_api.graph.sweep import Sweep, chunks, reverse, targets_by_key
from graph_api.graph.walk import Link
from graph_api.records import EdgeDirection

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths in order; *truncated*: a limit or a budget hid at least one, or kept one from being found."""

    paths: tuple[Path, ...]
    truncated: bool

    @property
    def found(self) -> bool:
        """Whether there is a path."""
        return bool(self.paths)

    @property
    def distance(self) -> int | None:
        """Steps of the shortest path."""
        return len(self.paths[0]) - 1 if self.paths else None


def shortest_paths(
    start: int, end: int, *, max_depth: int, limit: int, scope: Scope, budget: Budget
) -> Walk[Paths]:
    """The first *limit* of all shortest paths from *start* to *end* with at most *max_depth* steps.

    Balls grow from both ends, the one with the smaller rim first, until they touch: every shortest path
    leads through a node they touch in. Reading the paths back costs no budget, since it reads the edges
    of their nodes alone. Bidirectional breadth-first search: Pohl 1971.
    """
    if start == end:
        return Paths(((start,),), truncated=False)
    near, far = _balls(start, end, scope)
    cut = False
    while near.radius + far.radius < max_depth and near.rim and far.rim and not cut:
        growing, other = (near, far) if len(near.rim) <= len(far.rim) else (far, near)
        touched, cut = yield from grow(growing, other.rim, scope, budget)
        if touched:
            near.layers[-1] = far.layers[-1] = touched
            paths, more = yield from _read_back(near, far, limit, scope)
            return Paths(tuple(paths), truncated=more or cut)
    return Paths((), truncated=cut)


def _balls(start: int, end: int, scope: Scope) -> tuple[Ball, Ball]:
    avoid = scope.avoid - {start, end}
    return Ball.around(start, scope.direction, avoid), Ball.around(end, reverse(scope.direction), avoid)


def _read_back(near: Ball, far: Ball, limit: int, scope: Scope) -> Walk[tuple[list[Path], bool]]:
    """The first *limit* paths through two balls that touch, and whether there are more.

    Every node of `layers` below leads to the end, so that the first *limit* beginnings of a length hold the
    first *limit* paths: one question a step, however many paths there are.
    """
    layers = (yield from _leading_on(near, scope)) + far.layers[-2::-1]
    paths = [tuple(layers[0])]
    more = False
    for layer in layers[1:]:
        if len(layer) == 1:  # then all lead there: nothing to ask
            paths = [(*path, *layer) for path in paths]
            continue
        onward = yield from targets_by_key(sorted({path[-1] for path in paths}), scope)
        longer = [(*path, key) for path in paths for key in sorted(onward[path[-1]] & layer)]
        more = more or len(longer) > limit
        paths = longer[:limit]
    return paths, more


def _leading_on(near: Ball, scope: Scope) -> Walk[list[set[int]]]:
    """The layers of *near* without the nodes from which its rim is not reached."""
    layers = [near.rim]
    for layer in near.layers[-2::-1]:
        if len(layer) == 1:
            layers.append(layer)
            continue
        sweep = Sweep(tuple(layers[-1]), scope, reverse(scope.direction), Budget())
        kept: set[int] = set()
        while sweep.goes_on and len(kept) < len(layer):
            _, steps = yield from sweep.page()
            kept |= layer.intersection(steps.targets)
        layers.append(kept)
    return layers[::-1]


def path_links(paths: Sequence[Path], scope: Scope) -> Walk[tuple[tuple[Link, ...], ...]]:
    """For each of *paths* one link a step.

    Where a step has several edges that *scope* allows, the first kind counts, and the edge that leads
    along the path before the one that leads against it.
    """
    nodes = sorted({key for path in paths for key in path})
    edges: dict[tuple[int, int, EdgeKind], int | None] = {}
    for sources in chunks(nodes):
        found: Iterable[Edge] = yield from ask(Among(sources, frozenset(nodes), scope.kinds))
        edges |= {(source, target, kind): position for source, target, kind, position in found}
    return tuple(tuple(_link(*step, edges, scope) for step in pairwise(path)) for path in paths)


def _link(here: int, there: int, edges: dict[tuple[int, int, EdgeKind], int | None], scope: Scope) -> Link:
    ways = {
        EdgeDirection.OUT: [(here, there)],
        EdgeDirection.IN: [(there, here)],
        EdgeDirection.BOTH: [(here, there), (there, here)],
    }[scope.direction]
    source, target, kind = next((*way, kind) for kind in EdgeKind for way in ways if (*way, kind) in edges)
    return Link(
        source=source,
        target=target,
        kind=kind,
        position=edges[source, target, kind],
        reciprocal=(target, source, kind) in edges,
    )
