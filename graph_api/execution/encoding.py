"""From the objects of an answer to its JSON, counted on the way, so that an answer that is too large takes no memory.

The encoder holds the interpreter until it is done, so a large answer is encoded piece by piece: the objects of each
list some at a time, objects that occur several times once, and their parents around their bytes. Each piece
counts as often as it occurs in the answer. Not counted are the attributes of at most 256 objects at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson

from graph_api.errors import AnswerTooLarge
from graph_api.execution.fields import TextChunks

_OPTIONS = orjson.OPT_UTC_Z
_LONG = 262_144  # characters of a text: encoded in about half a millisecond
_SHORT = 1_000  # characters of a text that is encoded with its object
_AT_ONCE = 256  # objects, whose parts were encoded before
_MOST_DEFERRED = 1_000  # objects that are encoded with their parents


class SizeBudget:
    """Counts the bytes of an answer (*taken*), of at most *allowed*.

    The encoding of a few objects that occur once is *deferred*: they are encoded with their parents, which saves a copy
    of their texts.
    """

    __slots__ = ("allowed", "deferred", "taken")

    def __init__(self, allowed: int) -> None:
        self.allowed = allowed
        self.taken = 0
        self.deferred = 0

    def defer(self, count: int) -> bool:
        """Reserve room to defer the encoding of so many objects; False when over the limit."""
        if self.deferred + count > _MOST_DEFERRED:
            return False
        self.deferred += count
        return True

    def take(self, count: int) -> None:
        """Count so many bytes more. Raises `AnswerTooLarge` when there are too many."""
        self.taken += count
        if self.taken > self.allowed:
            raise AnswerTooLarge(self.allowed)

    def check(self, body: bytes) -> bytes:
        """The answer. Raises `AnswerTooLarge` when it is too large."""
        if len(body) > self.allowed:
            raise AnswerTooLarge(self.allowed)
        return body


def encoded(answer: Any) -> bytes:
    """The JSON of an answer; parts may be encoded already."""
    return orjson.dumps(answer, option=_OPTIONS)


def exact(body: bytes) -> bytes:
    """A copy that takes no more memory than its bytes; the encoder's buffer has 4 KB, or eight times a text's length."""
    return b"%b" % body


def fragment(objects: Sequence[Any], take: Callable[[int], None]) -> orjson.Fragment:
    """The list of the objects, encoded some at a time; *take* counts their bytes."""
    return joined(pieces(objects, take))


def pieces(objects: Sequence[Any], take: Callable[[int], None]) -> list[bytes]:
    """The objects, some in each piece."""
    made: list[bytes] = []
    for at in range(0, len(objects), _AT_ONCE):
        made.append(orjson.dumps(objects[at : at + _AT_ONCE], option=_OPTIONS)[1:-1])
        take(len(made[-1]))
    return made


def joined(made: Sequence[bytes]) -> orjson.Fragment:
    """The list of all objects in these pieces. One join: a large one releases the interpreter."""
    parts = [b"["]
    for piece in made:
        parts += (piece, b",")
    parts[len(parts) - bool(made) :] = [b"]"]
    return orjson.Fragment(b"".join(parts))


def texts(values: Iterable[Any], take: Callable[[int], None]) -> list[Any]:
    """The values; longer texts are encoded one after the other, to the bytes that they take in the answer, and *take*
    counts them."""
    made: list[Any] = []
    for each in values:
        value = each
        if isinstance(value, TextChunks):
            value = orjson.Fragment(text := _chunks(value))
            take(len(text))
        elif isinstance(value, str):
            if len(value) > _SHORT:
                value = orjson.Fragment(text := _text(value))
                take(len(text))
            else:
                take(len(value))
        elif isinstance(value, orjson.Fragment):
            take(len(orjson.dumps(value)))  # a fragment does not show its length
        made.append(value)
    return made


def _text(text: str) -> bytes:
    if len(text) <= _LONG:
        return exact(orjson.dumps(text))
    return _chunks(text[at : at + _LONG] for at in range(0, len(text), _LONG))


def _chunks(texts: Iterable[str]) -> bytes:
    """The JSON of one text. The join of large pieces releases the interpreter."""
    return b"".join([b'"', *[orjson.dumps(each)[1:-1] for each in texts], b'"'])


def fragments(objects: Sequence[Any], take: Callable[[int], None]) -> list[bytes]:
    """The bytes of each of the objects; *take* counts them."""
    found: list[bytes] = []
    for at in range(0, len(objects), _AT_ONCE):
        some = [exact(orjson.dumps(each, option=_OPTIONS)) for each in objects[at : at + _AT_ONCE]]
        take(sum(map(len, some)))
        found += some
    return found
