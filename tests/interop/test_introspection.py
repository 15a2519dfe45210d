"""The schema as tools ask a running server for it, with the very queries of npm's graphql."""

from __future__ import annotations

import json
from pathlib import Path

from graph_api.server.app import create_app
from tests.interop.packages import run
from tests.server.running import running
from tests.store.build import article, graph


def test_introspection_returns_the_same_schema_as_its_text(tmp_path: Path) -> None:
    database = graph(tmp_path / "graph.sqlite", article("a"))
    with running(create_app(database)) as url:
        told = json.loads(run(Path(__file__).with_name("introspection.mjs"), {"URL": f"{url}/graphql"}))
    assert set(told) == {"everything", "standard", "graphiql", "without descriptions"}
    assert all(way["types"] > 50 for way in told.values()), told
    assert told["everything"]["same"]
