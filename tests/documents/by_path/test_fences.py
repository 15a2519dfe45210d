"""Front matter in each of its forms: what it says, where its problems stand, and where the body starts."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given, settings, strategies as st

from graph_api.documents.document import ArticleDocument, LeftOut
from tests.documents.by_path.writing import article, codes, parsed_file, site
from tests.documents.writing import whole

_FORMS = {
    "yaml": "---\ntitle: One\ntags: [a]\n---\n",
    "yaml, closed by dots": "---\ntitle: One\ntags: [a]\n...\n",
    "yaml, spaces after the dashes": "--- \ntitle: One\ntags: [a]\n---\t\n",
    "yaml, after empty lines": "\n  \n---\ntitle: One\ntags: [a]\n---\n",
    "yaml, after a byte order mark": "\ufeff---\ntitle: One\ntags: [a]\n---\n",
    "toml": '+++\ntitle = "One"\ntags = ["a"]\n+++\n',
    "json": '{\n"title": "One",\n"tags": ["a"]\n}\n',
    "json on one line": '{"title": "One", "tags": ["a"]}\n',
    "json, indented": '{\n  "tags": [\n    "a"\n  ],\n  "title": "One"\n}\n',
    "header lines": "Title: One\nTags: a\n\n",
    "header lines, continued": "Title: One\nTags:\n    a\n\n",
}


@pytest.mark.parametrize("form", _FORMS)
def test_each_form_says_the_same(form: str) -> None:
    front = _FORMS[form]
    found = article(f"{front}First [two](two.md).\n")
    assert (found.title, found.topics, found.body) == ("One", ("a",), "First [two](two.md).")
    assert [one.line for one in found.references] == [front.count("\n") + 1]


@pytest.mark.parametrize(
    "text",
    [
        "Note: this is a text.\nAnother: line.\n\nMore.\n",
        "Title: One\nand more text\n",
        "https://example.com/\n\ntext\n",
        "{{< figure >}}\n\ntext\n",
        "{% include a.html %}\n",
        "---\n\nA text between lines.\n\n---\n\nMore.\n",
        "---\n- a list\n---\n",
        "---\nNot closed, and no key.\n",
        "----\ntitle: One\n----\n",
        "+++ not a fence\n",
        "text\n---\ntitle: One\n---\n",
    ],
)
def test_a_file_without_front_matter_is_all_body(text: str) -> None:
    found = article(text, "a/name.md")
    assert (found.title, found.extra, found.body) == ("name", None, text.strip("\n"))


@pytest.mark.parametrize(
    "text", ["", " \n\n", "\ufeff", "---\n---\n", "---\n# nothing\n---\n\n", "+++\n+++\n", "{}\n"]
)
def test_a_file_that_holds_nothing_is_left_out(text: str) -> None:
    found = parsed_file(text)
    assert (found.left_out, found.document, found.problems) == (LeftOut.EMPTY, None, ())


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("---\ntitle: One\n", "E122", 1, 1),
        ("+++\ntitle = 'One'\n", "E122", 1, 1),
        ("---\ntitle: a: b\n---\n", "E123", 2, 9),
        ("+++\na = 1\nb = \n+++\n", "E123", 3, 5),
        ("+++\na = 1\na = [\n  2\n]\n+++\n", "E123", 5, 2),
        ("+++\n[a]\n[a]\n+++\n", "E123", 3, 3),
        ('{\n"title": "One",\n"a": \n}\n', "E123", 4, 1),
        ("---\na: &b c\n---\n", "E126", 2, 4),
        ("---\na: !!str c\n---\n", "E128", 2, 4),
        (f"---\na: {'[' * 20}{']' * 20}\n---\n", "E129", 2, 23),
        (f"+++\n\na = {'[' * 20}{']' * 20}\n+++\n", "E129", 2, 1),
        (f"+++\n\n{'a.' * 20}a = 1\n+++\n", "E129", 3, 1),
        (f'{{"a": {"[" * 100_000}}}\n', "E129", 1, 1),
        (f"+++\na = {'[' * 100_000}\n+++\n", "E129", 2, 1),
        ("---\na: b\0\n---\n", "E131", 2, 5),
        ("---\n? [a]\n: b\n---\n", "E134", 2, 3),
        (f'{{"a": [{"1," * 50_000}1]}}\n', "E114", 1, 1),
        (f'{{"a": "{"x" * 200_000}"}}\n', "E114", 1, 1),
    ],
)
def test_front_matter_that_cannot_be_read_rejects_the_file_at_its_place(
    text: str, code: str, line: int, column: int
) -> None:
    found = parsed_file(text)
    assert found.document is None
    assert [(one.code, one.line, one.column) for one in found.problems] == [(code, line, column)]


@pytest.mark.parametrize(
    ("text", "line", "column", "first"),
    [
        ("---\nid: a\ntitle: One\nid: b\n---\ntext", 4, 1, 2),
        ("+++\nid = 'a'\ntitle = 'One'\n  id = 'b'\n+++\ntext", 4, 3, 2),
        ('{\n"id": "a",\n"title": "One",\n  "id": "b"\n}\ntext', 4, 3, 2),
        ("id: a\nTitle: One\nID: b\n\ntext", 3, 1, 1),
        ('{"x": {"id": 0},\n"id": "a",\n"title": "One", "id": "b"}\ntext', 3, 17, 2),
    ],
)
def test_of_a_key_given_twice_the_last_counts_with_a_warning(
    text: str, line: int, column: int, first: int
) -> None:
    found = parsed_file(text)
    assert isinstance(found.document, ArticleDocument)
    assert found.document.extra is not None
    assert orjson.loads(found.document.extra)["id"] == "b"
    (problem,) = found.problems
    assert (problem.code, problem.line, problem.column) == ("W217", line, column)
    assert problem.message == f"key id is already in line {first}; the last one counts"


def test_thousands_of_equal_keys_do_not_reject_a_file() -> None:
    found = whole(parsed_file("---\ntitle: One\n" + "a: 1\n" * 5_000 + "---\ntext"))
    assert found.document is not None


def test_a_lone_exclamation_mark_says_that_the_value_is_a_text() -> None:
    many = "".join(f"  - ! '{n}'\n" for n in range(3_000))
    found = article(f"---\ntitle: ! 'A: b'\nnumber: ! 1\nlist:\n{many}---\n")
    assert found.title == "A: b"
    assert found.extra is not None
    assert orjson.loads(found.extra)["number"] == "1"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\ntitle: A\ndate: no\n---\n", 3),
        ("+++\ntitle = 'A'\ndate = 'no'\n[extra]\nx = 1\n+++\n", 3),
        ('{"title": "A",\n"x": {"date": 1},\n"date": "no"}\n', 3),
        ("Title: A\nDate: no\n\ntext", 2),
    ],
)
def test_a_problem_of_a_value_stands_at_its_key(text: str, line: int) -> None:
    (problem,) = parsed_file(text).problems
    assert (problem.code, problem.line) == ("W218", line)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("---\nrelated: [x/an, an,\n  bb]\n---\n", [2, 2, 3]),
        ("---\ntitle: an bb\nrelated:\n\n- x/an\n\n- an\n- bb\n---\n", [5, 7, 8]),
        ("+++\ntitle = 'an bb'\nrelated = [\n'x/an',\n'an', 'bb']\n+++\n", [4, 5, 5]),
        ('{\n"related": ["x/an", "an",\n\n"bb"]}\n', [2, 2, 4]),
    ],
)
def test_a_listed_document_has_its_line(text: str, lines: list[int]) -> None:
    found = article(f"{text}text").references
    assert [(one.target, one.line) for one in found] == list(zip(["x/an", "an", "bb"], lines, strict=True))


def test_a_lone_surrogate_in_json_is_replaced_with_a_warning_at_its_place() -> None:
    text = '{"title": "A \\ud83d\\ude00",\n "key\\ud800": ["\\udc00"]}\nText.\n'
    found = parsed_file(text)
    assert isinstance(found.document, ArticleDocument)
    assert found.document.title == "A \U0001f600"
    assert orjson.loads(found.document.extra or "") == {"key\ufffd": ["\ufffd"]}
    assert [(one.code, one.line, one.column) for one in found.problems] == [("W209", 2, 6)]


def test_values_that_json_cannot_hold_are_text_in_extra() -> None:
    digits = "9" * 4_100
    toml = "+++\nday = 2020-01-01\nwhen = 2020-01-01 10:00:00\ntime = 10:00:00\nnan = nan\nbig = 99999999999999999999\n+++\nx"
    found = article(toml).extra
    assert found is not None
    assert orjson.loads(found) == {
        "day": "2020-01-01",
        "when": "2020-01-01T10:00:00",
        "time": "10:00:00",
        "nan": "nan",
        "big": "99999999999999999999",
    }
    found = article(
        f'{{"big": {digits}, "deep": {{"when": "2020-1-1 10:00:00", "no": [true, null, 1.5]}}}}\nx'
    ).extra
    assert found is not None
    assert orjson.loads(found) == {
        "big": digits,
        "deep": {"when": "2020-1-1 10:00:00", "no": [True, None, 1.5]},
    }


def test_a_toml_number_of_thousands_of_digits_is_an_error() -> None:
    assert codes(parsed_file(f"+++\na = {'9' * 5_000}\n+++\n")) == ["E123"]


_PIECES = st.sampled_from(
    [
        *(
            "---\n",
            "...\n",
            "+++\n",
            "{",
            "}",
            "[",
            "]",
            '"',
            "'",
            "\n",
            " ",
            ":",
            ": ",
            "=",
            ",",
            "- ",
            "#",
            "!",
            "&a",
            "*a",
        ),
        *(
            "title",
            "tags",
            "date",
            "related",
            "permalink",
            "slug",
            "aliases",
            "image",
            "url",
            "path",
            "published",
            "draft",
        ),
        *(
            "2020-01-01",
            "https://a.example/b",
            "[[a|b]]",
            "../a.png",
            "true",
            "null",
            "1",
            "[a](b)",
            "<a href='b'>",
            "%%",
        ),
        *(
            "{% link a %}",
            "{{< ref 'a' >}}",
            "```\n",
            "\u0301",
            "\ue000",
            "\ud7ff",
            "\U0001f52d",
            "\r",
            "\t",
            "\0",
            "\\",
        ),
    ]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(_PIECES, max_size=40).map("".join))
def test_any_text_is_a_document_or_says_why_not(text: str) -> None:
    for where in (
        site(),
        site("https://site.example/a/", related=("tags",), title=("slug",), published=("url",)),
    ):
        whole(parsed_file(text, "a/2020-01-01-b.md", where))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_document_or_say_why_not(data: bytes) -> None:
    for start in (b"", b"---\ntitle: ", b"+++\ntitle = ", b'{"title": ', b"Title: a\n"):
        whole(parsed_file(start + data))
