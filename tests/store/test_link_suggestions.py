"""Link suggestions: the same in every store; which addresses are variants of one."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from graph_api.store.link_suggestions import Common, Suggestion, SuggestionKind, Suggestions, plain_address
from graph_api.store.plans import Rights
from graph_api.store.reads import LinkSuggestions
from tests.execution.operations import graphs
from tests.execution.plain_suggestions import suggestions as plain
from tests.store.build import AnyNode, ArticleNode, article, key
from tests.store.stores import OTHERS, STORES, answers


def content(found: Suggestions) -> tuple[list[Suggestion], list[int]]:
    return list(found.of(found.keys.tolist())), found.mutual.tolist()


def made(nodes: list[AnyNode], name: str = "dict") -> list[Suggestions]:
    reads = [LinkSuggestions(Rights(published_only=only)) for only in (False, True)]
    with TemporaryDirectory() as folder:
        return list(answers(STORES[name](Path(folder), nodes), reads))


@pytest.mark.parametrize("name", OTHERS)
@settings(max_examples=30)
@given(nodes=graphs())
def test_every_store_has_the_same_suggestions(name: str, nodes: list[AnyNode]) -> None:
    assert list(map(content, made(nodes, name))) == list(map(content, made(nodes)))


@settings(max_examples=60)
@given(nodes=graphs())
def test_suggestions_are_those_of_comparing_every_pair(nodes: list[AnyNode]) -> None:
    articles = [node for node in nodes if isinstance(node, ArticleNode)]
    found = made(nodes)[0]
    assert {(one.kind.name, one.article, one.other, one.key) for one in found.of(found.keys.tolist())} == {
        (one.kind, key(one.article), one.other and key(one.other), one.key) for one in plain(articles)
    }


def file(name: str) -> list[tuple[str, int]]:
    return [(f"{name}.md", 1)]


def test_an_article_that_does_not_list_back_is_found_with_the_one_that_lists_it() -> None:
    nodes: list[AnyNode] = [
        article("a", related="bc", files=file("a")),
        article("b", related="ac", files=file("b")),
        article("c", related="b", files=file("c")),
    ]
    [found] = made(nodes)[0].of(made(nodes)[0].ranked(SuggestionKind.MISSING_RECIPROCAL)[0].tolist())
    assert (found.article, found.other) == (key("c"), key("a"))
    assert found.score == pytest.approx(2 / 3)


def test_stubs_list_no_article_back() -> None:
    nodes: list[AnyNode] = [
        article("a", related="bs", files=file("a")),
        article("b", related="a", files=file("b")),
        article("s", stub=True),
    ]
    assert len(made(nodes)[0].ranked(SuggestionKind.MISSING_RECIPROCAL)[0]) == 0


def test_equal_texts_are_duplicates_whatever_their_titles() -> None:
    text = "one two three four five six seven eight nine ten eleven twelve"
    nodes: list[AnyNode] = [article(name, title=f"{name} title", excerpt=text) for name in "ab"]
    [found] = made(nodes)[0].of(made(nodes)[0].ranked(SuggestionKind.NEAR_DUPLICATE)[0].tolist())
    assert (found.common, found.score) == (Common.TEXT, 1)


def test_hidden_articles_are_in_no_suggestion_and_change_none() -> None:
    shown: list[AnyNode] = [
        article("a", related="bc", files=file("a")),
        article("b", related="a", files=file("b")),
        article("c", title="Two words", files=file("c")),
    ]
    hidden: list[AnyNode] = [
        article(name, title="Two words", related="abc", published=False, files=file(name)) for name in "de"
    ]
    assert content(made([*shown, *hidden])[1]) == content(made(shown)[0])
    assert content(made([*shown, *hidden])[0]) != content(made(shown)[0])


@pytest.mark.parametrize(
    "variant",
    [
        "http://example.com/a/b",
        "https://www.example.com/a/b",
        "https://example.com/a/b/",
        "https://example.com/a/b/index.html",
        "https://example.com/A/b",
        "https://EXAMPLE.com/a/b?utm_source=x&ref=y",
        "https://example.com/a/b?amp=1",
        "https://example.com/a/b/amp/",
        "https://amp.example.com/a/b",
        "https://m.example.com/a/b#part",
    ],
)
def test_spellings_of_one_address_are_equal(variant: str) -> None:
    assert plain_address(variant) == plain_address("https://example.com/a/b")


def test_pages_with_amp_in_the_name_of_their_file_are_variants() -> None:
    assert plain_address("https://e.org/a.amp.html") == plain_address("https://e.org/a.html")


@pytest.mark.parametrize(
    "other",
    [
        "https://example.com/a/c?id=1",
        "https://example.com/a/b?id=2",
        "https://example.com/a/b",
        "https://example.org/a/b?id=1",
        "https://example.com/camp?id=1",
    ],
)
def test_other_pages_are_not(other: str) -> None:
    assert plain_address(other) != plain_address("https://example.com/a/b?id=1")


@pytest.mark.parametrize(
    "home", ["https://example.com/", "http://www.example.com", "https://e.org/index.html", "x"]
)
def test_home_pages_are_not_compared(home: str) -> None:
    assert plain_address(home) is None
