"""The related list: clean, in order, and one bad item costs only itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from graph_api.documents import ArticleDocument, ParsedFile
from tests.documents.writing import codes, front_matter, only, parsed_file


def item(name: str, **fields: str) -> str:
    """A related item, as YAML."""
    values = {"title": name, "webUrl": f"https://example.com/{name}", **fields}
    lines = [f"{key}: {value}" for key, value in values.items() if value]
    return "  - " + "\n    ".join(lines) + "\n"


def with_related(*items: str) -> ParsedFile:
    """The reading of an article with these related items; each starts in line 5 plus its place."""
    return parsed_file(front_matter(related="\n" + "".join(items)).replace("---\n", "---\nquality: 3\n", 1))


def titles(found: ParsedFile) -> list[str]:
    """The titles of the related items that are left."""
    assert isinstance(found.document, ArticleDocument), found.problems
    return [item.title for item in found.document.related]


def test_items_keep_the_documents_order() -> None:
    found = with_related(item("c"), item("a"), item("b"))
    assert titles(found) == ["c", "a", "b"]
    assert found.problems == ()


def test_an_item_has_the_fields_of_an_embedded_copy() -> None:
    found = with_related(item("two", publishedDateTime="2023-03-15T18:52:00Z", quality="54", type="video"))
    assert isinstance(found.document, ArticleDocument)
    (two,) = found.document.related
    assert (two.url, two.slug, two.type, two.quality) == ("https://example.com/two", "two", "video", 54)
    assert two.published_date_time == datetime(2023, 3, 15, 18, 52, tzinfo=UTC)
    assert (two.excerpt, two.provider, two.images, two.extra) == (None, None, (), None)


def test_an_items_title_keeps_its_source_text() -> None:
    assert titles(with_related(item("x", title="1.10"), item("y", title="no"), item("z", title="2020"))) == [
        "1.10",
        "no",
        "2020",
    ]


def test_a_relation_to_the_article_itself_is_left_out() -> None:
    found = with_related(
        item("a"), item("self", webUrl="https://EXAMPLE.com/one?utm_source=x#top"), item("b")
    )
    assert titles(found) == ["a", "b"]
    problem = only(found)
    assert (problem.code, problem.line, problem.column) == ("W206", 9, 5)


def test_a_repeated_item_counts_once_at_its_first_position() -> None:
    found = with_related(item("a"), item("b"), item("c", webUrl="https://example.com/a"), item("d"))
    assert titles(found) == ["a", "b", "d"]
    problem = only(found)
    assert (problem.code, problem.line, problem.column) == ("W207", 11, 5)
    assert "related[2].webUrl is the URL of related[0] too" in problem.message


@pytest.mark.parametrize(
    ("bad", "reason", "line", "column"),
    [
        ("  - just a text\n", "it must be a mapping", 8, 5),
        ("  -\n", "it must be a mapping", 8, 4),
        (item("x", title=""), "related[1].title is missing or empty", 8, 5),
        (item("x", webUrl=""), "webUrl is missing", 8, 5),
        (item("x", webUrl="javascript:x"), "it is not http or https but javascript", 9, 5),
        (item("x", quality="high"), 'quality must be a whole number, not "high"', 10, 5),
        (item("x", publishedDateTime="soon"), "publishedDateTime must be a date and time", 10, 5),
        (item("x", provider="[a]"), "provider must be a mapping", 10, 5),
        (item("x", title="[a]", quality="high"), "title must be a text", 8, 5),
    ],
)
def test_one_bad_item_is_left_out_and_the_rest_kept(bad: str, reason: str, line: int, column: int) -> None:
    found = with_related(item("a"), bad, item("b"))
    assert titles(found) == ["a", "b"]
    problem = only(found)
    assert problem.code == "W204"
    assert reason in problem.message
    assert (problem.line, problem.column) == (line, column)


def test_a_warning_names_a_path_once() -> None:
    problem = only(with_related(item("x", title="[a]", quality="high")))
    assert problem.message == (
        "related[0].title must be a text, not a list;"
        ' related[0].quality must be a whole number, not "high"; the item is dropped'
    )


@pytest.mark.parametrize("value", ["width: wide", "height: 4000000000", "isCached: 'yes'", "title: [a]"])
@pytest.mark.parametrize("where", ["images: [%s]", "provider: {domain: a.com, images: [%s]}"])
def test_a_wrong_value_in_an_items_image_costs_only_the_image(where: str, value: str) -> None:
    key, _, images = where.partition(": ")
    picture = f"{{url: 'https://example.com/a.jpg', {value}}}"
    found = with_related(item("a"), item("b", **{key: images % picture}))
    assert titles(found) == ["a", "b"]
    assert isinstance(found.document, ArticleDocument)
    b = found.document.related[1]
    assert b.images == () == (b.provider.images if b.provider else ())
    problem = only(found)
    assert problem.code == "W205"
    assert problem.message.endswith("; the image is dropped")
    assert problem.line == 10


def test_an_odd_item_that_can_be_used_is_kept_with_its_warning() -> None:
    found = with_related(item("a", publishedDateTime="2023-03-15"), item("b", images="[{url: x.jpg}]"))
    assert titles(found) == ["a", "b"]
    assert codes(found) == ["W202", "W205"]
    assert [problem.line for problem in found.problems] == [8, 11]


def test_the_same_odd_item_is_reported_in_every_document() -> None:
    odd = item("a", publishedDateTime="2023-03-15")
    assert codes(with_related(odd)) == codes(with_related(odd)) == ["W202"]


@pytest.mark.parametrize(
    "layout",
    [
        "related:\n- {title: a, webUrl: 'https://example.com/a'}\n- {title: a, webUrl: 'https://example.com/a'}\n",
        "related: [{title: a, webUrl: 'https://example.com/a'},\n {title: a, webUrl: 'https://example.com/a'}]\n",
        "related:\n" + '  - title: "a\n  - b"\n    webUrl: https://example.com/a\n' * 2,
        "related:\n\n  # one" + "\n  -\n    title: a\n    webUrl: https://example.com/a" * 2 + "\n",
        "related: # all\n" + "    -   title: a\n        webUrl: https://example.com/a\n" * 2,
        '"related":\n  - title: a\n    webUrl: https://example.com/a\n  - title: a\n    webUrl: https://example.com/a\n',
    ],
)
def test_places_are_found_in_any_layout(layout: str) -> None:
    text = front_matter().replace("---\n", f"---\n{layout}", 1)
    problem = only(parsed_file(text))
    assert problem.line is not None
    assert problem.column is not None
    assert problem.code == "W207"
    assert text.split("\n")[problem.line - 1][problem.column - 1 :].startswith("webUrl")
    before = "\n".join(text.split("\n")[: problem.line - 1])
    assert before.count("webUrl") == 1


def test_a_very_long_item_is_read_like_any_other() -> None:
    found = with_related(item("a", more="x" * 50_000), item("b", excerpt="y" * 9_000))
    assert titles(found) == ["a", "b"]
    assert found.problems == ()
