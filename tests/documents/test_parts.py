"""Unknown keys are kept as JSON; other collections of the family can be articles."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graph_api.documents import ArticleDocument
from tests.documents.writing import article, codes, front_matter, parsed_file, read


def extra(text: str | None = None, **fields: str) -> Any:
    """What the article keeps as extra."""
    kept = article(text, **fields).extra
    return None if kept is None else json.loads(kept)


def test_unknown_keys_are_kept_with_their_types() -> None:
    kept = extra(a="1", b="1.5", c="x", d="true", e="~", f="[1, {g: h}]", i="2023-03-15T21:22:00Z")
    assert kept == {
        "a": 1,
        "b": 1.5,
        "c": "x",
        "d": True,
        "e": None,
        "f": [1, {"g": "h"}],
        "i": "2023-03-15T21:22:00Z",
    }


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("9007199254740991", 9007199254740991),
        ("9007199254740992", "9007199254740992"),
        ("-9007199254740991", -9007199254740991),
        ("-9007199254740992", "-9007199254740992"),
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "18446744073709551616"),
        ("-9223372036854775809", "-9223372036854775809"),
        ("[9007199254740993]", ["9007199254740993"]),
        ("{a: 9007199254740993}", {"a": "9007199254740993"}),
        ("0x20000000000000", "0x20000000000000"),
        (".nan", ".nan"),
        ("-.inf", "-.inf"),
        ("1e999", "1e999"),
        ("2023-03-15", "2023-03-15"),
        ("2023-03-15 21:22:00 +2", "2023-03-15T19:22:00Z"),
        ("'2023-03-15 21:22:00 +2'", "2023-03-15 21:22:00 +2"),
        ("2023-02-30 21:22:00", "2023-02-30 21:22:00"),
        ("no", "no"),
        ("12:30:45", "12:30:45"),
        ("' a\\n '", " a\\n "),
    ],
)
def test_what_json_cannot_hold_becomes_text(written: str, value: object) -> None:
    assert extra(more=written) == {"more": value}
    assert extra(more=f"{{deep: [{written}]}}") == {"more": {"deep": [value]}}


def test_keys_are_texts_as_they_are_spelled() -> None:
    kept = extra(
        front_matter(more="{1: a, true: b, 1.10: c}").replace("---\ntitle", "---\n2020: x\n~: y\ntitle")
    )
    assert kept == {"2020": "x", "~": "y", "more": {"1": "a", "true": "b", "1.10": "c"}}


def test_unknown_keys_of_parts_are_kept_below_the_part() -> None:
    kept = extra(
        provider="{domain: a.com, authors: [Ada]}",
        images="[{url: 'https://a.com/b'}, {url: 'https://a.com/c', alt: C}]",
    )
    assert kept == {"provider": {"authors": ["Ada"]}, "images": [{}, {"alt": "C"}]}


def test_unknown_keys_of_a_related_item_stay_with_it() -> None:
    document = article(related="[{title: Two, webUrl: 'https://example.com/two', length: PT3M}]")
    assert json.loads(document.related[0].extra or "") == {"length": "PT3M"}


def test_twenty_levels_are_kept() -> None:
    assert extra(more="[" * 19 + "1" + "]" * 19) is not None


@pytest.mark.parametrize(
    ("collection", "fields", "kept"),
    [
        ("_videos", {"type": "video", "length": "PT1H2M", "price": "0"}, {"length": "PT1H2M", "price": 0}),
        (
            "_courses",
            {"type": "course", "ratings": "{count: 12, average: 4.5}", "levels": "[beginner]"},
            {"ratings": {"count": 12, "average": 4.5}, "levels": ["beginner"]},
        ),
        (
            "_collections",
            {"type": "collection", "items": "[_news/a.md, _news/b.md]"},
            {"items": ["_news/a.md", "_news/b.md"]},
        ),
        (
            "_samples",
            {"actions": "[{title: Try, url: 'https://a.com'}]"},
            {"actions": [{"title": "Try", "url": "https://a.com"}]},
        ),
        ("_communities", {"type": "forum", "members": "1200"}, {"members": 1200}),
    ],
)
def test_other_collections_are_articles(
    collection: str, fields: dict[str, str], kept: dict[str, object]
) -> None:
    found = parsed_file(front_matter(**fields), path=f"{collection}/one.md")
    assert isinstance(found.document, ArticleDocument)
    assert found.problems == ()
    assert json.loads(found.document.extra or "") == kept


def test_an_event_is_known_by_name_and_website() -> None:
    found = read(
        title=None,
        webUrl=None,
        name="Build",
        website="https://build.example.com",
        startDateTime="2023-05-23T09:00:00-07:00",
        endDateTime="2023-05-25",
    )
    assert isinstance(found.document, ArticleDocument)
    assert (found.document.title, found.document.url) == ("Build", "https://build.example.com/")
    assert found.document.web_url == "https://build.example.com"
    assert json.loads(found.document.extra or "") == {
        "startDateTime": "2023-05-23T09:00:00-07:00",
        "endDateTime": "2023-05-25",
    }
    assert found.problems == ()


def test_name_and_website_are_extra_beside_title_and_url() -> None:
    assert extra(name="N", website="nowhere") == {"name": "N", "website": "nowhere"}


def test_a_person_without_an_address_is_rejected_clearly() -> None:
    found = read(title=None, webUrl=None, name="Ada", bio="Mathematician", twitter="'@ada'")
    assert found.document is None
    assert codes(found) == ["E102"]


def test_a_newsletter_without_provider_keeps_its_body() -> None:
    document = article(front_matter(type="newsletter") + "<html><body>\n<hr>\n</body></html>\n")
    assert document.provider is None
    assert document.body == "<html><body>\n<hr>\n</body></html>"
