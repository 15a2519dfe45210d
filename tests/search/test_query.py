"""The query language: four forms, and everything else literal."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from graph_api.search.query import parse


def forms(text: str) -> list[str]:
    return [
        f"{'-' * clause.is_excluded}{'q:' * clause.is_quoted}{' '.join(clause.terms)}{'*' * clause.is_prefix}"
        for clause in parse(text).clauses
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("azure functions", ["azure", "functions"]),
        ('"azure functions" fast', ["q:azure functions", "fast"]),
        ("“azure functions”", ["q:azure functions"]),
        ("kube*", ["kube*"]),
        ("-azure", ["-azure"]),
        ('-"azure functions" -kube*', ["-q:azure functions", "-kube*"]),
        ("node.js C++ 2.0 .NET", ["node js", "c++", "2.0", ".net"]),
        ("node.j*", ["node", "j*"]),
        ("well-known", ["well known"]),
        ("azure AND (b OR c) NEAR", ["azure", "and", "b", "or", "c", "near"]),
        ('an "open quote', ["an", "open", "quote"]),
        ("title:azure", ["title azure"]),
        ("机器学习", ["机器 器学 学习"]),
        ("机", ["机*"]),
        ("azure Azure AZURE", ["azure"]),
        ('- * "" -- ^ % \' ;', []),
        ("", []),
    ],
)
def test_a_text_is_read_as(text: str, expected: list[str]) -> None:
    assert forms(text) == expected


def test_only_some_beginnings_of_words_are_looked_for() -> None:
    letters = "abcdefghij"
    assert forms(" ".join(f"{letter}*" for letter in letters)) == [
        *(f"{one}*" for one in letters[:8]),
        "i",
        "j",
    ]


@given(st.text())
def test_every_text_is_a_query(text: str) -> None:
    assert all(clause.terms for clause in parse(text).clauses)
