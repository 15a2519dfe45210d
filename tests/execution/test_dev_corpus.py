"""Generated operations on a part of the dev corpus: every way through the product agrees to the byte."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import build_schema
from hypothesis import HealthCheck, given, settings, strategies as st

from graph_api.execution.engine import Engine
from graph_api.ingest import ingest
from graph_api.settings import Settings
from graph_api.store import open_store
from graph_api.store.plans import Rights
from tests.corpora import corpus
from tests.execution.operations import HANDLES, UNSHRUNK, Asked, operations, rights
from tests.execution.parity import Tally, api, check_ways, sdl

_EVERY = 20  # of the articles with files; those they list come along as stubs
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
_KNOWN = """{ article: articles(filter: {isStub: {eq: false}}, first: 30) { nodes { id } }
  provider: providers(first: 30) { nodes { id } } topic: topics(first: 30) { nodes { id } } }"""

_schema = cache(lambda: build_schema(sdl()))
_operations = st.deferred(lambda: operations(_schema()))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph of some of the files."""
    source, part = corpus("azure-dev"), tmp_path_factory.mktemp("part")
    shutil.copytree(source / "_data", part / "_data")
    (part / "_news").mkdir()
    for file in sorted((source / "_news").glob("*.md"))[::_EVERY]:
        shutil.copy(file, part / "_news")
    made = part / "graph.sqlite"
    ingest([part], made)
    return made


@pytest.fixture(scope="module")
def handles(database: Path) -> Mapping[str, str]:
    """An id of the corpus for each that operations ask for."""
    data = asyncio.run(_answered(database))
    theirs = {kind: [node["id"] for node in data[kind]["nodes"]] for kind in HANDLES}
    return {
        ours: other for kind, ids in HANDLES.items() for ours, other in zip(ids, theirs[kind], strict=False)
    }


async def _answered(database: Path) -> dict[str, Any]:
    store = await open_store(database, reader_connections=1)
    answer = await Engine(api(), store, Settings()).execute(_KNOWN)
    await store.close()
    data: dict[str, Any] = orjson.loads(answer.body)["data"]
    return data


def test_operations_on_the_dev_corpus_are_answered_alike_on_every_way(
    database: Path, handles: Mapping[str, str]
) -> None:
    total = Tally()

    @settings(max_examples=40, suppress_health_check=_SLOW, phases=UNSHRUNK)
    @given(rights, st.lists(_operations, min_size=1, max_size=3))
    def answered_alike(seen: Rights, asked: list[Asked]) -> None:
        total.add(asyncio.run(check_ways(database, seen, [one.about(handles) for one in asked])))

    answered_alike()
    assert total.executed > total.refused  # and most of what is asked is answered
