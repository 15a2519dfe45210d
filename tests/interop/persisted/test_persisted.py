"""Persisted operations with the tools of clients: Apollo's link, and the manifests of compilers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from graph_api.schema import build_schema
from graph_api.server.app import create_app
from graph_api.settings import Settings
from tests.interop import packages
from tests.server.calling import post_body, serving
from tests.server.running import running
from tests.store.build import article, graph

HERE = Path(__file__).parent


def test_apollo_clients_link_sends_each_text_once_and_its_hash_from_then_on(tmp_path: Path) -> None:
    database = graph(tmp_path / "graph.sqlite", article("a"))
    with running(create_app(database)) as url:
        told = json.loads(packages.run(HERE / "ask.mjs", {"URL": f"{url}/graphql"}))
    assert [one["total"] for one in told] == [1, 1, 1, 1]
    assert [one["requests"] for one in told] == [
        [["POST", "hash", 404], ["POST", "text", 200]],
        [["POST", "hash", 200]],
        [["GET", "hash", 404], ["POST", "text", 200]],
        [["GET", "hash", 200]],
    ]


def compiled(client: str, manifest: str, place: Path) -> Path:
    """The manifest that the client's own compiler makes of the operations in its folder."""
    shutil.copytree(HERE / client, place)
    (place / "schema.graphql").write_text(build_schema().as_str())
    packages.link(place, HERE)
    packages.node(place, f"node_modules/.bin/{'relay-compiler' if client == 'relay' else 'graphql-codegen'}")
    return place / manifest


@pytest.mark.parametrize(
    ("client", "manifest"), [("relay", "manifest.json"), ("codegen", "gql/persisted-documents.json")]
)
async def test_manifests_of_compilers_are_trusted(client: str, manifest: str, tmp_path: Path) -> None:
    database = graph(tmp_path / "graph.sqlite", article("a", title="A"))
    source = compiled(client, manifest, tmp_path / client)
    settings = Settings(trusted_documents=str(source), trusted_only=True)
    [id] = json.loads(source.read_text())
    async with serving(database, settings) as app:
        asked = json.dumps({"documentId": id, "variables": {"first": 1}})
        answer = await post_body(app, asked.encode())
        other = await post_body(app, b'{"query": "{ revision }"}')
    assert [node["title"] for node in answer.data["articles"]["nodes"]] == ["A"]
    assert other.code == "DOCUMENT_NOT_TRUSTED"
