"""Which documents match, and in which order: against plain Python, and against SQLite's FTS5."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
import pytest
import yaml
from hypothesis import given, strategies as st

from graph_api.search import Document, Hit, Index, Kind, build, match, more_like, parse
from graph_api.search.index import UNIT
from tests.corpora import corpus
from tests.search.plain_search import article, has_phrase, has_word, score, words

WORDS = ("azure", "cloud", "data", "lake", "fast", "function", "functional", "fun")
texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
corpora = st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=12).map(
    lambda each: [article(37 * (key + 1) % 101, *fields) for key, fields in enumerate(each)]
)
some_words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True)


def keys(index: Index, query: str) -> set[int]:
    return set(match(index, parse(query)).keys().tolist())


def test_the_order_of_documents_does_not_matter() -> None:
    given_ = [article(key, f"title {key} azure", "some text") for key in (5, 1, 9, 3)]
    one, other = build("r", given_), build("r", sorted(given_))
    assert match(one, parse("azure")).first(9) == match(other, parse("azure")).first(9)
    assert one.stream == other.stream


@given(corpora, some_words)
def test_words_match_documents_that_have_all_of_them_scored_by_bm25(
    documents: list[Document], query: list[str]
) -> None:
    expected = {each.key for each in documents if all(has_word(each, word) for word in query)}
    found = match(build("r", documents), parse(" ".join(query))).first(100)
    if expected:
        assert {hit.key for hit in found} == expected
        by_key = {each.key: each for each in documents}
        for hit in found:
            assert hit.score / UNIT == pytest.approx(
                score(documents, by_key[hit.key], query), rel=0.02, abs=0.02
            )
    assert found == sorted(found, key=lambda hit: (-hit.score, hit.key))


@given(corpora, some_words)
def test_without_a_document_that_has_all_words_those_with_most_of_them_answer(
    documents: list[Document], query: list[str]
) -> None:
    counts = {each.key: sum(has_word(each, word) for word in query) for each in documents}
    most = max(counts.values())
    expected = {key for key, count in counts.items() if count == most and 2 * count >= len(query) and count}
    assert keys(build("r", documents), " ".join(query)) == (expected if len(query) > 1 or most else set())


@given(corpora, some_words)
def test_phrases_are_words_one_after_the_other_in_one_field(
    documents: list[Document], phrase: list[str]
) -> None:
    index = build("r", documents)
    quoted = f'"{" ".join(phrase)}"'
    expected = {each.key for each in documents if has_phrase(each, phrase)}
    assert keys(index, quoted) == expected
    assert keys(index, f"-{quoted}") == {each.key for each in documents} - expected


@given(corpora, st.sampled_from(WORDS))
def test_excluded_words_take_their_documents_out(documents: list[Document], word: str) -> None:
    index = build("r", documents)
    without = {each.key for each in documents if not has_word(each, word)}
    assert keys(index, f"-{word}") == without
    assert keys(index, f"fun* -{word}") == keys(index, "fun*") & without


@given(corpora, some_words, st.data())
def test_pages_are_parts_of_the_whole_list(
    documents: list[Document], query: list[str], data: st.DataObject
) -> None:
    text = data.draw(
        st.sampled_from([" ".join(query), f'"{" ".join(query)}"', f"{query[0][:2]}*", f"-{query[0]}"])
    )
    found = match(build("r", documents), parse(text))
    whole = found.first(100)
    assert found.count() == len(whole)
    assert found.last(100) == whole
    for at, hit in enumerate(whole):
        assert found.first(2, after=hit) == whole[at + 1 : at + 3]
        assert found.last(2, before=hit) == whole[max(0, at - 2) : at]
        assert found.score_of(hit.key) == hit.score


def test_the_place_of_a_removed_document_is_found_by_score_and_key() -> None:
    found = match(build("r", [article(key, "azure") for key in (1, 3, 5)]), parse("azure"))
    score_ = found.first(1)[0].score
    assert [hit.key for hit in found.first(9, after=Hit(2, score_))] == [3, 5]
    assert [hit.key for hit in found.last(9, before=Hit(4, score_))] == [1, 3]


@given(corpora, some_words)
def test_what_is_not_allowed_or_of_another_kind_does_not_match(
    documents: list[Document], query: list[str]
) -> None:
    mixed = [each._replace(kind=Kind(place % 3)) for place, each in enumerate(documents)]
    index, text = build("r", mixed), parse(f"{query[0][:3]}*")
    every = {
        each.key for each in mixed if any(w.startswith(query[0][:3]) for f in each[2:] for w in words(f))
    }
    topics = {each.key for each in mixed if each.kind is Kind.TOPIC}
    assert set(match(index, text, kinds=[Kind.TOPIC]).keys().tolist()) == every & topics
    allowed = np.array([*(each.key for each in mixed[::2]), 1000], np.int64)
    assert set(match(index, text, allowed=allowed).keys().tolist()) == every & set(allowed.tolist())


def test_titles_weigh_most() -> None:
    index = build("r", [article(1, "other", "azure thing"), article(2, "azure thing", "other")])
    assert [hit.key for hit in match(index, parse("azure")).first(2)] == [2, 1]


@pytest.mark.parametrize("query", ["学习", "器学", "机器学习", "习", "机", '"机器"', "学习 azure"])
def test_chinese_is_found_by_any_characters(query: str) -> None:
    index = build("r", [article(1, "Azure机器学习入门"), article(2, "机学器习 Azure"), article(3, "azure")])
    assert 1 in keys(index, query)
    assert 3 not in keys(index, query)


def test_a_run_of_characters_matches_only_where_it_stands() -> None:
    index = build("r", [article(1, "机器学习"), article(2, "学习 机器 器学")])
    assert keys(index, "机器学习") == {1}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("C++", {1}),
        ("c#", {2}),
        (".net", {3}),
        ("net", {3, 4}),
        ("2.0", {5}),
        ("c", {1, 2}),
        ('"visual c++ 2.0"', {1}),
    ],
)
def test_versions_and_names_with_signs_are_found(query: str, expected: set[int]) -> None:
    names = {1: "Visual C++ 2.0 tools", 2: "C# tips", 3: "The .NET SDK", 4: "net worth", 5: "Web 2.0"}
    index = build("r", [article(key, name) for key, name in names.items()])
    found = keys(index, query)
    assert expected <= found
    assert not found & ({2, 3, 4, 5} - expected)


def test_an_empty_index_has_no_matches() -> None:
    index = build("r", [])
    for query in ("azure", '"azure data"', "a*", "-a", "a b"):
        assert match(index, parse(query)).first(5) == []
        assert match(index, parse(query)).count() == 0


def test_more_like_a_text_begins_with_the_text_itself() -> None:
    titles = ("azure data lake", "azure functions", "cloud costs", "data lake storage")
    index = build("r", [article(key, title) for key, title in enumerate(titles, 1)])
    assert [hit.key for hit in more_like(index, "Azure Data Lake").first(3)][:2] == [1, 4]


def test_blocks_of_documents_are_one_list(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [article(key, f"word{key % 7} azure data", f"more text {key % 3}") for key in range(1, 5000)]
    whole = build("r", documents)
    monkeypatch.setattr("graph_api.search.builder._BLOCK_WORDS", 4000)
    blocks = build("r", documents)
    assert blocks.texts.block_size < whole.texts.block_size
    for query in ("word3 azure", "word*", '"azure data" -word1', "text 2"):
        assert match(blocks, parse(query)).first(50) == match(whole, parse(query)).first(50)


# -- FTS5 ------------------------------------------------------------------------------------------------


@cache
def dev_texts() -> list[Document]:
    """Titles and excerpts of a part of the dev corpus."""
    found: list[Document] = []
    for path in sorted(corpus("azure-mini").rglob("*.md")):
        fields = yaml.load(path.read_text().split("---\n")[1], yaml.CSafeLoader)
        if isinstance(fields, dict) and "title" in fields:
            found.append(article(len(found) + 1, str(fields["title"]), str(fields.get("excerpt") or "")))
    return found


def fts5(documents: Iterable[Document]) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE texts USING fts5 (name, excerpt, body, tokenize = 'unicode61')")
    connection.executemany(
        "INSERT INTO texts (rowid, name, excerpt, body) VALUES (?, ?, ?, ?)",
        ((each.key, each.name, each.excerpt, each.body) for each in documents),
    )
    return connection


def oracle(connection: sqlite3.Connection, query: str) -> set[int]:
    return {row[0] for row in connection.execute("SELECT rowid FROM texts WHERE texts MATCH ?", (query,))}


def queries_of(documents: Sequence[Document]) -> list[tuple[str, str]]:
    """Our queries beside those of FTS5, of neighboring alphabetic words."""
    found: list[tuple[str, str]] = []
    for document in documents[::2]:
        plain = [word for word in document.name.lower().split() if word.isascii() and word.isalpha()]
        if len(plain) > 3:
            one, two, three, *_ = plain
            found += [
                (f"{one} {three}", f'"{one}" AND "{three}"'),
                (f'"{one} {two}"', f'"{one} {two}"'),
                (f'"{two} {three}"', f'"{two} {three}"'),
                (f"{two[:3]}*", f'"{two[:3]}" *'),
                (f"{one} -{two}", f'"{one}" NOT "{two}"'),
                (f'{three} -"{one} {two}"', f'"{three}" NOT "{one} {two}"'),
            ]
    return found


def test_real_queries_match_what_fts5_finds() -> None:
    documents = dev_texts()
    index, connection = build("r", documents), fts5(documents)
    queries = queries_of(documents)
    assert len(queries) > 100
    for ours, theirs in queries:
        assert keys(index, ours) == oracle(connection, theirs), ours


@given(corpora, some_words)
def test_small_corpora_match_what_fts5_finds(documents: list[Document], query: list[str]) -> None:
    connection, index = fts5(documents), build("r", documents)
    phrase = f'"{" ".join(query)}"'
    assert keys(index, phrase) == oracle(connection, phrase)
    assert keys(index, f"{query[0][:3]}*") == oracle(connection, f'"{query[0][:3]}" *')
