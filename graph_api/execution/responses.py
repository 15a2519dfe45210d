"""Whole answers kept in memory, for one revision, bounded in bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

from graph_api.execution.sizes import size_of

_ENTRY_BYTES = 300  # what an entry takes beside question and answer


class Responses:
    """The bytes of answers by what was asked; those used longest ago are forgotten first. What was asked
    counts too: a question can be longer than its answer."""

    def __init__(self, capacity_bytes: int) -> None:
        self._capacity = capacity_bytes
        self._revision: str = ""
        self._bytes = 0
        self._answers: OrderedDict[Hashable, bytes] = OrderedDict()

    @property
    def held_bytes(self) -> int:
        """What all answers take."""
        return self._bytes

    def get(self, revision: str, asked: Hashable) -> bytes | None:
        """The answer to *asked* made from *revision*, None when it is not known."""
        if revision != self._revision:
            return None
        body = self._answers.get(asked)
        if body is not None:
            self._answers.move_to_end(asked)
        return body

    def put(self, revision: str, asked: Hashable, body: bytes) -> None:
        """*body* is known from now on, unless it is too large; answers of other revisions are dropped."""
        if revision != self._revision:
            self._answers.clear()
            self._bytes, self._revision = 0, revision
        if self._capacity == 0:
            return
        size = _size(asked, body)
        if asked in self._answers or size > self._capacity // 4:
            return
        self._answers[asked] = body
        self._bytes += size
        while self._bytes > self._capacity:
            self._bytes -= _size(*self._answers.popitem(last=False))


def _size(asked: Hashable, body: bytes) -> int:
    return size_of(asked) + len(body) + _ENTRY_BYTES
