"""Whole answers of one revision, bounded in bytes.

Answers stay plain while there is room; then the least recently used ones are compressed, to about a twentieth, and
when all are, answers are evicted. Decompressing takes some 50 us, far less than making an answer.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

import zstandard

from graph_api.execution.encoding import exact
from graph_api.execution.lru import size_of

_CODING = "zstd"
_ONE_IN = 8  # decompressed answers stay plain where another one has to be compressed, so that a scan leaves most as they are
_ENTRY_BYTES = 600  # of an entry, beside key and answer
_LEAST_BYTES = 2_048  # smaller answers shrink too little
_MOST_BYTES = 2_097_152  # larger ones take too long to compress on the event loop


class CachedResponse:
    """A cached answer. *encodings* are its bytes by content coding, *tags* its entity tags by media type; the HTTP
    layer adds to both, on any thread."""

    __slots__ = ("_own_bytes", "counted", "counted_encodings", "encodings", "key", "plain", "tags")

    def __init__(self, key: Hashable, plain: bytes) -> None:
        self.key = key
        self.plain: bytes | None = plain
        self.encodings: dict[str, bytes] = {}
        self.tags: dict[str, bytes] = {}
        self.counted = 0  # bytes, by the cache
        self.counted_encodings = 0
        self._own_bytes = size_of(key) + _ENTRY_BYTES

    @property
    def size(self) -> int:
        """Its bytes in all encodings."""
        bodies = (self.plain or b"", *self.encodings.values())  # at once: a thread may add to them
        return self._own_bytes + sum(map(len, bodies))


class ResponseCache:
    """Answers by key. The size of a key counts too: an operation can be longer than its answer."""

    def __init__(self, capacity_bytes: int) -> None:
        self._capacity = capacity_bytes
        self._revision = ""
        self._compressor = zstandard.ZstdCompressor(level=3)  # one for all: each takes a megabyte
        self._decompressor = zstandard.ZstdDecompressor()
        self._decompressed = 0
        self._clear()

    def _clear(self) -> None:
        self.held_bytes = 0
        self._entries: OrderedDict[Hashable, CachedResponse] = OrderedDict()  # least recently used first
        self._shrinkable: OrderedDict[CachedResponse, None] = OrderedDict()  # the plain ones, likewise

    def get(self, revision: str, key: Hashable) -> CachedResponse | None:
        """The answer with *key* made from *revision*, None when it is not cached."""
        if revision is not self._revision and revision != self._revision:  # comparing takes longer
            return None
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
            if len(entry.encodings) != entry.counted_encodings:
                self._count(entry)
                self._make_room()
        return entry

    def body(self, entry: CachedResponse, coding: str) -> tuple[bytes, str]:
        """The bytes of *entry* in *coding* if it has them, else as plain JSON, and in which coding they are."""
        body = entry.encodings.get(coding)
        if body is not None:
            return body, coding
        if entry.plain is not None:
            if entry in self._shrinkable:
                self._shrinkable.move_to_end(entry)
            return entry.plain, ""
        body = self._decompressor.decompress(entry.encodings[_CODING])
        self._decompressed += 1
        if self.held_bytes + len(body) <= self._capacity or self._decompressed % _ONE_IN == 0:
            self._hold_plain(entry, body)
            self._make_room()
        return body, ""

    def put(self, revision: str, key: Hashable, body: bytes) -> CachedResponse | None:
        """The entry of an answer made from *revision*, None when it is too large. Answers of other revisions are evicted."""
        if revision != self._revision:
            self._revision = revision
            self._clear()
        if self._capacity == 0:
            return None
        entry = CachedResponse(key, body)
        if entry.size > self._capacity // 4:
            return None
        self._evict(key)
        self._entries[key] = entry
        self._hold_plain(entry, exact(body))
        self._make_room()
        return entry

    def _hold_plain(self, entry: CachedResponse, body: bytes) -> None:
        entry.plain = body
        if _LEAST_BYTES <= len(body) <= _MOST_BYTES:
            self._shrinkable[entry] = None
        self._count(entry)

    def _make_room(self) -> None:
        while self.held_bytes > self._capacity:
            if self._shrinkable:
                entry, _ = self._shrinkable.popitem(last=False)
                if entry.plain is not None and _CODING not in entry.encodings:
                    entry.encodings[_CODING] = self._compressor.compress(entry.plain)
                entry.plain = None
                self._count(entry)
            else:
                self._evict(next(iter(self._entries)))

    def _evict(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.held_bytes -= entry.counted
            self._shrinkable.pop(entry, None)

    def _count(self, entry: CachedResponse) -> None:
        entry.counted_encodings, size = len(entry.encodings), entry.size
        self.held_bytes += size - entry.counted
        entry.counted = size
