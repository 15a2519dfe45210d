"""Finds the documents of a query, and ranks them: BM25 over weighted fields (Robertson and Zaragoza, 2009).

Phrases are looked for in the stream, best document first, and only as many as a page needs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph_api.search.index import FINE, UNIT, Found, Index, Kind, Numbers, Postings
from graph_api.search.query import Clause, Query
from graph_api.search.tokens import sequence

_LOW = (1 << 32) - 1
_FIRST_ORDERED = 256  # documents that are ordered at once; then four times as many
_FAR_FEWER = 32  # a list so many times shorter than another is looked up in it
_BYTES_A_LOOK = 1000  # of the stream, which are passed in the time that looking into one document takes
_ONE = 1 << 48  # counts a word, above all sums of scores
_COMMON = 0.1  # the part of all documents above which a word does not make them alike


class Hit(NamedTuple):
    """A document: the key of its node, and its score in units of `UNIT`."""

    key: int
    score: int


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """The documents of a query, by score, then key.

    *docs* (ascending) are candidates; a match also passes all *checks*: the code of a phrase, and whether the stream
    has it.
    """

    index: Index
    docs: Numbers
    scores: Numbers
    checks: tuple[tuple[bytes, bool], ...] = ()

    def first(self, count: int, after: Hit | None = None) -> list[Hit]:
        """The best *count*, of those that follow *after*, which need not be one of them."""
        hits = self._best(self._places() if after is None else self._after(after), count)
        return self.checked().first(count, after) if hits is None else hits

    def last(self, count: int, before: Hit | None = None) -> list[Hit]:
        """The *count* before *before*, in the same order."""
        hits = self._best(~(self._places() if before is None else self._before(before)), count)
        return self.checked().last(count, before) if hits is None else hits[::-1]

    def count(self) -> int:
        """How many there are."""
        return len(self.checked().docs)

    def among(self, keys: Numbers) -> Matches:
        """Those that have one of *keys*."""
        kept = np.flatnonzero(np.isin(self.docs, self.index.documents(keys), assume_unique=True))
        return Matches(self.index, self.docs.take(kept), self.scores.take(kept), self.checks)

    def keys(self) -> Numbers:
        """The keys of all of them, ascending."""
        return self.index.keys.take(self.checked().docs)

    def checked(self) -> Matches:
        """The same without candidates that are no matches."""
        if not self.checks:
            return self
        if len(self.docs) > self._looks:
            kept = np.ones(len(self.docs), np.bool_)
            for code, wanted in self.checks:
                has = np.zeros(len(self.index), np.bool_)
                has[self.index.containing(code)] = True
                kept &= has.take(self.docs) == wanted
        else:
            kept = np.array([self._passes(doc) for doc in self.docs.tolist()], np.bool_)
        return Matches(self.index, self.docs[kept], self.scores[kept])

    @property
    def _looks(self) -> int:
        """Above so many looks into single documents, one pass over all takes less time."""
        return int(self.index.stream_starts[-1]) // _BYTES_A_LOOK

    def score_of(self, key: int) -> int | None:
        """The score of the node with this *key*; None when it is no match."""
        doc = int(self.index.keys.searchsorted(key))
        at = int(self.docs.searchsorted(doc))
        if (
            doc == len(self.index)
            or self.index.keys[doc] != key
            or at == len(self.docs)
            or self.docs[at] != doc
        ):
            return None
        return int(self.scores[at]) if self._passes(doc) else None

    def _places(self) -> Numbers:
        """For each candidate a number that orders it: 31 bits of the score, reversed, and 32 of the document."""
        return (_LOW // 2 - self.scores) << 32 | self.docs

    def _after(self, hit: Hit) -> Numbers:
        places = self._places()
        at, own = self._place_of(hit)
        return places[places > at] if own else places[places >= at]

    def _before(self, hit: Hit) -> Numbers:
        places = self._places()
        return places[places < self._place_of(hit)[0]]

    def _place_of(self, hit: Hit) -> tuple[int, bool]:
        """Where *hit* is or would be, and whether its node is in the index."""
        doc = int(self.index.keys.searchsorted(hit.key))
        own = doc < len(self.index) and int(self.index.keys[doc]) == hit.key
        return (_LOW // 2 - hit.score) << 32 | doc, own

    def _best(self, places: Numbers, count: int) -> list[Hit] | None:
        """The *count* matches with the smallest *places*; those below 0 are complements.

        None when it takes less time to check all candidates first.
        """
        hits: list[Hit] = []
        looks = max(self._looks, 2 * _FIRST_ORDERED) if self.checks else len(places)
        for looked, place in enumerate(_ascending(places, count if not self.checks else _FIRST_ORDERED)):
            if len(hits) == count:
                break
            if looked > looks:
                return None
            given = place if place >= 0 else ~place
            doc = given & _LOW
            if self._passes(doc):
                hits.append(Hit(int(self.index.keys[doc]), _LOW // 2 - (given >> 32)))
        return hits

    def _passes(self, doc: int) -> bool:
        return all(self.index.contains(doc, code) is wanted for code, wanted in self.checks)


def _ascending(places: Numbers, first: int) -> Iterator[int]:
    """*places* in order; the *first* are sorted apart, then more and more."""
    size = max(first, 1)
    while len(places) > size:
        places = np.partition(places, size)
        yield from np.sort(places[:size]).tolist()
        places, size = places[size:], size * 4
    yield from np.sort(places).tolist()


def match(
    index: Index,
    query: Query,
    *,
    kinds: Collection[Kind] = (),
    allowed: Numbers | None = None,
    postings: Postings | None = None,
) -> Matches:
    """The documents of *query*, of these *kinds* (all when empty), among the *allowed* keys (all when None)."""
    return _Matching(index, postings or index.texts, _admitted(index, kinds, allowed)).run(query)


def more_like(
    index: Index, text: str, *, kinds: Collection[Kind] = (Kind.ARTICLE,), postings: Postings | None = None
) -> Matches:
    """The documents that have any word of *text*, the more and the rarer the better. The document with the text is one."""
    matching = _Matching(index, postings or index.texts, _admitted(index, kinds, None))
    return matching.any(dict.fromkeys(sequence(text)))


def similarity(index: Index, postings: Postings, text: str) -> Numbers:
    """For each document the sum of its scores for the words of *text*, in units of `FINE`."""
    return _Matching(index, postings, None).sums_of(dict.fromkeys(sequence(text)))


def _admitted(index: Index, kinds: Collection[Kind], allowed: Numbers | None) -> NDArray[np.bool_] | None:
    """Which documents may match; None for all."""
    admitted: NDArray[np.bool_] | None = None
    if kinds and len(set(kinds)) < len(Kind):
        admitted = np.isin(index.kinds, np.array(list(kinds), np.uint8))
    if allowed is not None:
        some = np.zeros(len(index), np.bool_)
        some[index.documents(allowed)] = True
        admitted = some if admitted is None else some & admitted
    return admitted


@dataclass(frozen=True, slots=True, eq=False)
class _Matching:
    """One question to the *postings* of an index; documents that are not *admitted* do not match."""

    index: Index
    postings: Postings
    admitted: NDArray[np.bool_] | None

    def run(self, query: Query) -> Matches:
        excluded = [clause for clause in query.clauses if clause.is_excluded]
        wanted = [clause for clause in query.clauses if not clause.is_excluded]
        if not query.clauses:
            return self._matches(_NOTHING, ())
        found = self._without(excluded, self._all(wanted) if wanted else self._every())
        words = [clause for clause in wanted if clause.is_word]
        terms_of_words = list(dict.fromkeys(term for clause in words for term in clause.terms))
        if len(terms_of_words) > 1 and not found.first(1):
            required = [clause for clause in wanted if not clause.is_word]
            return self._without(excluded, self._most(terms_of_words, required))
        return found

    def any(self, words: Iterable[str]) -> Matches:
        """The documents that have any of *words*, without those that many documents have, if others are there."""
        numbers = list(self._numbers(words))
        rare = [n for n in numbers if self.postings.frequency(n) <= self.postings.count * _COMMON]
        scores = self._sums(rare or numbers)
        docs = np.flatnonzero(scores)
        return self._matches(Found(docs, scores.take(docs)), ())

    def sums_of(self, words: Iterable[str]) -> Numbers:
        """The scores of all documents for *words*."""
        return self._sums(self._numbers(words))

    def _sums(self, numbers: Iterable[int], added: int = 0) -> Numbers:
        """The scores of all documents for these terms, each with *added*; 0 for those that are not admitted."""
        sums = np.zeros(len(self.index), np.int64)
        for number in numbers:
            docs, scores = self.postings.of(number)
            np.add.at(sums, docs, scores + added)  # half the time of `sums[docs] +=`
        if self.admitted is not None:
            sums *= self.admitted
        return sums

    def _numbers(self, words: Iterable[str]) -> Iterator[int]:
        found = map(self.index.vocabulary.number, words)
        return (number for number in found if number is not None)

    def _matches(self, found: Found, checks: tuple[tuple[bytes, bool], ...]) -> Matches:
        return Matches(self.index, found.docs, np.minimum(found.scores // (FINE // UNIT), _LOW // 2), checks)

    def _every(self) -> Matches:
        docs = np.arange(len(self.index), dtype=np.int64)
        if self.admitted is not None:
            docs = docs[self.admitted]
        return self._matches(Found(docs, np.zeros(len(docs), np.int64)), ())

    def _all(self, clauses: Sequence[Clause]) -> Matches:
        """The documents that have all *clauses*: those of the rarest term, narrowed by one term after the other."""
        numbers: dict[int, None] = {}
        parts: list[Found] = []
        checks: list[tuple[bytes, bool]] = []
        for clause in clauses:
            if clause.is_prefix:
                parts.append(self._beginning(clause))
                continue
            known = list(self._numbers(clause.terms))
            if len(known) < len(clause.terms):
                return self._matches(_NOTHING, ())
            numbers |= dict.fromkeys(known)
            checks += [(self.index.code(known), True)] if len(known) > 1 else []
        return self._matches(self._only_admitted(self._common(numbers, parts)), tuple(checks))

    def _most(self, words: Sequence[str], required: Sequence[Clause]) -> Matches:
        """The documents that have the most of *words*, at least half, and all *required* clauses."""
        sums = self._sums(self._numbers(words), _ONE)
        if required:
            base = self._all(required).checked()
            held = np.zeros(len(self.index), np.int64)
            held[base.docs] = base.scores * (FINE // UNIT)
            sums[held == 0] = 0
            sums += held
        most = int(sums.max(initial=0)) // _ONE
        if most == 0 or most * 2 < len(words):
            return self._matches(_NOTHING, ())
        docs = np.flatnonzero(sums >= most * _ONE)
        return self._matches(Found(docs, sums.take(docs) - most * _ONE), ())

    def _without(self, excluded: Sequence[Clause], matches: Matches) -> Matches:
        docs, scores, checks = matches.docs, matches.scores, matches.checks
        for clause in excluded:
            found, code = self._of(clause)
            if code:
                checks += ((code, False),)
                continue
            hidden = np.zeros(len(self.index), np.bool_)
            hidden[found.docs] = True
            kept = np.flatnonzero(~hidden.take(docs))
            docs, scores = docs.take(kept), scores.take(kept)
        return Matches(self.index, docs, scores, checks)

    def _of(self, clause: Clause) -> tuple[Found, bytes]:
        """The documents that have all terms of *clause*, and the code of the phrase that they must have too."""
        if clause.is_prefix:
            return self._beginning(clause), b""
        known = list(self._numbers(clause.terms))
        if len(known) < len(clause.terms):
            return _NOTHING, b""
        return self._common(dict.fromkeys(known), ()), self.index.code(known) if len(known) > 1 else b""

    def _beginning(self, clause: Clause) -> Found:
        return self.postings.of_range(*self.index.vocabulary.beginning(clause.terms[-1]))

    def _only_admitted(self, found: Found) -> Found:
        if self.admitted is None:
            return found
        kept = np.flatnonzero(self.admitted.take(found.docs))
        return Found(found.docs.take(kept), found.scores.take(kept))

    def _common(self, numbers: Iterable[int], parts: Sequence[Found]) -> Found:
        """The documents that have the terms *numbers* and are in all *parts*, with the sums of their scores."""
        rarest_first = sorted((self.postings.frequency(number), number) for number in numbers)
        found = None
        for frequency, number in rarest_first:
            if found is None:
                found = self.postings.of(number)
            elif len(found.docs) * _FAR_FEWER < frequency:
                found = _narrowed(found, self.postings.scores_of(number, found.docs))
            else:
                found = _narrowed(found, self._scores_in(self.postings.of(number), found.docs))
        for part in parts:
            found = part if found is None else _narrowed(found, self._scores_in(part, found.docs))
        return found or _NOTHING

    def _scores_in(self, part: Found, docs: Numbers) -> Numbers:
        """The scores of *docs* in *part*, 0 for those that are not in it."""
        table = np.zeros(len(self.index), np.int64)
        table[part.docs] = part.scores
        return table.take(docs)


def _narrowed(found: Found, scores: Numbers) -> Found:
    """The documents of *found* that have one of these further *scores*, which are added."""
    kept = np.flatnonzero(scores)
    return Found(found.docs.take(kept), found.scores.take(kept) + scores.take(kept))


_NOTHING = Found(np.empty(0, np.int64), np.empty(0, np.int64))
