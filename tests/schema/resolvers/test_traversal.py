"""Neighborhoods, subgraphs and paths: their limits, invalid arguments, and small graphs by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import strawberry

from graph_api.errors import RequestError
from graph_api.records import article_key
from graph_api.schema import arguments
from tests.schema.asking import ask, refusal
from tests.schema.traversing import every_way
from tests.store.build import article, graph, provider, topic

A, B, C, D = (article(name).id for name in "abcd")
NEAR = """query ($id: ID!, $depth: Int, $limit: Int) { article(by: {id: $id}) {
  neighborhood(maxDepth: $depth, limit: $limit) { nodes { id } truncated } } }"""
PATH = """query ($from: ID!, $to: ID!, $options: PathOptions) { shortestPath(from: $from, to: $to, options: $options) {
  found distance truncated paths { length explanation nodes { id } } } }"""
ALL = PATH.replace("shortestPath", "allPaths")
NOTHING: dict[str, Any] = {"found": False, "distance": None, "truncated": False, "paths": []}
SUB = "query ($ids: [ID!], $limit: Int) { subgraph(ids: $ids, limit: $limit) { nodes { id } nodeCount truncated } }"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """a -> b <- c -> d and c -> b; a and d share a topic and a provider."""
    return graph(
        tmp_path / "g.db",
        article("a", title="Alpha", related=["b"], topics=["x"], provider="p.org", day=4),
        article("b", title="Beta", day=3),
        article("c", title="Gamma", related=["b", "d"], day=2),
        article("d", title="Delta", topics=["x"], provider="p.org", day=1),
        article("e", title="Echo", day=0),
        provider("p.org", name="The P"),
        topic("x", name="Ex"),
    )


def _near(path: Path, id: str, **variables: Any) -> Any:
    return every_way(path, NEAR, id=id, **variables)["article"]["neighborhood"]


def _ends(from_: str, to: str, **options: Any) -> dict[str, Any]:
    return {"from": from_, "to": to, "options": options}


def _code(path: Path, query: str, **variables: Any) -> tuple[str, str]:
    [error] = refusal(path, query, **variables)
    return error["extensions"]["code"], error["message"]


# -- limits ----------------------------------------------------------------------------------------------------


def test_no_hop_is_the_start_alone_and_hides_nothing(path: Path) -> None:
    assert _near(path, A, depth=0) == {"nodes": [{"id": A}], "truncated": False}


@pytest.mark.parametrize("depth", [6, None])
def test_six_hops_may_be_walked(path: Path, depth: int | None) -> None:
    assert [node["id"] for node in _near(path, A, depth=depth)["nodes"]][:3] == [A, B, C]


@pytest.mark.parametrize(
    ("query", "variables", "said"),
    [
        (NEAR, {"id": A, "depth": 7}, "maxDepth must be between 0 and 6; got 7"),
        (NEAR, {"id": A, "depth": -1}, "maxDepth must be between 0 and 6; got -1"),
        (NEAR, {"id": A, "limit": 0}, "limit must be between 1 and 1000; got 0"),
        (NEAR, {"id": A, "limit": 1001}, "limit must be between 1 and 1000; got 1001"),
        (
            PATH,
            {"from": A, "to": B, "options": {"maxDepth": 0}},
            "options.maxDepth must be between 1 and 6; got 0",
        ),
        (
            PATH,
            {"from": A, "to": B, "options": {"maxDepth": 7}},
            "options.maxDepth must be between 1 and 6; got 7",
        ),
        (
            PATH,
            {"from": A, "to": B, "options": {"limit": 0}},
            "options.limit must be between 1 and 100; got 0",
        ),
        (
            ALL,
            {"from": A, "to": B, "options": {"limit": 101}},
            "options.limit must be between 1 and 100; got 101",
        ),
        (
            ALL,
            {"from": A, "to": B, "options": {"limit": 10**6}},
            "options.limit must be between 1 and 100; got 1000000",
        ),
        (NEAR, {"id": A, "limit": 10**6}, "limit must be between 1 and 1000; got 1000000"),
        (SUB, {"limit": 10**6}, "limit must be between 1 and 5000; got 1000000"),
        (
            PATH,
            {"from": A, "to": B, "options": {"avoid": [A] * 101}},
            "options.avoid must hold at most 100 ids; got 101",
        ),
        (SUB, {"limit": 0}, "limit must be between 1 and 5000; got 0"),
        (SUB, {"limit": 5001}, "limit must be between 1 and 5000; got 5001"),
    ],
)
def test_a_value_beyond_a_limit_is_refused_with_a_message(
    path: Path, query: str, variables: dict[str, Any], said: str
) -> None:
    code, message = _code(path, query, **variables)
    assert code == "BAD_PAGE"
    assert said in message


def test_the_largest_limits_are_answered(path: Path) -> None:
    assert len(_near(path, A, depth=6, limit=1000)["nodes"]) == 4
    assert ask(path, SUB, limit=5000)["subgraph"]["nodeCount"] == 5
    assert ask(path, SUB, ids=[A] * 2000, limit=5000)["subgraph"]["nodeCount"] == 1


def test_a_subgraph_of_more_ids_is_refused_where_variables_may_hold_them() -> None:
    with pytest.raises(RequestError, match="ids must hold at most 5000 ids; got 5001"):
        arguments.subgraph(ids=[strawberry.ID(A)] * 5001)


@pytest.mark.parametrize(("limit", "truncated"), [(1, True), (2, True), (3, False), (4, False)])
def test_truncated_is_true_exactly_when_a_node_is_missing(path: Path, limit: int, truncated: bool) -> None:
    found = _near(path, A, depth=2, limit=limit)
    assert [node["id"] for node in found["nodes"]] == [A, B, C][:limit]
    assert found["truncated"] == truncated


# -- ids ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("query", "argument"), [(PATH, "to"), (ALL, "to"), (SUB, "ids[1]")])
def test_edges_lead_to_no_story(path: Path, query: str, argument: str) -> None:
    id = A.replace("article:", "story:")
    code, message = _code(path, query, **_ends(A, id), ids=[A, id])
    assert code == "BAD_ID"
    assert message.startswith(f"{argument} must be the id of an article, a provider or a topic")


@pytest.mark.parametrize("id", ["", "a", "article:", "article:short", "page:4q2m5r3vdkd7cfwe", "topic:"])
@pytest.mark.parametrize(("query", "argument"), [(PATH, "to"), (ALL, "to"), (SUB, "ids[1]")])
def test_a_malformed_id_is_refused_before_anything_is_read(
    path: Path, query: str, argument: str, id: str
) -> None:
    code, message = _code(path, query, **_ends(A, id), ids=[A, id])
    assert code == "BAD_ID"
    assert message.startswith(f"{argument} must be an id such as")


def test_the_error_of_a_malformed_id_names_its_argument(path: Path) -> None:
    assert _code(path, PATH, **_ends("x", B))[1].startswith("from must be an id such as")
    avoiding = _ends(A, B, avoid=[A, "x"])
    assert _code(path, PATH, **avoiding)[1].startswith("options.avoid[1] must be an id such as")


def test_an_id_of_another_kind_is_refused_where_only_articles_can_stand(path: Path) -> None:
    query = "query ($a: ID!, $b: ID!) { commonNeighbors(a: $a, b: $b) { jaccard } }"
    code, message = _code(path, query, a=A, b="topic:x")
    assert (code, message) == (
        "BAD_ID",
        "b must be the id of an article, which begins with article:; got 'topic:x'",
    )


def test_unknown_ids_are_absent_not_errors(path: Path) -> None:
    nobody = article("nobody").id
    assert every_way(path, PATH, **_ends(A, nobody))["shortestPath"] == NOTHING
    assert every_way(path, ALL, **_ends(nobody, nobody))["allPaths"] == NOTHING
    assert every_way(path, SUB, ids=[nobody, B])["subgraph"]["nodes"] == [{"id": B}]
    avoided = every_way(path, PATH, **_ends(A, B, avoid=[nobody]))
    assert avoided["shortestPath"]["found"] is True


def test_an_id_that_shares_an_articles_key_is_not_its_id(path: Path) -> None:
    other = A[:-1] + ("b" if A[-1] != "b" else "c")  # keys are the first 63 of 80 bits
    assert article_key(other) == article_key(A)
    assert every_way(path, PATH, **_ends(A, other))["shortestPath"] == NOTHING
    assert every_way(path, SUB, ids=[other])["subgraph"]["nodes"] == []
    query = "query ($a: ID!, $b: ID!) { commonNeighbors(a: $a, b: $b) { jaccard } }"
    assert every_way(path, query, a=A, b=other)["commonNeighbors"] is None


# -- paths -------------------------------------------------------------------------------------------------------


def _paths(path: Path, to: str, query: str = PATH, **options: Any) -> Any:
    [found] = every_way(path, query, **_ends(A, to, **options)).values()
    return found


def test_a_node_is_its_own_path_without_steps(path: Path) -> None:
    found = _paths(path, A)
    assert (found["found"], found["distance"], found["truncated"]) == (True, 0, False)
    assert found["paths"] == [
        {"length": 0, "explanation": "“Alpha” is both ends of the path", "nodes": [{"id": A}]}
    ]


def test_no_path_is_an_answer(path: Path) -> None:
    assert _paths(path, article("e").id) == _paths(path, article("e").id, ALL) == NOTHING
    assert _paths(path, D, direction="OUT") == _paths(path, D, maxDepth=2) == NOTHING


def test_a_path_is_explained_in_titles(path: Path) -> None:
    [found] = _paths(path, D)["paths"]
    assert [node["id"] for node in found["nodes"]] == [A, B, C, D]
    assert found["explanation"] == (
        "“Alpha” and “Gamma” both list “Beta” as related; “Gamma” lists “Delta” as related"
    )


def test_topics_and_providers_shorten_paths_where_they_are_walked(path: Path) -> None:
    [by_topic] = _paths(path, D, via=["RELATED", "TOPIC"])["paths"]
    assert [node["id"] for node in by_topic["nodes"]] == [A, "topic:x", D]
    assert by_topic["explanation"] == "“Alpha” and “Delta” are both about “Ex”"
    [by_provider] = _paths(path, D, via=["PROVIDER"])["paths"]
    assert by_provider["explanation"] == "“Alpha” and “Delta” are both published by “The P”"


def test_a_path_may_start_at_a_topic_and_end_at_a_provider(path: Path) -> None:
    found = every_way(path, PATH, **_ends("topic:x", "provider:p.org", via=["TOPIC", "PROVIDER"]))[
        "shortestPath"
    ]
    assert found["distance"] == 2
    assert {one["nodes"][1]["id"] for one in found["paths"]} == {A, D}


def test_what_is_avoided_is_not_walked_through_but_may_be_an_end(path: Path) -> None:
    assert _paths(path, D, avoid=[C])["found"] is False
    assert _paths(path, D, avoid=[A, D])["distance"] == 3


@pytest.mark.parametrize(("limit", "truncated"), [(1, True), (2, False)])
def test_truncated_is_true_exactly_when_a_path_is_missing(path: Path, limit: int, truncated: bool) -> None:
    for query in (PATH, ALL):
        found = _paths(path, D, query, via=["TOPIC", "PROVIDER"], limit=limit)
        assert (len(found["paths"]), found["truncated"]) == (limit, truncated)
