"""The keys of a document's front matter: each field takes the first key that is present and that it can use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from graph_api.documents.fields import Problems
from graph_api.documents.limits import MAX_TEXT
from graph_api.documents.values import clean, is_list, is_mapping
from graph_api.records import normalized

_SPACES = re.compile(r"\s+")


class Keys:
    """The keys of one mapping, found in any case. Keys that no field has used remain in `unread`.

    `read_from` pairs each field with the key, or the part of the file, that its value came from.
    """

    def __init__(
        self, mapping: dict[Any, object], key_map: Mapping[str, tuple[str, ...]], problems: Problems
    ) -> None:
        if not all(type(key) is str for key in mapping):
            mapping = problems.with_text_keys(())
        self.unread: dict[str, object] = dict(mapping)
        self.read_from: list[tuple[str, str]] = []
        self.problems = problems
        self._values = mapping
        self._spelled = {key.lower(): key for key in reversed(mapping)}
        self._key_map = key_map

    def of(self, field: str, keys: Iterable[str]) -> Iterator[tuple[str, object]]:
        """The keys for *field* that are present with their values: mapped ones first. Null and empty text are absent."""
        for key in (*self._key_map.get(field, ()), *keys):
            spelled = self._spelled.get(key.lower())
            if spelled is None:
                continue
            value = self._values[spelled]
            if value is None or (isinstance(value, str) and not value.strip()):
                self.unread.pop(spelled, None)
            else:
                yield spelled, value

    def use(self, field: str, key: str) -> None:
        """Note that *field* has its value from *key*."""
        self.unread.pop(key, None)
        self.read_from.append((field, key))

    def text(self, field: str, keys: Iterable[str]) -> str | None:
        """The first text, number or date under *keys*, in NFC."""
        for key, value in self.of(field, keys):
            text = self.as_text(key, value)
            if text and len(text) <= MAX_TEXT:
                self.use(field, key)
                return text
        return None

    def as_text(self, key: str, value: object) -> str | None:
        """*value* as text, numbers as the source writes them; None for lists, mappings and flags."""
        if isinstance(value, str):
            return normalized("NFC", clean(value))
        if value is None or isinstance(value, bool) or is_list(value) or is_mapping(value):
            return None
        return clean(self.problems.source_text((key,), value))

    def texts(self, key: str, value: object) -> list[str]:
        """The texts of a list, or the one text."""
        if not is_list(value):
            return list(filter(None, [self.as_text(key, value)]))
        return [
            normalized("NFC", clean(item)) if isinstance(item, str) else str(item)
            for item in value
            if _is_scalar(item)
        ]


def _is_scalar(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""


def split_text(key: str, text: str) -> list[str]:
    """The names in one text: separated by commas; in Jekyll's `categories` and `tags` by spaces."""
    if "," in text:
        return [part.strip() for part in text.split(",") if part.strip()]
    if key.lower() in {"categories", "tags"}:
        return _SPACES.split(text)
    return [text]
