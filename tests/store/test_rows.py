"""Rows by key, and keys by something else: what every store answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal
from unicodedata import normalize

import pytest

from graph_api.records import Detail, Image, NodeKey, Secured, Severity, article_id
from graph_api.store.plans import Rights
from graph_api.store.reads import (
    ArticleIdentifier,
    ArticleKeysBy,
    ArticleRows,
    ChildKeys,
    DetailRows,
    DetailSizes,
    ImageRows,
    ProblemRows,
    ProviderRows,
    Reciprocal,
    SecuredRows,
    SourceRows,
    Status,
    TopicKeys,
    TopicKeysByName,
    TopicRows,
)
from tests.store.build import article, key, problem, provider, topic
from tests.store.stores import Stored

ALL = Rights()
LESS = Rights(published_only=True)


def test_an_article_has_what_its_row_says(stored: Stored) -> None:
    answer = stored(article("a", title="Ä title", day=2, quality=3, published=True, provider="x.org"))
    found = answer(ArticleRows((key("a"),), ALL))[key("a")]
    assert found.id == article_id("https://example.org/a")
    assert (found.title, found.quality, found.heat, found.published) == ("Ä title", 3, None, True)
    assert found.published_date_time == datetime(1970, 1, 3, tzinfo=UTC)
    assert (found.is_stub, found.provider_key) == (False, provider("x.org").key)


def test_unknown_and_hidden_keys_are_absent_not_errors(stored: Stored) -> None:
    answer = stored(article("a", published=False), article("b"))
    keys = (key("a"), key("b"), NodeKey(7))
    assert set(answer(ArticleRows(keys, ALL))) == {key("a"), key("b")}
    assert set(answer(ArticleRows(keys, LESS))) == {key("b")}


def test_secured_payloads_need_the_right(stored: Stored) -> None:
    answer = stored(article("a", body="text", secured=("c", "i")), article("b"))
    keys = (key("a"), key("b"))
    assert answer(SecuredRows(keys, ALL)) == {}
    opened = answer(SecuredRows(keys, Rights(secured=True)))
    assert opened == {key("a"): Secured(ciphertext="c", iv="i")}


def test_details_and_their_sizes_in_bytes_are_absent_where_there_are_none(stored: Stored) -> None:
    answer = stored(
        article("a", body="Zürich 😀"),
        article("b"),
        article("c", body=""),
        article("d", body="hidden", published=False),
    )
    keys = tuple(map(key, "abcd"))
    assert answer(DetailRows(keys, LESS, Detail.BODY)) == {key("a"): "Zürich 😀"}
    assert answer(DetailSizes(keys, LESS, Detail.BODY)) == {key("a"): 12}
    assert answer(DetailRows(keys, LESS, Detail.EXTRA)) == {}


def test_images_topics_and_files_keep_their_order(stored: Stored) -> None:
    answer = stored(
        article(
            "a",
            images=["z", "b"],
            topics=["z", "b"],
            files=[("old.md", 1), ("y.md", 2), ("x.md", 2)],
        ),
    )
    keys = (key("a"),)
    assert answer(ImageRows(keys, ALL)) == {key("a"): (Image(url="z", width=0), Image(url="b", width=1))}
    assert answer(TopicKeys(keys, ALL)) == {key("a"): (topic("z").key, topic("b").key)}
    found = answer(SourceRows(keys, ALL))[key("a")]
    assert [file.path for file in found] == ["x.md", "y.md", "old.md"]
    assert len(found[0].sha256) == 64


def test_lists_of_hidden_articles_and_hidden_topics_are_absent(stored: Stored) -> None:
    hidden = article("a", published=False, images=["i"], topics=["t"], files=[("a.md", 1)])
    answer = stored(hidden, article("b", topics=["gone", "t"]), topic("gone", hidden=True))
    keys = (key("a"), key("b"))
    assert answer(TopicKeys(keys, LESS)) == {key("b"): (topic("t").key,)}
    assert answer(ImageRows(keys, LESS)) == {}
    assert answer(SourceRows(keys, LESS)) == {}


def test_providers_and_topics_have_what_their_rows_say(stored: Stored) -> None:
    answer = stored(provider("x.org", name="Ex"), topic("t", parent="p"), topic("p"))
    found = answer(ProviderRows((provider("x.org").key,), ALL))[provider("x.org").key]
    assert (found.domain, found.name, found.other_names) == ("x.org", "Ex", ("EX",))
    assert found.images == (Image(url="https://x.org/logo.png", width=16, is_cached=True),)
    below = answer(TopicRows((topic("t").key,), ALL))[topic("t").key]
    assert (below.slug, below.keywords, below.parent_key) == ("t", ("t",), topic("p").key)


def test_a_topic_that_the_caller_may_not_see_has_no_children(stored: Stored) -> None:
    answer = stored(topic("p", hidden=True), topic("c", parent="p"))
    assert answer(ChildKeys((topic("p").key,), ALL)) == {topic("p").key: (topic("c").key,)}
    assert answer(ChildKeys((topic("p").key,), LESS)) == {}


def test_children_come_by_name_then_slug(stored: Stored) -> None:
    answer = stored(
        topic("p"),
        topic("1", name="b", parent="p"),
        topic("2", name="A", parent="p"),
        topic("3", name="a", parent="p"),
        topic("4", name="a", parent="p", hidden=True),
    )
    children = answer(ChildKeys((topic("p").key,), LESS))[topic("p").key]
    assert children == (topic("2").key, topic("3").key, topic("1").key)


def test_reciprocal_needs_an_edge_each_way_and_both_ends_to_be_seen(stored: Stored) -> None:
    answer = stored(
        article("a", related=["b", "c", "h"]),
        article("b", related=["a"]),
        article("h", related=["a"], published=False),
    )
    pairs = tuple((key("a"), key(other)) for other in "bch")
    assert answer(Reciprocal(pairs, ALL)) == {pairs[0], pairs[2]}
    assert answer(Reciprocal(pairs, LESS)) == {pairs[0]}


def test_of_several_articles_the_newest_answers_to_a_slug_then_the_smallest_id(stored: Stored) -> None:
    nodes = [article(name, slug="s", day=day) for name, day in zip("abcd", (None, 1, 2, 2), strict=True)]
    newest = min(nodes[2:], key=lambda node: node.id)
    answer = stored(*nodes)
    read = ArticleKeysBy(ArticleIdentifier.SLUG, ("s", "none", "\ud800", "s\0"), ALL)
    assert answer(read) == {"s": newest.key}


def test_articles_are_found_by_any_url_and_by_path(stored: Stored) -> None:
    answer = stored(article("a", urls=["https://amp/a"], files=[("news/a.md", 1)]))
    by_url = ArticleKeysBy(ArticleIdentifier.URL, ("https://amp/a", "https://example.org/a"), ALL)
    assert answer(by_url) == dict.fromkeys(by_url.values, key("a"))
    assert answer(ArticleKeysBy(ArticleIdentifier.PATH, ("news/a.md",), ALL)) == {"news/a.md": key("a")}


def test_topics_are_found_by_any_name_without_regard_to_case(stored: Stored) -> None:
    answer = stored(topic("x", name="Go", names=["Golang"]), topic("y", names=["GO"]))
    found = answer(TopicKeysByName(("go", "GO", "GOLANG", "rust"), ALL))
    assert found == {"go": topic("x").key, "GO": topic("x").key, "GOLANG": topic("x").key}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_slugs_paths_and_names_are_found_in_either_normal_form(
    form: Literal["NFC", "NFD"], stored: Stored
) -> None:
    answer = stored(
        article("a", slug="café", files=[("é/café.md", 1)], topics=["kaffee"]),
        topic("kaffee", name="Café"),
    )
    for handle, value in ((ArticleIdentifier.SLUG, "café"), (ArticleIdentifier.PATH, "é/café.md")):
        asked = normalize(form, value)
        assert answer(ArticleKeysBy(handle, (asked,), ALL)) == {asked: key("a")}
    named = normalize(form, "CAFÉ")
    assert answer(TopicKeysByName((named,), ALL)) == {named: topic("kaffee").key}


def test_status_counts_what_the_caller_sees(stored: Stored) -> None:
    answer = stored(
        article("a", related=["b", "c"], provider="x.org", topics=["t"]),
        article("b", published=False, related=["a"]),
        provider("gone", hidden=True),
        problem("E1", "a.md", severity="error"),
        problem("W2", "b.md", article="b"),
    )
    more, less = answer(Status(ALL)), answer(Status(LESS))
    assert (more.articles, more.stubs, more.providers, more.topics, more.related) == (3, 1, 2, 1, 3)
    assert (less.articles, less.stubs, less.providers, less.topics, less.related) == (2, 1, 1, 1, 1)
    assert more.problems == {Severity.ERROR: 1, Severity.WARNING: 1}
    assert less.problems == {Severity.ERROR: 1, Severity.WARNING: 0}
    assert (more.revision, more.generated_at) == ("one", datetime(2026, 11, 22, 10, tzinfo=UTC))


def test_a_problem_has_what_its_row_says(stored: Stored) -> None:
    one, hidden = problem("E1", "a.md", line=4), problem("W2", "b.md", article="b")
    answer = stored(one, hidden, article("b", published=False))
    found = answer(ProblemRows((one.key, hidden.key), LESS))
    assert [(row.code, row.path, row.line) for row in found.values()] == [("E1", "a.md", 4)]
