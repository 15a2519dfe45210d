"""How many bytes values take, near enough to bound a cache."""

from __future__ import annotations

import sys
from collections.abc import Mapping

_SHARED = (bool, type(None))


def size_of(value: object) -> int:
    """The bytes of *value* and of what it alone is made of: texts, numbers, tuples, records."""
    if isinstance(value, _SHARED):
        return 0
    size = sys.getsizeof(value)
    if isinstance(value, tuple | list):
        return size + sum(map(size_of, value))  # pyright: ignore[reportUnknownArgumentType] - any items
    if isinstance(value, Mapping):
        return size + sum(map(size_of, value)) + sum(map(size_of, value.values()))  # pyright: ignore[reportUnknownArgumentType] - any items
    slots: tuple[str, ...] = getattr(type(value), "__slots__", ())
    return size + sum(size_of(getattr(value, name)) for name in slots)
