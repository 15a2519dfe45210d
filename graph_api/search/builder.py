"""Builds an index from documents, in time proportional to their texts.

One pass in Python turns texts into token numbers; all else is done by numpy on whole arrays.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph_api.graph.adjacency import spread
from graph_api.search.index import (
    IMPACTS,
    K1,
    LIMITS,
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
    code_of,
)
from graph_api.search.tokens import Terms, terms, tokens

_FIELDS = len(Field)
_BLOCK_WORDS = 1 << 24  # words that a block has at most, about: they are sorted at once
_SMALLEST_BLOCK = 1024  # documents
_FIELD_BITS, _DOC_BITS = 3, 16


def build(revision: str, documents: Iterable[Document]) -> Index:
    """The index of *documents*, in any order; their keys are distinct."""
    read = _read(documents)
    words = _words(read)
    ranks = _ranks(words)
    stream, stream_starts = _stream(words, ranks)
    texts, names = _postings(words)
    text = "".join(words.vocabulary).encode()
    sizes = [len(term.encode()) for term in words.vocabulary]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.uint32)
    return Index(
        revision=revision,
        keys=words.keys,
        kinds=words.kinds,
        vocabulary=Vocabulary(text, 0, starts),
        ranks=ranks,
        texts=texts,
        names=names,
        stream=stream,
        stream_offset=0,
        stream_starts=stream_starts,
    )


class _Read(NamedTuple):
    """All *tokens* by number, after each field that has one the empty token; *sizes*: how many of each field."""

    keys: Numbers
    kinds: Bytes
    names: list[str]
    tokens: NDArray[np.int32]
    sizes: Numbers  # documents x fields


def _read(documents: Iterable[Document]) -> _Read:
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    number = numbers.__getitem__
    found, sizes, keys, kinds = array("i"), array("i"), array("q"), bytearray()
    number("")
    for key, kind, *texts in documents:
        keys.append(key)
        kinds.append(kind)
        for text in texts:
            words = tokens(text) if text else None
            if words:
                words.append("")
                found.extend(map(number, words))
                sizes.append(len(words))
            else:
                sizes.append(0)
    every = np.frombuffer(found, np.int32) if found else np.empty(0, np.int32)
    each = np.array(sizes, np.int64).reshape(-1, _FIELDS)
    return _by_key(
        _Read(np.array(keys, np.int64), np.frombuffer(bytes(kinds), np.uint8), list(numbers), every, each)
    )


def _by_key(read: _Read) -> _Read:
    order = np.argsort(read.keys, kind="stable")
    counts = read.sizes.sum(axis=1)
    starts = np.cumsum(counts) - counts
    moved = read.tokens.take(spread(starts.take(order), counts.take(order)))
    return _Read(
        read.keys.take(order), read.kinds.take(order), read.names, moved, read.sizes.take(order, axis=0)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    """All *terms* in order, by their number in *vocabulary*; *sizes*: how many each field has, with the empty ones.

    *more* are further terms, with the place in *terms* that they share.
    """

    keys: Numbers
    kinds: Bytes
    vocabulary: list[str]
    terms: NDArray[np.int32]
    sizes: Numbers
    more: NDArray[np.int32]
    more_at: Numbers


def _words(read: _Read) -> _Words:
    made = [terms(name) if name else Terms(("",)) for name in read.names]
    vocabulary = sorted({term for each in made for some in each for term in some})
    number = {term: place for place, term in enumerate(vocabulary)}
    sequence, starts, counts = _flat([[number[term] for term in each.sequence] for each in made])
    more, more_starts, more_counts = _flat([[number[term] for term in each.more] for each in made])
    widths = counts.take(read.tokens)
    every = sequence.take(spread(starts.take(read.tokens), widths))
    ends = np.concatenate([[0], np.cumsum(widths)])
    bounds = np.concatenate([[0], np.cumsum(read.sizes)])
    sizes = np.diff(ends.take(bounds)).reshape(read.sizes.shape)
    having = np.flatnonzero(more_counts.take(read.tokens))
    tokens_having = read.tokens.take(having)
    extra = more.take(spread(more_starts.take(tokens_having), more_counts.take(tokens_having)))
    extra_at = np.repeat(ends.take(having), more_counts.take(tokens_having))
    return _Words(read.keys, read.kinds, vocabulary, every, sizes, extra, extra_at)


def _flat(lists: list[list[int]]) -> tuple[NDArray[np.int32], Numbers, Numbers]:
    counts = np.array([len(each) for each in lists], np.int64)
    flat = np.array([value for each in lists for value in each], np.int32)
    return flat, np.cumsum(counts) - counts, counts


def _ranks(words: _Words) -> NDArray[np.int32]:
    """The rank of each term by occurrences, then by number; -1 for the empty one."""
    if len(words.vocabulary) > LIMITS[-1]:
        raise ValueError(
            f"{len(words.vocabulary)} distinct words are more than the codes of the stream can name"
        )
    occurrences = np.bincount(words.terms, minlength=len(words.vocabulary))
    ranks = np.empty(len(occurrences), np.int32)
    ranks[np.argsort(-occurrences[1:], kind="stable") + 1] = np.arange(len(occurrences) - 1, dtype=np.int32)
    ranks[0] = -1
    return ranks


def _stream(words: _Words, ranks: NDArray[np.int32]) -> tuple[bytes, Numbers]:
    """The codes of all words, and where those of each document begin."""
    codes = np.zeros((len(ranks), 4), np.uint8)
    lengths = (1 + np.searchsorted(np.array(LIMITS[1:4]), ranks, side="right")).astype(np.uint8)
    packed = b"".join(code_of(rank).ljust(4, b"\0") for rank in ranks.tolist())
    codes[:] = np.frombuffer(packed, np.uint8).reshape(-1, 4)
    sizes = lengths.take(words.terms)
    ends = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
    stream = np.empty(int(ends[-1]), np.uint8)
    stream[ends[:-1]] = codes[:, 0].take(words.terms)
    for byte in (1, 2, 3):
        longer = np.flatnonzero(sizes > byte)
        stream[ends.take(longer) + byte] = codes[:, byte].take(words.terms.take(longer))
    bounds = np.concatenate([[0], np.cumsum(words.sizes.sum(axis=1))])
    return stream.tobytes(), ends.take(bounds)


def _postings(words: _Words) -> tuple[Postings, Postings]:
    """The postings of all fields, and of names."""
    count = len(words.keys)
    lengths = np.maximum(words.sizes - 1, 0).astype(np.float64)  # without the empty word that ends a field
    norms = 1 - B + B * lengths / np.maximum(_means(lengths), 1e-9)
    weights = np.array([WEIGHTS[field] for field in Field])
    per_doc = words.sizes.sum(axis=1)
    size = _block_size(count, int(per_doc.sum()))
    bounds = np.concatenate([[0], np.cumsum(per_doc)])
    made = [
        _block(
            words,
            bounds,
            (weights / norms)[first : first + size],
            (1 / norms)[first : first + size, Field.NAME],
            first,
            size,
        )
        for first in range(0, max(count, 1), size)
    ]
    texts, names = ([part[which] for part in made] for which in (0, 1))
    return _merged(texts, size, count), _merged(names, size, count)


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


class _Block(NamedTuple):
    starts: Numbers
    docs: NDArray[np.uint16]
    impacts: Bytes


def _block(
    words: _Words,
    bounds: Numbers,
    weights: NDArray[np.float64],
    name_weights: NDArray[np.float64],
    first: int,
    size: int,
) -> tuple[_Block, _Block]:
    """The postings of the documents from *first* on."""
    sizes = words.sizes[first : first + size]
    start, end = int(bounds[first]), int(bounds[min(first + size, len(bounds) - 1)])
    place = (np.arange(len(sizes), dtype=np.int64)[:, None] << _FIELD_BITS) + np.arange(_FIELDS)
    places = np.repeat(place.ravel(), sizes.ravel())
    shift = _DOC_BITS + _FIELD_BITS
    low, high = np.searchsorted(words.more_at, [start, end])
    more_places = places.take(words.more_at[low:high] - start)
    every = np.concatenate(
        [
            words.terms[start:end].astype(np.int64) << shift | places,
            words.more[low:high].astype(np.int64) << shift | more_places,
        ]
    )
    every.sort()
    every = every[np.searchsorted(every, 1 << shift) :]  # without the empty word
    firsts = _firsts(every)
    counts = np.diff(firsts, append=len(every))
    each = every.take(firsts)
    fields, docs = each & (1 << _FIELD_BITS) - 1, each >> _FIELD_BITS & (1 << _DOC_BITS) - 1
    amounts = counts * weights[docs, fields]
    groups = _firsts(each >> _FIELD_BITS)
    terms_count = len(words.vocabulary)
    texts = _packed(each.take(groups) >> _FIELD_BITS, _sums(amounts, groups), terms_count)
    named = np.flatnonzero(fields == Field.NAME)
    of_names = counts.take(named) * name_weights.take(docs.take(named))
    return texts, _packed(each.take(named) >> _FIELD_BITS, of_names, terms_count)


def _packed(each: Numbers, amounts: NDArray[np.float64], terms_count: int) -> _Block:
    """The postings (term, document) *each*, ascending, with how often the term occurs, weighted."""
    impacts = np.rint(IMPACTS * amounts / (K1 + amounts))
    starts = np.searchsorted(each, np.arange(terms_count + 1, dtype=np.int64) << _DOC_BITS)
    return _Block(starts, each.astype(np.uint16), np.clip(impacts, 1, IMPACTS).astype(np.uint8))


def _merged(blocks: list[_Block], size: int, count: int) -> Postings:
    shifts = np.cumsum([0, *(len(block.docs) for block in blocks)])
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


def _sums(amounts: NDArray[np.float64], starts: Numbers) -> NDArray[np.float64]:
    sums: NDArray[np.float64] = np.add.reduceat(amounts, starts) if len(starts) else amounts
    return sums
