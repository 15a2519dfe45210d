"""Balls: everything within some hops of one node, grown layer by layer; a search of paths has two."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from graph_api.graph.questions import Budget, Scope, Walk
from graph_api.graph.sweep import Sweep, fitting
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
    """*ball* has one layer more. Returns where it touches *goal*, and whether the budget left it incomplete.

    *goal* are nodes not yet in the ball that may be visited. A layer that touches it consists of the touched
    nodes alone: a search that has met needs no others.
    """
    # Not sorted: a rim may have 100,000 nodes. Equal answers fill equal sets, so that drivers still agree.
    sweep = Sweep(tuple(ball.rim), scope, ball.direction, budget)
    layer: set[int] = set()
    met: set[int] = set()
    cut = False
    while sweep.goes_on and not cut:
        _, steps = yield from sweep.page()
        met.update(goal.intersection(steps.targets))
        if not met:
            fresh, cut = _paid(set(steps.targets) - ball.seen, budget)  # `-=` goes through all that was seen
            ball.seen |= fresh
            passed = set((yield from fitting(fresh, scope))) if scope.filtered else fresh
            layer = layer | passed if layer else passed
    ball.layers.append(met or layer)
    return met, cut or sweep.cut


def _paid(fresh: set[int], budget: Budget) -> tuple[set[int], bool]:
    """Those of *fresh* that the budget pays for, by key, and whether some are not."""
    paid = budget.afford_nodes(len(fresh))
    return (fresh, False) if paid == len(fresh) else (set(sorted(fresh)[:paid]), True)
