"""A few words that name a group of texts: what most of them have in common, and others lack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log

from graph_api.search.index import Index
from graph_api.search.tokens import occurrences

_WORDS = 3
_COMMON = 0.15  # words that a larger part of all titles has are used where there are no others
_SHORTEST = 3  # characters of a word with Latin letters


def label(index: Index, titles: Sequence[str]) -> str:
    """At most three words, the most telling one first, as most of *titles* spell them; empty when no word is shared.

    A word counts once for each title that has it, times the logarithm of how much more frequent it is in *titles* than
    in all titles of *index*. In a group of two or more a word of only one title does not count.
    """
    titles_with: Counter[str] = Counter()
    spellings: dict[str, Counter[str]] = {}
    for title in titles:
        found = {one.term: title[one.start : one.end] for one in occurrences(title) if not one.inner}
        titles_with.update(found.keys())
        for term, spelling in found.items():
            spellings.setdefault(term, Counter())[spelling] += 1
    shared = {term: count for term, count in titles_with.items() if count > 1 or len(titles) == 1}
    shares = {term: _share(index, term) for term in shared if _tells(term)}
    rare = {term: share for term, share in shares.items() if share <= _COMMON}
    weights = {
        term: shared[term] * log(shared[term] / len(titles) / share)
        for term, share in (rare or shares).items()
    }
    best = sorted(weights, key=lambda term: (-weights[term], term))[:_WORDS]
    return ", ".join(max(sorted(spellings[term]), key=spellings[term].__getitem__) for term in best)


def _tells(term: str) -> bool:
    return not term.isascii() or (len(term) >= _SHORTEST and not term.isdigit())


def _share(index: Index, term: str) -> float:
    """The part of all titles that have *term*."""
    number = index.vocabulary.number(term)
    frequency = 0 if number is None else index.names.frequency(number)
    return (frequency + 0.5) / (len(index) + 1)
