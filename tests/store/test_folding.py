"""Texts as stores compare and order them."""

from __future__ import annotations

import time
from collections.abc import Callable
from unicodedata import normalize

import pytest
from hypothesis import given, strategies as st

from graph_api.store.folding import fold, order_key

FORMS = st.sampled_from(["NFC", "NFD"])


@given(st.text(max_size=8), FORMS)
def test_canonically_equivalent_texts_are_folded_and_ordered_alike(text: str, form: str) -> None:
    other = normalize(form, text)  # type: ignore[arg-type] # a name of a form
    assert fold(other) == fold(text)
    assert order_key(other) == order_key(text)


@given(st.text(max_size=8))
def test_a_folded_text_is_its_own_fold(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("İstanbul", "istanbul"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("E\u0301te\u0301", "été"),
        ("Ὀδυσσεύς", "ὀδυσσεύσ"),
        ("\N{LATIN SMALL LETTER DOTLESS I}", "\N{LATIN SMALL LETTER DOTLESS I}"),
        ("人工", "人工"),
    ],
)
def test_folds_keep_accents_and_drop_case(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_texts_that_differ_in_accents_and_case_stand_together() -> None:
    texts = ["Zebra", "apfel", "Österreich", "Äpfel", "oslo", "Apfel", "äpfel", "éclair", "İzmir", "ida"]
    assert sorted(texts, key=order_key) == [
        *("Apfel", "apfel", "Äpfel", "äpfel"),
        *("éclair", "ida", "İzmir", "oslo", "Österreich", "Zebra"),
    ]


@pytest.mark.parametrize("keyed", [fold, order_key])
def test_a_long_run_of_marks_takes_no_second(keyed: Callable[[str], str]) -> None:
    start = time.process_time()
    keyed("a" + "\u0316\u0301" * 100_000)
    assert time.process_time() - start < 1
