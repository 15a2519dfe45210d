"""A mapping that evicts the least recently used entries, and the sizes of values to bound it by."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Mapping
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_SHARED = (bool, type(None))


class Lru(Generic[K, V]):
    """Entries that weigh at most *capacity* together."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._weight = 0
        self._entries: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The value of *key*, None without one."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: K, value: V, weight: int = 1) -> None:
        """Add *value* and evict the least recently used entries that no longer fit."""
        self._weight += weight - self._entries.get(key, (value, 0))[1]
        self._entries[key] = value, weight
        while self._weight > self._capacity:
            _, (_, dropped) = self._entries.popitem(last=False)
            self._weight -= dropped


def size_of(value: object) -> int:
    """About how many bytes *value* takes, with the texts, numbers, tuples and records that it holds."""
    if isinstance(value, _SHARED):
        return 0
    size = sys.getsizeof(value)
    if isinstance(value, tuple | list):
        return size + sum(map(size_of, value))  # pyright: ignore[reportUnknownArgumentType] - any items
    if isinstance(value, Mapping):
        return size + sum(map(size_of, value)) + sum(map(size_of, value.values()))  # pyright: ignore[reportUnknownArgumentType] - any items
    slots: tuple[str, ...] = getattr(type(value), "__slots__", ())
    return size + sum(size_of(getattr(value, name)) for name in slots)
