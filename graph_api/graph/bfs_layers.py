"""Balls: everything within some hops of one node, grown layer by layer; a search of paths has two."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from graph_api.graph.expansion import Sweep, fitting
from graph_api.graph.protocol import Budget, Scope, Walk
from graph_api.records import EdgeDirection


@dataclass(slots=True)
class Ball:
    """The nodes around a root that may be visited; `layers[n]` are those *n* steps away.

    *seen* are all nodes met, those that may not be visited included.
    """

    direction: EdgeDirection
    layers: list[set[int]]
    seen: set[int]

    @classmethod
    def around(cls, root: int, direction: EdgeDirection, avoid: AbstractSet[int]) -> Ball:
        """The ball of radius 0."""
        return cls(direction, [{root}], {root, *avoid})

    @property
    def rim(self) -> set[int]:
        """The outermost layer."""
        return self.layers[-1]

    @property
    def radius(self) -> int:
        """How many steps the ball reaches."""
        return len(self.layers) - 1


def grow(ball: Ball, goal: set[int], scope: Scope, budget: Budget) -> Walk[tuple[set[int], bool]]:
    """*ball* has one layer more. Returns where it touches *goal*, and whether the budget did not pay for all of it:
    then the layer is good for nothing.

    *goal* are nodes not yet in the ball that may be visited. A layer that touches it consists of the touched
    nodes alone: a search that has met needs no others.
    """
    # Not sorted: a rim may have 100,000 nodes. What the layer is does not depend on the order within it, nor does
    # it whether the budget pays for it, so that drivers still agree.
    sweep = Sweep(tuple(ball.rim), scope, ball.direction, budget)
    layer: set[int] = set()
    met: set[int] = set()
    room = budget.nodes
    while sweep.goes_on:
        _, steps = yield from sweep.page()
        met.update(goal.intersection(steps.targets))
        if not met and room >= 0:
            fresh = set(steps.targets) - ball.seen  # `-=` goes through all that was seen
            room -= len(fresh)
            ball.seen |= fresh
            passed = set((yield from fitting(fresh, scope))) if scope.filtered else fresh
            layer = layer | passed if layer else passed
    if not met:
        budget.nodes = max(room, 0)
    ball.layers.append(met or layer)
    return met, sweep.cut or (not met and room < 0)
