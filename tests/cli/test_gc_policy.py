"""What lives long is looked through once."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from graph_api.cli.gc_policy import settle


@pytest.fixture(autouse=True)
def _undone() -> Iterator[None]:
    callbacks, threshold = gc.callbacks[:], gc.get_threshold()
    yield
    gc.callbacks[:] = callbacks
    gc.set_threshold(*threshold)
    gc.unfreeze()


def test_what_outlives_a_long_collection_is_not_looked_through_again() -> None:
    settle()
    before = gc.get_freeze_count()
    rows = [[number] for number in range(500_000)]
    gc.collect()
    assert gc.get_freeze_count() - before > len(rows) // 2


def test_what_a_short_collection_finds_is_looked_through_again() -> None:
    settle()
    before = gc.get_freeze_count()
    gc.collect()
    assert gc.get_freeze_count() <= before


def test_what_is_settled_is_freed_when_nobody_refers_to_it() -> None:
    rows = [[number] for number in range(100_000)]
    settle()
    before = gc.get_freeze_count()
    rows.clear()
    assert before - gc.get_freeze_count() >= 100_000
