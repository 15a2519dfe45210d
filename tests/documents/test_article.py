"""What is a document: every field reaches the record, oddities are kept or warned of."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from graph_api.documents import ArticleDocument, EmbeddedProvider, parse
from graph_api.records import Image, Secured, Severity, article_id, article_key
from tests.corpora import shared_path
from tests.documents.writing import article, codes, front_matter, only, parsed_file, read

_SEED = "2023-03-15-pytorch-2-0-brings-new-fire-to-open-source-machine-learning.md"


def test_the_given_document_is_read_with_every_field() -> None:
    found = parse(f"_news/{_SEED}", shared_path("seed", _SEED).read_bytes())
    document = found.document
    assert isinstance(document, ArticleDocument)
    assert found.problems == ()
    assert document.slug == "pytorch-2-0-brings-new-fire-to-open-source-machine-learning"
    assert document.title == "PyTorch 2.0 brings new fire to open-source machine learning"
    assert (document.excerpt or "").endswith(">>Don\u2019t miss our ...")
    assert document.published_date_time == datetime(2023, 3, 15, 21, 22, tzinfo=UTC)
    assert (document.category, document.type) == ("news", "article")
    assert (document.quality, document.heat, document.published, document.removed) == (106, 136, True, False)
    assert document.topics == ("Machine Learning", "AI", "Facebook AI")
    assert document.url == document.web_url == document.original_url
    assert (document.amp_web_url or "").endswith("/amp/")
    assert (document.cdn_amp_web_url or "").startswith("https://venturebeat-com.cdn.ampproject.org/")
    assert document.secured is not None
    assert document.secured.iv == "vBLB/AG1nGJHl/x9/RcZSw=="
    assert document.provider is not None
    assert (document.provider.domain, document.provider.name) == ("venturebeat.com", "VentureBeat")
    assert document.provider.images[0].width == 50
    assert document.images[0].is_cached is True
    assert [item.quality for item in document.related] == [54, 45, 24]
    assert document.related[2].provider == EmbeddedProvider(domain="tmcnet.com", name="TMCnet")
    assert document.related[0].images[0].height == 556
    assert (document.body, document.extra) == (None, None)


def test_scores_and_flags_may_be_absent() -> None:
    document = article()
    assert (document.quality, document.heat, document.published) == (None, None, None)
    assert (document.provider, document.published_date_time, document.excerpt) == (None, None, None)
    assert (document.topics, document.images, document.related, document.removed) == ((), (), (), False)


def test_an_absent_type_is_an_article() -> None:
    assert article().type == "article"
    assert article(type="video").type == "video"


def test_a_removed_document_is_read_and_says_so() -> None:
    found = read(removed="true", quality="3")
    assert isinstance(found.document, ArticleDocument)
    assert found.document.removed


def test_the_original_url_stands_in_for_a_missing_web_url() -> None:
    document = article(webUrl=None, originalUrl="https://example.com/Video?utm_source=x")
    assert (document.url, document.web_url) == ("https://example.com/Video", None)


def test_the_web_url_keeps_its_source_text() -> None:
    document = article(webUrl="' HTTPS://Example.com/A b?utm_source=x#part '")
    assert document.web_url == "HTTPS://Example.com/A b?utm_source=x#part"
    assert document.url == "https://example.com/A%20b"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("true", "true"),
        ("2020", "2020"),
        ("02020", "02020"),
        ("1.10", "1.10"),
        ("1e3", "1e3"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2020-01-02", "2020-01-02"),
        ("2020-01-02 10:00:00 -5", "2020-01-02 10:00:00 -5"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("=", "="),
        ("1.10 # a remark", "1.10"),
        ('"a \\"b\\" \\u00e9"', 'a "b" \u00e9'),
        ("'it''s'", "it's"),
        ("AT&T *now* R!", "AT&T *now* R!"),
        ("'&amp; *b* !c << d [e] {f}'", "&amp; *b* !c << d [e] {f}"),
        ("a << b", "a << b"),
        ("|\n  a\n  b", "a b"),
        (">-\n  a\n  b", "a b"),
        ("'  a \u00a0'", "a"),
        ('"a\\r\\nb"', "a b"),
        ('"a\\n\\n\\nb"', "a b"),
        ('"a\\tb"', "a\tb"),
        ("a\u00a0b\u200bc", "a\u00a0b\u200bc"),
        ("a\u2028b\x85c", "a\u2028b\x85c"),
        ('"a\u2028b\ufeffc"', "a\u2028b\ufeffc"),
        ("&amp;", None),
        ('"&amp; &nbsp;"', "&amp; &nbsp;"),
        ("Caf\u00c3\u00a9", "Caf\u00c3\u00a9"),
    ],
)
def test_a_text_keeps_its_source(written: str, text: str | None) -> None:
    found = read(title=written, excerpt=written)
    if text is None:
        assert found.document is None
        return
    assert isinstance(found.document, ArticleDocument), found.problems
    assert (found.document.title, found.document.excerpt) == (text, text)
    assert found.problems == ()


def test_texts_in_lists_and_mappings_keep_their_source_too() -> None:
    document = article(topics="\n- 5.10\n- no\n- 2020", provider="{name: 007, domain: a.com}")
    assert document.topics == ("5.10", "no", "2020")
    assert document.provider is not None
    assert document.provider.name == "007"


def test_an_empty_excerpt_stays_empty() -> None:
    assert article(excerpt="''").excerpt == ""


def test_a_byte_order_mark_and_windows_line_ends_make_no_difference() -> None:
    plain = front_matter(excerpt='"a\n  b"', topics="\n- A\n- B") + "\nBody\n\nmore\n"
    windows = "\ufeff" + plain.replace("\n", "\r\n")
    assert article(windows) == article(plain)
    assert article(windows).body == "Body\n\nmore"


@pytest.mark.parametrize("body", ["a\n\n---\n\nb", "---\ntitle: b\n---", "a: b\n- c\n\t---"])
def test_a_line_of_dashes_in_the_body_is_body(body: str) -> None:
    document = article(f"{front_matter()}\n{body}\n")
    assert (document.title, document.body) == ("One", body)


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_line_of_dashes_in_a_quoted_text_is_text(quote: str) -> None:
    document = article(front_matter(title=f"{quote}a\n---\nb\n---\n  c{quote}") + "body\n---\n")
    assert (document.title, document.body) == ("a --- b --- c", "body\n---")


def test_a_line_of_dashes_does_not_hide_an_open_quote() -> None:
    found = parsed_file(front_matter(excerpt='"open') + "\nbody\n---\nmore\n")
    assert codes(found) == ["E123"]
    assert only(found).line == 4


@pytest.mark.parametrize(
    ("written", "moment", "warnings"),
    [
        ("2023-03-15T21:22:00Z", datetime(2023, 3, 15, 21, 22, tzinfo=UTC), []),
        ("'2023-03-15T21:22:00Z'", datetime(2023, 3, 15, 21, 22, tzinfo=UTC), []),
        ("2023-03-15T21:22:00+02:00", datetime(2023, 3, 15, 19, 22, tzinfo=UTC), []),
        ("2023-03-15T21:22:00-0530", datetime(2023, 3, 16, 2, 52, tzinfo=UTC), []),
        ("2023-03-15 21:22:00.5 -5", datetime(2023, 3, 16, 2, 22, 0, 500000, tzinfo=UTC), []),
        ("2023-03-15t21:22z", datetime(2023, 3, 15, 21, 22, tzinfo=UTC), []),
        ("2023-03-15T21:22:00.123456789Z", datetime(2023, 3, 15, 21, 22, 0, 123456, tzinfo=UTC), []),
        ("2023-03-15T21:22:00", datetime(2023, 3, 15, 21, 22, tzinfo=UTC), ["W201"]),
        ("2023-03-15 21:22", datetime(2023, 3, 15, 21, 22, tzinfo=UTC), ["W201"]),
        ("2023-03-15", datetime(2023, 3, 15, tzinfo=UTC), ["W202"]),
        ("'2023-3-5'", datetime(2023, 3, 5, tzinfo=UTC), ["W202"]),
        ("", None, []),
        ("''", None, []),
    ],
)
def test_moments_become_utc(written: str, moment: datetime | None, warnings: list[str]) -> None:
    found = read(publishedDateTime=written)
    assert isinstance(found.document, ArticleDocument)
    assert found.document.published_date_time == moment
    assert codes(found) == warnings


def test_a_date_may_differ_from_the_files() -> None:
    found = parsed_file(
        front_matter(publishedDateTime="2023-03-14T23:00:00Z"), path="_news/2023-03-15-one.md"
    )
    assert found.problems == ()


def test_a_single_topic_or_image_counts_as_a_list_of_one() -> None:
    found = read(topics="Azure", images="https://example.com/a.jpg")
    assert isinstance(found.document, ArticleDocument)
    assert (found.document.topics, found.document.images) == (
        ("Azure",),
        (Image(url="https://example.com/a.jpg"),),
    )
    assert codes(found) == ["W203", "W203"]


def test_images_may_be_plain_addresses() -> None:
    found = read(images="[https://example.com/a.jpg, {url: 'http://example.com/b.jpg', title: ' B '}]")
    assert isinstance(found.document, ArticleDocument)
    assert [image.url for image in found.document.images] == [
        "https://example.com/a.jpg",
        "http://example.com/b.jpg",
    ]
    assert found.document.images[1].title == "B"
    assert found.problems == ()


@pytest.mark.parametrize(
    "image",
    ["{width: 3}", "{url: ''}", "{url: a.jpg}", "{url: 'data:image/png;base64,x'}", "3", "[]", "/a.jpg"],
)
def test_an_image_without_a_usable_url_is_left_out(image: str) -> None:
    found = read(images=f"[{image}, {{url: 'https://example.com/b.jpg'}}]")
    assert isinstance(found.document, ArticleDocument)
    assert [image.url for image in found.document.images] == ["https://example.com/b.jpg"]
    assert codes(found) == ["W205"]


def test_topics_that_differ_in_case_count_once() -> None:
    found = read(topics="[Management Tools, AI, Management tools]")
    assert isinstance(found.document, ArticleDocument)
    assert found.document.topics == ("Management Tools", "AI")
    assert codes(found) == ["W208"]


def test_items_that_are_no_topics_are_left_out() -> None:
    found = read(topics="[AI, [a], {b: c}, '', ~]")
    assert isinstance(found.document, ArticleDocument)
    assert found.document.topics == ("AI",)
    assert codes(found) == ["W212"] * 4


def test_a_providers_domain_is_in_lower_case_and_its_name_defaults_to_it() -> None:
    document = article(provider="{domain: ' VentureBeat.COM '}")
    assert document.provider == EmbeddedProvider(domain="venturebeat.com", name="venturebeat.com")


@pytest.mark.parametrize("domain", ["", "https://a.com", "a b", "''"])
def test_a_provider_without_a_domain_is_left_out_and_its_name_kept(domain: str) -> None:
    found = read(provider=f"\n  name: A\n  domain: {domain}")
    assert isinstance(found.document, ArticleDocument)
    assert found.document.provider is None
    assert json.loads(found.document.extra or "") == {"provider": {"name": "A"}}
    assert codes(found) == ["W210"]


def test_secured_is_cut_at_its_semicolon() -> None:
    assert article(secured="'YWJj;ZGVm'").secured == Secured(ciphertext="YWJj", iv="ZGVm")


def test_a_frame_is_featured_content() -> None:
    frame = '<iframe src="https://example.com/"></iframe>'
    assert article(featuredContent=f"'{frame}'").featured_content == frame


def test_half_a_character_is_replaced_with_a_warning() -> None:
    found = read(title='"a\\ud800b"', more='"\\udc00"', whole='"\\ud83d\\ude00"')
    assert isinstance(found.document, ArticleDocument)
    assert found.document.title == "a\ufffdb"
    assert json.loads(found.document.extra or "") == {"more": "\ufffd", "whole": "\U0001f600"}
    assert codes(found) == ["W209", "W209"]


def test_what_looks_like_half_a_character_is_text_outside_double_quotes() -> None:
    document = article(
        title="'a\\ud800b'",
        excerpt='"\\\\uD800 \\uD83D\\uDE00"',
        more='"\\ud800"',
        private='"\\ue000 \\U0000E001 \ue002 \u2028"',
        plain="\\ue000",
    )
    assert (document.title, document.excerpt) == ("a\\ud800b", "\\uD800 \U0001f600")
    assert json.loads(document.extra or "") == {
        "more": "\ufffd",
        "private": "\ue000 \ue001 \ue002 \u2028",
        "plain": "\\ue000",
    }


def test_warnings_name_the_article_they_are_about() -> None:
    problem = only(read(topics="AI"))
    assert problem.severity is Severity.WARNING
    assert problem.article == article_key(article_id("https://example.com/one"))


@pytest.mark.parametrize("path", ["_people/ada.md", "site/_newsletters/one.md"])
def test_a_document_without_address_in_another_collection_is_skipped(path: str) -> None:
    text = front_matter(webUrl=None, title=None, name="Ada", bio="Wrote the first program")
    problem = only(parsed_file(text, path))
    assert (problem.code, problem.severity) == ("W213", Severity.WARNING)
    assert only(parsed_file(front_matter(webUrl=None), "_news/one.md")).code == "E102"
    assert parsed_file(front_matter(), path).problems == ()


def test_line_breaks_around_an_address_are_no_part_of_it() -> None:
    assert article(webUrl='"\\n https://example.com/one\\r\\n"').url == "https://example.com/one"


@pytest.mark.parametrize("url", ["https://example.com/a\\nb.jpg", "/a\\nb.jpg"])
def test_an_image_with_a_line_break_in_its_address_is_left_out(url: str) -> None:
    assert codes(read(images=f'["{url}"]')) == codes(read(images=f'[{{url: "{url}"}}]')) == ["W205"]
    topic = parsed_file(f'_id: a\nname: A\nimages: ["{url}"]\n', "_data/topics/a.yaml")
    assert codes(topic) == ["W205"]
