"""How large an answer becomes, counted while it is made, so that one too large stops before it takes the memory.

What is counted never exceeds what the answer will have, so nothing is refused that fits. Counted are the long
texts of each level and, where objects are encoded early, their bytes, as often as they stand in the answer. Objects
not encoded early are *loose*; their plain attributes are not counted, but bounded by what documents may hold: an
address has 8,192 characters at most, any other text 10,000. At most 20,000 loose fields are left, so that the worst
that is encoded uncounted is 200 MB, of texts that nobody writes; and the encoder, which cannot be stopped and holds
the interpreter until it is done, is done with them in about a millisecond.
"""

from __future__ import annotations

from typing import NamedTuple

from graph_api.errors import AnswerTooLarge

_LITTLE = 16  # the part of the allowed bytes that thirty aliases may take twice, and no harm done
_MOST_LOOSE = 20_000  # fields of objects that are not encoded early


class Mark(NamedTuple):
    """What a space held at some moment."""

    taken: int
    loose: int


class Space:
    """What an answer of at most *allowed* bytes is known to hold: *taken* of them, and *loose* fields beside."""

    __slots__ = ("allowed", "loose", "taken")

    def __init__(self, allowed: int) -> None:
        self.allowed = allowed
        self.taken = 0
        self.loose = 0

    def mark(self) -> Mark:
        """What it holds now."""
        return Mark(self.taken, self.loose)

    def back_to(self, mark: Mark) -> None:
        """It holds what it held then: what came since is to be counted in another way."""
        self.taken, self.loose = mark

    def loosen(self, fields: int) -> None:
        """The answer holds so many loose fields more."""
        self.loose += fields

    def take(self, count: int) -> None:
        """The answer holds so many bytes more. Raises `AnswerTooLarge` when that is too many."""
        self.taken += count
        if self.taken > self.allowed:
            raise AnswerTooLarge(self.allowed)

    def holds(self, before: Mark, made: int, standing: int, width: int) -> bool:
        """Whether there is room to leave objects loose that were *made* since *before*, of *width* fields each, and
        that stand in the answer so many times together; then they are."""
        times = standing - made + 1  # one of them stands so often at most
        loose = before.loose + (self.loose - before.loose) * times + standing * width
        if loose > _MOST_LOOSE or (
            times > 1 and (self.taken - before.taken) * times > self.allowed // _LITTLE
        ):
            return False
        self.loose = loose
        return True

    def check(self, body: bytes) -> bytes:
        """The answer. Raises `AnswerTooLarge` when it is."""
        if len(body) > self.allowed:
            raise AnswerTooLarge(self.allowed)
        return body
