"""The keys of a document's front matter: each field takes the first key that is present and that it can use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from graph_api.documents.limits import MAX_TEXT
from graph_api.documents.problems import Problems
from graph_api.documents.values import clean, is_list, is_mapping
from graph_api.records import normalized

FIELDS = (
    "title",
    "excerpt",
    "type",
    "publishedDateTime",
    "published",
    "topics",
    "originalUrl",
    "images",
    "related",
)
"""The fields that can be given further keys: `--map FIELD=KEY`."""

_SEPARATORS = str.maketrans("", "", "-_ .")


class Keys:
    """The keys of one mapping, found in any case and with any separators: `publishDate` is `publish_date` too.

    Keys that no field has used remain in `unread`. `read_from` pairs each field with the key, or the part of the file,
    that its value came from.
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
        self._spelled = {_folded(key): key for key in reversed(mapping)}
        self._key_map = key_map

    def of(self, field: str, keys: Iterable[str]) -> Iterator[tuple[str, object]]:
        """The keys for *field* that are present with their values: those mapped to it first."""
        if self._key_map:
            keys = (*self._key_map.get(field, ()), *keys)
        return self.at(keys)

    def at(self, keys: Iterable[str]) -> Iterator[tuple[str, object]]:
        """Those of *keys* that are present, with their values. Null and empty text are absent."""
        for key in keys:
            spelled = self._spelled.get(_folded(key))
            if spelled is None:
                continue
            value = self._values[spelled]
            if value is None or (isinstance(value, str) and not value.strip()):
                self.unread.pop(spelled, None)
            else:
                yield spelled, value

    def in_order(self, found: Iterable[tuple[str, object]]) -> list[tuple[str, object]]:
        """*found* in the order of the document, each key once."""
        values = dict(found)
        return (
            [(key, values[key]) for key in self._values if key in values]
            if len(values) > 1
            else [*values.items()]
        )

    def use(self, field: str, key: str) -> None:
        """Note that *field* has its value from *key*."""
        self.unread.pop(key, None)
        self.read_from.append((field, key))

    def text(self, field: str, keys: Iterable[str]) -> str | None:
        """The first text, number or date under *keys*, in NFC, that is not too long."""
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
        """The texts of a list, or the one text; of mappings in a list their names."""
        if not is_list(value):
            return list(filter(None, [self.as_text(key, value)]))
        texts = (_named(item) if is_mapping(item) else item for item in value)
        return [text for item in texts if _is_scalar(item) and (text := normalized("NFC", clean(str(item))))]


@lru_cache(4096)
def _folded(key: str) -> str:
    return key.translate(_SEPARATORS).lower()


def _named(item: dict[Any, object]) -> object:
    return next((item[key] for key in ("name", "label", "title") if item.get(key)), None)


def _is_scalar(value: object) -> bool:
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) < 2**63  # Python refuses to write very long ones
    return isinstance(value, str | float)


def split_text(key: str, text: str, *, is_header: bool) -> list[str]:
    """The names in one text: separated by commas, or as Jekyll's `categories` and `tags` by spaces; in a header also by `;`."""
    separator = ";" if is_header and ";" in text else ","
    if separator in text:
        return [part.strip() for part in text.split(separator) if part.strip()]
    if key.lower() in {"categories", "tags"} and not is_header:
        return re.split(r"\s+", text)
    return [text]
