"""Third-party clients against a running server: each runs the sample that the README shows.

Every sample prints the related articles of one article, two per page. What a client promises beyond that, such as a
cache, is checked in a file beside its sample. Clients in JavaScript run on every supported line of Node.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.interop.accepts import ACCEPTS, sent
from tests.interop.clients.using import at_work, with_packages
from tests.interop.environments import python
from tests.interop.packages import NODES, node
from tests.interop.watched import Served

TITLES = [
    "New PyTorch 2.0 Compiler Promises Big Speedup for AI Developers",
    "Lightning AI debuts PyTorch Lightning 2.0, adding more granular control for AI model training",
    (
        "Lightning AI Releases PyTorch Lightning 2.0 and a New Open Source Library for Lightweight Scaling of Machine"
        " Learning Models"
    ),
]
STUB = "article:uecdzif43rohmjku"  # the last of them


on_every_node = pytest.mark.parametrize("version", NODES)


def told(printed: str) -> tuple[list[str], Any]:
    """The titles that the sample has printed, and what its check says then."""
    *titles, checked = printed.splitlines()
    return titles, json.loads(checked)


@on_every_node
def test_apollo_client_joins_pages_and_keeps_each_article_once(
    served: Served, tmp_path: Path, version: str
) -> None:
    titles, checked = told(
        node(with_packages("apollo", tmp_path / "apollo", served), "check.mjs", version=version)
    )
    assert titles == TITLES
    assert len(checked["articles"]) == len(set(checked["articles"])) == len(TITLES) + 1
    assert checked["node"] == {"__typename": "Article", "id": STUB, "quality": 24}
    assert (checked["cached"]["title"], checked["cached"]["quality"]) == (TITLES[-1], 24)
    assert sent(served.exchanges) == {ACCEPTS["Apollo Client"]}


@on_every_node
def test_urql_joins_pages_and_answers_from_its_cache(served: Served, tmp_path: Path, version: str) -> None:
    titles, checked = told(
        node(with_packages("urql", tmp_path / "urql", served), "check.mjs", version=version)
    )
    assert titles == [article["title"] for article in checked["articles"]] == TITLES
    assert checked["node"]["quality"] == 54
    assert "Did you mean 'title'" in checked["wrong"]
    assert checked["warnings"] == []
    assert sent(served.exchanges) == {ACCEPTS["urql"]}


@on_every_node
def test_relay_compiles_pages_and_refetches_through_node(
    served: Served, tmp_path: Path, version: str
) -> None:
    place = with_packages("relay", tmp_path / "relay", served)
    node(place, "node_modules/.bin/relay-compiler", version=version)
    assert json.loads(node(place, "check.cjs", version=version)) == [TITLES[:2], TITLES, TITLES[:1]]
    asked = [one.body for one in served.exchanges if one.path == "/graphql"]
    assert [b"node(id: $id)" in body for body in asked] == [False, True, True]
    assert sent(served.exchanges) == {ACCEPTS["Relay and graphql-codegen, as the README has them"]}


@on_every_node
def test_the_types_of_graphql_codegen_compile_strictly(served: Served, tmp_path: Path, version: str) -> None:
    place = with_packages("codegen", tmp_path / "codegen", served)
    node(place, "node_modules/.bin/graphql-codegen", version=version)
    node(place, "node_modules/.bin/tsc", "--strict", version=version)
    assert node(place, "built/articles.js", version=version).splitlines() == TITLES
    assert sent(served.exchanges) == {ACCEPTS["Relay and graphql-codegen, as the README has them"]}


@on_every_node
def test_graphql_codegen_reads_the_schema_from_the_address(
    served: Served, tmp_path: Path, version: str
) -> None:
    place = with_packages("codegen", tmp_path / "codegen", served)
    (place / "src" / "wrong.ts").unlink()  # what introspection tells of input types is less strict
    config = place / "codegen.ts"
    config.write_text(config.read_text().replace("schema.graphql", f"{served.url}/graphql"))
    node(place, "node_modules/.bin/graphql-codegen", version=version)
    node(place, "node_modules/.bin/tsc", "--strict", version=version)
    assert node(place, "built/articles.js", version=version).splitlines() == TITLES
    assert served.exchanges[-1].status == 200


def test_gql_reads_the_schema_and_pages(served: Served, tmp_path: Path) -> None:
    place = at_work("gql", tmp_path / "gql", served)
    assert python(place, "articles.py").splitlines() == TITLES
    assert sent(served.exchanges) == {ACCEPTS["gql and ariadne-codegen"]}


def test_ariadne_codegen_makes_a_client_from_a_running_server(served: Served, tmp_path: Path) -> None:
    place = at_work("ariadne_codegen", tmp_path / "ariadne_codegen", served)
    python(place, "-m", "ariadne_codegen")
    assert python(place, "articles.py").splitlines() == TITLES
    assert sent(served.exchanges) == {ACCEPTS["gql and ariadne-codegen"]}


def test_sgqlc_makes_types_of_the_schema_and_joins_pages(served: Served, tmp_path: Path) -> None:
    place = at_work("sgqlc", tmp_path / "sgqlc", served)
    python(place, "-m", "sgqlc.introspection", f"{served.url}/graphql", "schema.json")
    python(place, "-m", "sgqlc.codegen", "schema", "schema.json", "articles_schema.py")
    assert python(place, "articles.py").splitlines() == TITLES
    assert sent(served.exchanges) == {ACCEPTS["sgqlc"]}
