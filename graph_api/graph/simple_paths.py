"""All simple paths between two nodes, shortest first, without walking into dead ends.

Why length by length: paths then come out in order, the search may stop at its limit, and two balls of
half the length tell for every node whether the end is still near enough (meet in the middle), so that
depth-first search follows only beginnings that a walk of that length continues.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from graph_api.graph.bfs_layers import Ball, grow
from graph_api.graph.expansion import chunks, reverse, targets_by_key
from graph_api.graph.paths import Path, Paths
from graph_api.graph.protocol import Budget, Pause, Scope, Walk

_NODES = 1024  # nodes looked at, or extensions tried, between two turns of the driver


def all_paths(
    start: int, end: int, *, max_depth: int, limit: int, scope: Scope, budget: Budget
) -> Walk[Paths]:
    """The first *limit* simple paths from *start* to *end* with at most *max_depth* steps.

    A simple path visits no node twice, so from a node to itself there is one, without steps. Every
    extension tried costs an edge of the budget. Depth-first search within bounds: Korf 1985.
    """
    if start == end:
        return Paths(((start,),), truncated=False)
    search = _Search.between(start, end, scope, budget)
    paths: list[Path] = []
    for length in range(1, max_depth + 1):
        complete = yield from search.reach(length)
        if complete:
            complete = yield from search.collect(length, paths, limit)
        if not complete:
            return Paths(tuple(paths[:limit]), truncated=True)
    return Paths(tuple(paths), truncated=False)


@dataclass(slots=True)
class _Search:
    """What is known about the paths between two nodes; *steps_to_end* holds the nodes worth visiting."""

    start: int
    end: int
    scope: Scope
    budget: Budget
    near: Ball
    far: Ball
    onward: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    steps_to_end: dict[int, int] = field(default_factory=dict[int, int])
    inner: dict[int, set[int]] = field(
        default_factory=dict[int, set[int]]
    )  # beyond the far ball, by distance

    @classmethod
    def between(cls, start: int, end: int, scope: Scope, budget: Budget) -> _Search:
        avoid = scope.avoid - {start, end}
        near = Ball.around(start, scope.direction, avoid)
        far = Ball.around(end, reverse(scope.direction), avoid)
        return cls(start, end, scope, budget, near, far, steps_to_end={end: 0})

    def reach(self, length: int) -> Walk[bool]:
        """*steps_to_end* is right for every node that a path of *length* may visit; false: no budget."""
        while self.far.radius < length - length // 2:
            _, cut = yield from grow(self.far, set(), self.scope, self.budget)
            if cut:
                return False
            self.steps_to_end |= dict.fromkeys(self.far.rim, self.far.radius)
        while self.near.radius < length // 2:
            _, cut = yield from grow(self.near, set(), self.scope, self.budget)
            if cut:
                return False
        yield from self._extend_inwards(length)
        return True

    def _extend_inwards(self, length: int) -> Walk[None]:
        """Nodes of the near ball beyond the far one know their distance, as far as *length* needs it."""
        goal = self.far.rim
        for distance in range(self.far.radius + 1, length):
            inner = set[int]().union(*self.near.layers[: length - distance + 1]) - self.steps_to_end.keys()
            reached: set[int] = set()
            for some in chunks(sorted(inner), _NODES):
                yield from self._know(some)
                reached.update(key for key in some if not goal.isdisjoint(self.onward[key]))
                yield Pause()
            self.steps_to_end |= dict.fromkeys(reached, distance)
            goal = self.inner.setdefault(distance, set())
            goal |= reached

    def _know(self, keys: tuple[int, ...]) -> Walk[None]:
        """*onward* has the steps from *keys*."""
        missing = [key for key in keys if key not in self.onward]
        if missing:
            self.onward |= yield from targets_by_key(missing, self.scope)

    def collect(self, length: int, paths: list[Path], limit: int) -> Walk[bool]:
        """*paths* has also those of exactly *length*, one more than *limit* at most; false: cut short."""
        path = [self.start]
        branches = [(yield from self._branches(path, length))]
        tried = 0
        while branches:
            key = next(branches[-1], None)
            if key is None:
                branches.pop()
                path.pop()
                continue
            if not self.budget.afford_edges(1):
                return False
            tried += 1
            if tried % _NODES == 0:
                yield Pause()
            path.append(key)
            if len(path) <= length:
                branches.append((yield from self._branches(path, length)))
                continue
            paths.append(tuple(path))
            path.pop()
            if len(paths) > limit:
                return False
        return True

    def _branches(self, path: list[int], length: int) -> Walk[Iterator[int]]:
        """The nodes *path* may go on to, by key: the end is near enough, and comes last."""
        yield from self._know((path[-1],))
        left = length - len(path)
        if left == 0:
            return iter((self.end,) if self.end in self.onward[path[-1]] else ())
        near_enough = (
            key
            for key in self.onward[path[-1]]
            if 0 < self.steps_to_end.get(key, length) <= left and key not in path
        )
        return iter(sorted(near_enough))
