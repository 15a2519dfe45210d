"""Payloads hold documents exactly, and keys that collide never merge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC

from hypothesis import given, strategies as st

from graph_api.documents.document import (
    ArticleDocument,
    EmbeddedProvider,
    ProviderDocument,
    RelatedItem,
    TopicDocument,
)
from graph_api.ingest import document_json
from graph_api.ingest.articles import from_copies, from_files
from graph_api.ingest.taxonomy import TopicNames
from graph_api.records import Image, NodeKey, Problem, Severity
from graph_api.store.writing import ArticleRecord, Copy, NodeProblems, NodeRecord, Statement
from tests.ingest.build import article, item, url

_ints = st.none() | st.integers(-(2**31), 2**31 - 1)
_moments = st.none() | st.datetimes(timezones=st.just(UTC))
_images = st.lists(st.builds(Image, width=_ints, height=_ints), max_size=2).map(tuple)
_mentions = st.none() | st.builds(EmbeddedProvider, images=_images)
_items = st.builds(
    RelatedItem, published_date_time=_moments, quality=_ints, provider=_mentions, images=_images
)
_articles = st.builds(
    ArticleDocument,
    published_date_time=_moments,
    quality=_ints,
    heat=_ints,
    provider=_mentions,
    images=_images,
    related=st.lists(_items, max_size=1).map(tuple),
)

KEY = NodeKey(1)
MEANING = TopicNames(slug_of_name={}, slugs=frozenset(), folders=frozenset())


@given(_articles)
def test_an_article_comes_back_as_it_was_without_its_related(document: ArticleDocument) -> None:
    assert document_json.article(document_json.of_document(document)) == replace(document, related=())


@given(_items)
def test_a_related_item_comes_back_as_it_was(document: RelatedItem) -> None:
    assert document_json.item(document_json.of_item(document)) == document


@given(st.builds(TopicDocument, images=_images))
def test_a_topic_comes_back_as_it_was(document: TopicDocument) -> None:
    assert document_json.topic(document_json.of_document(document)) == document


@given(st.builds(ProviderDocument, images=_images))
def test_a_provider_comes_back_as_it_was(document: ProviderDocument) -> None:
    assert document_json.provider(document_json.of_document(document)) == document


def test_of_two_files_with_one_key_the_smaller_url_stays_and_the_other_is_an_error() -> None:
    statements = [_statement(name) for name in ("b", "a")]
    records = from_files(KEY, statements, [url("c")], [], MEANING, {})
    assert _urls(records) == [url("a")]
    problems = _problems(records)
    assert [(problem.code, problem.severity) for problem in problems] == [("E150", Severity.ERROR)] * 2
    assert [problem.message.split()[0] for problem in problems] == [url("b"), url("c")]


def test_of_two_copies_with_one_key_the_smaller_url_becomes_the_stub() -> None:
    copies = [Copy(KEY, url(name), "x.md", document_json.of_item(item(name))) for name in ("b", "a")]
    records = from_copies(KEY, copies)
    assert _urls(records) == [url("a")]
    assert [problem.code for problem in _problems(records)] == ["E150"]


def _statement(name: str) -> Statement:
    return Statement(KEY, url(name), "/a", f"{name}.md", document_json.of_document(article(name)))


def _urls(records: Iterable[NodeRecord]) -> list[str]:
    return [record.article.url for record in records if isinstance(record, ArticleRecord)]


def _problems(records: Iterable[NodeRecord]) -> list[Problem]:
    return [problem for record in records if isinstance(record, NodeProblems) for problem in record.problems]
