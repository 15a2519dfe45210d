"""Small graphs for tests: drawn at random, answered from plain dicts, and told to networkx."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from graph_api.graph.adjacency import Csr, build
from graph_api.graph.numbering import PlaceGround
from graph_api.graph.protocol import (
    Among,
    Budget,
    EdgeKind,
    Edges,
    Fitting,
    Neighbours,
    Pause,
    Question,
    Scope,
    Steps,
    Walk,
    drive,
)
from graph_api.records import EdgeDirection

T = TypeVar("T")

OUT, IN, BOTH = EdgeDirection.OUT, EdgeDirection.IN, EdgeDirection.BOTH
RELATED, PROVIDER, TOPIC = EdgeKind
_ROWS = {OUT: (0,), IN: (1,), BOTH: (0, 1)}


@dataclass
class SmallGraph:
    """Edges of each kind in the order of their lists; a dict driver that counts what it is asked."""

    edges: dict[EdgeKind, list[tuple[int, int]]]
    fits: frozenset[int] | None = None
    asked: list[Question[Any]] = field(default_factory=list)

    @property
    def nodes(self) -> set[int]:
        return {key for edges in self.edges.values() for edge in edges for key in edge}

    def answer(self, question: Question[Any]) -> Any:
        self.asked.append(question)
        match question:
            case Neighbours():
                return self._neighbours(question)
            case Among():
                return self._among(question)
            case Fitting():
                return frozenset(question.keys) & (self.nodes if self.fits is None else self.fits)
            case _:
                assert isinstance(question, Pause)
                return None

    def _neighbours(self, question: Neighbours) -> Steps:
        lists = [self._targets(key, question) for key in question.frontier]
        owned = [(at, target) for at, targets in enumerate(lists) for target in targets]
        owned = owned[question.skip : question.skip + question.most]
        counts = [0] * len(lists)
        for at, _ in owned:
            counts[at] += 1
        return Steps([target for _, target in owned], counts)

    def _targets(self, key: int, question: Neighbours) -> Iterable[int]:
        for kind in EdgeKind:
            if kind in question.kinds:
                for way in _ROWS[question.direction]:
                    yield from self._lists.get((kind, way, key), ())

    @cached_property
    def _lists(self) -> dict[tuple[EdgeKind, int, int], list[int]]:
        lists: dict[tuple[EdgeKind, int, int], list[int]] = {}
        for kind, edges in self.edges.items():
            for source, target in edges:
                lists.setdefault((kind, 0, source), []).append(target)
            for source, target in sorted(edges):
                lists.setdefault((kind, 1, target), []).append(source)
        return lists

    def _among(self, question: Among) -> Edges:
        found = [
            (at, question.targets.index(target), number, position if kind is RELATED else -1)
            for at, source in enumerate(question.sources)
            for number, kind in enumerate(EdgeKind)
            if kind in question.kinds
            for position, target in enumerate(self._lists.get((kind, 0, source), ()))
            if target in question.targets
        ]
        return Edges(*np.array(found, dtype=np.int64).reshape(-1, 4).T)

    def run(self, walk: Walk[T]) -> T:
        return drive(walk, self.answer)

    def csr(self) -> Csr:
        edges = {kind: np.array(rows, dtype=np.int64).reshape(-1, 2) for kind, rows in self.edges.items()}
        return build("r1", edges)

    def in_memory(self) -> InMemory:
        return InMemory(self, PlaceGround(self.csr()))

    def networkx(self, scope: Scope, ends: Iterable[int] = ()) -> Any:
        """What a walk in *scope* may step along and visit, as a directed graph without parallel edges."""
        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from({*self.nodes, *ends})
        for kind in scope.kinds:
            for source, target in self.edges.get(kind, ()):
                if scope.direction is not IN:
                    graph.add_edge(source, target)
                if scope.direction is not OUT:
                    graph.add_edge(target, source)
        visitable = set(graph) - scope.avoid
        if scope.filtered and self.fits is not None:
            visitable &= self.fits
        return graph.subgraph(visitable | set(ends)).copy()


@dataclass
class InMemory:
    """The graph's arrays, asked with keys or walked on with places."""

    graph: SmallGraph
    ground: PlaceGround

    def answer(self, question: Question[Any]) -> Any:
        """The answer to a question in keys."""
        numbers = self.ground.numbers
        match question:
            case Neighbours():
                steps = self.ground.answer(replace(question, frontier=numbers(question.frontier)))
                return Steps(list(self.ground.keys(steps.targets)), steps.counts)
            case Among():
                sources, targets = numbers(question.sources), numbers(question.targets)
                return self.ground.answer(Among(sources, targets, question.kinds))
            case _:
                return self.graph.answer(question)

    def run(self, walk: Callable[..., Walk[T]], scope: Scope, *nodes: int) -> T:
        """What the walk from *nodes* in *scope* returns, in places."""
        avoid = frozenset(self.ground.numbers(scope.avoid))
        return drive(walk(*self.ground.numbers(nodes), replace(scope, avoid=avoid)), self._on_places)

    def _on_places(self, question: Question[Any]) -> Any:
        if not isinstance(question, Fitting):
            return self.ground.answer(question)
        fits = self.graph.answer(Fitting(self.ground.keys(question.keys)))
        return frozenset(self.ground.numbers(fits))


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
        edges[PROVIDER] = draw(st.lists(st.tuples(_KEYS, _KEYS), unique=True, max_size=8))
        edges[TOPIC] = draw(st.lists(st.tuples(_KEYS, _KEYS), unique=True, max_size=12))
    fits = draw(st.none() | st.frozensets(_KEYS, min_size=6))
    return SmallGraph(edges, fits)


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    """Any kinds, direction, filter and set to avoid."""
    return Scope(
        kinds=draw(st.frozensets(st.sampled_from(EdgeKind), min_size=1) | st.just(frozenset({RELATED}))),
        direction=draw(st.sampled_from(EdgeDirection)),
        filtered=draw(st.booleans()),
        avoid=draw(st.just(frozenset[int]()) | st.frozensets(_KEYS, max_size=3)),
    )


keys = _KEYS
