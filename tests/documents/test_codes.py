"""What is no document: each file is rejected with a code, a place, the value and what would work."""

from __future__ import annotations

import pytest

from graph_api.documents import CODES
from graph_api.records import Severity
from tests.documents.writing import codes, front_matter, only, parsed_file, read

_ARTICLE = "title: One\nwebUrl: https://example.com/one\n"


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("", "E120", 1, 1),
        (" \n\n", "E120", 1, 1),
        ("\ufeff", "E120", 1, 1),
        ("# A title\n", "E121", 1, 1),
        ("----\ntitle: One\n----\n", "E121", 1, 1),
        ("---", "E121", 1, 1),
        ("---\ntitle: One\n", "E122", 1, 1),
        ("---\ntitle: One\n ---\n", "E122", 1, 1),
        ("---\n---\n", "E124", 2, 1),
        ("---\n- title\n---\n", "E124", 2, 1),
        ("---\njust words\n---\n", "E124", 2, 1),
        (f"---\n{_ARTICLE}excerpt: a: b\n---\n", "E123", 4, 11),
        (f"---\n{_ARTICLE}excerpt: >>Don't miss\n---\n", "E123", 4, 11),
        (f'---\n{_ARTICLE}excerpt: "open\n---\n', "E123", 4, 10),
        (f"---\n{_ARTICLE}excerpt: @home\n---\n", "E123", 4, 10),
        (f"---\n{_ARTICLE}title: Two\n---\n", "E125", 4, 1),
        (f"---\n{_ARTICLE}provider: {{name: A, name: B, domain: a.com}}\n---\n", "E125", 4, 21),
        (f"---\n{_ARTICLE}excerpt: &a text\n---\n", "E126", 4, 10),
        (f"---\n{_ARTICLE}excerpt:\n  &a text\n---\n", "E126", 5, 3),
        (f"---\n{_ARTICLE}excerpt: *stars*\n---\n", "E126", 4, 10),
        (f"---\n{_ARTICLE}topics: [&a A]\n---\n", "E126", 4, 10),
        (f"---\n{_ARTICLE}<<: {{type: article}}\n---\n", "E127", 4, 1),
        (f"---\n{_ARTICLE}more:\n  <<: {{type: article}}\n---\n", "E127", 5, 3),
        (f"---\n{_ARTICLE}excerpt: !!str text\n---\n", "E128", 4, 10),
        (f"---\n{_ARTICLE}quality: !!int 3\n---\n", "E128", 4, 10),
        (f"---\n{_ARTICLE}excerpt: !important news\n---\n", "E128", 4, 10),
        (f"---\n{_ARTICLE}more: {'[' * 20}{']' * 20}\n---\n", "E129", 4, 26),
        (f"---\n{_ARTICLE}images: {'[' * 20}{']' * 20}\n---\n", "E129", 4, 28),
        (f"---\n{_ARTICLE}more: {'[' * 5000}\n---\n", "E129", 4, 26),
        (f"---\n{_ARTICLE}excerpt: a\0b\n---\n", "E131", 4, 11),
        (f"---\n{_ARTICLE}---\nThe body\r\nhi\0des more.\n", "E131", 6, 3),
        (f'---\n{_ARTICLE}excerpt: "a\\0b"\n---\n', "E131", 4, 10),
        (f'---\n{_ARTICLE}excerpt: "a\\x00b"\n---\n', "E131", 4, 10),
        (f"---\n{_ARTICLE}provider:\n\tname: A\n---\n", "E132", 5, 1),
        (f"---\n{_ARTICLE}provider:\n  name: A\n\tdomain: a.com\n---\n", "E132", 6, 1),
        (f"---\n\t{_ARTICLE}---\n", "E132", 2, 1),
        (f"---\n{_ARTICLE}...\ntitle: Two\n---\n", "E133", 5, 1),
        (f"---\n{_ARTICLE}? [a, b]\n: c\n---\n", "E134", 4, 3),
    ],
)
def test_text_that_is_no_front_matter_is_rejected_with_its_place(
    text: str, code: str, line: int, column: int
) -> None:
    found = parsed_file(text)
    problem = next(problem for problem in found.problems if problem.code == code)
    assert found.document is None
    assert (problem.line, problem.column, problem.severity) == (line, column, Severity.ERROR)
    assert problem.message
    assert problem.hint


@pytest.mark.parametrize("data", [b"---\ntitle: caf\xe9\n---\n", "---\ntitle: One\n---\n".encode("utf-16")])
def test_bytes_that_are_not_utf_8_are_rejected(data: bytes) -> None:
    problem = only(parsed_file(data))
    assert problem.code == "E130"
    assert "is not UTF-8" in problem.message


def test_the_place_of_a_bad_byte_counts_characters() -> None:
    problem = only(parsed_file("---\ntitle: é".encode() + b"\xff\n---\n"))
    assert (problem.line, problem.column) == (2, 9)


@pytest.mark.parametrize(
    ("field", "value", "code", "message"),
    [
        ("title", None, "E101", "title is missing or empty"),
        ("title", "''", "E101", "title is missing or empty"),
        ("title", "'  '", "E101", "title is missing or empty"),
        ("title", "", "E101", "title is missing or empty"),
        ("title", "~", "E101", "title is missing or empty"),
        ("title", "[a]", "E107", "title must be a text, not a list"),
        ("title", "x" * 10_001, "E113", "title must have at most 10,000 characters; got 10,001"),
        ("excerpt", "x" * 10_001, "E113", "excerpt must have at most 10,000 characters; got 10,001"),
        (
            "topics",
            f"[{'x' * 5_001}, {'y' * 5_000}]",
            "E113",
            "topics must have at most 10,000 characters; got 10,001",
        ),
        ("webUrl", None, "E102", "webUrl is missing, and so is originalUrl"),
        ("webUrl", "''", "E102", "webUrl is missing, and so is originalUrl"),
        ("webUrl", "'javascript:alert(1)'", "E103", 'not "javascript:alert(1)": it is not http or https'),
        ("webUrl", "data:text/html,x", "E103", "it is not http or https but data"),
        ("webUrl", "file:///etc/passwd", "E103", "it is not http or https but file"),
        ("webUrl", "https://me:secret@example.com/", "E103", "user information"),
        ("webUrl", '"https://example.com/\\x01"', "E103", "control characters"),
        ("webUrl", '"https://example.com/a\\nb"', "E103", "control characters"),
        ("originalUrl", '"https://example.com/a\\r\\nb"', "E103", "control characters"),
        ("webUrl", "|\n  https://example.com/a\n  b", "E103", "control characters"),
        ("originalUrl", "ftp://example.com/", "E103", "originalUrl must be an http or https URL"),
        ("ampWebUrl", "nowhere", "E103", "ampWebUrl must be an http or https URL"),
        ("cdnAmpWebUrl", "nowhere", "E103", "cdnAmpWebUrl must be an http or https URL"),
        ("quality", "high", "E104", 'quality must be a whole number, not "high"'),
        ("quality", "'85'", "E104", 'not "85"'),
        ("quality", "true", "E104", "not true"),
        ("quality", ".nan", "E104", "not nan"),
        ("quality", "-.inf", "E104", "not -inf"),
        ("quality", "8.5", "E104", "not 8.5"),
        ("quality", "[1]", "E104", "not a list"),
        ("quality", "9" * 5000, "E105", "a number of more than 57 digits"),
        ("heat", "2147483648", "E105", "heat must be between -2147483648 and 2147483647; got 2147483648"),
        ("heat", "-2147483649", "E105", "heat must be between -2147483648 and 2147483647"),
        ("published", "'yes'", "E106", 'published must be true or false, not "yes"'),
        ("published", "yes", "E106", 'not "yes"'),
        ("removed", "1", "E106", "removed must be true or false, not 1"),
        ("publishedDateTime", "2023-02-30", "E108", 'not "2023-02-30"'),
        ("publishedDateTime", "2023-02-20T25:00:00Z", "E108", "publishedDateTime must be a date and time"),
        ("publishedDateTime", "yesterday", "E108", "publishedDateTime must be a date and time"),
        ("publishedDateTime", "2023", "E108", "not 2023"),
        (
            "publishedDateTime",
            "0001-01-01T00:00:00+10:00",
            "E108",
            "publishedDateTime must be a date and time",
        ),
        (
            "publishedDateTime",
            "2023-01-01T00:00:00+99:00",
            "E108",
            "publishedDateTime must be a date and time",
        ),
        ("related", "{title: One}", "E109", "related must be a list, not a mapping"),
        ("topics", "{title: One}", "E109", "topics must be a list, not a mapping"),
        ("provider", "VentureBeat", "E110", 'provider must be a mapping, not "VentureBeat"'),
        ("provider", "[a]", "E110", "provider must be a mapping, not a list"),
        (
            "images",
            "[{url: 'https://a.com/b', width: wide}]",
            "E104",
            "images[0].width must be a whole number",
        ),
    ],
)
def test_a_field_that_does_not_fit_rejects_the_file(
    field: str, value: str | None, code: str, message: str
) -> None:
    found = read(**{field: value})
    problem = next(problem for problem in found.problems if problem.code == code)
    assert found.document is None
    assert message in problem.message
    assert len(problem.message) < 250


def test_a_problem_stands_at_the_offending_key() -> None:
    text = "---\ntitle: One\nwebUrl: https://example.com/one\nprovider:\n  name: [A]\n  domain: a.com\n---\n"
    problem = only(parsed_file(text))
    assert (problem.code, problem.line, problem.column) == ("E107", 5, 3)


def test_a_problem_of_a_missing_key_stands_at_the_opening_dashes() -> None:
    problem = only(read(title=None))
    assert (problem.line, problem.column) == (1, 1)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("# A title\n", '"# A title"'),
        ("+++\ntitle = 1\n+++\n", "+++, as TOML does"),
        ('{\n"title": "One"\n}\n', "a brace, as JSON does"),
        ("{{< figure >}}\n", '"{{< figure >}}"'),
    ],
)
def test_a_file_without_front_matter_says_what_it_starts_with(text: str, seen: str) -> None:
    assert (
        only(parsed_file(text)).message
        == f"the file must start with a line of three dashes; it starts with {seen}"
    )


def test_a_document_without_a_url_may_be_read_by_path() -> None:
    assert "--by-path" in str(only(read(webUrl=None)).hint)


def test_places_count_the_lines_before_the_front_matter() -> None:
    problem = only(parsed_file("\n\r\n" + front_matter(quality="high")))
    assert (problem.line, problem.column) == (6, 1)


def test_all_problems_of_a_document_are_reported_in_the_order_of_their_places() -> None:
    found = parsed_file(
        "---\ntitle: [a]\nquality: high\nquality: 3\nheat: true\npublishedDateTime: 2023-01-01\n"
        "webUrl: javascript:x\nexcerpt: !x y\nrelated:\n  - title: No address\n---\n",
    )
    assert codes(found) == ["E107", "E104", "E125", "E104", "W202", "E103", "E128", "W204"]
    places = [(problem.line, problem.column) for problem in found.problems]
    assert places == [(2, 1), (3, 1), (4, 1), (5, 1), (6, 1), (7, 1), (8, 10), (10, 5)]
    assert found.document is None


def test_long_values_are_shortened_in_messages() -> None:
    assert len(only(read(quality=f"'{'x' * 5000}'")).message) < 200


def test_a_line_break_in_a_value_does_not_break_the_message() -> None:
    assert "\n" not in only(read(quality='"a\\nb"')).message


def test_secured_payloads_are_never_named() -> None:
    found = read(secured="'not a payload at all'")
    assert codes(found) == ["W211"]
    assert "payload at all" not in str(found.problems)


def test_rejected_files_keep_path_and_hash() -> None:
    found = parsed_file("", path="_news/a.md")
    assert found.path == "_news/a.md"
    assert found.sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_explained(code: str) -> None:
    entry = CODES[code]
    assert entry.code == code
    assert entry.severity is (Severity.ERROR if code[0] == "E" else Severity.WARNING)
    for text in (entry.meaning, entry.why, entry.example, entry.correction):
        assert text.strip()
        assert text in entry.explanation
