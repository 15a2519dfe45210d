"""Files that nobody would write: each is read to an end, and is a document or is rejected with a reason."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from graph_api.documents import parse
from graph_api.documents.limits import MAX_PROBLEMS, MAX_URL
from graph_api.documents.slugs import topic_slug
from graph_api.documents.urls import canonical_url
from graph_api.errors import InvalidUrl
from tests.documents.writing import article, codes, front_matter, parsed_file, whole

_ARTICLE = "title: One\nwebUrl: https://example.com/one\n"


@pytest.mark.parametrize("sign", ["- ", "? ", ": ", "-   ", "[", "{", "? - ", "{a: ", "[{", "- - "])
@pytest.mark.parametrize("before", ["", "x:\n", "x: ", "related:\n", "x:\n  - "])
def test_nesting_without_end_is_rejected(sign: str, before: str) -> None:
    found = whole(parsed_file(f"---\n{_ARTICLE}{before}{sign * 100_000}a\n---\n"))
    assert codes(found)[0] in {"E129", "E123"}


@pytest.mark.parametrize("line", ["{0}a:\n", "{0}-\n", "{0}- a:\n"])
def test_blocks_in_blocks_without_end_are_rejected(line: str) -> None:
    text = "".join(line.format("  " * depth) for depth in range(1_500))
    assert codes(whole(parsed_file(f"---\n{_ARTICLE}x:\n{text}---\n")))[0] in {"E129", "E123"}


@pytest.mark.parametrize(
    ("line", "code"),
    [("a: b\n", "E125"), ("- &a b\n", "E126"), ("<<: c\n", "E127"), ("- !a b\n", "E128"), ("- *a\n", "E126")],
)
def test_at_most_a_thousand_problems_of_a_file_are_reported(line: str, code: str) -> None:
    before = f"{_ARTICLE}x:\n" if line[0] == "-" else _ARTICLE
    found = whole(parsed_file(f"---\n{before}{line * 5_000}---\n"))
    assert len(found.problems) == MAX_PROBLEMS + 1
    assert codes(found).count("W216") == 1
    assert code in codes(found)


def test_very_many_warnings_hide_no_error() -> None:
    related = "- x\n" * 5_000
    found = whole(parsed_file(f"---\n{_ARTICLE}related:\n{related}quality: high\n---\n"))
    assert len(found.problems) == MAX_PROBLEMS + 1
    assert codes(found).count("W216") == 1
    assert "E104" in codes(found)


def test_a_name_of_very_many_marks_has_a_slug() -> None:
    name = "a" + "\u0301" * 200_000 + "\u0327" * 200_000
    assert codes(parsed_file(front_matter(topics=f"[{name}]"))) == ["E113"]
    assert len(topic_slug(name)) > 100_000


def test_a_hundred_images_are_kept_and_no_more() -> None:
    written = front_matter(images=f"[{', '.join(f'https://e.com/{number}.jpg' for number in range(103))}]")
    assert codes(parsed_file(written)) == ["W205"]
    assert len(article(written).images) == 100


def test_an_address_that_no_server_takes_is_none() -> None:
    longest = "https://example.com/".ljust(MAX_URL, "a")
    assert canonical_url(longest) == longest
    with pytest.raises(InvalidUrl, match=r"more than 8,192 characters"):
        canonical_url(f"{longest}a")


_SIGNS = (
    *"-?:,[]{}#&*!|>'\"%@` \n\t\r\\~<=.0123456789_aé\u0301\u2028\ufeff\ud800",
    *(
        "---\n",
        "\n---",
        "...",
        "<<",
        "- ",
        ": ",
        "? ",
        "\n  ",
        "!!",
        "&a",
        "*a",
        "\\u",
        "\\ud83d",
        "0x",
        ".nan",
    ),
    *("title: ", "webUrl: ", "related:\n", "- title: ", "topics:\n", "images: ", "provider:\n", "secured: "),
    "https://a.b/",
)
_TEXTS = st.lists(st.sampled_from(_SIGNS), max_size=60).map("".join)


@given(_TEXTS, st.sampled_from(["", f"---\n{_ARTICLE}"]), st.sampled_from(["", "\n---\n"]))
def test_texts_of_signs_are_read_to_an_end(text: str, before: str, after: str) -> None:
    whole(parse("_news/a.md", f"{before}{text}{after}".encode("utf-8", "surrogatepass")))


@given(st.binary(max_size=200), st.sampled_from(["a.md", "_data/topics/a.yaml", "_data/organizations/a.md"]))
def test_bytes_are_read_to_an_end(data: bytes, path: str) -> None:
    whole(parse(path, data))
    whole(parse(path, f"---\n{_ARTICLE}".encode() + data + b"\n---\n"))
