"""Steps from a frontier of any size, page by page within a budget; and breadth-first layers made of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence, Set as AbstractSet
from dataclasses import dataclass, field

from graph_api.graph.protocol import CHUNK, PAGE, Bounds, Budget, Neighbors, Steps, Walk
from graph_api.records import EdgeDirection

REVERSE = {
    EdgeDirection.OUT: EdgeDirection.IN,
    EdgeDirection.IN: EdgeDirection.OUT,
    EdgeDirection.BOTH: EdgeDirection.BOTH,
}


def chunks(nodes: Sequence[int], size: int = CHUNK) -> Iterator[tuple[int, ...]]:
    """*nodes* in order, at most *size* at a time."""
    for at in range(0, len(nodes), size):
        yield tuple(nodes[at : at + size])


@dataclass(slots=True)
class Expansion:
    """The steps from *frontier*, in its order; *cut* becomes true when the budget hides at least one.

    A hub with more steps than a page is continued with `skip`, so that no answer is large.
    """

    graph: Neighbors
    frontier: Sequence[int]
    bounds: Bounds
    budget: Budget
    page_size: int = PAGE
    cut: bool = False
    _at: int = field(default=0, init=False)
    _skip: int = field(default=0, init=False)

    @property
    def has_more(self) -> bool:
        """Whether there may be another page."""
        return not self.cut and self._at < len(self.frontier)

    def page(self) -> Walk[tuple[tuple[int, ...], Steps]]:
        """The next nodes of the frontier and their steps. Asks for one step more than the budget pays for, to
        notice a cut."""
        chunk = tuple(self.frontier[self._at : self._at + CHUNK])
        limit = min(self.page_size, PAGE, self.budget.edges + 1)
        bounds = self.bounds
        steps = yield from self.graph.steps(chunk, bounds.kinds, bounds.direction, limit, self._skip)
        read = len(steps.targets)
        if read < limit:
            self._at += len(chunk)
            self._skip = 0
        else:
            last = max(index for index, count in enumerate(steps.counts) if count)
            self._skip = steps.counts[last] + (self._skip if last == 0 else 0)
            self._at += last
        paid = self.budget.afford_edges(read)
        if paid < read:
            self.cut = True
            return chunk, Steps(steps.targets[:paid], _shortened(steps.counts, paid))
        return chunk, steps


def _shortened(counts: Sequence[int], total: int) -> list[int]:
    """*counts* cut so that their sum is *total*."""
    kept: list[int] = []
    for count in counts:
        kept.append(min(count, total))
        total -= kept[-1]
    return kept


def targets_of(graph: Neighbors, frontier: Sequence[int], bounds: Bounds) -> Walk[dict[int, set[int]]]:
    """For each node of *frontier* the targets of its steps. Costs no budget: for nodes that were paid for."""
    expansion = Expansion(graph, frontier, bounds, Budget())
    found: dict[int, set[int]] = {node: set() for node in frontier}
    while expansion.has_more:
        chunk, steps = yield from expansion.page()
        start = 0
        for node, count in zip(chunk, steps.counts, strict=True):
            found[node].update(steps.targets[start : start + count])
            start += count
    return found


def fitting(nodes: Collection[int], bounds: Bounds) -> Walk[Collection[int]]:
    """Those of *nodes* that the filter of *bounds* lets pass, in their order."""
    if bounds.fits is None or not nodes:
        return nodes
    passed: list[int] = []
    for chunk in chunks(tuple(nodes)):
        fits = yield from bounds.fits(chunk)
        passed += [node for node in chunk if node in fits]
    return passed


@dataclass(slots=True)
class Ball:
    """The nodes within some steps of a root; `layers[n]` are those *n* steps away.

    *bounds* has the direction of growth. *seen* are all nodes met, also those that may not be visited.
    """

    graph: Neighbors
    bounds: Bounds
    layers: list[set[int]]
    seen: set[int]

    @classmethod
    def around(cls, graph: Neighbors, root: int, bounds: Bounds, avoid: AbstractSet[int]) -> Ball:
        """The ball of radius 0."""
        return cls(graph, bounds, [{root}], {root, *avoid})

    @property
    def frontier(self) -> set[int]:
        """The outermost layer."""
        return self.layers[-1]

    @property
    def radius(self) -> int:
        """The number of steps from the root to the outermost layer."""
        return len(self.layers) - 1

    def grow(self, goal: set[int], budget: Budget) -> Walk[tuple[set[int], bool]]:
        """Adds a layer. Returns the nodes of *goal* that it touches, and whether the budget was too small for the
        whole layer, which is then useless.

        *goal* are nodes outside the ball that may be visited. A layer that touches it consists of the touched
        nodes alone: a search whose balls have met needs no others.
        """
        # Not sorted: a frontier may have 100,000 nodes. Neither the layer nor whether the budget suffices depends
        # on the order within it, so that all graphs still agree.
        expansion = Expansion(self.graph, tuple(self.frontier), self.bounds, budget)
        layer: set[int] = set()
        met: set[int] = set()
        room = budget.nodes
        while expansion.has_more:
            _, steps = yield from expansion.page()
            met.update(goal.intersection(steps.targets))
            if not met and room >= 0:
                fresh = set(steps.targets) - self.seen  # `-=` would iterate over all that was seen
                room -= len(fresh)
                self.seen |= fresh
                passed = set((yield from fitting(fresh, self.bounds))) if self.bounds.fits else fresh
                layer = layer | passed if layer else passed
        if not met:
            budget.nodes = max(room, 0)
        self.layers.append(met or layer)
        return met, expansion.cut or (not met and room < 0)
