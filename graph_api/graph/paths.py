"""Paths between two nodes: all shortest ones by search from both ends.

Order of paths everywhere: shorter first, then by their keys from the start (lexicographic). The two ends
may always be visited, whatever a filter or *avoid* says; the walk decides nothing about unknown keys: they
have no steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from graph_api.graph.bfs_layers import Ball, grow
from graph_api.graph.expansion import chunks, reverse, targets_by_key
from graph_api.graph.protocol import Among, Budget, EdgeKind, Scope, Walk, ask
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
        if touched and not cut:
            near.layers[-1] = far.layers[-1] = touched
            paths, more = yield from _read_back(near, far, limit, scope)
            return Paths(tuple(paths), truncated=more)
    return Paths((), truncated=cut)


def _balls(start: int, end: int, scope: Scope) -> tuple[Ball, Ball]:
    avoid = scope.avoid - {start, end}
    return Ball.around(start, scope.direction, avoid), Ball.around(end, reverse(scope.direction), avoid)


def _read_back(near: Ball, far: Ball, limit: int, scope: Scope) -> Walk[tuple[list[Path], bool]]:
    """The first *limit* paths through two balls that touch, and whether there are more.

    Every node that is stepped to leads to the end, so that the first *limit* beginnings of a length hold the
    first *limit* paths: one question a step, however many paths there are.
    """
    near_steps = yield from _leading_on(near, scope)
    far_layers = far.layers[-2::-1]
    paths = [tuple(near.layers[0])]
    more = False
    for step in range(near.radius + far.radius):
        if step < near.radius:
            onward = near_steps[step]
        else:
            heads, layer = {path[-1] for path in paths}, far_layers[step - near.radius]
            onward = (
                dict.fromkeys(heads, layer) if len(layer) == 1 else (yield from _steps(heads, layer, scope))
            )
        longer = [(*path, key) for path in paths for key in sorted(onward[path[-1]])]
        more = more or len(longer) > limit
        paths = longer[:limit]
    return paths, more


def _leading_on(near: Ball, scope: Scope) -> Walk[list[dict[int, set[int]]]]:
    """For each layer of *near* below its rim, where the nodes lead from which the rim is reached."""
    steps: list[dict[int, set[int]]] = []
    reached = near.rim
    for layer in near.layers[-2::-1]:
        onward = (
            dict.fromkeys(layer, reached) if len(layer) == 1 else (yield from _steps(layer, reached, scope))
        )
        steps.append(onward)
        reached = set(onward)
    return steps[::-1]


def _steps(sources: set[int], targets: set[int], scope: Scope) -> Walk[dict[int, set[int]]]:
    """Where in *targets* each of *sources* leads, without those that lead nowhere. The fewer are asked."""
    if len(sources) <= len(targets):
        found = yield from targets_by_key(sorted(sources), scope)
        return {source: ends for source, there in found.items() if (ends := there & targets)}
    found = yield from targets_by_key(sorted(targets), replace(scope, direction=reverse(scope.direction)))
    onward: dict[int, set[int]] = {}
    for target, there in found.items():
        for source in there & sources:
            onward.setdefault(source, set()).add(target)
    return onward


def path_links(paths: Sequence[Path], scope: Scope) -> Walk[tuple[tuple[Link, ...], ...]]:
    """For each of *paths* one link a step.

    Where a step has several edges that *scope* allows, the first kind counts, and the edge that leads
    along the path before the one that leads against it.
    """
    nodes = tuple(sorted({key for path in paths for key in path}))
    edges: dict[tuple[int, int, EdgeKind], int | None] = {}
    for sources in chunks(nodes):
        found = yield from ask(Among(sources, nodes, scope.kinds))
        for source, target, kind, position in found.rows():
            edges[sources[source], nodes[target], kind] = position
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
