"""`graph_api.networkx_graph` gives the graph that exports have."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

import graph_api
from graph_api.errors import SourceError, UsageError
from tests.schema.asking import ask
from tests.store.build import article, graph, provider, topic

SEEDS = Path(__file__).parents[2] / "seeds"
A, B, C = (article(name).id for name in "abc")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return graph(
        tmp_path / "g.db",
        article("a", title="Ä", related=["c", "b"], topics=["x"], provider="p.org", quality=3, day=9),
        article("b", related=["a"], day=8),
        article("c", published=False, day=7),
        provider("p.org", name="The P"),
        topic("x", name="Ex"),
    )


def test_nodes_and_edges_have_the_attributes_of_exports(database: Path) -> None:
    found = graph_api.networkx_graph(database)
    assert list(found) == [A, B, C]
    query = "query ($id: ID!) { article(by: {id: $id}) { url type publishedDateTime } }"
    stored = ask(database, query, id=A)["article"]
    expected = {"label": "Ä", "kind": "article", "quality": 3, "isStub": False, **stored}
    assert found.nodes[A] == expected
    assert dict(found.edges) == {
        (A, C, "RELATED"): {"kind": "RELATED", "origin": "LISTED", "position": 0, "reciprocal": False},
        (A, B, "RELATED"): {"kind": "RELATED", "origin": "LISTED", "position": 1, "reciprocal": True},
        (B, A, "RELATED"): {"kind": "RELATED", "origin": "LISTED", "position": 0, "reciprocal": True},
    }


def test_it_is_the_graph_that_the_api_exports(database: Path) -> None:
    query = "{ subgraph(via: [RELATED, TOPIC, PROVIDER]) { export(format: NODE_LINK_JSON) } }"
    exported = json.loads(ask(database, query)["subgraph"]["export"])
    found = graph_api.networkx_graph(str(database), via=["related", "Topic", "PROVIDER"])
    assert nx.utils.graphs_equal(found, nx.node_link_graph(exported, edges="links"))


def test_with_published_only_nothing_hidden_is_there(database: Path) -> None:
    found = graph_api.networkx_graph(f"sqlite:///{database}", published_only=True)
    assert list(found) == [A, B]
    assert found.edges[A, B, "RELATED"]["position"] == 0


def test_folders_are_read_first() -> None:
    found = graph_api.networkx_graph(SEEDS)
    assert len(found) > 50
    assert nx.number_of_isolates(found) < len(found)


def test_errors_in_documents_are_a_warning(tmp_path: Path) -> None:
    good = "---\ntitle: A\nwebUrl: https://a.example/a\n---\nText\n"
    (tmp_path / "good.md").write_text(good)
    (tmp_path / "bad.md").write_text(good.replace("/a\n", "/b\nquality: high\n"))
    with pytest.warns(UserWarning, match="1 errors in documents"):
        found = graph_api.networkx_graph(tmp_path)
    assert len(found) == 1


def test_sources_that_cannot_be_combined_or_read_are_refused(database: Path, tmp_path: Path) -> None:
    for sources in ((), (database, SEEDS), (database, database)):
        with pytest.raises(UsageError, match="one database, or one or more folders"):
            graph_api.networkx_graph(*sources)
    with pytest.raises(UsageError, match="via takes related, provider, topic; got 'friend'"):
        graph_api.networkx_graph(database, via=["friend"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError):
        graph_api.networkx_graph(tmp_path / "empty")


def test_neither_the_package_nor_the_server_loads_networkx() -> None:
    code = "import sys, graph_api, graph_api.server.app; print('networkx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
