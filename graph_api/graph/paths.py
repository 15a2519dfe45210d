"""Paths between two nodes: all shortest ones, or all simple ones, by search from both ends.

Order of paths everywhere: shorter first, then by their nodes from the start (lexicographic). The two ends
may always be visited, even outside the bounds. Unknown nodes have no steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from graph_api.graph.expansion import REVERSE, Ball, chunks, targets_of
from graph_api.graph.protocol import Bounds, Budget, Neighbors, Walk
from graph_api.graph.walk import Link
from graph_api.records import RELATED_KINDS, EdgeDirection, EdgeKind

Path = tuple[int, ...]

_BATCH = 1024  # nodes or extensions of paths between two pauses


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths in order; *truncated*: a limit or a budget hid at least one, or ended the search for more."""

    paths: tuple[Path, ...]
    truncated: bool


def _balls(graph: Neighbors, start: int, end: int, bounds: Bounds) -> tuple[Ball, Ball]:
    """Balls of radius 0 around both ends; the second grows against the direction."""
    avoid = bounds.avoid - {start, end}
    backwards = replace(bounds, direction=REVERSE[bounds.direction])
    return Ball.around(graph, start, bounds, avoid), Ball.around(graph, end, backwards, avoid)


# -- shortest paths ----------------------------------------------------------------------------------------


def shortest_paths(
    graph: Neighbors, start: int, end: int, *, max_depth: int, limit: int, bounds: Bounds, budget: Budget
) -> Walk[Paths]:
    """The first *limit* of all shortest paths from *start* to *end* with at most *max_depth* steps.

    Balls grow from both ends, the one with the smaller frontier first, until they touch: every shortest
    path leads through a node they touch in. Reading the paths back costs no budget, since it reads the
    edges of their nodes alone. Bidirectional breadth-first search: Pohl 1971.
    """
    if start == end:
        return Paths(((start,),), truncated=False)
    near, far = _balls(graph, start, end, bounds)
    cut = False
    while near.radius + far.radius < max_depth and near.frontier and far.frontier and not cut:
        growing, other = (near, far) if len(near.frontier) <= len(far.frontier) else (far, near)
        touched, cut = yield from growing.grow(other.frontier, budget)
        if touched and not cut:
            near.layers[-1] = far.layers[-1] = touched
            paths, more = yield from _read_back(near, far, limit)
            return Paths(tuple(paths), truncated=more)
    return Paths((), truncated=cut)


def _read_back(near: Ball, far: Ball, limit: int) -> Walk[tuple[list[Path], bool]]:
    """The first *limit* paths through two balls that touch, and whether there are more.

    Every beginning of a path leads on to the end, so that the first *limit* beginnings of a length hold the
    first *limit* paths: one call a step, however many paths there are.
    """
    near_steps: list[dict[int, set[int]]] = []  # of each layer: the steps that lead on to the frontier
    reached = near.frontier
    for layer in near.layers[-2::-1]:
        single = dict.fromkeys(layer, reached) if len(layer) == 1 else None
        near_steps.append(single or (yield from _steps(near, layer, reached)))
        reached = set(near_steps[-1])
    near_steps.reverse()
    paths = [tuple(near.layers[0])]
    more = False
    for step in range(near.radius + far.radius):
        if step < near.radius:
            onward = near_steps[step]
        else:
            heads, layer = {path[-1] for path in paths}, far.layers[-2 - step + near.radius]
            single = dict.fromkeys(heads, layer) if len(layer) == 1 else None
            onward = single or (yield from _steps(near, heads, layer))
        longer = [(*path, node) for path in paths for node in sorted(onward[path[-1]])]
        more = more or len(longer) > limit
        paths = longer[:limit]
    return paths, more


def _steps(ball: Ball, sources: set[int], targets: set[int]) -> Walk[dict[int, set[int]]]:
    """The steps from *sources* to *targets*, without sources that have none. Expands the smaller set."""
    if len(sources) <= len(targets):
        found = yield from targets_of(ball.graph, sorted(sources), ball.bounds)
        return {source: ends for source, there in found.items() if (ends := there & targets)}
    backwards = replace(ball.bounds, direction=REVERSE[ball.bounds.direction])
    found = yield from targets_of(ball.graph, sorted(targets), backwards)
    onward: dict[int, set[int]] = {}
    for target, there in found.items():
        for source in there & sources:
            onward.setdefault(source, set()).add(target)
    return onward


# -- simple paths ------------------------------------------------------------------------------------------


def simple_paths(
    graph: Neighbors, start: int, end: int, *, max_depth: int, limit: int, bounds: Bounds, budget: Budget
) -> Walk[Paths]:
    """The first *limit* simple paths from *start* to *end* with at most *max_depth* steps.

    A simple path visits no node twice, so from a node to itself there is one, without steps. Every
    extension tried costs an edge of the budget.

    Why length by length: paths are found in order, the search may stop at its limit, and two balls of half
    the length give each node's distance to the end (meet in the middle), so that the depth-first search
    follows only beginnings that can be completed. Depth-first search within bounds: Korf 1985.
    """
    if start == end:
        return Paths(((start,),), truncated=False)
    near, far = _balls(graph, start, end, bounds)
    search = _SimpleSearch(graph, start, end, bounds, budget, near, far, steps_to_end={end: 0})
    paths: list[Path] = []
    for length in range(1, max_depth + 1):
        complete = yield from search.reach(length)
        if complete:
            complete = yield from search.collect(length, paths, limit)
        if not complete:
            return Paths(tuple(paths[:limit]), truncated=True)
    return Paths(tuple(paths), truncated=False)


@dataclass(slots=True)
class _SimpleSearch:
    """The state of a search; *steps_to_end* has the nodes worth visiting, *onward* the steps read so far."""

    graph: Neighbors
    start: int
    end: int
    bounds: Bounds
    budget: Budget
    near: Ball
    far: Ball
    steps_to_end: dict[int, int]
    onward: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    inner: dict[int, set[int]] = field(default_factory=dict[int, set[int]])  # beyond far, by distance

    def reach(self, length: int) -> Walk[bool]:
        """Complete *steps_to_end* for every node that a path of *length* may visit; False: budget spent."""
        while self.far.radius < length - length // 2:
            _, cut = yield from self.far.grow(set(), self.budget)
            if cut:
                return False
            self.steps_to_end |= dict.fromkeys(self.far.frontier, self.far.radius)
        while self.near.radius < length // 2:
            _, cut = yield from self.near.grow(set(), self.budget)
            if cut:
                return False
        yield from self._extend_inwards(length)
        return True

    def _extend_inwards(self, length: int) -> Walk[None]:
        """Add the distances of nodes of the near ball beyond the far one, as far as *length* needs them."""
        goal = self.far.frontier
        for distance in range(self.far.radius + 1, length):
            inner = set[int]().union(*self.near.layers[: length - distance + 1]) - self.steps_to_end.keys()
            reached: set[int] = set()
            for some in chunks(sorted(inner), _BATCH):
                yield from self._read(some)
                reached.update(node for node in some if not goal.isdisjoint(self.onward[node]))
                yield from self.graph.pause()
            self.steps_to_end |= dict.fromkeys(reached, distance)
            goal = self.inner.setdefault(distance, set())
            goal |= reached

    def _read(self, nodes: tuple[int, ...]) -> Walk[None]:
        """Add the steps from *nodes* to *onward*."""
        missing = [node for node in nodes if node not in self.onward]
        if missing:
            self.onward |= yield from targets_of(self.graph, missing, self.bounds)

    def collect(self, length: int, paths: list[Path], limit: int) -> Walk[bool]:
        """Append the paths of exactly *length* to *paths*, up to one more than *limit*; False: cut short."""
        path = [self.start]
        branches = [(yield from self._branches(path, length))]
        tried = 0
        while branches:
            node = next(branches[-1], None)
            if node is None:
                branches.pop()
                path.pop()
                continue
            if not self.budget.afford_edges(1):
                return False
            tried += 1
            if tried % _BATCH == 0:
                yield from self.graph.pause()
            path.append(node)
            if len(path) <= length:
                branches.append((yield from self._branches(path, length)))
                continue
            paths.append(tuple(path))
            path.pop()
            if len(paths) > limit:
                return False
        return True

    def _branches(self, path: list[int], length: int) -> Walk[Iterator[int]]:
        """The nodes that may follow *path*, in order: those near enough to the end, which comes last."""
        yield from self._read((path[-1],))
        left = length - len(path)
        if left == 0:
            return iter((self.end,) if self.end in self.onward[path[-1]] else ())
        near_enough = (
            node
            for node in self.onward[path[-1]]
            if 0 < self.steps_to_end.get(node, length) <= left and node not in path
        )
        return iter(sorted(near_enough))


# -- links of paths ----------------------------------------------------------------------------------------


def path_links(graph: Neighbors, paths: Sequence[Path], bounds: Bounds) -> Walk[tuple[tuple[Link, ...], ...]]:
    """For each of *paths* one link a step.

    Where *bounds* allow several edges for a step, the first kind counts, and the edge that leads along the
    path before the one that leads against it.
    """
    nodes = tuple(sorted({node for path in paths for node in path}))
    edges: dict[tuple[int, int, EdgeKind], int | None] = {}
    for sources in chunks(nodes):
        found = yield from graph.edges(sources, nodes, bounds.kinds)
        for source, target, kind, position in found.rows():
            edges[sources[source], nodes[target], kind] = position
    return tuple(tuple(_link(*step, edges, bounds.direction) for step in pairwise(path)) for path in paths)


def _link(
    here: int, there: int, edges: dict[tuple[int, int, EdgeKind], int | None], direction: EdgeDirection
) -> Link:
    ways = {
        EdgeDirection.OUT: [(here, there)],
        EdgeDirection.IN: [(there, here)],
        EdgeDirection.BOTH: [(here, there), (there, here)],
    }[direction]
    source, target, kind = next((*way, kind) for kind in EdgeKind for way in ways if (*way, kind) in edges)
    back = RELATED_KINDS if kind in RELATED_KINDS else {kind}
    is_mutual = any((target, source, other) in edges for other in back)
    return Link(source, target, kind, edges[source, target, kind], is_mutual)
