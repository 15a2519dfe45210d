"""The codes of words in the stream: 1 byte for the most frequent, up to 4, about 1.6 a word of English.

The first byte of a code is below 0x80, further bytes are above it. So no code is part of another, and where the bytes of
a phrase occur, the phrase does. A zero byte ends a field.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Bytes: TypeAlias = NDArray[np.uint8]
Ranks: TypeAlias = NDArray[np.int32]

_FIRST = (0x01, 0x55, 0x7B, 0x7D)  # the lowest first byte of codes with 1, 2, 3 and 4 bytes
_ENDS = (*_FIRST[1:], 0x80)
LIMITS = tuple(sum((_ENDS[size] - _FIRST[size]) << 7 * size for size in range(n)) for n in range(5))
"""Ranks from `LIMITS[n]` on have codes of n + 1 bytes; those from the last on have none."""


def code(rank: int) -> bytes:
    """The code of the word with this *rank*, 0 being the most frequent; -1 ends a field."""
    if rank < 0:
        return b"\0"
    size = next(size for size in (1, 2, 3, 4) if rank < LIMITS[size])
    rest = rank - LIMITS[size - 1]
    tail = [0x80 | rest >> 7 * more & 0x7F for more in reversed(range(size - 1))]
    return bytes([_FIRST[size - 1] + (rest >> 7 * (size - 1)), *tail])


def encoded(words: Ranks, ranks: Ranks) -> tuple[bytes, Bytes]:
    """The codes of *words*, whose *ranks* are given, and how many bytes each has."""
    wanted = ranks.take(words)
    sizes = (1 + np.searchsorted(np.array(LIMITS[1:4], np.int32), wanted, side="right")).astype(np.uint8)
    ends = np.cumsum(sizes, dtype=np.int64)
    stream = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
    for size in (1, 2, 3, 4):
        own = np.flatnonzero(sizes == size)
        rest = wanted.take(own) - LIMITS[size - 1]
        at = ends.take(own) - size
        stream[at] = np.where(rest < 0, 0, _FIRST[size - 1] + (rest >> 7 * (size - 1)))
        for more in range(1, size):
            stream[at + more] = 0x80 | rest >> 7 * (size - 1 - more) & 0x7F
    return stream.tobytes(), sizes


def decoded(stream: Bytes) -> Ranks:
    """The ranks of the words whose codes *stream* has; -1 where a field ends."""
    starts = np.flatnonzero(stream < 0x80)  # noqa: PLR2004 - as the module says
    first = stream.take(starts).astype(np.int32)
    sizes = np.diff(starts, append=len(stream))
    ranks = np.where(first == 0, -1, first - _FIRST[0])
    for size in (2, 3, 4):
        own = np.flatnonzero(sizes == size)
        value = first.take(own) - _FIRST[size - 1]
        for more in range(1, size):
            value = value << 7 | (stream.take(starts.take(own) + more) & 0x7F)
        ranks[own] = value + LIMITS[size - 1]
    return ranks.astype(np.int32)
