"""Searches as clients ask them: what is found, in which order, why, and what hidden articles change: nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graph_api.settings import Settings
from tests.schema.asking import ask, refusal
from tests.store.build import AnyNode, ArticleNode, article, graph, provider, topic

SEARCH = """query ($text: String!, $types: [SearchType!], $filter: ArticleFilter, $first: Int, $after: String,
    $last: Int, $before: String) {
  search(query: $text, types: $types, filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    totalCount didYouMean pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { ... on Article { title } ... on Provider { name } ... on Topic { name } }
    edges { cursor score node { __typename ... on Node { id } } highlights { field text ranges { start end } } } } }"""
PUBLISHED = Settings(published_only=True)


def told(name: str, title: str, excerpt: str = "", body: str | None = None, **fields: Any) -> ArticleNode:
    return replace(article(name, **fields), title=title, excerpt=excerpt, body=body)


NODES: list[AnyNode] = [
    told("a", "Azure Functions guide", "Serverless on Azure", topics=["cloud"], provider="x.org", quality=9),
    told(
        "b",
        "Kubernetes on Azure",
        "A cluster guide",
        "# More\n\nA [service mesh](http://m.org) is here.",
        quality=1,
    ),
    told("c", "Azure机器学习入门", "Visual C++ 2.0 and .NET", related=["a", "b"], topics=["cloud"]),
    told("d", "Cloud costs", "Nothing else"),
    topic("cloud"),
    provider("x.org"),
]
SECRET = told("s", "Secretword azure azure", "secretword kubernetes", published=False, topics=["cloud"])


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(tmp_path_factory.mktemp("search") / "g.db", *NODES)


def found(path: Path, query: str, settings: Settings | None = None, **variables: Any) -> dict[str, Any]:
    answer: dict[str, Any] = ask(path, SEARCH, settings, text=query, **variables)["search"]
    return answer


def titles(path: Path, query: str, **variables: Any) -> list[str]:
    return [node.get("title") or node["name"] for node in found(path, query, **variables)["nodes"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("functions", {"Azure Functions guide"}),
        ("azure guide", {"Azure Functions guide", "Kubernetes on Azure"}),
        ('"cluster guide"', {"Kubernetes on Azure"}),
        ("kube*", {"Kubernetes on Azure"}),
        ("azure -guide", {"Azure机器学习入门"}),
        ("学习", {"Azure机器学习入门"}),
        ("c++ .net 2.0", {"Azure机器学习入门"}),
        ('"service mesh"', {"Kubernetes on Azure"}),
        ('"m.org"', set[str]()),
        ("cloud", {"Azure Functions guide", "Azure机器学习入门", "Cloud costs"}),
        ("x.org", {"Azure Functions guide"}),
        ("FÚNCTIONS", {"Azure Functions guide"}),
        ('" OR 1=1; --', set[str]()),
        ("", set[str]()),
    ],
)
def test_a_query_finds(path: Path, query: str, expected: set[str]) -> None:
    answer = found(path, query)
    assert {node["title"] for node in answer["nodes"]} == expected
    assert answer["totalCount"] == len(expected)


def test_titles_weigh_most_and_scores_descend(path: Path) -> None:
    answer = found(path, "cloud")
    assert answer["nodes"][0]["title"] == "Cloud costs"
    scores = [edge["score"] for edge in answer["edges"]]
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)


def test_providers_and_topics_are_found_when_asked_for(path: Path) -> None:
    kinds = {edge["node"]["__typename"] for edge in found(path, "cloud x.org", types=[])["edges"]}
    assert kinds == {"Article"}
    assert [edge["node"]["id"] for edge in found(path, "cloud", types=["TOPIC"])["edges"]] == ["topic:cloud"]
    assert [edge["node"]["id"] for edge in found(path, "x.org", types=["PROVIDER"])["edges"]] == [
        "provider:x.org"
    ]


def test_a_filter_leaves_articles_out_and_nothing_else(path: Path) -> None:
    answer = found(path, "cloud", types=[], filter={"quality": {"gt": 5}})
    assert {edge["node"]["id"].partition(":")[0] for edge in answer["edges"]} == {"article", "topic"}
    assert answer["totalCount"] == 2


def test_a_search_in_the_filter_of_a_search_narrows_it(path: Path) -> None:
    assert titles(path, "guide", filter={"search": "kubernetes"}) == ["Kubernetes on Azure"]
    assert titles(path, "guide", filter={"not": {"search": "kubernetes"}}) == ["Azure Functions guide"]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_in_both_directions_are_the_whole_list(path: Path, size: int) -> None:
    whole = titles(path, "azure cloud guide*", types=[]) or titles(path, "-zzz", types=[])
    forward: list[str] = []
    page: dict[str, Any] = {"pageInfo": {"hasNextPage": True, "endCursor": None}}
    while page["pageInfo"]["hasNextPage"]:
        page = found(path, "-zzz", types=[], first=size, after=page["pageInfo"]["endCursor"])
        forward += [node.get("title") or node["name"] for node in page["nodes"]]
    backward: list[str] = []
    page = {"pageInfo": {"hasPreviousPage": True, "startCursor": None}}
    while page["pageInfo"]["hasPreviousPage"]:
        page = found(path, "-zzz", types=[], last=size, before=page["pageInfo"]["startCursor"])
        backward = [*(node.get("title") or node["name"] for node in page["nodes"]), *backward]
    assert forward == backward == titles(path, "-zzz", types=[])
    assert len(whole) > 0


def test_a_cursor_of_other_content_goes_on_from_its_score_and_id(path: Path, tmp_path: Path) -> None:
    first = found(path, "azure", first=1)
    gone = first["edges"][0]["node"]["id"]
    rest = graph(tmp_path / "g.db", *(node for node in NODES if node.id != gone), revision="two")  # type: ignore[union-attr]
    after = found(rest, "azure", after=first["pageInfo"]["endCursor"])
    assert {edge["node"]["id"] for edge in after["edges"]} <= {
        edge["node"]["id"] for edge in found(rest, "azure")["edges"]
    }
    assert gone not in {edge["node"]["id"] for edge in after["edges"]}


def test_a_cursor_of_another_list_is_refused(path: Path) -> None:
    cursor = ask(path, "{ articles(first: 1) { edges { cursor } } }")["articles"]["edges"][0]["cursor"]
    [error] = refusal(path, SEARCH, text="azure", after=cursor)
    assert error["extensions"]["code"] == "BAD_CURSOR"


def test_highlights_are_the_words_of_the_query_in_code_points(path: Path) -> None:
    [edge] = found(path, "学习 2.0")["edges"]
    marked = {
        one["field"]: [one["text"][span["start"] : span["end"]] for span in one["ranges"]]
        for one in edge["highlights"]
    }
    assert marked == {"title": ["学习"], "excerpt": ["2.0"]}


def test_highlights_quote_the_body_and_the_names_when_title_and_excerpt_lack_a_word(path: Path) -> None:
    [edge] = found(path, "kubernetes mesh")["edges"]
    assert [(one["field"], one["text"]) for one in edge["highlights"]] == [
        ("title", "Kubernetes on Azure"),
        ("body", "More\n\nA service mesh is here."),
    ]
    fields = [[one["field"] for one in edge["highlights"]] for edge in found(path, "cloud")["edges"]]
    assert ["topics"] in fields
    assert ["title"] in fields


def test_unknown_words_are_corrected_from_the_content(path: Path) -> None:
    assert found(path, "kubernetse azure")["didYouMean"] == ["kubernetes azure"]
    assert found(path, "kubernetes")["didYouMean"] == []


def test_names_are_completed(path: Path) -> None:
    suggest = (
        "query ($p: String!, $t: [SearchType!]) { suggest(prefix: $p, types: $t) { text type node { id } } }"
    )
    answer = ask(path, suggest, p="clo")["suggest"]
    assert {(one["text"], one["type"]) for one in answer} == {("cloud", "TOPIC"), ("Cloud costs", "ARTICLE")}
    assert [one["node"]["id"] for one in ask(path, suggest, p="clo", t=["TOPIC"])["suggest"]] == [
        "topic:cloud"
    ]
    assert ask(path, suggest, p="zzz")["suggest"] == []


LISTS = {
    "articles": "{ articles(filter: {search: $q}, ORDER) { totalCount nodes { title } } }",
    "topic": '{ topic(by: {slug: "cloud"}) { articles(filter: {search: $q}, ORDER) { totalCount nodes { title } } } }',
    "related": "{ article(by: {id: $c}) { related(filter: {search: $q}, ORDER) { totalCount nodes { title } } } }",
    "provider": '{ provider(by: {domain: "x.org"}) { articles(filter: {search: $q}, ORDER) { totalCount nodes { title } } } }',
}


@pytest.mark.parametrize(
    ("name", "query", "expected"),
    [
        ("articles", "cloud", ["Cloud costs", "Azure Functions guide", "Azure机器学习入门"]),
        ("topic", "azure", ["Azure Functions guide", "Azure机器学习入门"]),
        ("related", "azure", ["Azure Functions guide", "Kubernetes on Azure"]),
        ("provider", "azure", ["Azure Functions guide"]),
        ("provider", "kubernetes", []),
    ],
)
def test_every_list_of_articles_can_be_filtered_and_ordered_by_a_search(
    path: Path, name: str, query: str, expected: list[str]
) -> None:
    text = LISTS[name].replace("$q", json.dumps(query)).replace("$c", json.dumps(article("c").id))
    ranked, plain = (
        next(iter(ask(path, text.replace("ORDER", order)).values()))
        for order in ("orderBy: {field: RELEVANCE}", "first: 10")
    )
    ranked, plain = (next(iter(each.values())) if "nodes" not in each else each for each in (ranked, plain))
    assert sorted(node["title"] for node in plain["nodes"]) == sorted(expected)
    assert sorted(node["title"] for node in ranked["nodes"]) == sorted(expected)
    assert ranked["totalCount"] == plain["totalCount"] == len(expected)
    order = titles(path, query)
    assert [node["title"] for node in ranked["nodes"]] == [title for title in order if title in expected]


@pytest.mark.parametrize(
    "given",
    [
        "orderBy: {field: RELEVANCE}",
        'filter: {not: {search: "a"}}, orderBy: {field: RELEVANCE}',
        'filter: {search: "a"}, orderBy: {field: RELEVANCE, direction: ASC}',
        'filter: {search: "a"}, orderBy: [{field: RELEVANCE}, {field: TITLE}]',
    ],
)
def test_an_order_by_relevance_without_its_search_is_refused(path: Path, given: str) -> None:
    [error] = refusal(path, f"{{ articles({given}) {{ totalCount }} }}")
    assert "RELEVANCE" in error["message"]


@pytest.mark.parametrize(
    "field",
    [
        "search(query: $long) { totalCount }",
        "suggest(prefix: $long) { text }",
        "articles(filter: {search: $long}) { totalCount }",
        'suggest(prefix: "a", first: 51) { text }',
    ],
)
def test_what_is_too_long_is_refused_before_the_first_read(path: Path, field: str) -> None:
    [error] = refusal(path, f"{{ {field.replace('$long', json.dumps('x' * 1001))} }}")
    assert error["extensions"]["code"] in {"BAD_USER_INPUT", "BAD_PAGE"}


# -- rights ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    ["azure", "secretword", "secret*", "-secretword", "azure -secretword", '"azure azure"', "kubernetes azure guide",
     "secretwort", "cloud", "azure secretword kubernetes nothing"],
)  # fmt: skip
def test_hidden_articles_change_neither_matches_nor_scores_nor_corrections(
    path: Path, tmp_path: Path, query: str
) -> None:
    with_secret = graph(tmp_path / "g.db", *NODES, SECRET)
    asked: list[dict[str, Any]] = [{"types": []}, {"types": ["ARTICLE"], "filter": {"search": query}}]
    for variables in asked:
        restricted = found(with_secret, query, PUBLISHED, **variables)
        assert restricted == found(path, query, **variables)
        assert "ecretword" not in json.dumps(restricted["nodes"])


@pytest.mark.parametrize("prefix", ["sec", "azure ", "azure se", "secretwor", "a"])
def test_hidden_titles_are_not_suggested(path: Path, tmp_path: Path, prefix: str) -> None:
    with_secret = graph(tmp_path / "g.db", *NODES, SECRET)
    suggest = "query ($p: String!) { suggest(prefix: $p) { text type node { id } } }"
    assert ask(with_secret, suggest, PUBLISHED, p=prefix) == ask(path, suggest, p=prefix)


def test_who_may_see_hidden_articles_finds_them(tmp_path: Path) -> None:
    with_secret = graph(tmp_path / "g.db", *NODES, SECRET)
    assert titles(with_secret, "secretword") == ["Secretword azure azure"]
    assert found(with_secret, "secretwort")["didYouMean"] == ["secretword"]
