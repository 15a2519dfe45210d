"""Recommendations as clients see them: diversity, reasons, arguments and rights."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from graph_api.recommendation import Strategy
from graph_api.settings import Settings
from tests.schema.asking import ask, refusal
from tests.store.build import article, graph

_WANTED = """{ rank score article { slug }
    reasons { kind contribution text evidence { __typename id } } }"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return graph(
        tmp_path / "g.db",
        article("a", title="FedEx moves to Azure", day=1, topics=["t", "u"], provider="p.example"),
        article("b", title="FedEx chooses Azure", day=1, related=["c"], topics=["t"], provider="p.example"),
        article("c", title="A shipping giant decides", day=2, related=["b"]),
        article("copy", title="FedEx  moves to AZURE", day=1),
        article("d", title="FedEx chooses Azure again", day=9, published=False),
        article("e", title="Gardens of Kyoto", day=1),
    )


def recommended(path: Path, arguments: str = "", settings: Settings | None = None) -> list[Any]:
    query = f'{{ article(by: {{slug: "a"}}) {{ recommendations{arguments} {_WANTED} }} }}'
    found: list[Any] = ask(path, query, settings)["article"]["recommendations"]
    return found


def slugs(found: list[Any]) -> list[str]:
    return [one["article"]["slug"] for one in found]


def test_similar_articles_and_what_they_are_related_to_are_recommended(path: Path) -> None:
    found = recommended(path)
    assert set(slugs(found)) == {"b", "c", "d"}
    assert [one["rank"] for one in found] == [1, 2, 3]


def test_contributions_sum_to_the_score_and_reasons_have_evidence(path: Path) -> None:
    found = {one["article"]["slug"]: one for one in recommended(path)}
    for one in found.values():
        assert sum(reason["contribution"] for reason in one["reasons"]) == pytest.approx(one["score"])
        counted = [reason["contribution"] for reason in one["reasons"] if reason["contribution"]]
        assert counted == sorted(counted, reverse=True)
    reasons = {reason["kind"]: reason for reason in found["b"]["reasons"]}
    assert reasons["FRESH"]["text"] == "Published within a day"
    assert "fedex" in reasons["TEXT_SIMILAR"]["text"]
    assert reasons["SHARED_TOPIC"] == {
        "kind": "SHARED_TOPIC",
        "contribution": 0,
        "text": "Shares the topic t, which 2 articles have",
        "evidence": [{"__typename": "Topic", "id": "topic:t"}],
    }
    assert reasons["SAME_PROVIDER"]["evidence"] == [{"__typename": "Provider", "id": "provider:p.example"}]
    [co_related] = found["c"]["reasons"]
    assert co_related["kind"] == "CO_RELATED"
    assert co_related["evidence"] == [{"__typename": "Article", "id": article("b").id}]


def test_related_articles_are_recommended_unless_they_are_excluded(tmp_path: Path) -> None:
    path = graph(
        tmp_path / "g.db",
        article("a", related=["b"], title="azure"),
        article("b"),
        article("c", title="azure c"),
    )
    found = recommended(path)
    assert slugs(found)[0] == "b"
    assert [reason["kind"] for reason in found[0]["reasons"]] == ["LINKED"]
    assert slugs(recommended(path, "(excludeRelated: true)")) == ["c"]


def test_a_filter_and_a_size_apply(path: Path) -> None:
    assert slugs(recommended(path, '(filter: {slug: {ne: "b"}}, first: 1)')) != ["b"]
    assert len(recommended(path, "(first: 1)")) == 1


def test_diversity_puts_articles_of_like_titles_apart(tmp_path: Path) -> None:
    path = graph(
        tmp_path / "g.db",
        article("a", title="azure storage prices fall"),
        article("b", title="azure storage prices fall again"),
        article("c", title="azure storage prices fall once more again"),
        article("d", title="azure news"),
    )
    assert slugs(recommended(path, "(diversity: 0, first: 2)")) == ["b", "c"]
    assert slugs(recommended(path, "(diversity: 0.9, first: 2)")) == ["b", "d"]


def test_hidden_articles_are_not_recommended_and_do_not_vote(path: Path) -> None:
    assert "d" not in slugs(recommended(path, settings=Settings(published_only=True)))
    query = "query ($id: ID!) { recommend(like: [$id]) { article { slug } } }"
    assert ask(path, query, Settings(published_only=True), id=article("d").id)["recommend"] == []


def test_recommend_takes_several_articles_and_leaves_out_unlike_ones(path: Path) -> None:
    query = f"query ($like: [ID!]!, $unlike: [ID!]) {{ recommend(like: $like, unlike: $unlike) {_WANTED} }}"
    unknown = "article:aaaaaaaaaaaaaaaa"
    both = ask(path, query, like=[article("a").id, article("e").id, unknown])["recommend"]
    assert not {"a", "e"} & set(slugs(both))
    less = ask(path, query, like=[article("a").id], unlike=[article("b").id])["recommend"]
    assert "b" not in slugs(less)
    for one in less:
        assert sum(reason["contribution"] for reason in one["reasons"]) == pytest.approx(one["score"])


@pytest.mark.parametrize("strategy", [each.name for each in Strategy])
def test_contributions_sum_to_scores_whatever_is_liked_and_unliked(tmp_path: Path, strategy: str) -> None:
    path = graph(
        tmp_path / "g.db",
        article("a", title="azure storage", topics=["all", "u"]),
        article("b", title="azure storage news", day=2, topics=["all", "v"], related=["c"]),
        article("c", title="storage again azure", day=2, topics=["all", "u", "v"], related=["b"]),
        article("d", title="storage prices", day=3, topics=["all"]),
        article("e", title="azure", topics=["all"], related=["d"]),
    )
    query = f"query ($like: [ID!]!, $unlike: [ID!]) {{ recommend(like: $like, unlike: $unlike, strategy: {strategy}) {_WANTED} }}"
    for like, unlike in product("abcde", repeat=2):
        unliked = [] if like == unlike else [article(unlike).id]
        for one in ask(path, query, like=[article(like).id], unlike=unliked)["recommend"]:
            reasons = one["reasons"]
            assert sum(reason["contribution"] for reason in reasons) == pytest.approx(one["score"])
            assert reasons[0]["contribution"] > 0
            assert not any(" 0 " in reason["text"] for reason in reasons)
            for reason in reasons:
                against = reason["text"] == "Speaks more for articles of `unlike`"
                assert against == (reason["contribution"] < 0)


def test_a_topic_that_all_articles_have_is_a_reason_only_where_topics_count(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", *(article(slug, title=f"azure {slug}", topics=["all"]) for slug in "ab"))
    [by_topic] = recommended(path, "(strategy: TOPICS)")
    assert by_topic["reasons"][0]["text"] == "Shares the topic all, which 2 articles have"
    [by_words] = recommended(path)
    assert "SHARED_TOPIC" not in {reason["kind"] for reason in by_words["reasons"]}


def test_an_article_without_a_date_may_be_liked_and_one_with_a_date_unliked(tmp_path: Path) -> None:
    path = graph(
        tmp_path / "g.db",
        article("a", title="azure storage prices", day=None),
        article("b", title="azure storage prices fall", day=1),
        article("c", title="prices", day=1),
    )
    query = f"query ($like: [ID!]!, $unlike: [ID!]) {{ recommend(like: $like, unlike: $unlike) {_WANTED} }}"
    found = ask(path, query, like=[article("a").id], unlike=[article("c").id])["recommend"]
    for one in found:
        assert sum(reason["contribution"] for reason in one["reasons"]) == pytest.approx(one["score"])


def test_a_half_life_may_be_as_short_as_numbers_can_be(path: Path) -> None:
    assert slugs(recommended(path, "(halfLifeDays: 1e-320)"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("like: []", "like must hold at least one id"),
        ('like: ["topic:t"]', "like[0] must be the id of an article"),
        ('like: ["article:aaaaaaaaaaaaaaaa"], diversity: 2', "diversity must be between 0 and 1; got 2"),
        ('like: ["article:aaaaaaaaaaaaaaaa"], halfLifeDays: 0', "halfLifeDays must be more than 0; got 0"),
        ('like: ["article:aaaaaaaaaaaaaaaa"], first: 51', "first must be between 1 and 50; got 51"),
    ],
)
def test_arguments_are_checked(path: Path, arguments: str, message: str) -> None:
    [error] = refusal(path, f"{{ recommend({arguments}) {{ rank }} }}")
    assert error["message"].startswith(message)
