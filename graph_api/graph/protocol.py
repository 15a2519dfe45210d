"""What a walk asks: frozen questions, each for many keys at once, each with one defined answer.

A walk is a generator that yields questions and receives answers. Edges run from an article to the
article it lists, to its provider and to its topics; a direction is seen along that way for every kind:
OUT follows edges, IN goes against them. Nodes are numbers, as the `ground` has them: keys, or places in
compact adjacency, in the same order. Questions are bounded (`CHUNK` keys, `PAGE` steps), so that a
driver gets its turn every few milliseconds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from graph_api.records import EdgeDirection, EdgeKind as EdgeKind  # noqa: PLC0414 - exported: walks take it from here

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

CHUNK = 512  # keys a question may carry
PAGE = 8192  # steps an answer may carry: about a millisecond of work for the walk

_KINDS = tuple(EdgeKind)

Column: TypeAlias = NDArray[np.int64]


class Question(Generic[T_co]):
    """A question about the graph; T_co is what it is answered with."""

    __slots__ = ()


Walk: TypeAlias = Generator[Question[Any], Any, T]


@dataclass(frozen=True, slots=True)
class Steps:
    """Where the edges of a frontier lead: the targets of its first key, then of its second, and so on.

    *counts* says for each key of the frontier how many of *targets* are its own.
    """

    targets: Sequence[int]
    counts: Sequence[int]


@dataclass(frozen=True, slots=True)
class Neighbours(Question[Steps]):
    """The first *most* steps from *frontier* after the first *skip*, one for each edge.

    Order: the frontier's; then kind; then OUT before IN; OUT as the node lists them (by position), IN by
    the source's key. A mutual pair seen in BOTH gives two steps. Keys that are not in the graph have none.
    """

    frontier: tuple[int, ...]
    kinds: frozenset[EdgeKind]
    direction: EdgeDirection
    most: int = PAGE
    skip: int = 0


class Edges(NamedTuple):
    """Edges column by column: 50,000 tuples would be the garbage collector's work, and arrays are quickly sifted.

    Ends are told by their places in the question, kinds by their places in `EdgeKind`; a position is that in the
    list of related articles, -1 for other kinds.
    """

    sources: Column
    targets: Column
    kinds: Column
    positions: Column

    def rows(self) -> Iterator[tuple[int, int, EdgeKind, int | None]]:
        """The edges one by one: places of their ends, kind, position."""
        columns: list[list[int]] = [column.tolist() for column in self]
        for source, target, kind, position in zip(*columns, strict=True):
            yield source, target, _KINDS[kind], None if position < 0 else position


@dataclass(frozen=True, slots=True)
class Among(Question[Edges]):
    """The edges from *sources* to *targets*: by source as given, then as `Neighbours`.

    A walk asks many times with the same *targets*: who answers may remember what it made of them.
    """

    sources: tuple[int, ...]
    targets: tuple[int, ...]
    kinds: frozenset[EdgeKind]


@dataclass(frozen=True, slots=True)
class Fitting(Question[frozenset[int]]):
    """Those of *keys* that the driver's filter lets pass; what it means for other kinds is the driver's."""

    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pause(Question[None]):
    """Nothing is asked: a long computation offers the driver its turn."""


def ask(question: Question[T]) -> Walk[T]:
    """The answer to *question*, typed: `steps = yield from ask(Neighbours(...))`."""
    answer: T = yield question
    return answer


def drive(walk: Walk[T], answer: Callable[[Question[Any]], Any]) -> T:
    """What *walk* returns when *answer* answers all its questions at once."""
    reply: Any = None  # what a generator wants first
    while True:
        try:
            question = walk.send(reply)
        except StopIteration as done:
            returned: T = done.value
            return returned
        reply = answer(question)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where a walk may go: along which edges, and which nodes it may visit.

    With *filtered* every node is asked for with `Fitting` before it is visited. What does not fit, or is
    in *avoid*, is neither found nor walked through. The ends a walk was given are visited always.
    """

    kinds: frozenset[EdgeKind] = frozenset({EdgeKind.RELATED})
    direction: EdgeDirection = EdgeDirection.BOTH
    filtered: bool = False
    avoid: frozenset[int] = frozenset()


@dataclass(slots=True, kw_only=True)
class Budget:
    """What walks may still spend: nodes met, edges read, links answered. Shared by those it is given to."""

    nodes: int = sys.maxsize
    edges: int = sys.maxsize
    links: int = sys.maxsize

    def afford_nodes(self, wanted: int) -> int:
        """How many of *wanted* nodes are paid for now."""
        paid = min(wanted, self.nodes)
        self.nodes -= paid
        return paid

    def afford_edges(self, wanted: int) -> int:
        """How many of *wanted* edges are paid for now."""
        paid = min(wanted, self.edges)
        self.edges -= paid
        return paid
