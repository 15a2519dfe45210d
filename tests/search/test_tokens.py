"""Words of texts: which there are, and which are equal."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given, strategies as st

from graph_api.search.tokens import fold, occurrences, sequence, terms, tokens, words_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The quick-brown fox's", ["the", "quick", "brown", "fox", "s"]),
        ("Azure 2.0, v1.10.3 and 3.5.", ["azure", "2.0", "v1.10.3", "and", "3.5"]),
        ("C++ or C#? F#/g++", ["c++", "or", "c#", "f#", "g++"]),
        (".NET (.NET) ASP.NET end.Next", [".net", ".net", "asp", "net", "end", "next"]),
        ("node.js snake_case a+b", ["node", "js", "snake", "case", "a", "b"]),
        ("❤️ data", ["❤", "data"]),
        ("Azure机器学习", ["azure", "机器学习"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
    ],
)
def test_words_versions_and_names_with_signs_are_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CAFÉ", "cafe"),
        ("cafe\u0301", "caf\u00e9"),
        ("Straße", "STRASSE"),
        ("\uff21\uff22\uff23", "abc"),
        ("ﬁne", "fine"),
        ("İstanbul", "istanbul"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ｶﾞｲﾄﾞ", "ガイド"),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"),
        ("don\u2019t", "don't"),
    ],
)
def test_spellings_that_differ_in_case_accents_width_or_form_are_equal(one: str, other: str) -> None:
    assert tokens(one) == tokens(other)


def test_voiced_and_voiceless_kana_differ() -> None:
    assert tokens("がく") != tokens("かく")


def test_scripts_without_spaces_become_pairs() -> None:
    assert terms("机器学习") == ("机器", "器学", "学习", "习")


def test_names_with_signs_also_count_as_the_words_in_them() -> None:
    assert [words_in(term) for term in ("c++", ".net", "2.0", "azure")] == [
        ("c",),
        ("net",),
        ("2", "0"),
        (),
    ]


@given(st.text())
def test_canonically_equivalent_texts_have_equal_tokens(text: str) -> None:
    assert tokens(normalize("NFD", text)) == tokens(normalize("NFC", text))


@given(st.text())
def test_a_fold_has_words_that_fold_to_themselves(text: str) -> None:
    assert tokens(fold(text)) == tokens(text)


_LATIN = st.characters(categories=["Lu", "Ll", "Nd", "Zs", "Po"], max_codepoint=0x24F)
_OTHERS = st.sampled_from("机器学习がガｶﾞ한글éß.+#- \u2019❤")


@given(st.text(st.one_of(_LATIN, _OTHERS)))
def test_occurrences_are_the_terms_in_order_at_places_that_fold_to_them(text: str) -> None:
    found = list(occurrences(text))
    assert [each.term for each in found if not each.inner] == sequence(text)
    for each in found:
        assert 0 <= each.start < each.end <= len(text)
        assert each.term in fold(text[each.start : each.end])
