"""Small graphs for tests: drawn at random, answered from plain dicts, and given to networkx."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from graph_api.graph.adjacency import Csr, build
from graph_api.graph.arrays import ArrayNeighbors
from graph_api.graph.protocol import PAGE, Bounds, Budget, Edges, Steps, Walk
from graph_api.records import EdgeDirection, EdgeKind

T = TypeVar("T")

OUT, IN, BOTH = EdgeDirection.OUT, EdgeDirection.IN, EdgeDirection.BOTH
RELATED, LINKED, PROVIDER, TOPIC = EdgeKind
ALL_KINDS = frozenset(EdgeKind)
_ROWS = {OUT: (0,), IN: (1,), BOTH: (0, 1)}


class Asked(NamedTuple):
    """A question that a walk asked: its name, how many nodes it carried, and how many steps it wanted."""

    name: str
    nodes: int = 0
    limit: int = 0


def finish(walk: Walk[T]) -> T:
    """What *walk* returns when its driver lets it run."""
    while True:
        try:
            next(walk)
        except StopIteration as done:
            returned: T = done.value
            return returned


@dataclass
class SmallGraph:
    """Edges of each kind in the order of their lists: `Neighbors` from dicts, which counts the questions."""

    edge_lists: dict[EdgeKind, list[tuple[int, int]]]
    fitting: frozenset[int] | None = None
    asked: list[Asked] = field(default_factory=list[Asked])

    @property
    def nodes(self) -> set[int]:
        return {key for edges in self.edge_lists.values() for edge in edges for key in edge}

    def numbers(self, keys: Iterable[int]) -> tuple[int, ...]:
        return tuple(keys)

    def keys(self, numbers: Iterable[int]) -> tuple[int, ...]:
        return tuple(numbers)

    def steps(
        self,
        frontier: tuple[int, ...],
        kinds: frozenset[EdgeKind],
        direction: EdgeDirection,
        limit: int = PAGE,
        skip: int = 0,
    ) -> Walk[Steps]:
        self.asked.append(Asked("steps", len(frontier), limit))
        yield
        owned = [
            (at, target) for at, key in enumerate(frontier) for target in self._targets(key, kinds, direction)
        ][skip : skip + limit]
        counts = [0] * len(frontier)
        for at, _ in owned:
            counts[at] += 1
        return Steps([target for _, target in owned], counts)

    def _targets(self, key: int, kinds: frozenset[EdgeKind], direction: EdgeDirection) -> Iterable[int]:
        for kind in EdgeKind:
            if kind in kinds:
                for way in _ROWS[direction]:
                    yield from self._lists.get((kind, way, key), ())

    @cached_property
    def _lists(self) -> dict[tuple[EdgeKind, int, int], list[int]]:
        lists: dict[tuple[EdgeKind, int, int], list[int]] = {}
        for kind, edges in self.edge_lists.items():
            for source, target in edges:
                lists.setdefault((kind, 0, source), []).append(target)
            for source, target in sorted(edges):
                lists.setdefault((kind, 1, target), []).append(source)
        return lists

    def edges(
        self, sources: tuple[int, ...], targets: tuple[int, ...], kinds: frozenset[EdgeKind]
    ) -> Walk[Edges]:
        self.asked.append(Asked("edges", len(sources)))
        yield
        found = [
            (at, targets.index(target), number, self._position(source, kind, position))
            for at, source in enumerate(sources)
            for number, kind in enumerate(EdgeKind)
            if kind in kinds
            for position, target in enumerate(self._lists.get((kind, 0, source), ()))
            if target in targets
        ]
        return Edges(*np.array(found, dtype=np.int64).reshape(-1, 4).T)

    def _position(self, source: int, kind: EdgeKind, place: int) -> int:
        """Among the related articles of *source*, the listed ones first."""
        if kind is LINKED:
            return len(self._lists.get((RELATED, 0, source), ())) + place
        return place if kind is RELATED else -1

    def pause(self) -> Walk[None]:
        self.asked.append(Asked("pause"))
        yield

    def fits(self, keys: tuple[int, ...]) -> Walk[frozenset[int]]:
        """The filter that `scopes` draws."""
        self.asked.append(Asked("fits", len(keys)))
        yield
        return frozenset(keys) & (self.nodes if self.fitting is None else self.fitting)

    def csr(self) -> Csr:
        edges = {
            kind: np.array(rows, dtype=np.int64).reshape(-1, 2) for kind, rows in self.edge_lists.items()
        }
        return build("r1", edges)

    def in_memory(self) -> InMemory:
        return InMemory(self, ArrayNeighbors(self.csr(), lambda rows: rows))

    def networkx(self, bounds: Bounds, ends: Iterable[int] = ()) -> Any:
        """What a walk within *bounds* may step along and visit, as a directed graph without parallel edges."""
        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from({*self.nodes, *ends})
        for kind in bounds.kinds:
            for source, target in self.edge_lists.get(kind, ()):
                if bounds.direction is not IN:
                    graph.add_edge(source, target)
                if bounds.direction is not OUT:
                    graph.add_edge(target, source)
        visitable = set(graph) - bounds.avoid
        if bounds.fits and self.fitting is not None:
            visitable &= self.fitting
        return graph.subgraph(visitable | set(ends)).copy()


@dataclass
class InMemory:
    """The graph's arrays: questions and walks go in with keys."""

    graph: SmallGraph
    arrays: ArrayNeighbors

    def steps(
        self,
        frontier: tuple[int, ...],
        kinds: frozenset[EdgeKind],
        direction: EdgeDirection,
        limit: int = PAGE,
        skip: int = 0,
    ) -> Steps:
        """The answer in keys."""
        steps = finish(self.arrays.steps(self.arrays.numbers(frontier), kinds, direction, limit, skip))
        return Steps(list(self.arrays.keys(steps.targets)), steps.counts)

    def edges(self, sources: tuple[int, ...], targets: tuple[int, ...], kinds: frozenset[EdgeKind]) -> Edges:
        return finish(self.arrays.edges(self.arrays.numbers(sources), self.arrays.numbers(targets), kinds))

    def run(self, walk: Callable[..., Walk[T]], bounds: Bounds, *nodes: int) -> T:
        """What `walk(graph, *nodes, bounds)` returns, in numbers."""
        avoid = frozenset(self.arrays.numbers(bounds.avoid))
        moved = replace(bounds, avoid=avoid, fits=self._fits if bounds.fits else None)
        return finish(walk(self.arrays, *self.arrays.numbers(nodes), moved))

    def _fits(self, numbers: tuple[int, ...]) -> Walk[frozenset[int]]:
        return frozenset(self.arrays.numbers((yield from self.graph.fits(self.arrays.keys(numbers)))))


def related(*edges: tuple[int, int]) -> SmallGraph:
    """A graph of related edges."""
    return SmallGraph({RELATED: list(edges)})


def plenty() -> Budget:
    """A budget that nothing exhausts."""
    return Budget()


_KEYS = st.integers(0, 11).map(lambda number: (number * 7919 + 3) % 101)  # key order is not number order
_EDGES = st.lists(st.tuples(_KEYS, _KEYS), unique=True, max_size=36)


@st.composite
def graphs(draw: st.DrawFn) -> SmallGraph:
    """Directed, with cycles, self-loops, mutual pairs, parallel kinds, parts that do not touch; filtered."""
    edges = {RELATED: draw(_EDGES)}
    if draw(st.booleans()):
        edges[LINKED] = [edge for edge in draw(_EDGES) if edge not in edges[RELATED]]
    if draw(st.booleans()):
        edges[PROVIDER] = draw(st.lists(st.tuples(_KEYS, _KEYS), unique=True, max_size=8))
        edges[TOPIC] = draw(st.lists(st.tuples(_KEYS, _KEYS), unique=True, max_size=12))
    fits = draw(st.none() | st.frozensets(_KEYS, min_size=6))
    return SmallGraph(edges, fits)


@st.composite
def walks(draw: st.DrawFn) -> tuple[SmallGraph, Bounds]:
    """A graph, and bounds with any kinds, direction, filter and nodes to avoid."""
    graph = draw(graphs())
    return graph, Bounds(
        kinds=draw(st.frozensets(st.sampled_from(EdgeKind), min_size=1) | st.just(frozenset({RELATED}))),
        direction=draw(st.sampled_from(EdgeDirection)),
        fits=graph.fits if draw(st.booleans()) else None,
        avoid=draw(st.just(frozenset[int]()) | st.frozensets(_KEYS, max_size=3)),
    )


keys = _KEYS
