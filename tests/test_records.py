"""Records repeat their declaration, and texts have one normal form."""

from __future__ import annotations

import time
import unicodedata
from typing import get_type_hints

import pytest

from graph_api.records import Article, ArticleFields, Revision, normalized


def test_an_article_has_every_declared_field_with_its_type() -> None:
    declared = get_type_hints(ArticleFields)
    assert {name: get_type_hints(Article).get(name) for name in declared} == declared


def test_revisions_are_equal_with_their_generation_and_to_their_text() -> None:
    first, later = Revision("a", 1), Revision("a", 3)
    assert first == Revision("a", 1) == "a" == later
    assert first != later
    assert first != "b"
    assert len({first, Revision("a", 1), later}) == 2
    assert f"{first}" == "a"


@pytest.mark.parametrize(
    "letter", ["e\u0301", "\u1100\u1161\u11a8", "\u0995\u09c7\u09be", "\u00fc\u0323", "\u30ab\u3099"]
)
def test_long_texts_are_normalized_as_short_ones_are(letter: str) -> None:
    for before in range(240, 330):
        text = "a" * before + letter * 1_500
        assert normalized("NFC", text) == unicodedata.normalize("NFC", text)


def test_a_long_run_of_marks_takes_no_second() -> None:
    start = time.process_time()
    normalized("NFC", "a" + "\u0316\u0301" * 500_000)
    assert time.process_time() - start < 1
