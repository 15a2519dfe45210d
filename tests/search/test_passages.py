"""Highlights: where a text has what a query asked for."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from graph_api.search import highlight, highlights, parse
from graph_api.search.tokens import fold


def shown(text: str, query: str) -> list[str]:
    return [text[start:end] for start, end in highlights(text, parse(query))]


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("The quick brown fox", "FOX quick", ["quick", "fox"]),
        ("The quick brown fox", '"quick brown"', ["quick brown"]),
        ("The quick brown fox", '"brown quick"', []),
        ("Functions are fun", "fun*", ["Functions", "fun"]),
        ("Functions are fun", "-fun are", ["are"]),
        ("Un café, deux cafe\u0301s", "cafe", ["café"]),
        ("Cafe\u0301 noir", "café", ["Cafe\u0301"]),
        ("Azure机器学习入门", "学习", ["学习"]),
        ("Azure机器学习入门", "机器学习", ["机器学习"]),
        ("机器", "机", ["机"]),
        ("Visual C++ 2.0", "c++ 2.0", ["C++", "2.0"]),
        ("Visual C++ 2.0", "c", ["C"]),
        ("node.js and js", "node.js", ["node.js"]),
        ("js", "node.js", ["js"]),
        ("Straße", "strasse", ["Straße"]),
        ("", "azure", []),
        ("azure", "", []),
    ],
)
def test_the_parts_that_the_query_asked_for_are_highlighted(
    text: str, query: str, expected: list[str]
) -> None:
    assert shown(text, query) == expected


@given(st.text(), st.text())
def test_ranges_are_ascending_apart_and_inside_of_the_text(text: str, query: str) -> None:
    ends = [0, *(place for span in highlights(text, parse(query)) for place in span), len(text)]
    assert ends == sorted(ends)
    assert all(start < end for start, end in highlights(text, parse(query)))


@given(
    st.lists(st.sampled_from(["azure", "Über", "data", "的", "lake,", "x" * 50]), max_size=80),
    st.integers(20, 120),
)
def test_a_passage_is_a_part_of_the_text_with_the_same_words_highlighted(parts: list[str], most: int) -> None:
    text = " ".join(parts)
    passage = highlight(text, parse("azure uber"), most)
    assert (passage is None) == (not {"azure", "Über"} & set(parts))
    if passage is not None:
        assert len(passage.text) <= most + 2
        assert passage.text.strip("…") in text
        assert passage.ranges
        assert {fold(passage.text[start:end]) for start, end in passage.ranges} <= {"azure", "uber"}


def test_a_passage_has_the_most_words_and_shows_where_it_was_cut() -> None:
    text = "azure " + "filler " * 40 + "azure data lake " + "filler " * 40
    passage = highlight(text, parse("azure data lake"), 60)
    assert passage is not None
    assert [passage.text[start:end] for start, end in passage.ranges] == ["azure", "data", "lake"]
    assert passage.text.startswith("…filler")
    assert passage.text.endswith("filler…")
