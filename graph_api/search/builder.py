"""Builds an index from documents, in time proportional to their texts.

Python turns texts into numbers of words; numpy does all else, about a million words at a time, so that memory stays
bounded. Documents that a former index has with equal texts are taken from its stream: no text is read twice. The result
is the same.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_api.graph.adjacency import spread
from graph_api.search import stream
from graph_api.search.index import (
    IMPACTS,
    K1,
    MAX_BLOCK,
    WEIGHTS,
    B,
    Bytes,
    Document,
    Field,
    Index,
    Numbers,
    Postings,
    Starts,
    Vocabulary,
)
from graph_api.search.prose import prose
from graph_api.search.tokens import MAX_TERM, sequence, words_in

Words: TypeAlias = NDArray[np.int32]
Range: TypeAlias = tuple[int, int]

_FIELDS = len(Field)
_BLOCK_WORDS = 1 << 24  # words that a block has at most, about
_CHUNK_WORDS = 1 << 20  # words that are worked on at once
_SMALLEST_BLOCK = 1024  # documents
_FIELD_BITS, _DOC_BITS = 3, 16


def build(revision: str, documents: Iterable[Document], former: Index | None = None) -> Index:
    """The index of *documents*, in any order; their keys are distinct. *former* spares reading equal documents."""
    pool = _numbered(_pool(documents, former))
    ranks = _ranks(pool)
    streams = [stream.encoded(pool.part(*chunk), ranks) for chunk in pool.chunks(len(pool.keys))]
    texts, names = _postings(pool)
    encoded = [term.encode() for term in pool.names]
    return Index(
        revision=revision,
        keys=pool.keys,
        kinds=pool.kinds,
        marks=pool.marks,
        vocabulary=Vocabulary(b"".join(encoded), 0, _starts(map(len, encoded)).astype(np.uint32)),
        ranks=ranks,
        texts=texts,
        names=names,
        stream=b"".join(part for part, _ in streams),
        stream_offset=0,
        stream_starts=_document_starts(pool, [sizes for _, sizes in streams]),
    )


# -- documents as numbers of words -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """The words of all documents, as indexes in *names*; index 0 is the empty word, which ends every field.

    Documents are in the order of their keys. Those of document d are `words[starts[d] : starts[d] + sizes[d].sum()]`;
    *sizes* has the number of each field, documents x fields.
    """

    keys: Numbers
    kinds: Bytes
    marks: Numbers
    names: list[str]
    words: Words
    starts: Numbers
    sizes: Numbers

    @property
    def totals(self) -> Numbers:
        """How many words each document has."""
        totals: Numbers = self.sizes.sum(axis=1)
        return totals

    def part(self, first: int, end: int) -> Words:
        """The words of the documents from *first* on, before *end*."""
        part: Words = self.words.take(spread(self.starts[first:end], self.totals[first:end]))
        return part

    def chunks(self, end: int, first: int = 0) -> Iterator[Range]:
        """Ranges of the documents from *first* on, before *end*, of about a million words each."""
        bounds = np.cumsum(self.totals)
        while first < end:
            before = int(bounds[first - 1]) if first else 0
            stop = int(bounds.searchsorted(before + _CHUNK_WORDS, side="right"))
            yield first, (first := min(max(stop, first + 1), end))


def _pool(documents: Iterable[Document], former: Index | None) -> _Pool:
    known = former.marks_by_key if former is not None else {}
    fresh, kept = _Reader(), list[int]()
    for document in documents:
        mark = _mark(document)
        place, former_mark = known.get(document.key, (0, None))
        if former_mark == mark:
            kept.append(place)
        else:
            fresh.add(document, mark)
    if former is None or not kept:
        return _by_key([fresh.pool()])
    return _by_key([fresh.pool(), _kept(former, np.sort(np.array(kept, np.int64)))])


def _mark(document: Document) -> int:
    """A fingerprint of all that the index has of *document*, 63 bits."""
    text = "\0".join((document.kind.name, *document[2:]))
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()) >> 1


class _Reader:
    """Turns documents into numbers of words."""

    def __init__(self) -> None:
        self._numbers: defaultdict[str, int] = defaultdict()
        self._numbers.default_factory = self._numbers.__len__
        self._numbers[""] = 0
        self._words, self._sizes = array("i"), array("q")
        self._keys, self._marks, self._kinds = array("q"), array("q"), bytearray()

    def add(self, document: Document, mark: int) -> None:
        self._keys.append(document.key)
        self._marks.append(mark)
        self._kinds.append(document.kind)
        number = self._numbers.__getitem__
        for field, text in enumerate(document[2:]):
            found = sequence(prose(text) if field == Field.BODY else text) if text else []
            found.append("")
            self._words.extend(map(number, found))
            self._sizes.append(len(found))

    def pool(self) -> _Pool:
        sizes = np.array(self._sizes, np.int64).reshape(-1, _FIELDS)
        return _Pool(
            np.array(self._keys, np.int64),
            np.frombuffer(bytes(self._kinds), np.uint8),
            np.array(self._marks, np.int64),
            [name[:MAX_TERM] for name in self._numbers],
            np.frombuffer(self._words, np.int32) if self._words else np.empty(0, np.int32),
            _starts(sizes.sum(axis=1))[:-1],
            sizes,
        )


def _kept(former: Index, docs: Numbers) -> _Pool:
    """The documents *docs* (ascending) of an index, decoded from its stream."""
    numbers = np.empty(
        len(former.vocabulary), np.int32
    )  # by rank; the last is that of rank -1, the empty word
    numbers[former.ranks] = np.arange(len(former.vocabulary), dtype=np.int32)
    parts: list[Words] = []
    for at in range(0, len(docs), _SMALLEST_BLOCK):
        some = docs[at : at + _SMALLEST_BLOCK]
        begin, counts = former.stream_starts.take(some), former.stream_starts.take(some + 1)
        raw = former.stream_bytes.take(spread(begin, counts - begin))
        parts.append(numbers.take(stream.decoded(raw)))
    words = np.concatenate(parts)
    ends = np.flatnonzero(words == 0)  # one for each field
    sizes = np.diff(ends, prepend=-1).reshape(-1, _FIELDS)
    return _Pool(
        former.keys.take(docs),
        former.kinds.take(docs),
        former.marks.take(docs),
        former.vocabulary.all(),
        words,
        _starts(sizes.sum(axis=1))[:-1],
        sizes,
    )


def _by_key(pools: list[_Pool]) -> _Pool:
    """One pool of several, its documents in the order of their keys."""
    keys = np.concatenate([pool.keys for pool in pools])
    order = np.argsort(keys, kind="stable")
    shifts = [0, *np.cumsum([len(pool.names) for pool in pools]).tolist()]
    places = [0, *np.cumsum([len(pool.words) for pool in pools]).tolist()]
    words = [pool.words + np.int32(shift) for pool, shift in zip(pools, shifts, strict=False)]
    starts = [pool.starts + place for pool, place in zip(pools, places, strict=False)]
    return _Pool(
        keys.take(order),
        np.concatenate([pool.kinds for pool in pools]).take(order),
        np.concatenate([pool.marks for pool in pools]).take(order),
        [name for pool in pools for name in pool.names],
        np.concatenate(words) if len(words) > 1 else words[0],
        np.concatenate(starts).take(order),
        np.concatenate([pool.sizes for pool in pools]).take(order, axis=0),
    )


def _numbered(pool: _Pool) -> _Pool:
    """The same with sorted, distinct names: those of its words, and the words in them."""
    used = np.flatnonzero(_occurrences(pool)).tolist()
    names = {pool.names[number] for number in used}
    names |= {inner for name in names for inner in words_in(name)}
    vocabulary = sorted(names | {""})
    number = {name: place for place, name in enumerate(vocabulary)}
    numbers = np.array([number.get(name, 0) for name in pool.names], np.int32)
    return _Pool(
        pool.keys, pool.kinds, pool.marks, vocabulary, numbers.take(pool.words), pool.starts, pool.sizes
    )


def _occurrences(pool: _Pool) -> Numbers:
    """How often each name occurs."""
    found = np.zeros(len(pool.names), np.int64)
    for at in range(0, len(pool.words), _CHUNK_WORDS):
        found += np.bincount(pool.words[at : at + _CHUNK_WORDS], minlength=len(found))
    return found


def _ranks(pool: _Pool) -> Words:
    """The rank of each term by occurrences, then by number; -1 for the empty one."""
    occurrences = _occurrences(pool)
    if len(occurrences) > stream.LIMITS[-1]:
        raise ValueError(f"{len(occurrences)} distinct words are more than the codes of the stream can name")
    ranks = np.empty(len(occurrences), np.int32)
    ranks[np.argsort(-occurrences[1:], kind="stable") + 1] = np.arange(len(occurrences) - 1, dtype=np.int32)
    ranks[0] = -1
    return ranks


def _document_starts(pool: _Pool, sizes: list[Bytes]) -> Numbers:
    """Where the stream of each document begins; *sizes* are the bytes of each word, chunk by chunk."""
    bytes_: list[Numbers] = []
    for (first, end), each in zip(pool.chunks(len(pool.keys)), sizes, strict=True):
        ends = np.cumsum(each, dtype=np.int64).take(np.cumsum(pool.totals[first:end]) - 1)
        bytes_.append(np.diff(ends, prepend=0))
    every: Numbers = np.concatenate(bytes_) if bytes_ else np.empty(0, np.int64)
    return _starts(every.tolist())


# -- postings ----------------------------------------------------------------------------------------------


class _Inner(NamedTuple):
    """For each term the words in it, one list after the other."""

    starts: Numbers
    counts: Numbers
    terms: Words


def _inner(vocabulary: list[str]) -> _Inner:
    number = {name: place for place, name in enumerate(vocabulary)}
    lists: list[list[int]] = [[number[inner] for inner in words_in(name)] for name in vocabulary]
    counts = np.array([len(each) for each in lists], np.int64)
    flat = np.array([inner for each in lists for inner in each], np.int32)
    return _Inner(_starts(counts)[:-1], counts, flat)


def _postings(pool: _Pool) -> tuple[Postings, Postings]:
    """The postings of all fields, and of names."""
    count, inner = len(pool.keys), _inner(pool.names)
    lengths = (pool.sizes - 1).astype(np.float64)  # without the empty word that ends a field
    factors = 1 / (1 - B + B * lengths / np.maximum(_means(lengths), 1e-9))
    size = _block_size(count, int(pool.totals.sum()))
    made: list[tuple[_Block, _Block]] = []
    for first in range(0, max(count, 1), size):
        chunks = pool.chunks(min(first + size, count), first)
        parts = [_chunk(pool, inner, factors, first, chunk) for chunk in chunks]
        made.append((_block(pool, [text for text, _ in parts]), _block(pool, [name for _, name in parts])))
    return _merged([text for text, _ in made], size, count), _merged([name for _, name in made], size, count)


def _means(lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean length of each field, over the documents that have it."""
    having = np.maximum((lengths > 0).sum(axis=0), 1)
    means: NDArray[np.float64] = lengths.sum(axis=0) / having
    return means


def _block_size(count: int, words: int) -> int:
    """Documents in a block: as many as 16 bits count, fewer when texts are long."""
    size = MAX_BLOCK
    while size > _SMALLEST_BLOCK and min(size, count) * words > _BLOCK_WORDS * count:
        size //= 2
    return size


class _Part(NamedTuple):
    """Postings, ascending: the term and, in 16 bits, the document within its block; and their impacts."""

    each: Numbers
    impacts: Bytes


def _chunk(
    pool: _Pool, inner: _Inner, factors: NDArray[np.float64], block: int, chunk: Range
) -> tuple[_Part, _Part]:
    """The postings of a chunk of documents, of a block that begins with document *block*; of all fields, and of names."""
    first, end = chunk
    every = _occurrence_codes(pool, inner, block, chunk)
    firsts = _firsts(every)
    counts = np.diff(firsts, append=len(every))
    each = every.take(firsts)
    fields, docs = each & (1 << _FIELD_BITS) - 1, (each >> _FIELD_BITS & (1 << _DOC_BITS) - 1) + block - first
    amounts = counts * factors[first:end][docs, fields]
    groups = _firsts(each >> _FIELD_BITS)
    weighted = amounts * np.array([WEIGHTS[field] for field in Field]).take(fields)
    sums = np.add.reduceat(weighted, groups) if len(groups) else weighted
    named = np.flatnonzero(fields == Field.NAME)
    return (
        _Part(each.take(groups) >> _FIELD_BITS, _impacts(sums)),
        _Part(each.take(named) >> _FIELD_BITS, _impacts(amounts.take(named))),
    )


def _occurrence_codes(pool: _Pool, inner: _Inner, block: int, chunk: Range) -> Numbers:
    """Every occurrence of a term as one number, ascending: term, document within the block, field."""
    first, end = chunk
    place = (np.arange(first - block, end - block, dtype=np.int64)[:, None] << _FIELD_BITS) + np.arange(
        _FIELDS
    )
    terms = pool.part(first, end)
    codes = np.repeat(place.ravel(), pool.sizes[first:end].ravel())
    having = np.flatnonzero(inner.counts.take(terms))
    owners = terms.take(having)
    counts = inner.counts.take(owners)
    more = inner.terms.take(spread(inner.starts.take(owners), counts)).astype(np.int64)
    shift = _DOC_BITS + _FIELD_BITS
    more = more << shift | np.repeat(codes.take(having), counts)
    codes |= terms.astype(np.int64) << shift
    every = np.concatenate([codes, more]) if len(more) else codes
    every.sort()
    return every[np.searchsorted(every, 1 << shift) :]  # without the empty word


def _impacts(amounts: NDArray[np.float64]) -> Bytes:
    """How much a term says about a document in which it occurs so often, weighted: 1 to 255."""
    return np.clip(np.rint(IMPACTS * amounts / (K1 + amounts)), 1, IMPACTS).astype(np.uint8)


class _Block(NamedTuple):
    starts: Numbers
    docs: NDArray[np.uint16]
    impacts: Bytes


def _block(pool: _Pool, parts: list[_Part]) -> _Block:
    each = np.concatenate([part.each for part in parts] or [np.empty(0, np.int64)])
    impacts = np.concatenate([part.impacts for part in parts] or [np.empty(0, np.uint8)])
    if len(parts) > 1:
        order = np.argsort(each, kind="stable")  # merges the parts, which are sorted
        each, impacts = each.take(order), impacts.take(order)
    starts = np.searchsorted(each, np.arange(len(pool.names) + 1, dtype=np.int64) << _DOC_BITS)
    return _Block(starts, each.astype(np.uint16), impacts)


def _merged(blocks: list[_Block], size: int, count: int) -> Postings:
    shifts = _starts(len(block.docs) for block in blocks)
    if shifts[-1] >= 1 << 32:
        raise ValueError(f"{shifts[-1]} postings are more than the file format can hold")
    starts: Starts = np.stack(
        [block.starts + shift for block, shift in zip(blocks, shifts, strict=False)]
    ).astype(np.uint32)
    return Postings(
        starts=starts,
        docs=np.concatenate([block.docs for block in blocks]),
        impacts=np.concatenate([block.impacts for block in blocks]),
        block_size=size,
        count=count,
    )


def _firsts(sorted_values: Numbers) -> Numbers:
    """Where each distinct value begins."""
    if not len(sorted_values):
        return np.empty(0, np.int64)
    return np.concatenate([[0], np.flatnonzero(sorted_values[1:] != sorted_values[:-1]) + 1])


def _starts(counts: Iterable[int]) -> Numbers:
    """Where lists of these lengths begin that follow each other, and where the last one ends."""
    each = np.fromiter(counts, np.int64)
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(each)])
