"""Documents that are nearly the same, compared with sets of pairs of words."""

from __future__ import annotations

from itertools import combinations, pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from graph_api.search import Document, Index, Kind, build
from graph_api.search.duplicates import LEAST_PAIRS, SERIES, Alike, texts
from tests.search.plain_search import article, words

LETTERS = [f"w{number}" for number in range(200)]


def pairs(found: Alike) -> set[tuple[int, int]]:
    return set(zip(found.first.tolist(), found.second.tolist(), strict=True))


def index(documents: list[Document]) -> Index:
    return build("r", documents)


def shingles(document: Document) -> set[tuple[str, str]]:
    found = [words(document.excerpt), words(document.body)]
    return {pair for text in found for pair in pairwise(text)}


def jaccard(one: Document, other: Document) -> float:
    own, theirs = shingles(one), shingles(other)
    if min(len(own), len(theirs)) < LEAST_PAIRS:
        return 0
    return len(own & theirs) / len(own | theirs)


@st.composite
def variations(draw: st.DrawFn) -> list[Document]:
    """Documents of which some have nearly the text of another one; keys are their numbers."""
    random = Random(draw(st.integers(0, 2**32)))
    bases = [random.sample(LETTERS, random.choice([5, 12, 30, 60])) for _ in range(3)]
    found: list[Document] = []
    for key in range(draw(st.integers(1, 8))):
        text = list(random.choice(bases))
        for _ in range(random.choice([0, 0, 1, 2, 5])):
            text[random.randrange(len(text))] = random.choice(LETTERS)
        cut = random.randrange(len(text) + 1)
        title = random.choice(["One title", "one TITLE", "title one", "Short", ""])
        found.append(article(key, title, " ".join(text[:cut]), " ".join(text[cut:])))
    return found


@settings(max_examples=200)
@given(variations())
def test_texts_that_are_alike_are_found_each_with_the_one_most_like_it(documents: list[Document]) -> None:
    expected: set[tuple[int, int]] = set()
    for other in documents:
        before = [one for one in documents[: other.key] if jaccard(one, other) >= 0.8]
        if before:
            expected.add((max(before, key=lambda one: (jaccard(one, other), -one.key)).key, other.key))
    assert pairs(texts(index(documents)).alike()) == expected


@given(variations())
def test_likeness_is_the_jaccard_index_of_pairs_of_words(documents: list[Document]) -> None:
    every = [(one.key, other.key) for one, other in combinations(documents, 2)]
    found = texts(index(documents))
    first, second = ([pair[place] for pair in every] for place in (0, 1))
    likeness = found.likeness(Alike(np.array(first, np.int64), np.array(second, np.int64)))
    for (one, other), value in zip(every, likeness.tolist(), strict=True):
        assert value == pytest.approx(jaccard(documents[one], documents[other]))


@given(variations())
def test_equal_titles_are_found_without_regard_to_case(documents: list[Document]) -> None:
    expected: set[tuple[int, int]] = set()
    for title in ("one title", "title one"):
        own = [one.key for one in documents if one.name.lower() == title]
        if 1 < len(own) <= SERIES:
            expected |= {(own[0], other) for other in own[1:]}
    assert pairs(texts(index(documents)).same_names()) == expected


def test_a_title_that_many_have_is_a_series_and_no_duplicate() -> None:
    weekly = [article(key, "This week in Azure") for key in range(SERIES)]
    assert len(pairs(texts(index(weekly)).same_names())) == SERIES - 1
    assert pairs(texts(index([*weekly, article(9, "This week in Azure")])).same_names()) == set()


def test_providers_and_topics_are_no_duplicates_of_articles() -> None:
    text = " ".join(LETTERS[:30])
    documents = [
        article(1, "Open source", text),
        Document(2, Kind.TOPIC, "Open source", text),
        Document(3, Kind.PROVIDER, "Open source", text),
    ]
    found = texts(index(documents))
    assert pairs(found.same_names()) == pairs(found.alike()) == set()


def test_texts_in_chinese_are_compared_by_their_characters() -> None:
    text = "微软宣布在香港推出新的云计算服务并与多家银行合作"
    documents = [
        article(1, "云 新闻", text),
        article(2, "新闻", f"{text}。"),
        article(3, "云 新闻", "另一篇关于天气的文章今天没有下雨"),
    ]
    found = texts(index(documents))
    assert pairs(found.alike()) == {(0, 1)}
    assert pairs(found.same_names()) == {(0, 2)}


def test_many_equal_texts_are_one_chain() -> None:
    """Each has an earlier one beside it, however many there are."""
    documents = [article(key, f"t{key}", " ".join(LETTERS[:40])) for key in range(100)]
    found = pairs(texts(index(documents)).alike())
    assert [second for _, second in sorted(found, key=lambda pair: pair[1])] == list(range(1, 100))


def test_an_empty_index_has_no_duplicates() -> None:
    found = texts(index([]))
    assert pairs(found.same_names()) == pairs(found.alike()) == set()
