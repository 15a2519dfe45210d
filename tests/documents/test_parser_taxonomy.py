"""Taxonomies: topics with parents, and organizations that describe providers."""

from __future__ import annotations

import json

import pytest

from graph_api.documents import ProviderDocument, TopicDocument
from graph_api.records import Image
from tests.documents.writing import codes, parsed_file

_TOPIC = """taxonomy: topic
_id: management-tools
name: Management tools
shortname: Tools
parent: Azure
keywords:
  - azure monitor
  - 2020
hashtags:
  - "#AzureTools"
images:
  - https://example.com/topics/tools.jpg
services:
  news: https://example.com/api/news/
"""
_ORGANIZATION = """---
taxonomy: organization
_id: Amazon.com
name: Amazon
domain: Amazon.com
description: A shop.
otherNames:
  - AWS
images:
  - url: /assets/images/organizations/amazon.com-50x50.jpg
    width: 50
    height: 50
founded: 1994
---
"""


def topic(text: str, path: str = "_data/topics/x.yaml") -> TopicDocument:
    """The topic that a text becomes, without problems."""
    found = parsed_file(text, path)
    assert isinstance(found.document, TopicDocument), found.problems
    assert found.problems == ()
    return found.document


def test_a_topics_file_becomes_a_topic() -> None:
    assert topic(_TOPIC) == TopicDocument(
        slug="management-tools",
        name="Management tools",
        shortname="Tools",
        parent="Azure",
        keywords=("azure monitor", "2020"),
        hashtags=("#AzureTools",),
        images=(Image(url="https://example.com/topics/tools.jpg"),),
        extra='{"services":{"news":"https://example.com/api/news/"}}',
    )


def test_a_topic_without_id_has_the_slug_of_its_name() -> None:
    assert topic("name: C#\n").slug == "csharp"


def test_an_id_wins_over_the_name() -> None:
    assert topic("_id: 365\nname: Office 365\n").slug == "365"


def test_a_yaml_file_may_start_with_dashes() -> None:
    assert topic("---\nname: Azure\n").name == "Azure"


def test_an_organisations_file_becomes_a_provider() -> None:
    found = parsed_file(_ORGANIZATION, "_data/organizations/amazon.com.md")
    assert found.problems == ()
    assert found.document == ProviderDocument(
        domain="amazon.com",
        name="Amazon",
        other_names=("AWS",),
        description="A shop.",
        images=(Image(url="/assets/images/organizations/amazon.com-50x50.jpg", width=50, height=50),),
        extra='{"founded":1994}',
    )


def test_an_organisations_id_stands_in_for_its_domain() -> None:
    found = parsed_file("---\ntaxonomy: organization\n_id: a.com\n---\n", "a.md")
    assert isinstance(found.document, ProviderDocument)
    assert (found.document.domain, found.document.name) == ("a.com", "a.com")


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("_data/topics/a.yaml", "name: A\n", TopicDocument),
        ("site/_data/topics/a.yml", "name: A\n", TopicDocument),
        ("topics/a.yaml", "name: A\n", TopicDocument),
        ("elsewhere/a.yaml", "taxonomy: topic\nname: A\n", TopicDocument),
        ("a.md", "---\ntaxonomy: topic\nname: A\n---\n", TopicDocument),
        ("_data/organizations/a.md", "---\ndomain: a.com\n---\n", ProviderDocument),
        ("_data/organizations/a.yaml", "domain: a.com\n", ProviderDocument),
        ("_data/topics/a.yaml", "taxonomy: organization\ndomain: a.com\n", ProviderDocument),
    ],
)
def test_a_taxonomy_is_known_by_its_key_or_its_folder(path: str, text: str, kind: type) -> None:
    assert isinstance(parsed_file(text, path).document, kind)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("_config.yml", "title: &t A site\nother: *t\n"),
        ("_data/navigation.yaml", "- a\n- b\n"),
        ("a.yaml", "taxonomy: author\nname: A\n"),
        ("a.md", "---\ntaxonomy: author\nname: A\n---\n"),
    ],
)
def test_other_taxonomies_and_yaml_files_are_skipped_with_a_warning(path: str, text: str) -> None:
    found = parsed_file(text, path)
    assert found.document is None
    assert codes(found) == ["W213"]


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("_data/topics/a.yaml", "_id: a\n", "E111"),
        ("_data/topics/a.yaml", "_id: a\nname: ''\n", "E111"),
        ("_data/topics/a.yaml", "name: [a]\n", "E107"),
        ("_data/topics/a.yaml", "- a\n", "E124"),
        ("_data/topics/a.yaml", "", "E120"),
        ("_data/topics/a.yaml", "name: A\nname: B\n", "E125"),
        ("_data/topics/a.yaml", "name: A\n---\nname: B\n", "E133"),
        ("_data/topics/a.yaml", "name: *a\n", "E126"),
        ("_data/organizations/a.md", "---\nname: A\n---\n", "E112"),
        ("_data/organizations/a.md", "---\nname: A\ndomain: https://a.com\n---\n", "E112"),
    ],
)
def test_a_taxonomy_file_without_its_identity_is_rejected(path: str, text: str, code: str) -> None:
    found = parsed_file(text, path)
    assert found.document is None
    assert code in codes(found)


def test_single_values_count_as_lists_of_one() -> None:
    found = parsed_file("name: A\nkeywords: a\nhashtags: '#a'\n", "_data/topics/a.yaml")
    assert isinstance(found.document, TopicDocument)
    assert (found.document.keywords, found.document.hashtags) == (("a",), ("#a",))
    assert codes(found) == ["W203", "W203"]


def test_unknown_keys_are_kept() -> None:
    assert json.loads(topic("name: A\ncolour: {r: 1}\n").extra or "") == {"colour": {"r": 1}}
