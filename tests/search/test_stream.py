"""Codes of words: each is its own, none is part of another."""

from __future__ import annotations

import numpy as np
from hypothesis import given, strategies as st

from graph_api.search.stream import LIMITS, code, decoded, encoded

ranks = st.one_of(
    st.just(-1),
    st.sampled_from(LIMITS[:-1]),
    st.sampled_from(LIMITS[1:]).map(lambda n: n - 1),
    st.integers(0, LIMITS[-1] - 1),
)


@given(st.lists(ranks, max_size=40))
def test_what_is_decoded_was_encoded(words: list[int]) -> None:
    numbers = np.arange(len(words), dtype=np.int32)
    stream, sizes = encoded(numbers, np.array(words, np.int32))
    assert stream == b"".join(map(code, words))
    assert sizes.tolist() == [len(code(word)) for word in words]
    assert decoded(np.frombuffer(stream, np.uint8)).tolist() == words


@given(st.lists(ranks, max_size=30), st.lists(ranks, min_size=1, max_size=3))
def test_bytes_of_a_phrase_occur_where_the_phrase_does(words: list[int], phrase: list[int]) -> None:
    size = len(phrase)
    occurs = any(words[at : at + size] == phrase for at in range(len(words) - size + 1))
    assert (b"".join(map(code, phrase)) in b"".join(map(code, words))) == occurs
