"""Statements of walks: no step is sorted or scanned for, and a page of steps costs a page."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graph_api.records import EdgeDirection, EdgeKind
from graph_api.store.plans import Read, Rights
from graph_api.store.reads import NeighborKeys
from graph_api.store.sqlite.connection import connected
from graph_api.store.sqlite.reads import answer as stored
from tests.store.build import article, graph, key
from tests.store.generated import NAMES

ALL = Rights()
LESS = Rights(published_only=True)
OUT, IN, BOTH = EdgeDirection.OUT, EdgeDirection.IN, EdgeDirection.BOTH
RELATED, LINKED, PROVIDER, TOPIC = EdgeKind
MANY = 999

# -- cost --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rights", [ALL, LESS])
@pytest.mark.parametrize("skip", [0, 3])
def test_no_steps_are_sorted_or_scanned_for(tmp_path: Path, rights: Rights, skip: int) -> None:
    path = graph(tmp_path / "g.db", article("a", related=["b"]))
    read = NeighborKeys((key("b"), key("a")), frozenset(EdgeKind), BOTH, 9, skip, rights)
    with closing(connected(path)) as connection:
        texts = traced(connection, read)
        walked = [row[3] for text in texts for row in connection.execute(f"EXPLAIN QUERY PLAN {text}")]
    assert not [step for step in walked if "TEMP B-TREE" in step]
    scanned = {step.split()[1] for step in walked if step.startswith("SCAN")}
    assert all(name == "k" or name.startswith("(subquery") for name in scanned)


def test_a_frontier_is_one_statement_and_is_left_when_there_are_enough_steps(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(100)]
    path = graph(tmp_path / "g.db", *(article(name, related=NAMES) for name in names))
    few, all = (
        NeighborKeys(tuple(map(key, names)), frozenset({RELATED}), OUT, most, 0, ALL) for most in (12, MANY)
    )
    with closing(connected(path)) as connection:
        assert len(traced(connection, few)) == 1
        assert work(connection, few) < work(connection, all) / 10


def traced(connection: sqlite3.Connection, read: Read[Any]) -> list[str]:
    """What SQLite is asked in order to answer *read*."""
    texts: list[str] = []
    connection.set_trace_callback(texts.append)
    stored(connection, read)
    connection.set_trace_callback(None)
    return texts


def work(connection: sqlite3.Connection, read: Read[Any]) -> int:
    """How many instructions of its machine SQLite needs to answer *read*."""
    count = 0

    def step() -> None:
        nonlocal count
        count += 1

    connection.set_progress_handler(step, 1)
    stored(connection, read)
    connection.set_progress_handler(None, 1)
    return count
