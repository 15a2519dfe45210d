"""All steps from a frontier of any size, page by page, within a budget."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from graph_api.graph.protocol import CHUNK, PAGE, Budget, Fitting, Neighbours, Scope, Steps, Walk, ask
from graph_api.records import EdgeDirection

_REVERSE = {
    EdgeDirection.OUT: EdgeDirection.IN,
    EdgeDirection.IN: EdgeDirection.OUT,
    EdgeDirection.BOTH: EdgeDirection.BOTH,
}


def reverse(direction: EdgeDirection) -> EdgeDirection:
    """The direction that goes back where *direction* came from."""
    return _REVERSE[direction]


def chunks(keys: Sequence[int], size: int = CHUNK) -> Iterator[tuple[int, ...]]:
    """*keys* in order, at most *size* at a time."""
    for at in range(0, len(keys), size):
        yield tuple(keys[at : at + size])


@dataclass(slots=True)
class Sweep:
    """The steps from *frontier*, in its order; *cut* becomes true when the budget hid at least one.

    A hub with more steps than a page is continued with `skip`, so that no answer is ever large.
    """

    frontier: Sequence[int]
    scope: Scope
    direction: EdgeDirection
    budget: Budget
    page_size: int = PAGE
    cut: bool = False
    _at: int = field(default=0, init=False)
    _skip: int = field(default=0, init=False)

    @property
    def goes_on(self) -> bool:
        """Whether there may be another page."""
        return not self.cut and self._at < len(self.frontier)

    def page(self) -> Walk[tuple[tuple[int, ...], Steps]]:
        """The next keys of the frontier and their steps; one step too many is asked for to see a cut."""
        chunk = tuple(self.frontier[self._at : self._at + CHUNK])
        most = min(self.page_size, PAGE, self.budget.edges + 1)
        steps = yield from ask(Neighbours(chunk, self.scope.kinds, self.direction, most, self._skip))
        read = len(steps.targets)
        self._advance(chunk, steps, full=read >= most)
        paid = self.budget.afford_edges(read)
        if paid < read:
            self.cut = True
            return chunk, Steps(steps.targets[:paid], _shortened(steps.counts, paid))
        return chunk, steps

    def _advance(self, chunk: tuple[int, ...], steps: Steps, *, full: bool) -> None:
        if not full:
            self._at += len(chunk)
            self._skip = 0
            return
        last = max(index for index, count in enumerate(steps.counts) if count)
        self._skip = steps.counts[last] + (self._skip if last == 0 else 0)
        self._at += last


def _shortened(counts: Sequence[int], total: int) -> list[int]:
    """*counts* cut so that they sum up to *total*."""
    kept: list[int] = []
    for count in counts:
        kept.append(min(count, total))
        total -= kept[-1]
    return kept


def targets_by_key(frontier: Sequence[int], scope: Scope) -> Walk[dict[int, set[int]]]:
    """For each key of *frontier* where its steps lead, without budget: for what was already paid for."""
    sweep = Sweep(frontier, scope, scope.direction, Budget())
    found: dict[int, set[int]] = {key: set() for key in frontier}
    while sweep.goes_on:
        chunk, steps = yield from sweep.page()
        start = 0
        for key, count in zip(chunk, steps.counts, strict=True):
            found[key].update(steps.targets[start : start + count])
            start += count
    return found


def fitting(keys: Collection[int], scope: Scope) -> Walk[Collection[int]]:
    """Those of *keys* that may be visited; all of them when nothing filters. In their order."""
    if not scope.filtered or not keys:
        return keys
    passed: list[int] = []
    for chunk in chunks(tuple(keys)):
        fits = yield from ask(Fitting(chunk))
        passed += [key for key in chunk if key in fits]
    return passed
