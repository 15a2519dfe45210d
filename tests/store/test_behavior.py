"""Every store answers as dicts do: every kind of read on generated graphs, and the sample operations."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from graph_api.execution.engine import Engine
from graph_api.ingest.pipeline import replace_all
from graph_api.ingest.sources import sources
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import at
from graph_api.store.plans import Read
from tests.store.build import AnyNode
from tests.store.dict_store import DictStore
from tests.store.generated import any_read, graphs
from tests.store.stores import OTHERS, assert_alike


@pytest.mark.parametrize("name", OTHERS)
@settings(max_examples=200)
@given(nodes=graphs(), reads=st.lists(any_read, min_size=4, max_size=8))
def test_a_store_answers_as_dicts_do(name: str, nodes: list[AnyNode], reads: list[Read[Any]]) -> None:
    assert_alike(name, nodes, reads)


TOP = Path(__file__).parents[2]
OPERATIONS = {
    path.stem: path.read_text() for path in sorted((TOP / "schema" / "operations").glob("*.graphql"))
}


@pytest.fixture(scope="module")
def seeds() -> DictStore:
    store = DictStore()
    replace_all(sources([TOP / "seeds"]), store, only=True, progress=None)
    return store


@pytest.fixture(scope="module")
def database(ingested: Callable[[Path], Path]) -> Path:
    return ingested(TOP / "seeds")


@pytest.mark.anyio
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_an_api_over_dicts_answers_as_one_over_sqlite(
    operation: str, seeds: DictStore, database: Path
) -> None:
    found: list[bytes] = []
    for location in (seeds, at(database)):
        store = await location.open(reader_connections=1, checked=False, max_text=10**9)
        try:
            found.append(
                (await Engine(build_schema(), store, Settings()).execute(OPERATIONS[operation], _MOMENT)).body
            )
        finally:
            await store.close()
    one, other = (_AT.sub(b"", body) for body in found)
    assert b'"data"' in one
    assert one == other


_MOMENT = {"asOf": "2026-11-01T00:00:00Z"}  # of what depends on the time
_AT = re.compile(rb'"generatedAt":"[^"]*"')  # when each was ingested
