"""The server keeps all that npm's graphql-http audits: every MUST, SHOULD and MAY of GraphQL over HTTP."""

from __future__ import annotations

import json
from pathlib import Path

from graph_api.server.app import create_app
from tests.interop.packages import run
from tests.server.running import running
from tests.store.build import article, graph


def test_every_audit_of_graphql_http_is_passed(tmp_path: Path) -> None:
    database = graph(tmp_path / "graph.sqlite", article("a"))
    with running(create_app(database)) as url:
        results = json.loads(
            run(Path(__file__).with_name("graphql_http_audit.mjs"), {"URL": f"{url}/graphql"})
        )
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) >= 60, "all audits have run"
    assert {result["name"].split()[0] for result in results} == {"MUST", "SHOULD", "MAY"}
