"""Documents that are nearly the same: by name, and by the pairs of neighboring words in excerpt and body.

Two texts are alike when the Jaccard index of their sets of pairs is 0.8 or more. All such documents share one of their
rarest pairs (Chaudhuri, Ganti and Kaushik, "A Primitive Operator for Similarity Joins in Data Cleaning", 2006), so that
only documents that do are compared: of many that share one, each with the next few of about its length.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_api.graph.adjacency import spread
from graph_api.graph.undirected import distinct
from graph_api.search.index import Field, Index, Kind, Numbers
from graph_api.search.stream import decoded

Hashes: TypeAlias = NDArray[np.uint64]
Likeness: TypeAlias = NDArray[np.float64]

ALIKE = 0.8
LEAST_PAIRS = 10  # of words: shorter texts are alike by chance
MOST_PAIRS = 400  # of long texts a sample, the same in equal texts
SERIES = 5  # documents with one name; more are a series, such as a weekly column
_LEAST_NAME = 2  # words: an Overview is no other Overview
_COMPARED = 8  # documents with which each one is compared for one pair of words
_WORDS_AT_ONCE = 1 << 20
_ENTRIES_AT_ONCE = 2_000_000


class Alike(NamedTuple):
    """Pairs of documents, by their numbers in the index, the smaller one in *first*."""

    first: Numbers
    second: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """The articles of an index: a fingerprint of each name, and the pairs of words of its text.

    *names* is 0 for names that are not compared. A pair of words is its rank by rarity, the rarest first; *entries* are
    document x *count* + rank, ascending; those of document d begin at `starts[d]`. *having* is the number of documents
    with each pair.
    """

    names: Hashes
    entries: Numbers
    starts: Numbers
    having: Numbers
    count: int

    @property
    def sizes(self) -> Numbers:
        """The number of pairs of words of each document; 0 where the text is too short to be compared."""
        return np.diff(self.starts)

    def same_names(self) -> Alike:
        """Documents with the same name, each with the first of them; names that more than `SERIES` have are left out."""
        order = np.argsort(self.names, kind="stable")
        names = self.names.take(order)
        begins = np.flatnonzero(np.append(True, names[1:] != names[:-1])) if len(names) else order
        sizes = np.diff(begins, append=len(names))
        chosen = (sizes > 1) & (sizes <= SERIES) & (names.take(begins) != 0)
        firsts, others = begins[chosen], sizes[chosen] - 1
        return _ordered(np.repeat(order.take(firsts), others), order.take(spread(firsts + 1, others)))

    def alike(self) -> Alike:
        """Documents with texts that are alike, each with the earlier document that is most like it."""
        pairs = self._candidates()
        scores = self.likeness(pairs)
        chosen = scores >= ALIKE
        first, second, scores = pairs.first[chosen], pairs.second[chosen], scores[chosen]
        order = np.lexsort((first, -scores, second))
        best = order[np.flatnonzero(np.diff(second.take(order), prepend=-1))]
        return Alike(first.take(best), second.take(best))

    def likeness(self, pairs: Alike) -> Likeness:
        """The Jaccard index of the texts of each pair, 0 to 1; 0 when one of them is too short."""
        sizes = self.sizes
        common = np.zeros(len(pairs.first), np.int64)
        for first, end in _portions(sizes.take(pairs.first), _ENTRIES_AT_ONCE):
            own = pairs.first[first:end]
            owners = np.repeat(np.arange(first, end), sizes.take(own))
            ranks = self.entries.take(spread(self.starts.take(own), sizes.take(own))) % max(self.count, 1)
            shared = self._has(pairs.second.take(owners), ranks)
            common += np.bincount(owners[shared], minlength=len(common))
        either = sizes.take(pairs.first) + sizes.take(pairs.second) - common
        found: Likeness = common / np.maximum(either, 1)
        return found

    def _has(self, docs: Numbers, ranks: Numbers) -> NDArray[np.bool_]:
        wanted = docs * self.count + ranks
        if not len(self.entries):
            return np.zeros(len(wanted), np.bool_)
        places = np.minimum(self.entries.searchsorted(wanted), len(self.entries) - 1)
        found: NDArray[np.bool_] = self.entries.take(places) == wanted
        return found

    def _candidates(self) -> Alike:
        """Pairs of documents that share one of their rarest pairs of words, and are of about one length."""
        sizes = self.sizes
        rarest = np.where(sizes > 0, sizes - _at_least(sizes) + 1, 0)
        entries = self.entries.take(spread(self.starts[:-1], rarest))
        docs, ranks = entries // max(self.count, 1), entries % max(self.count, 1)
        shared = self.having.take(ranks) > 1
        docs, ranks = docs[shared], ranks[shared]
        order = np.lexsort((docs, sizes.take(docs), ranks))
        docs, ranks = docs.take(order), ranks.take(order)
        found = [np.empty(0, np.int64)]
        for step in range(1, _COMPARED + 1):
            one, other = docs[:-step], docs[step:]
            fits = (ranks[:-step] == ranks[step:]) & (sizes.take(one) >= _at_least(sizes.take(other)))
            pairs = _ordered(one[fits], other[fits])
            found.append(pairs.first * len(sizes) + pairs.second)
        codes = distinct(np.concatenate(found))
        return Alike(codes // max(len(sizes), 1), codes % max(len(sizes), 1))


def _at_least(sizes: Numbers) -> Numbers:
    """The number of common pairs without which texts of these *sizes* are not alike."""
    return (4 * sizes + 4) // 5  # 0.8, rounded up


def _ordered(one: Numbers, other: Numbers) -> Alike:
    return Alike(np.minimum(one, other), np.maximum(one, other))


# -- from an index -----------------------------------------------------------------------------------------


def texts(index: Index) -> Texts:
    """The articles of *index*, read from its stream about a million words at a time."""
    names = np.zeros(len(index), np.uint64)
    parts: list[tuple[Numbers, Numbers]] = []
    for first, end in _portions(np.diff(index.stream_starts), _WORDS_AT_ONCE):
        words = _words(index, first, end)
        names[first:end] = _names(words, first, end)
        parts.append(_pairs(words, len(index.vocabulary)))
    articles = index.kinds == Kind.ARTICLE
    names[~articles] = 0
    docs = np.concatenate([np.empty(0, np.int64), *(part[0] for part in parts)])
    codes = np.concatenate([np.empty(0, np.int64), *(part[1] for part in parts)])
    kept = (articles & (np.bincount(docs, minlength=len(index)) >= LEAST_PAIRS)).take(docs)
    return _texts(names, docs[kept], codes[kept])


def _texts(names: Hashes, docs: Numbers, codes: Numbers) -> Texts:
    distinct, places, having = np.unique(codes, return_inverse=True, return_counts=True)
    by_rarity = np.argsort(having, kind="stable")
    ranks = np.empty(len(distinct), np.int64)
    ranks[by_rarity] = np.arange(len(distinct))
    entries = np.sort(docs * len(distinct) + ranks.take(places))
    starts = entries.searchsorted(np.arange(len(names) + 1, dtype=np.int64) * len(distinct))
    return Texts(names, entries, starts, having.take(by_rarity).astype(np.int64), len(distinct))


class _Words(NamedTuple):
    """Words in order: rank (-1 ends a field), document and field of each."""

    ranks: Numbers
    docs: Numbers
    fields: Numbers


def _words(index: Index, first: int, end: int) -> _Words:
    start, stop = int(index.stream_starts[first]), int(index.stream_starts[end])
    ranks = decoded(index.stream_bytes[start:stop]).astype(np.int64)
    ends = ranks < 0
    numbers: Numbers = np.cumsum(ends) - ends
    return _Words(ranks, first + numbers // len(Field), numbers % len(Field))


def _names(words: _Words, first: int, end: int) -> Hashes:
    """A fingerprint of each name: a sum over its words and their places; 0 for names that are too short."""
    own = np.flatnonzero((words.fields == Field.NAME) & (words.ranks >= 0))
    docs = words.docs.take(own) - first
    counts = np.bincount(docs, minlength=end - first)
    places = np.arange(len(own)) - np.repeat(np.cumsum(counts) - counts, counts)
    marks = np.zeros(end - first, np.uint64)
    np.add.at(marks, docs, mixed(words.ranks.take(own) * (1 << 24) + places))
    return np.where(counts >= _LEAST_NAME, marks, np.uint64(0))


def _pairs(words: _Words, vocabulary: int) -> tuple[Numbers, Numbers]:
    """The distinct pairs of words of each text as documents and codes; of long texts those with the smallest hashes."""
    inside = np.isin(words.fields, [Field.EXCERPT, Field.BODY]) & (words.ranks >= 0)
    at = np.flatnonzero(inside[:-1] & inside[1:])
    docs, codes = words.docs.take(at), words.ranks.take(at) * vocabulary + words.ranks.take(at + 1)
    hashes = mixed(codes)
    order = np.lexsort((hashes, docs))
    docs, codes = docs.take(order), codes.take(order)
    is_new = np.append(True, (docs[1:] != docs[:-1]) | (codes[1:] != codes[:-1]))[: len(docs)]
    docs, codes = docs[is_new], codes[is_new]
    counts = np.bincount(docs) if len(docs) else np.empty(0, np.int64)
    places = np.arange(len(docs)) - np.repeat(np.cumsum(counts) - counts, counts)
    kept = places < MOST_PAIRS
    return docs[kept], codes[kept]


def mixed(numbers: Numbers) -> Hashes:
    """A hash of each number: SplitMix64 (Steele, Lea and Flood, 2014)."""
    found = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        found = (found ^ found >> np.uint64(shift)) * np.uint64(factor)
    return found ^ found >> np.uint64(31)


def _portions(sizes: Numbers, most: int) -> Iterator[tuple[int, int]]:
    """Ranges of lists that have about *most* entries together."""
    ends, first = np.cumsum(sizes), 0
    while first < len(sizes):
        before = int(ends[first - 1]) if first else 0
        end = max(int(ends.searchsorted(before + most, side="right")), first + 1)
        yield first, end
        first = end
