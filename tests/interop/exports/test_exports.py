"""Exports are read back by the programs they are for, and hold what the API answers: nodes, edges, directions, values."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from graph_api.graph.export import GraphFormat
from tests.interop.environments import python
from tests.interop.packages import run
from tests.schema.asking import ask
from tests.store.build import article, graph, provider, topic

Values: TypeAlias = dict[str, Any]
Edge: TypeAlias = tuple[str, str, str, int | None, bool]  # source, target, kind, position, reciprocal

HERE = Path(__file__).parent
TITLE = 'He said "no" & left; <b>\\n 星を数える 🏳️‍🌈 {x} |y| #35; \\'
QUERY = """{
  articles(first: 20) { nodes {
    id label: title url type publishedDateTime category quality heat published isStub
    provider { id label: name domain } topics { id label: name slug }
    related(first: 20) { edges { position reciprocal node { id } } }
  } }
  subgraph(via: [RELATED, TOPIC, PROVIDER], limit: 100) { nodeCount linkCount truncated
    %s
  }
}""" % "\n".join(f"{each.value}: export(format: {each.name})" for each in GraphFormat)  # noqa: UP031 - many braces


@dataclass(frozen=True)
class Answered:
    """What the API says of the graph: its nodes by id, and its edges."""

    nodes: Mapping[str, Values]
    edges: frozenset[Edge]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answered]:
    """A folder with a file of each format, and the API's answer. a and b list each other."""
    folder = tmp_path_factory.mktemp("exports")
    answer = ask(
        graph(
            folder / "g.db",
            article(
                "a", title=TITLE, related=["c?a=1&b=2", "b"], topics=["x"], provider="p.org", quality=3, day=9
            ),
            article("b", title="two\nlines", related=["a", "d"], topics=["x", "y"], day=8, published=True),
            article("c?a=1&b=2", published=False, category="R&D \\", heat=7),
            article("d", related=["a"], quality=-1, day=6),
            provider("p.org", name="The & P"),
            topic("x", name="C#"),
            topic("y", name="<y>"),
        ),
        QUERY,
    )
    for each in GraphFormat:
        name = each.value.replace("_", "-")
        (folder / name).write_text(answer["subgraph"][each.value], encoding="utf-8")
    articles = answer["articles"]["nodes"]
    answered = Answered(dict(_nodes(articles)), frozenset(_edges(articles)))
    assert (len(answered.nodes), answer["subgraph"]["truncated"]) == (answer["subgraph"]["nodeCount"], False)
    mutual = sum(reciprocal for *_, reciprocal in answered.edges) // 2
    assert len(answered.edges) - mutual == answer["subgraph"]["linkCount"]
    return folder, answered


def _nodes(articles: list[Values]) -> Iterator[tuple[str, Values]]:
    own = ("label", "url", "type", "publishedDateTime", "category", "quality", "heat", "published", "isStub")
    for one in articles:
        yield one["id"], {"kind": "article"} | {name: one[name] for name in own if one[name] is not None}
        for kind, others in (("provider", [one["provider"]]), ("topic", one["topics"])):
            for other in filter(None, others):
                yield (
                    other["id"],
                    {"kind": kind} | {name: value for name, value in other.items() if name != "id"},
                )


def _edges(articles: list[Values]) -> Iterator[Edge]:
    for one in articles:
        for edge in one["related"]["edges"]:
            yield one["id"], edge["node"]["id"], "RELATED", edge["position"], edge["reciprocal"]
        if one["provider"]:
            yield one["id"], one["provider"]["id"], "PROVIDER", None, False
        for each in one["topics"]:
            yield one["id"], each["id"], "TOPIC", None, False


@pytest.fixture(scope="module")
def by_node(exported: tuple[Path, Answered]) -> Values:
    """What the programs of npm read."""
    return dict(json.loads(run(HERE / "readers.mjs", {"EXPORTS": str(exported[0])})))


@pytest.fixture(scope="module")
def by_networkx_3_3_and_igraph(exported: tuple[Path, Answered]) -> Values:
    return dict(json.loads(python(HERE, "readers.py", str(exported[0]))))


@pytest.fixture(scope="module")
def by_the_newest_networkx(exported: tuple[Path, Answered]) -> Values:
    words = [sys.executable, "readers.py", str(exported[0])]
    done = subprocess.run(words, cwd=HERE, capture_output=True, encoding="utf-8", check=True)
    return dict(json.loads(done.stdout))


def _check(told: Values, answered: Answered, *added: str, absent: tuple[object, ...] = (None,)) -> None:
    """The reader found the API's nodes and edges. *added* are attributes of its own, *absent* what stands for null."""
    assert told["directed"]
    nodes = {
        id: {name: value for name, value in values.items() if name not in {*added, "id"}}
        for id, values in told["nodes"].items()
    }
    assert nodes.keys() == answered.nodes.keys()
    for id, values in answered.nodes.items():
        extra = {value for name, value in nodes[id].items() if name not in values}
        assert {name: nodes[id].get(name) for name in values} == values
        assert all(value in absent or value != value for value in extra), extra  # noqa: PLR0124 - NaN
    edges = [
        (source, target, values["kind"], _position(values.get("position")), values["reciprocal"])
        for source, target, values in told["edges"]
    ]
    assert len(edges) == len(answered.edges)
    assert set(edges) == answered.edges


def _position(value: float | None) -> int | None:
    return None if value is None or value != value else int(value)  # noqa: PLR0124 - NaN


@pytest.mark.parametrize("reader", ["graphology graphml", "graphology gexf", "cytoscape", "d3-force"])
def test_programs_of_npm_read_what_the_api_answers(
    exported: tuple[Path, Answered], by_node: Values, reader: str
) -> None:
    _check(by_node[reader], exported[1], "name", "value")


@pytest.mark.parametrize("reader", ["node-link-json", "cytoscape-json", "graphml", "gexf"])
@pytest.mark.parametrize("version", ["by_networkx_3_3_and_igraph", "by_the_newest_networkx"])
def test_networkx_old_and_new_reads_what_the_api_answers(
    exported: tuple[Path, Answered], reader: str, version: str, request: pytest.FixtureRequest
) -> None:
    _check(request.getfixturevalue(version)[f"networkx {reader}"], exported[1], "name", "value")


def test_igraph_reads_what_the_api_answers(
    exported: tuple[Path, Answered], by_networkx_3_3_and_igraph: Values
) -> None:
    _check(by_networkx_3_3_and_igraph["igraph graphml"], exported[1], absent=(None, "", False))


def test_graphviz_reads_what_the_api_answers(exported: tuple[Path, Answered], by_node: Values) -> None:
    told, answered = by_node["graphviz"], exported[1]
    assert told["directed"]
    for id, values in answered.nodes.items():
        found = dict(told["nodes"][id])
        label = found.pop("label")
        unescaped = re.sub(r"\\(.)", lambda escape: "\n" if escape[1] == "n" else escape[1], label)
        assert html.unescape(unescaped) == values["label"]
        expected = {name: _text(value) for name, value in values.items() if name != "label"}
        assert found == expected | (
            {"category": "R&D \\\\"} if "category" in values else {}
        )  # a last \ is doubled
    edges = {
        (source, target, values["kind"], int(values["position"]) if "position" in values else None,
         values["reciprocal"] == "true")
        for source, target, values in told["edges"]
    }  # fmt: skip
    assert len(told["edges"]) == len(answered.edges)
    assert edges == answered.edges
    shown = {line for values in answered.nodes.values() for line in values["label"].split("\n")}
    assert {_spaced(line) for line in told["shown"]} == {_spaced(line) for line in shown}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _spaced(line: str) -> str:
    return " ".join(line.split())


def test_mermaid_reads_the_labels_and_edges_that_the_api_answers(
    exported: tuple[Path, Answered], by_node: Values
) -> None:
    told, answered = by_node["mermaid"], exported[1]
    ids = {
        name: re.sub("_([0-9a-f]+)_", lambda code: chr(int(code[1], 16)), name.removeprefix("n_"))
        for name in told["nodes"]
    }
    labels = {ids[name]: values["label"] for name, values in told["nodes"].items()}
    assert labels == {id: values["label"] for id, values in answered.nodes.items()}
    edges = [
        (ids[source], ids[target], values["label"].split(" ")) for source, target, values in told["edges"]
    ]
    assert sorted((source, target, *words) for source, target, words in edges) == sorted(
        (source, target, kind.lower(), *([] if position is None else [str(position)]))
        for source, target, kind, position, _ in answered.edges
    )
    assert {values["type"] for *_, values in told["edges"]} == {"arrow_point"}
