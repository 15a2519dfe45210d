"""Whole answers kept in memory, for one revision, bounded in bytes.

An answer is kept as it is while there is room; then those used longest ago are packed. What tells of related articles
shrinks to a twentieth, and is unpacked at some gigabytes a second: far sooner than it is made.

Why one newcomer in eight: where more is asked for in turn than fits, what was used longest ago is what is wanted next,
and a cache that takes in all that is new never has what it is asked for. One that takes in one of several keeps most of
what it has, whoever walks through everything, and comes to keep what is asked for most often: it is the q-LRU of
Garetto, Leonardi, Martina 2016, "A unified approach to the performance analysis of caching systems". Sketches of how
often each is asked for (W-TinyLFU) would find that out sooner, and cost every look-up something.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

from graph_api.execution.content_coding import SMALLEST, Packer
from graph_api.execution.encoding import exact
from graph_api.execution.memory_size import size_of

_ENTRY_BYTES = 600  # what an entry takes beside question and answer
_ONE_IN = 8  # of those that would drive out others
_LEAST_BYTES = 2_048  # smaller answers shrink too little
_MOST_BYTES = 2_097_152  # are packed at once: more would keep others waiting


class Kept:
    """An answer that is remembered: *plain* unless there was no room, and *packed*, by content coding; *tags* are what
    is known of it besides, by media type."""

    __slots__ = ("_own_bytes", "asked", "packed", "plain", "tags")

    def __init__(self, asked: Hashable, plain: bytes) -> None:
        self.asked = asked
        self.plain: bytes | None = plain
        self.packed: dict[str, bytes] = {}
        self.tags: dict[str, bytes] = {}
        self._own_bytes = size_of(asked) + _ENTRY_BYTES

    @property
    def size(self) -> int:
        """The bytes that it takes in all its forms."""
        forms = (self.plain or b"", *self.packed.values())  # at once, since a thread may add to them
        return self._own_bytes + sum(map(len, forms))

    @property
    def shrinks(self) -> bool:
        """Whether it is worth packing, and may be."""
        return self.plain is not None and _LEAST_BYTES <= len(self.plain) <= _MOST_BYTES

    def shrink(self, packer: Packer) -> None:
        """It is packed, and no longer plain."""
        if self.plain is not None and SMALLEST not in self.packed:
            self.packed[SMALLEST] = packer.packed(self.plain)
        self.plain = None


class _Shelf:
    """Answers by what was asked, those used longest ago first, and the *size* of all, in bytes."""

    def __init__(self) -> None:
        self.size = 0
        self._kept: OrderedDict[Hashable, tuple[Kept, int]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._kept)

    def get(self, asked: Hashable) -> Kept | None:
        """What was asked, which is used now."""
        found = self._kept.get(asked)
        if found is None:
            return None
        self._kept.move_to_end(asked)
        return found[0]

    def add(self, kept: Kept) -> None:
        """*kept* is there, at the size it has now, and used now."""
        size = kept.size
        self._kept[kept.asked] = kept, size
        self.size += size

    def take(self, kept: Kept) -> bool:
        """Whether *kept* was there; it is not any more."""
        found = self._kept.get(kept.asked)
        if found is None or found[0] is not kept:
            return False
        del self._kept[kept.asked]
        self.size -= found[1]
        return True

    def oldest(self) -> Kept:
        """The one used longest ago, which is not there any more."""
        _, (kept, size) = self._kept.popitem(last=False)
        self.size -= size
        return kept


class Responses:
    """Answers by what was asked, which counts too: a question can be longer than its answer."""

    def __init__(self, capacity_bytes: int) -> None:
        self._capacity = capacity_bytes
        self._revision = ""
        self._crowding = 0
        self._packer = Packer()
        self._loose = _Shelf()  # those that could be packed
        self._tight = _Shelf()  # those that are as small as they get; half of the bytes are theirs if need be

    @property
    def held_bytes(self) -> int:
        """What all answers take."""
        return self._loose.size + self._tight.size

    def get(self, revision: str, asked: Hashable) -> Kept | None:
        """The answer to *asked* made from *revision*, None when it is not known."""
        if revision != self._revision:
            return None
        return self._tight.get(asked) or self._loose.get(asked)

    def body(self, kept: Kept) -> bytes:
        """The answer as it is; one that was packed may be plain from now on."""
        if kept.plain is not None:
            return kept.plain
        body = self._packer.unpacked(kept.packed[SMALLEST])
        if (self._fits(len(body)) or self._is_chosen()) and self._tight.take(kept):
            kept.plain = body
            self._loose.add(kept)
            self._make_room()
        return body

    def put(self, revision: str, asked: Hashable, body: bytes) -> Kept | None:
        """*body*, if it is known from now on. Answers of other revisions are dropped."""
        if revision != self._revision:
            self._revision = revision
            self._loose, self._tight = _Shelf(), _Shelf()
        if self._capacity == 0:
            return None
        kept = Kept(asked, body)
        if kept.size > self._capacity // 4 or self.get(revision, asked) is not None:
            return None
        if not self._fits(kept.size):
            if self._is_tight and not self._is_chosen():
                return None
            if kept.shrinks:
                kept.shrink(self._packer)
        kept.plain = kept.plain and exact(kept.plain)
        self._add(kept)
        return kept

    def grew(self, kept: Kept) -> None:
        """*kept* has more forms than it had, which count from now on."""
        if self._tight.take(kept) or self._loose.take(kept):
            self._add(kept)

    def _fits(self, size: int) -> bool:
        return self.held_bytes + size <= self._capacity

    @property
    def _is_tight(self) -> bool:
        """Whether for one more, another would have to go."""
        return self._tight.size > self._capacity // 2

    def _is_chosen(self) -> bool:
        self._crowding += 1
        return self._crowding % _ONE_IN == 0

    def _add(self, kept: Kept) -> None:
        (self._loose if kept.shrinks else self._tight).add(kept)
        self._make_room()

    def _make_room(self) -> None:
        """No more is held than may be; what would take too long to pack is forgotten."""
        left = _MOST_BYTES
        while self.held_bytes > self._capacity:
            if self._is_tight or not self._loose:
                self._tight.oldest()
                continue
            kept = self._loose.oldest()
            left -= len(kept.plain or b"")
            if left >= 0:
                kept.shrink(self._packer)
                self._tight.add(kept)
