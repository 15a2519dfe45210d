"""The stores that the behavior suite runs on: each is made from words and answers reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias, TypeVar

import numpy as np

from graph_api.graph.protocol import Edges
from graph_api.records import ContentStatus
from graph_api.store import at
from graph_api.store.columns import Columns
from graph_api.store.lists import Slice
from graph_api.store.plans import Read, ask
from graph_api.store.protocol import StoreLocation
from tests.store.build import INGESTED, AnyNode, fill, graph, whole
from tests.store.dict_store import DictStore

T = TypeVar("T")

Make: TypeAlias = Callable[[Path, Sequence[AnyNode]], StoreLocation]


class Answer:
    """Answers reads about the store at *location*."""

    def __init__(self, location: StoreLocation) -> None:
        self.location = location

    def __call__(self, read: Read[T]) -> T:
        with self.location.session() as session:
            return session.run(ask(read))


Stored: TypeAlias = Callable[..., Answer]
"""Makes a store that holds the whole graph of its arguments, nodes in words."""


def _sqlite(folder: Path, nodes: Sequence[AnyNode]) -> StoreLocation:
    return at(graph(folder / "g.db", *nodes))


def dict_store(nodes: Sequence[AnyNode]) -> DictStore:
    """A store of dicts that holds the whole graph of *nodes*."""
    store = DictStore()
    store.write(lambda writer: fill(writer, whole(nodes), "one"), program="tests")
    store.content.generated_at = INGESTED
    return store


STORES: Mapping[str, Make] = {"sqlite": _sqlite, "dict": lambda _, nodes: dict_store(nodes)}

OTHERS = tuple(name for name in STORES if name != "dict")
"""All but the store of dicts, with which they are compared."""


def answers(location: StoreLocation, reads: Sequence[Read[Any]]) -> list[Any]:
    """What the store answers *reads* with, in one session."""
    with location.session() as session:
        return [session.run(ask(read)) for read in reads]


def assert_alike(name: str, nodes: Sequence[AnyNode], reads: Sequence[Read[Any]]) -> None:
    """The store called *name* answers *reads* about *nodes* as dicts do."""
    with TemporaryDirectory() as folder:
        found, expected = (answers(STORES[each](Path(folder), nodes), reads) for each in (name, "dict"))
    for read, one, other in zip(reads, found, expected, strict=True):
        assert plain(one) == plain(other), read


def plain(answer: Any) -> Any:
    """*answer* in values that compare: arrays as lists, a status without the time of its ingest."""
    if isinstance(answer, ContentStatus):
        return [getattr(answer, name) for name in answer.__slots__ if name != "generated_at"]
    if isinstance(answer, Edges):
        return list(answer.rows())
    if isinstance(answer, np.ndarray):
        return sorted(answer.tolist())  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType] - of members, in any order
    if isinstance(answer, Columns):
        return _values(answer)
    if isinstance(answer, Slice):
        return answer.keys, answer.items, answer.has_next, answer.has_previous
    if isinstance(answer, dict):
        return {key: plain(value) for key, value in answer.items()}
    if isinstance(answer, tuple) and not hasattr(answer, "_fields"):
        return [plain(part) for part in answer]
    return list(answer) if isinstance(answer, list) else answer


def _values(columns: Columns) -> Any:
    """Every number, and for each field the names of each article."""
    numbers = [
        column.tolist() for column in (columns.keys, columns.published_us, columns.quality, columns.heat)
    ]
    names = {
        field: (
            list(labels.names),
            labels.codes.tolist(),
            None if labels.starts is None else labels.starts.tolist(),
        )
        for field, labels in columns.labels.items()
    }
    return numbers, names
