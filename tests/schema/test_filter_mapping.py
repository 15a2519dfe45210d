"""Filters as clients write them. What conditions mean is tested with the store; here, that each reaches it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.schema.asking import ask, refusal
from tests.store.build import article, graph, provider, topic

ARTICLES = """query ($filter: ArticleFilter) {
    articles(filter: $filter, orderBy: [{field: TITLE, direction: ASC}]) { totalCount nodes { title } } }"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(
        tmp_path_factory.mktemp("filters") / "g.db",
        article(
            "a", title="Äpfel", related=["b", "c"], quality=3, topics=["x", "y"], provider="p.org", day=1
        ),
        article(
            "b",
            title="Birnen",
            related=["c"],
            quality=7,
            topics=["x"],
            published=True,
            images=["https://i/1"],
        ),
        article("c", title="Citrus", heat=-1, published=False, provider="q.org", category="news"),
        topic("x", name="Ex"),
        provider("p.org", name="The P"),
    )


@pytest.mark.parametrize(
    ("filter", "titles"),
    [
        (None, "ÄBC"),
        ({}, "ÄBC"),
        ({"title": {"contains": "ÄPF"}}, "Ä"),
        ({"title": {"startsWith": "b"}}, "B"),
        ({"title": {"endsWith": "S"}}, "C"),
        ({"title": {"eq": "birnen"}}, ""),
        ({"title": {"ne": "Birnen"}}, "ÄC"),
        ({"title": {"in": ["Birnen", "Citrus"]}}, "BC"),
        ({"title": {"in": []}}, ""),
        ({"title": {"notIn": []}}, "ÄBC"),
        ({"title": {"notIn": ["Birnen"]}}, "ÄC"),
        ({"category": {"isNull": False}}, "C"),
        ({"category": {"ne": "news"}}, "ÄB"),
        ({"type": {"eq": "article"}}, "ÄBC"),
        ({"slug": {"isNull": True}}, ""),
        ({"url": {"eq": "https://example.org/a"}}, "Ä"),
        ({"quality": {"gte": 3, "lt": 7}}, "Ä"),
        ({"quality": {"gt": 3}}, "B"),
        ({"quality": {"lte": 3}}, "Ä"),
        ({"quality": {"eq": 7}}, "B"),
        ({"quality": {"ne": 7}}, "ÄC"),
        ({"quality": {"isNull": True}}, "C"),
        ({"quality": {"gte": None}}, "ÄBC"),
        ({"heat": {"eq": -1}}, "C"),
        ({"published": {"eq": False}}, "C"),
        ({"published": {"isNull": True}}, "Ä"),
        ({"isStub": {"eq": True}}, ""),
        ({"hasImage": True}, "B"),
        ({"hasImage": False}, "ÄC"),
        ({"relatedCount": {"gte": 1}}, "ÄB"),
        ({"provider": {"domain": {"eq": "p.org"}}}, "Ä"),
        ({"provider": {"name": {"contains": "the"}}}, "Ä"),
        ({"provider": {}}, "ÄC"),
        ({"topics": {"some": {"slug": {"eq": "x"}}}}, "ÄB"),
        ({"topics": {"every": {"slug": {"eq": "x"}}}}, "BC"),
        ({"topics": {"none": {"name": {"eq": "Ex"}}}}, "C"),
        ({"topics": {"all": ["x", "y"]}}, "Ä"),
        ({"topics": {"all": []}}, "ÄBC"),
        ({"topics": {"count": {"eq": 1}}}, "B"),
        ({"publishedDateTime": {"isNull": True}}, "BC"),
        ({"publishedDateTime": {"eq": "1970-01-02T02:00:00+02:00"}}, "Ä"),
        ({"publishedDateTime": {"lt": "1970-01-02T00:00:00Z"}}, ""),
        ({"publishedDateTime": {"within": "P1D"}}, ""),
        ({"publishedDateTime": {"within": "P9999Y"}}, "Ä"),
        ({"publishedDateTime": {"within": "P99999999999999999999Y"}}, "Ä"),
        ({"publishedDateTime": {"within": "PT99999999999999999999H"}}, "Ä"),
        ({"related": {"title": {"eq": "Birnen"}}}, "Ä"),
        ({"related": {"related": {"title": {"eq": "Citrus"}}}}, "Ä"),
        ({"and": []}, "ÄBC"),
        ({"or": []}, ""),
        ({"not": {}}, ""),
        ({"or": [{"quality": {"eq": 3}}, {"quality": {"eq": 7}}], "not": {"title": {"eq": "Birnen"}}}, "Ä"),
        ({"and": [{"quality": {"gte": 3}}, {"topics": {"count": {"gte": 2}}}]}, "Ä"),
    ],
)
def test_a_filter_fits_what_it_says(path: Path, filter: Any, titles: str) -> None:
    found = ask(path, ARTICLES, filter=filter)["articles"]
    assert "".join(sorted(node["title"][0] for node in found["nodes"])) == "".join(sorted(titles))
    assert found["totalCount"] == len(titles)


def test_within_is_the_time_from_the_duration_ago_to_now(tmp_path: Path) -> None:
    today = (datetime.now(UTC) - timedelta(hours=1) - datetime(1970, 1, 1, tzinfo=UTC)).days
    days = {"new": today, "old": today - 40, "future": today + 2}
    path = graph(tmp_path / "g.db", *(article(name, day=day) for name, day in days.items()))
    found = ask(path, ARTICLES, filter={"publishedDateTime": {"within": "P1M2DT1H"}})["articles"]
    assert [node["title"] for node in found["nodes"]] == ["new"]


@pytest.mark.parametrize(
    ("filter", "told"),
    [
        ({"publishedDateTime": {"within": "a week"}}, "within must be an ISO 8601 duration"),
        ({"publishedDateTime": {"within": "P"}}, "within must be an ISO 8601 duration"),
        ({"publishedDateTime": {"within": "P1DT"}}, "within must be an ISO 8601 duration"),
        ({"publishedDateTime": {"within": "P٣D"}}, "within must be an ISO 8601 duration"),
        ({"publishedDateTime": {"within": "P1.5D"}}, "within must be an ISO 8601 duration"),
        (
            {"related": {"related": {"related": {}}}},
            "a filter must nest related at most 2 levels deep",
        ),
        ({"title": {"in": ["x"] * 1001}}, "a list in a filter must hold at most 1000 values; got 1001"),
    ],
)
def test_a_filter_that_cannot_work_refuses_the_operation(path: Path, filter: Any, told: str) -> None:
    [error] = refusal(path, ARTICLES, filter=filter)
    assert error["message"].startswith(told)
    assert error["path"] == ["articles"]


def test_filters_nest_to_a_bounded_depth(path: Path) -> None:
    deep: dict[str, Any] = {}
    for _ in range(12):
        deep = {"not": deep}
    [error] = refusal(path, ARTICLES, filter=deep)
    assert error["message"] == "a filter must nest at most 10 levels deep"


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"filter": {"quality": {"gt": "high"}}}, "BAD_USER_INPUT"),
        ({"filter": {"quality": {"gt": 2**31}}}, "BAD_USER_INPUT"),
        ({"filter": {"nothing": 1}}, "BAD_USER_INPUT"),
        ({"filter": {"publishedDateTime": {"gt": "yesterday"}}}, "BAD_USER_INPUT"),
        ({"filter": {"publishedDateTime": {"gt": "2023-01-01T00:00:00"}}}, "BAD_USER_INPUT"),
    ],
)
def test_variables_of_the_wrong_type_refuse_the_operation(path: Path, variables: Any, code: str) -> None:
    [error] = refusal(path, ARTICLES, **variables)
    assert error["extensions"]["code"] == code


def test_providers_and_topics_can_be_filtered(path: Path) -> None:
    data = ask(
        path,
        """{ providers(filter: {name: {contains: "THE"}}) { nodes { domain } totalCount }
             topics(filter: {slug: {in: ["y", "z"]}}) { nodes { slug } totalCount } }""",
    )
    assert data == {
        "providers": {"nodes": [{"domain": "p.org"}], "totalCount": 1},
        "topics": {"nodes": [{"slug": "y"}], "totalCount": 1},
    }


def test_only_related_lists_can_be_ordered_by_position(path: Path) -> None:
    [error] = refusal(path, "{ articles(orderBy: [{field: POSITION}]) { totalCount } }")
    assert error["message"] == "orderBy POSITION is offered by Article.related only"
    data = ask(
        path,
        """query ($id: ID!) { article(by: {id: $id}) { related(orderBy: [{field: POSITION}]) { nodes { title } } } }""",
        id=article("a").id,
    )
    assert [node["title"] for node in data["article"]["related"]["nodes"]] == ["Citrus", "Birnen"]
