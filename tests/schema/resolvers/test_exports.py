"""`Subgraph.export` is read back with the titles, nodes and edges of the subgraph."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from tests.schema.traversing import every_way
from tests.store.build import article, graph

A, B = (article(name).id for name in "ab")
EXPORT = "query ($format: GraphFormat!) { subgraph(via: [RELATED, TOPIC]) { export(format: $format) } }"
AWKWARD = 'He said "no" & left;\n<b>\\n 星を数える 🏳️‍🌈 \u2028 ]]> --> #35;\tend'

READERS: dict[str, Callable[[str], Any]] = {
    "NODE_LINK_JSON": lambda text: nx.node_link_graph(json.loads(text), edges="links"),
    "CYTOSCAPE_JSON": lambda text: nx.cytoscape_graph(json.loads(text)),
    "GRAPHML": lambda text: nx.parse_graphml(text, force_multigraph=True),
    "GEXF": lambda text: nx.read_gexf(io.BytesIO(text.encode())),
}


@pytest.fixture
def awkward(tmp_path: Path) -> Path:
    return graph(
        tmp_path / "awkward.db", article("a", title=AWKWARD, related=["b"]), article("b", topics=["x"])
    )


@pytest.mark.parametrize("format", READERS)
def test_an_export_is_read_back_with_its_titles(awkward: Path, format: str) -> None:
    read = READERS[format](every_way(awkward, EXPORT, format=format)["subgraph"]["export"])
    assert set(read) == {A, B, "topic:x"}
    assert read.nodes[A]["label"] == AWKWARD
    assert {(*ends, link["kind"]) for *ends, link in read.edges(data=True)} == {
        (A, B, "RELATED"),
        (B, "topic:x", "TOPIC"),
    }


@pytest.mark.parametrize("format", ["DOT", "MERMAID"])
def test_a_drawing_has_one_line_for_each_node_and_link(awkward: Path, format: str) -> None:
    text = every_way(awkward, EXPORT, format=format)["subgraph"]["export"]
    frame = {"DOT": 2, "MERMAID": 1}[format]
    assert len(text.splitlines()) - text.count("\u2028") == frame + 3 + 2
    assert "星を数える" in text
