"""From the objects of an answer to its bytes.

The encoder holds the interpreter until it is done, so a large answer is encoded piece by piece: the
objects of each list on their own, those that stand several times once, and what holds them around their bytes.
Each piece counts as soon as it is there: the encoder cannot be stopped, so no piece may be large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson

_OPTIONS = orjson.OPT_UTC_Z
_LONG = 262_144  # characters of a text: encoded in about half a millisecond
_SHORT = 1_000  # characters of a text that is encoded with what holds it
_AT_ONCE = 256  # objects, what they hold encoded before them


def encoded(answer: Any) -> bytes:
    """The JSON of an answer, parts of which may be encoded already."""
    return orjson.dumps(answer, option=_OPTIONS)


def exact(body: bytes) -> bytes:
    """The same bytes in no more memory than they need: the encoder's own have 4 KB, or what eightfold text takes."""
    return b"%b" % body


def fragment(objects: Sequence[Any], take: Callable[[int], None]) -> orjson.Fragment:
    """The list of the objects, encoded some at a time; *take* hears of their bytes."""
    return joined(pieces(objects, take))


def pieces(objects: Sequence[Any], take: Callable[[int], None]) -> list[bytes]:
    """The objects, some to a piece."""
    made: list[bytes] = []
    for at in range(0, len(objects), _AT_ONCE):
        made.append(orjson.dumps(objects[at : at + _AT_ONCE], option=_OPTIONS)[1:-1])
        take(len(made[-1]))
    return made


def joined(made: Sequence[bytes]) -> orjson.Fragment:
    """The list of all objects in these pieces. Joined in one: that lets go of the interpreter where it is much."""
    parts = [b"["]
    for piece in made:
        parts += (piece, b",")
    parts[len(parts) - bool(made) :] = [b"]"]
    return orjson.Fragment(b"".join(parts))


def texts(values: Iterable[Any], take: Callable[[int], None]) -> list[Any]:
    """The values; those of some length are encoded, so that each takes the memory that it will in the answer, one after
    the other, since *take* hears of their bytes."""
    made: list[Any] = []
    for each in values:
        value = each
        if isinstance(value, str):
            if len(value) > _SHORT:
                value = orjson.Fragment(text := _text(value))
                take(len(text))
            else:
                take(len(value))
        elif isinstance(value, orjson.Fragment):
            take(len(orjson.dumps(value)))  # a copy: it does not tell its length
        made.append(value)
    return made


def _text(text: str) -> bytes:
    if len(text) <= _LONG:
        return exact(orjson.dumps(text))
    pieces = (text[at : at + _LONG] for at in range(0, len(text), _LONG))
    return b"".join([b'"', *[orjson.dumps(each)[1:-1] for each in pieces], b'"'])


def fragments(objects: Sequence[Any], take: Callable[[int], None]) -> list[bytes]:
    """The bytes of each of the objects; *take* hears of them."""
    found: list[bytes] = []
    for at in range(0, len(objects), _AT_ONCE):
        some = [exact(orjson.dumps(each, option=_OPTIONS)) for each in objects[at : at + _AT_ONCE]]
        take(sum(map(len, some)))
        found += some
    return found
