"""Completions of what a person types, and corrections of words that the index does not have."""

from __future__ import annotations

from collections.abc import Collection

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from graph_api.search.index import Index, Kind
from graph_api.search.matches import Hit, match
from graph_api.search.query import Clause, Query, parse, sequence_of

_MOST = 3  # corrected queries
_SHORTEST = 3  # characters of a word that is corrected
_LONG = 5  # characters of a word that may have two mistakes


def suggest(index: Index, prefix: str, count: int, *, kinds: Collection[Kind] = ()) -> list[Hit]:
    """The nodes whose names have all words of *prefix*, the last of which may be unfinished."""
    return match(index, unfinished(prefix), kinds=kinds, postings=index.names).first(count)


def unfinished(prefix: str) -> Query:
    """The query for names that have all words of *prefix*, of which the last one is the beginning of a word."""
    *words, last = prefix.split(" ") or [""]
    whole = [Clause(sequence, (0, 0), is_quoted=True) for sequence in map(sequence_of, words) if sequence]
    begun = parse(last.replace('"', "").lstrip("-") + "*").clauses
    return Query(prefix, (*whole, *begun))


def did_you_mean(index: Index, query: Query) -> list[str]:
    """*query* with words that the index does not have replaced by near ones, the likeliest first; at most three."""
    unknown = [clause for clause in query.clauses if _is_unknown(index, clause)]
    if not unknown:
        return []
    nearest = [_nearest(index, clause.terms[0]) for clause in unknown]
    if not all(nearest):
        return []
    variants = [[words[0] for words in nearest]]
    variants += [[other, *variants[0][1:]] for other in nearest[0][1:_MOST]]
    return [_replaced(query.text, unknown, words) for words in variants]


def _is_unknown(index: Index, clause: Clause) -> bool:
    if clause.is_excluded or clause.is_prefix or len(clause.terms) > 1:
        return False
    term = "".join(clause.terms)
    return len(term) >= _SHORTEST and term.isalpha() and index.vocabulary.number(term) is None


def _replaced(text: str, clauses: list[Clause], words: list[str]) -> str:
    for clause, word in sorted(zip(clauses, words, strict=True), key=lambda pair: -pair[0].piece[0]):
        start, end = clause.piece
        text = f"{text[:start]}{word}{text[end:]}"
    return text


def _nearest(index: Index, word: str) -> list[str]:
    """The words of the vocabulary within one or two mistakes of *word*: the nearest, then the most frequent first."""
    max_edits = 1 if len(word) < _LONG else 2
    by_length = index.words_by_length
    found = [
        (distance, term[0] != word[0], -index.texts.frequency(number), term)
        for length in range(len(word) - max_edits, len(word) + max_edits + 1)
        for terms, numbers in [by_length.get(length, ([], []))]
        for term, distance, place in extract(
            word, terms, scorer=OSA.distance, score_cutoff=max_edits, limit=None
        )
        for number in [numbers[place]]
    ]
    return [term for *_, term in sorted(found)[:_MOST]]
