"""Stories as clients see them; how they are found is tested with the graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph_api.settings import Settings
from tests.schema.asking import ask, refusal
from tests.store.build import AnyNode, article, graph

_MONDAY = 4  # 1970-01-05


def clique(*names: str, lead: str, **values: Any) -> list[AnyNode]:
    """Articles that all list each other, published a day after each other."""
    return [
        article(
            name,
            title=f"{names[0]} affair {place}",
            related=[other for other in names if other != name],
            published=True if name == lead else None,
            day=_MONDAY + place,
            **values,
        )
        for place, name in enumerate(names)
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return graph(
        tmp_path / "g.db",
        *clique("a", "b", "c", lead="b", provider="p.example", topics=["t", "u"]),
        *clique("x", "y", lead="y", topics=["t"]),
        article("alone"),
    )


def story_of(name: str) -> str:
    return article(name).id.replace("article:", "story:")


STORY = """{ id size density label firstSeen lastSeen lead { slug }
    providers { key count } topics(first: 1) { label count node { id } }
    timeline { start count } weeks: timeline(interval: WEEK) { start count }
    articles { totalCount nodes { slug } } }"""


def test_a_story_has_a_lead_and_all_of_its_articles(path: Path) -> None:
    found = ask(path, f"{{ stories {{ totalCount nodes {STORY} edges {{ node {{ id }} cursor }} }} }}")[
        "stories"
    ]
    assert found["totalCount"] == 2
    large, small = found["nodes"]
    assert [edge["node"]["id"] for edge in found["edges"]] == [large["id"], small["id"]]
    assert large == {
        "id": story_of("b"),
        "size": 3,
        "density": 1,
        "label": "affair",
        "firstSeen": "1970-01-05T00:00:00Z",
        "lastSeen": "1970-01-07T00:00:00Z",
        "lead": {"slug": "b"},
        "providers": [{"key": "p.example", "count": 3}],
        "topics": [{"label": "t", "count": 3, "node": {"id": "topic:t"}}],
        "timeline": [{"start": f"1970-01-0{day}T00:00:00Z", "count": 1} for day in (5, 6, 7)],
        "weeks": [{"start": "1970-01-05T00:00:00Z", "count": 3}],
        "articles": {"totalCount": 3, "nodes": [{"slug": slug} for slug in "cba"]},
    }
    assert (small["size"], small["lead"]) == (2, {"slug": "y"})


def test_articles_know_their_stories_and_null_when_they_stand_alone(path: Path) -> None:
    query = (
        "{ articles(orderBy: {field: TITLE, direction: ASC}) { nodes { slug story { id } stories { id } } } }"
    )
    found = {node["slug"]: node for node in ask(path, query)["articles"]["nodes"]}
    assert found["c"] == {"slug": "c", "story": {"id": story_of("b")}, "stories": [{"id": story_of("b")}]}
    assert found["alone"] == {"slug": "alone", "story": None, "stories": []}


def test_a_story_is_found_by_its_id(path: Path) -> None:
    id, article_alone = story_of("b"), story_of("alone")
    query = """query ($id: ID!, $other: ID!) { story(id: $id) { lead { slug } } none: story(id: $other) { id }
        node(id: $id) { __typename id } nodes(ids: [$other, $id]) { id } }"""
    assert ask(path, query, id=id, other=article_alone) == {
        "story": {"lead": {"slug": "b"}},
        "none": None,
        "node": {"__typename": "Story", "id": id},
        "nodes": [None, {"id": id}],
    }
    [error] = refusal(path, "query ($id: ID!) { story(id: $id) { id } }", id=article("b").id)
    assert "must be the id of a story, which begins with story:" in error["message"]


def test_stories_are_filtered_by_their_articles_and_size_and_paged(path: Path) -> None:
    query = """query ($first: Int, $after: String, $min: Int, $filter: ArticleFilter) {
        stories(first: $first, after: $after, minSize: $min, filter: $filter) {
            totalCount nodes { lead { slug } } pageInfo { hasNextPage endCursor } } }"""

    def leads(**variables: Any) -> list[str]:
        found = ask(path, query, **variables)["stories"]
        assert found["totalCount"] >= len(found["nodes"])
        return [node["lead"]["slug"] for node in found["nodes"]]

    assert leads(min=3) == ["b"]
    assert leads(filter={"slug": {"eq": "x"}}) == ["y"]
    assert leads(filter={"slug": {"eq": "alone"}}) == []
    assert leads(filter={"search": "affair"}) == ["b", "y"]
    page = ask(path, query, first=1)["stories"]["pageInfo"]
    assert page["hasNextPage"]
    assert leads(first=1, after=page["endCursor"]) == ["y"]


def test_the_articles_of_a_story_are_a_list_like_others(path: Path) -> None:
    query = """query ($id: ID!) { story(id: $id) {
        articles(orderBy: {field: PAGE_RANK}, filter: {slug: {ne: "a"}}, first: 1) {
            totalCount nodes { slug } stats { count } facets(by: [TOPIC]) { buckets { key count } } } } }"""
    found = ask(path, query, id=story_of("b"))["story"]["articles"]
    assert found["totalCount"] == found["stats"]["count"] == 2
    assert found["facets"] == [{"buckets": [{"key": "t", "count": 2}, {"key": "u", "count": 2}]}]
    assert len(found["nodes"]) == 1


def test_hidden_articles_are_in_no_story_and_change_none(tmp_path: Path) -> None:
    names = "abc"
    nodes = [
        article(
            name,
            related=[other for other in names if other != name],
            published=False if name == "c" else None,
            quality={"a": 2, "b": 1, "c": 9}[name],
        )
        for name in names
    ]
    path = graph(tmp_path / "g.db", *nodes, *clique("x", "y", lead="y"))
    query = """{ stories { totalCount nodes { id size lead { slug } articles { nodes { slug } } } }
        article(by: {slug: "a"}) { story { size } metrics { inDegree pageRank } } }"""
    seen = ask(path, query, Settings(published_only=True))
    sizes = {node["lead"]["slug"]: node["size"] for node in seen["stories"]["nodes"]}
    assert sizes["a"] == seen["article"]["story"]["size"] == 2
    assert "c" not in str(seen["stories"]["nodes"][0]["articles"])
    assert seen["article"]["metrics"]["inDegree"] == 1
    hidden_story = ask(path, "query ($id: ID!) { story(id: $id) { id } }", id=story_of("c"))
    assert hidden_story["story"] is not None
    query = "query ($id: ID!) { story(id: $id) { id } node(id: $id) { id } }"
    asked = ask(path, query, Settings(published_only=True), id=story_of("c"))
    assert asked == {"story": None, "node": None}


def test_a_story_and_the_article_that_leads_it_are_two_nodes(path: Path) -> None:
    ids = [article("b").id, article("b").id.replace("article:", "story:")]
    for asked in (ids, ids[::-1]):
        found = ask(path, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=asked)["nodes"]
        assert [node["id"] for node in found] == asked
