"""Nested relations: what they answer, and that their cost does not grow with the width."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.schema.asking import ask, reads
from tests.store.build import ArticleNode, article, graph, provider, topic

NESTED = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Article { title related(first: 10) { nodes { title
  provider { name } topics { name } related(first: 10) { nodes { title provider { name } } } } } } } }"""


def _clique(names: str) -> list[ArticleNode]:
    return [
        article(name, related=[other for other in names if other != name], topics=["x"], provider="p.org")
        for name in names
    ]


def test_related_articles_nest_with_their_relations(tmp_path: Path) -> None:
    path = graph(
        tmp_path / "g.db",
        article("a", related=["b", "c"]),
        article("b", related=["a"], provider="p.org", topics=["x", "y"]),
        provider("p.org", name="The P"),
        topic("x", name="Ex", parent="y"),
    )
    data = ask(
        path,
        """query ($id: ID!) { article(by: {id: $id}) { related { nodes { title isStub provider { name }
           topics { name parent { slug } } related { nodes { title } } } } } }""",
        id=article("a").id,
    )
    assert data["article"]["related"]["nodes"] == [
        {
            "title": "b",
            "isStub": False,
            "provider": {"name": "The P"},
            "topics": [{"name": "Ex", "parent": {"slug": "y"}}, {"name": "y", "parent": None}],
            "related": {"nodes": [{"title": "a"}]},
        },
        {"title": "c", "isStub": True, "provider": None, "topics": [], "related": {"nodes": []}},
    ]


@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "ordinary"])
def test_a_nested_query_reads_at_most_once_per_relation_and_level_whatever_the_width(
    tmp_path: Path, *, compiled: bool
) -> None:
    narrow = graph(tmp_path / "narrow.db", *_clique("ab"))
    wide = graph(tmp_path / "wide.db", *_clique("abcdefgh"))
    one = reads(narrow, NESTED, compiled=compiled, ids=[article("a").id])
    many = reads(wide, NESTED, compiled=compiled, ids=[article(name).id for name in "abcd"])
    assert one == many
    assert many["Lists"] == 2
    assert many["ArticleRows"] == (
        2 if compiled else 3
    )  # a plan has seen those of the third level in the others
    assert many["ProviderRows"] == (1 if compiled else 2)


def test_a_compiled_operation_is_one_hop_to_the_store(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", *_clique("abc"))
    assert reads(path, NESTED, compiled=True, ids=[article("a").id])["hops"] == 1


def test_the_same_field_under_two_aliases_is_answered_with_its_own_arguments(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a", related=["b", "c"]))
    data = ask(
        path,
        """query ($id: ID!) { article(by: {id: $id}) { one: related(first: 1) { nodes { title } }
           two: related(first: 2) { nodes { title } totalCount } } }""",
        id=article("a").id,
    )
    assert data["article"] == {
        "one": {"nodes": [{"title": "b"}]},
        "two": {"nodes": [{"title": "b"}, {"title": "c"}], "totalCount": 2},
    }


def test_edges_tell_position_and_reciprocity_in_each_direction(tmp_path: Path) -> None:
    path = graph(
        tmp_path / "g.db",
        article("a", related=["b", "c"]),
        article("b", related=["a"]),
        article("d", related=["a"]),
    )
    query = """query ($id: ID!, $way: EdgeDirection) { article(by: {id: $id}) {
        related(direction: $way) { edges { position reciprocal node { title } } } } }"""

    def told(way: str) -> list[tuple[str, int | None, bool]]:
        edges = ask(path, query, id=article("a").id, way=way)["article"]["related"]["edges"]
        return [(edge["node"]["title"], edge["position"], edge["reciprocal"]) for edge in edges]

    assert told("OUT") == [("b", 0, True), ("c", 1, False)]
    assert sorted(told("IN")) == [("b", None, True), ("d", None, False)]
    assert told("BOTH") == [("b", 0, True), ("c", 1, False), ("d", None, False)]


def test_nodes_answers_every_kind_in_order_and_null_for_unknown_ids(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a", topics=["x"], provider="p.org"))
    data = ask(
        path,
        "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }",
        ids=["topic:x", article("a").id, "topic:none", "provider:p.org", article("b").id, "topic:x"],
    )
    assert data["nodes"] == [
        {"__typename": "Topic", "id": "topic:x"},
        {"__typename": "Article", "id": article("a").id},
        None,
        {"__typename": "Provider", "id": "provider:p.org"},
        None,
        {"__typename": "Topic", "id": "topic:x"},
    ]


def test_skip_include_and_fragments_decide_per_request(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a", related=["b"]))
    query = """query ($id: ID!, $with: Boolean!, $without: Boolean = false) { node(id: $id) { __typename
        ...Named @include(if: $with) ... on Article @skip(if: $without) { slug ...Named } ... on Topic { name } } }
        fragment Named on Article { title }"""

    def keys(variables: dict[str, Any]) -> list[str]:
        return list(ask(path, query, id=article("a").id, **variables)["node"])

    assert keys({"with": True}) == ["__typename", "title", "slug"]
    assert keys({"with": False}) == ["__typename", "slug", "title"]
    assert keys({"with": False, "without": True}) == ["__typename"]
