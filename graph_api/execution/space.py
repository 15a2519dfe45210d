"""How large an answer becomes, counted while it is made, so that one too large stops before it takes the memory.

What is counted never exceeds what the answer will have, so nothing is refused that fits. Counted are the long
texts of each level and, where objects are encoded early, their bytes, as often as they stand in the answer. Not
counted are the plain attributes of records where nothing is encoded early. They are bounded by what documents may
hold: an address has 8,192 characters at most, any other text 10,000. `Ways` encodes early where objects and fields
multiply to more than 40,000, so that the worst that is made uncounted is 400 MB, of texts that nobody writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeGuard

import orjson

from graph_api.errors import AnswerTooLarge

_LITTLE = 16  # the part of the allowed bytes that thirty aliases may take twice, and no harm done


class Space:
    """What an answer of at most *allowed* bytes is known to hold: *taken* of them."""

    __slots__ = ("allowed", "taken")

    def __init__(self, allowed: int) -> None:
        self.allowed = allowed
        self.taken = 0

    def take(self, count: int) -> None:
        """The answer holds so many bytes more. Raises `AnswerTooLarge` when that is too many."""
        self.taken += count
        if self.taken > self.allowed:
            raise AnswerTooLarge(self.allowed)

    def take_texts(self, values: Sequence[Any]) -> None:
        """The answer holds these values, of which texts and JSON count."""
        self.take(sum(map(_length, values)))

    def is_much(self, before: int, times: int) -> bool:
        """Whether what was taken since *before* is no little when all of it stands so often."""
        return not self.is_little((self.taken - before) * times)

    def is_little(self, count: int) -> bool:
        """Whether so many bytes more matter so little that they need not be counted."""
        return count <= self.allowed // _LITTLE

    def check(self, body: bytes) -> bytes:
        """The answer. Raises `AnswerTooLarge` when it is."""
        if len(body) > self.allowed:
            raise AnswerTooLarge(self.allowed)
        return body


def check_size(data: Any, allowed: int) -> None:  # Any: JSON
    """Raises `AnswerTooLarge` when *data* would have more bytes than that; knows before they are made."""
    space = Space(allowed)
    pending: list[Any] = [data]
    while pending:
        value = pending.pop()
        if _is_object(value):
            pending.extend(value.values())
            space.take(sum(map(len, value)))
        elif _is_list(value):
            pending.extend(value)
            space.take(len(value))
        else:
            space.take(_length(value))


def _length(value: object) -> int:
    """The least bytes that a value takes."""
    if isinstance(value, orjson.Fragment):
        return len(orjson.dumps(value))  # a copy: it does not tell its length
    return len(value) if isinstance(value, str) else 0


def _is_object(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)
