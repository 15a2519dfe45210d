"""Single nodes by each of their names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal
from unicodedata import normalize

import pytest

from tests.schema.asking import ask, refusal
from tests.store.build import article, graph, provider, topic


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(
        tmp_path_factory.mktemp("lookup") / "g.db",
        article("a", slug="same", day=1, files=[("news/a.md", 1)], provider="p.org", topics=["c-plus-plus"]),
        article("b", slug="same", day=2),
        topic("c-plus-plus", name="C++"),
        provider("p.org", name="The P"),
    )


@pytest.mark.parametrize(
    ("by", "title"),
    [
        ({"id": article("a").id}, "a"),
        ({"id": article("zz").id}, None),
        ({"slug": "same"}, "b"),
        ({"slug": "other"}, None),
        ({"url": "https://example.org/a"}, "a"),
        ({"url": "HTTPS://EXAMPLE.org:443/a?utm_source=x#top"}, "a"),
        ({"url": "https://example.org/nowhere"}, None),
        ({"path": "news/a.md"}, "a"),
        ({"path": "news/b.md"}, None),
    ],
)
def test_an_article_is_found_by_each_of_its_names(path: Path, by: dict[str, str], title: str | None) -> None:
    data = ask(path, "query ($by: ArticleBy!) { article(by: $by) { title } }", by=by)
    assert data["article"] == (None if title is None else {"title": title})


@pytest.mark.parametrize("by", [{"id": "provider:p.org"}, {"domain": "p.org"}, {"domain": "P.ORG"}])
def test_a_provider_is_found_by_id_and_domain(path: Path, by: dict[str, str]) -> None:
    assert ask(path, "query ($by: ProviderBy!) { provider(by: $by) { name } }", by=by) == {
        "provider": {"name": "The P"}
    }


@pytest.mark.parametrize(
    "domain", ["müller.example", "MÜLLER.example", "mu\u0308ller.example", "xn--mller-kva.example"]
)
def test_a_provider_is_found_by_each_form_of_an_international_domain(tmp_path: Path, domain: str) -> None:
    path = graph(tmp_path / "g.db", provider("xn--mller-kva.example", name="Müller"))
    query = "query ($domain: String!) { provider(by: {domain: $domain}) { id } }"
    assert ask(path, query, domain=domain) == {"provider": {"id": "provider:xn--mller-kva.example"}}


@pytest.mark.parametrize("by", [{"id": "topic:c-plus-plus"}, {"slug": "c-plus-plus"}, {"name": "c++"}])
def test_a_topic_is_found_by_id_slug_and_name(path: Path, by: dict[str, str]) -> None:
    assert ask(path, "query ($by: TopicBy!) { topic(by: $by) { name } }", by=by) == {"topic": {"name": "C++"}}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("by", [{"id": "topic:café"}, {"slug": "café"}, {"name": "CAFÉ"}])
def test_a_topic_is_found_in_either_normal_form(
    tmp_path: Path, by: dict[str, str], form: Literal["NFC", "NFD"]
) -> None:
    path = graph(tmp_path / "g.db", topic("café", name="Café"))
    asked = {name: normalize(form, value) for name, value in by.items()}
    found = ask(path, "query ($by: TopicBy!) { topic(by: $by) { slug } }", by=asked)
    assert found == {"topic": {"slug": "café"}}


@pytest.mark.parametrize(
    "id",
    ["", "article", "article:", "article:short", "article:ABCDEFGHIJKLMNOP", "story:x", "topic:", "x:y", "ü"],
)
def test_an_id_that_no_node_could_have_is_refused(path: Path, id: str) -> None:
    [error] = refusal(path, "query ($id: ID!) { node(id: $id) { id } }", id=id)
    assert error["extensions"]["code"] == "BAD_ID"
    assert "must be an id such as article:" in error["message"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ('{ article(by: {id: "topic:x"}) { id } }', "by.id must be the id of an article"),
        ('{ topic(by: {id: "provider:x"}) { id } }', "by.id must be the id of a topic"),
        ('{ article(by: {slug: ""}) { id } }', "by.slug must not be empty"),
        ('{ provider(by: {domain: ""}) { id } }', "by.domain must not be empty"),
        ('{ article(by: {url: "https://user@example.org/"}) { id } }', "URL is not the URL of an article"),
    ],
)
def test_a_name_that_cannot_name_what_is_asked_for_is_refused(path: Path, query: str, told: str) -> None:
    [error] = refusal(path, query)
    assert told in error["message"]


@pytest.mark.parametrize("by", [{}, {"id": "a", "slug": "b"}, {"id": None}, {"slug": "a", "id": None}, None])
@pytest.mark.parametrize("literal", [True, False], ids=["literal", "variable"])
def test_anything_but_one_name_is_refused(path: Path, by: dict[str, str] | None, *, literal: bool) -> None:
    if literal:
        text = json.dumps(by).replace('"id"', "id").replace('"slug"', "slug")
        [error] = refusal(path, f"{{ article(by: {text}) {{ id }} }}")
    else:
        [error] = refusal(path, "query ($by: ArticleBy = {id: 1}) { article(by: $by) { id } }", by=by)
    assert error["extensions"]["code"] in {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize(
    ("declared", "by"),
    [
        ("$s: String, $p: String", "{slug: $s, path: $p}"),
        ("$s: String!, $p: String", "{slug: $s, path: $p}"),
        ("$s: String", "{slug: $s}"),
        ('$s: String = "same"', "{slug: $s}"),
    ],
)
def test_a_look_up_takes_one_field_and_a_variable_in_it_is_non_null_as_graphql_js_has_it(
    path: Path, declared: str, by: str
) -> None:
    errors = refusal(path, f"query ({declared}) {{ article(by: {by}) {{ title }} }}", s="same")
    assert {error["extensions"]["code"] for error in errors} == {"GRAPHQL_VALIDATION_FAILED"}
    spread = f"query ({declared}) {{ ...F }} fragment F on Query {{ article(by: {by}) {{ title }} }}"
    assert len(refusal(path, spread, s="same")) == len(errors)


def test_a_non_null_variable_and_a_whole_object_can_name_an_article(path: Path) -> None:
    found = {"article": {"title": "b"}}
    assert ask(path, "query ($s: String!) { article(by: {slug: $s}) { title } }", s="same") == found
    assert ask(path, "query ($by: ArticleBy!) { article(by: $by) { title } }", by={"slug": "same"}) == found


def test_more_ids_than_allowed_are_refused(path: Path) -> None:
    [error] = refusal(path, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["topic:x"] * 101)
    assert error["message"] == "ids must hold at most 100 ids; got 101"


def test_an_empty_list_of_ids_answers_an_empty_list(path: Path) -> None:
    assert ask(path, "{ nodes(ids: []) { id } }") == {"nodes": []}


def test_an_id_that_shares_its_key_with_an_article_is_not_the_articles(path: Path) -> None:
    known = ask(path, "{ articles(first: 1) { nodes { id } } }")["articles"]["nodes"][0]["id"]
    others = [known[:-1] + last for last in "az" if not known.endswith(last)]
    data = ask(path, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[*others, known])
    assert data["nodes"] == [*(None for _ in others), {"id": known}]
