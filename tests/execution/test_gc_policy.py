"""Long-lived objects are examined once."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from graph_api.execution.gc_policy import paused, settle


@pytest.fixture(autouse=True)
def _undone() -> Iterator[None]:
    callbacks, threshold = gc.callbacks[:], gc.get_threshold()
    yield
    gc.callbacks[:] = callbacks
    gc.set_threshold(*threshold)
    gc.unfreeze()


def test_survivors_of_a_long_collection_are_frozen() -> None:
    settle()
    before = gc.get_freeze_count()
    rows = [[number] for number in range(500_000)]
    gc.collect()
    assert gc.get_freeze_count() - before > len(rows) // 2


def test_survivors_of_a_short_collection_are_not_frozen() -> None:
    settle()
    before = gc.get_freeze_count()
    gc.collect()
    assert gc.get_freeze_count() <= before


def test_a_frozen_object_without_references_is_freed() -> None:
    rows = [[number] for number in range(100_000)]
    settle()
    before = gc.get_freeze_count()
    rows.clear()
    assert before - gc.get_freeze_count() >= 100_000


def test_no_collection_starts_while_it_is_paused() -> None:
    with paused():
        before = gc.get_stats()
        _ = [[number] for number in range(100_000)]
        assert gc.get_stats() == before
    assert gc.isenabled()
