"""Values of fields: texts are in NFC, so that canonically equivalent ones are equal."""

from __future__ import annotations

import json

from graph_api.documents import TopicDocument
from tests.documents.writing import article, parsed_file

_NFD = "Cafe\u0301"
_NFC = "Caf\u00e9"


def test_texts_are_in_nfc() -> None:
    document = article(title=_NFD, excerpt=_NFD, category=_NFD, type=_NFD, topics=f"[{_NFD}]")
    assert {document.title, document.excerpt, document.category, document.type, *document.topics} == {_NFC}
    provider = article(provider=f"{{name: {_NFD}, domain: example.com}}").provider
    assert provider is not None
    assert provider.name == _NFC


def test_equivalent_spellings_of_a_topic_are_one() -> None:
    assert article(topics=f"[{_NFD}, {_NFC}]").topics == (_NFC,)


def test_texts_of_the_taxonomy_are_in_nfc() -> None:
    text = f"_id: {_NFD}\nname: {_NFD}\nshortname: {_NFD}\nparent: {_NFD}\nkeywords: [{_NFD}]\nhashtags: [{_NFD}]\n"
    topic = parsed_file(text, "_data/topics/a.yaml").document
    assert isinstance(topic, TopicDocument)
    assert {topic.slug, topic.name, topic.shortname, topic.parent, *topic.keywords, *topic.hashtags} == {_NFC}


def test_urls_bodies_and_unknown_keys_are_kept_as_written() -> None:
    document = article(
        f"---\ntitle: One\nwebUrl: https://example.com/{_NFD}\nfeaturedContent: {_NFD}\nmore: {_NFD}\n---\n{_NFD}"
    )
    assert (document.web_url, document.url) == (
        f"https://example.com/{_NFD}",
        "https://example.com/Cafe%CC%81",
    )
    assert (document.body, document.featured_content) == (_NFD, _NFD)
    assert json.loads(document.extra or "") == {"more": _NFD}


def test_a_slug_is_in_nfc() -> None:
    found = parsed_file(
        "---\ntitle: One\nwebUrl: https://example.com/one\n---\n", f"_news/{_NFD}.md"
    ).document
    assert found is not None
    assert getattr(found, "slug", None) == _NFC
