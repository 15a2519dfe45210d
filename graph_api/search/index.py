"""The index of one revision: arrays that were built, or are mapped from a file.

Documents are numbered in the order of their keys, terms in the order of their code points. A *posting* is a document
that has a term, with its *impact*: how much the term says about it, 1 to 255. There are postings of all fields
(`texts`) and of names alone (`names`). Documents are in blocks of `block_size`, at most 65,536, so that 16 bits name
one within its block. The *stream* has all words of all documents in order, 1 to 4 bytes each, for phrases.
"""

from __future__ import annotations

import mmap
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_api.search.stream import code

Bytes: TypeAlias = NDArray[np.uint8]
Shorts: TypeAlias = NDArray[np.uint16]
Numbers: TypeAlias = NDArray[np.int64]
Starts: TypeAlias = NDArray[np.uint32]

K1 = 1.2  # how soon more occurrences of a term stop to count
B = 0.75  # how much long fields are discounted
IMPACTS = 255
MAX_BLOCK = 65_536
UNIT = 10_000  # a score of 1 in the whole numbers that matches have
FINE = 100 * UNIT  # ... and in those that are added up: sums of whole numbers are exact in any order


class Kind(IntEnum):
    """What a document is about."""

    ARTICLE = 0
    PROVIDER = 1
    TOPIC = 2


class Field(IntEnum):
    """The fields of a document."""

    NAME = 0
    EXCERPT = 1
    BODY = 2
    TOPICS = 3
    PROVIDER = 4


WEIGHTS = {Field.NAME: 4.0, Field.EXCERPT: 1.5, Field.BODY: 1.0, Field.TOPICS: 1.5, Field.PROVIDER: 1.5}


class Document(NamedTuple):
    """A node with its texts: its title or name, excerpt or description, body in Markdown, names of topics and provider."""

    key: int
    kind: Kind
    name: str
    excerpt: str = ""
    body: str = ""
    topics: str = ""
    provider: str = ""


class Found(NamedTuple):
    """Documents, ascending, and their scores in units of `FINE`."""

    docs: Numbers
    scores: Numbers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Postings:
    """The documents of each term: those of term t in block b are `docs[starts[b, t] : starts[b, t + 1]]`."""

    starts: Starts
    docs: Shorts
    impacts: Bytes
    block_size: int
    count: int  # documents in the index

    def frequency(self, term: int) -> int:
        """In how many documents *term* occurs."""
        return int((self.starts[:, term + 1].astype(np.int64) - self.starts[:, term]).sum())

    def of(self, term: int) -> Found:
        """The documents of *term*."""
        docs, impacts = self._slices(term, term + 1)
        return Found(docs, impacts * self.weights(np.array([len(docs)])))

    def scores_of(self, term: int, docs: Numbers) -> Numbers:
        """The scores of *docs* (ascending) for *term*, 0 for those that lack it: looked up, one by one."""
        impacts = np.zeros(len(docs), np.int64)
        bounds = docs.searchsorted(np.arange(len(self.starts) + 1) * self.block_size).tolist()
        for block, (first, end) in enumerate(pairwise(bounds)):
            start, stop = int(self.starts[block, term]), int(self.starts[block, term + 1])
            if first < end and start < stop:
                having = self.docs[start:stop]
                wanted = (docs[first:end] - block * self.block_size).astype(np.uint16)
                places = np.minimum(having.searchsorted(wanted), len(having) - 1)
                impacts[first:end] = self.impacts[start:stop].take(places) * (having.take(places) == wanted)
        return impacts * self.weights(np.array([self.frequency(term)]))

    def of_range(self, first: int, end: int) -> Found:
        """The documents of the terms from *first* on, before *end*, as if they were one: of several its best counts."""
        docs, impacts = self._slices(first, end)
        best = np.zeros(self.count, np.uint8)
        np.maximum.at(best, docs, impacts)
        some = np.flatnonzero(best)
        return Found(some, best.take(some) * self.weights(np.array([len(some)])))

    def weights(self, frequencies: Numbers) -> Numbers:
        """The score of an impact of 1, in units of `FINE`: the rarer a term, the more (Robertson's idf, never negative)."""
        rarity = np.log1p((self.count - frequencies + 0.5) / (frequencies + 0.5))
        return np.rint(rarity * ((K1 + 1) / IMPACTS * FINE)).astype(np.int64)

    def _slices(self, first: int, end: int) -> tuple[Numbers, Bytes]:
        bounds = zip(self.starts[:, first].tolist(), self.starts[:, end].tolist(), strict=True)
        parts = [(block, start, stop) for block, (start, stop) in enumerate(bounds) if start < stop]
        if not parts:
            return np.empty(0, np.int64), np.empty(0, np.uint8)
        docs = [self.docs[i:j].astype(np.int64) + block * self.block_size for block, i, j in parts]
        impacts = [self.impacts[i:j] for _, i, j in parts]
        return (docs[0], impacts[0]) if len(parts) == 1 else (np.concatenate(docs), np.concatenate(impacts))


class Vocabulary(Sequence[str]):
    """The terms in the order of their code points, which is that of their bytes; term 0 is empty: it ends a field."""

    def __init__(self, text: bytes | mmap.mmap, offset: int, starts: Starts) -> None:
        self._text, self._offset, self._starts = text, offset, starts.data

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, index: Any) -> Any:  # Any: slices are not used, and Sequence demands them
        return self._bytes(index).decode()

    def _bytes(self, index: int) -> bytes:
        at = self._offset
        return self._text[at + self._starts[index] : at + self._starts[index + 1]]

    def all(self) -> list[str]:
        """All terms."""
        text, starts = self.packed()
        return [text[start:end].decode() for start, end in pairwise(starts.tolist())]

    def packed(self) -> tuple[bytes, Starts]:
        """All terms one after the other, and where each begins."""
        size = self._starts[len(self)]
        return self._text[self._offset : self._offset + size], np.frombuffer(self._starts, np.uint32)

    def number(self, term: str) -> int | None:
        """The number of *term*; None when no document has it."""
        wanted = term.encode("utf-8", "replace")
        at = bisect_left(range(len(self)), wanted, key=self._bytes)
        return at if at < len(self) and self._bytes(at) == wanted else None

    def beginning(self, prefix: str) -> tuple[int, int]:
        """The range of terms that begin with *prefix*."""
        wanted = prefix.encode("utf-8", "replace")
        places = range(len(self))
        first = bisect_left(places, wanted, key=self._bytes)
        return first, bisect_left(places, wanted + b"\xff", lo=first, key=self._bytes)


@dataclass(frozen=True, kw_only=True, eq=False)
class Index:
    """The index of *revision*.

    *marks* are fingerprints of the documents' texts; *ranks* are the terms' ranks by number of occurrences, of which their codes are made. The stream of document d is
    `stream[offset + stream_starts[d] : offset + stream_starts[d + 1]]`.
    """

    revision: str
    keys: Numbers
    kinds: Bytes
    marks: Numbers
    vocabulary: Vocabulary
    ranks: NDArray[np.int32]
    texts: Postings
    names: Postings
    stream: bytes | mmap.mmap
    stream_offset: int
    stream_starts: Numbers

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def marks_by_key(self) -> dict[int, tuple[int, int]]:
        """For each key the number of its document, and its mark."""
        keys: list[int] = self.keys.tolist()
        marks: list[int] = self.marks.tolist()
        return dict(zip(keys, enumerate(marks), strict=True))

    def code(self, terms: Sequence[int]) -> bytes:
        """The bytes of these terms in the stream."""
        return b"".join(code(int(self.ranks[term])) for term in terms)

    def contains(self, doc: int, code: bytes) -> bool:
        """Whether the stream of document *doc* has these bytes. No code is part of another, so they are whole words."""
        start, end = self._bounds[doc], self._bounds[doc + 1]
        at = self.stream_offset
        return self.stream.find(code, at + start, at + end) >= 0

    def containing(self, code: bytes) -> Numbers:
        """The documents whose streams have these bytes, two or more, ascending: one pass over all streams."""
        stream = self.stream_bytes
        at = np.flatnonzero((stream[:-1] == code[0]) & (stream[1:] == code[1]))
        for place, byte in enumerate(code[2:], 2):
            at = at[at < len(stream) - place]
            at = at[stream.take(at + place) == byte]
        docs = self.stream_starts.searchsorted(at, side="right") - 1
        return docs[np.flatnonzero(np.diff(docs, prepend=-1))]

    def kind_of(self, key: int) -> Kind:
        """What the node with this *key* is, which the index has."""
        return Kind(int(self.kinds[self.keys.searchsorted(key)]))

    def documents(self, keys: Numbers) -> Numbers:
        """The documents with these *keys*, ascending; keys without one are left out."""
        if not len(self.keys):
            return np.empty(0, np.int64)
        found = np.unique(np.minimum(self.keys.searchsorted(np.sort(keys)), len(self.keys) - 1))
        return found[np.isin(self.keys.take(found), keys)]

    @cached_property
    def words_by_length(self) -> Mapping[int, tuple[list[str], list[int]]]:
        """The alphabetic words of the vocabulary and their numbers, by length. Takes 50 ms the first time."""
        found: dict[int, tuple[list[str], list[int]]] = {}
        for number, term in enumerate(self.vocabulary.all()):
            if term.isalpha():
                terms, numbers = found.setdefault(len(term), ([], []))
                terms.append(term)
                numbers.append(number)
        return found

    @property
    def knows_words(self) -> bool:
        """Whether `words_by_length` has been made."""
        return "words_by_length" in self.__dict__

    @cached_property
    def stream_bytes(self) -> Bytes:
        """The stream as an array."""
        return np.frombuffer(self.stream, np.uint8, int(self.stream_starts[-1]), self.stream_offset)

    @cached_property
    def _bounds(self) -> memoryview:
        return self.stream_starts.data
