"""Payloads hold documents exactly, and keys that collide never merge."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from hypothesis import given, strategies as st

from graph_api.documents.document import (
    ArticleDocument,
    ProviderDocument,
    ProviderMention,
    RelatedItem,
    TopicDocument,
)
from graph_api.ingest import document_json
from graph_api.ingest.articles import from_copies, from_files
from graph_api.ingest.taxonomy import Meaning
from graph_api.records import Image, NodeKey
from graph_api.store.sqlite.writer_rows import ArticleRow, Copy, ProblemRow, Saying
from tests.ingest.build import article, item, url

_ints = st.none() | st.integers(-(2**31), 2**31 - 1)
_moments = st.none() | st.datetimes(timezones=st.just(UTC))
_images = st.lists(st.builds(Image, width=_ints, height=_ints), max_size=2).map(tuple)
_mentions = st.none() | st.builds(ProviderMention, images=_images)
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
MEANING = Meaning(slug_of_name={}, slugs=frozenset(), folders=frozenset())


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
    sayings = [_saying(name) for name in ("b", "a")]
    rows = from_files(KEY, sayings, [url("c")], MEANING)
    assert [row.url for row in rows if isinstance(row, ArticleRow)] == [url("a")]
    problems = [row for row in rows if isinstance(row, ProblemRow)]
    assert [(row.code, row.severity) for row in problems] == [("E150", "error")] * 2
    assert [row.message.split()[0] for row in problems] == [url("b"), url("c")]


def test_of_two_copies_with_one_key_the_smaller_url_becomes_the_stub() -> None:
    copies = [
        Copy(KEY, url(name), "x.md", document_json.of_item(item(name)), hidden=False) for name in ("b", "a")
    ]
    rows = from_copies(KEY, copies)
    assert [row.url for row in rows if isinstance(row, ArticleRow)] == [url("a")]
    assert [row.code for row in rows if isinstance(row, ProblemRow)] == ["E150"]


def _saying(name: str) -> Saying:
    return Saying(KEY, url(name), "/a", f"{name}.md", document_json.of_document(article(name)))
