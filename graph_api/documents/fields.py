"""Typed access to the keys of a mapping. A value of the wrong type becomes None and a problem with its path.

Reading continues after a problem, so that all problems of a document are reported together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from graph_api.documents.document import ScalarField
from graph_api.documents.front_matter import KeyPath
from graph_api.documents.limits import MAX_ITEMS, MAX_TEXT
from graph_api.documents.problems import Problems
from graph_api.documents.urls import canonical_url
from graph_api.documents.values import (
    clean,
    is_list,
    is_mapping,
    moment,
    shown,
    shown_address,
)
from graph_api.errors import InvalidUrl
from graph_api.records import normalized

_MAX_INT = 2**31 - 1
_MIN_INT = -(2**31)


class Fields:
    """The keys of one mapping. Reading a key removes it from `unread`, so that unknown keys remain there."""

    __slots__ = ("path", "problems", "unread")

    def __init__(self, mapping: dict[Any, object], path: KeyPath, problems: Problems) -> None:
        if not all(type(key) is str for key in mapping):
            mapping = problems.with_text_keys(path)
        self.unread: dict[str, object] = dict(mapping)
        self.path = path
        self.problems = problems

    def take(self, key: str) -> object:
        """The raw value of *key*, None when it is absent; the key is read."""
        return self.unread.pop(key, None)

    def scalars(self, declared: Iterable[ScalarField]) -> dict[str, Any]:
        """The values of these fields by name, each of its declared type."""
        readers = {str: self.text, int: self.number, bool: self.flag, datetime: self.moment}
        return {
            one.name: self.url(one.key) if one.scalar.is_url else readers[one.type](one.key)
            for one in declared
        }

    def text(self, key: str) -> str | None:
        """A text of at most MAX_TEXT characters, in NFC; a number, date or boolean keeps its source text."""
        text = self.long_text(key)
        if text is None or len(text) <= MAX_TEXT:
            return text and normalized("NFC", text)
        self.add("E113", key, _too_long(len(text)), "shorten it, or move it to the body")
        return None

    def long_text(self, key: str) -> str | None:
        """A text of any length."""
        value = self.unread.pop(key, None)
        return None if value is None else text_at((*self.path, key), value, self.problems)

    def title(self, key: str, hint: str) -> str | None:
        """The title; E101 when it is missing or empty."""
        before = len(self.problems.found)
        text = self.text(key)
        if not text and len(self.problems.found) == before:
            self.add("E101", key, "is missing or empty", hint)
        return text or None

    def url(self, key: str) -> str | None:
        """A URL as the document writes it, trimmed; None when it is absent, empty or invalid."""
        written = self.unread.get(key)
        text = self.long_text(key)
        if not text:
            return None
        reason = why_invalid(written if isinstance(written, str) else text)  # before breaks are folded
        if reason is None:
            return text
        self.add("E103", key, f"must be an http or https URL, not {shown_address(text)}: {reason}", _URL_HINT)
        return None

    def number(self, key: str) -> int | None:
        """A whole number of at most 32 bits; `10.0` is one too, as in JSON Schema."""
        value = self.unread.pop(key, None)
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if type(value) is not int:
            self.add(
                "E104", key, f"must be a whole number, not {shown(value)}", "write digits without quotes"
            )
        elif not _MIN_INT <= value <= _MAX_INT:
            self.add("E105", key, f"must be between {_MIN_INT} and {_MAX_INT}; got {shown(value)}")
        else:
            return value
        return None

    def flag(self, key: str) -> bool | None:
        """A boolean."""
        value = self.unread.pop(key, None)
        if value is None or isinstance(value, bool):
            return value
        self.add(
            "E106", key, f"must be true or false, not {shown(value)}", "write true or false without quotes"
        )
        return None

    def moment(self, key: str) -> datetime | None:
        """A date and time in UTC."""
        value = self.unread.pop(key, None)
        text = value.strip() if isinstance(value, str) else value
        if text is None or text == "":
            return None
        found = moment(text) if isinstance(text, str) else None
        if found is None:
            self.add(
                "E108",
                key,
                f"must be a date and time, not {shown(value)}",
                "write it such as 2023-03-15T21:22:00Z",
            )
            return None
        if found[1] is not None:
            self.add(found[1], key, *_DATE_WARNINGS[found[1]])
        return found[0]

    def mapping(self, key: str) -> Fields | None:
        """The mapping under *key*."""
        value = self.unread.pop(key, None)
        if value is None:
            return None
        if not is_mapping(value):
            self.add("E110", key, f"must be a mapping, not {shown(value)}", "indent its keys below it")
            return None
        return Fields(value, (*self.path, key), self.problems)

    def entries(self, key: str) -> list[tuple[KeyPath, object]]:
        """The items of the list under *key* with their paths; a single value counts as a list of one."""
        value = self.unread.pop(key, None)
        path = (*self.path, key)
        if value is None:
            return []
        if is_list(value):
            return [((*path, position), item) for position, item in enumerate(value)]
        if isinstance(value, str) and not value.strip():
            return []
        if is_mapping(value) and key != "images":
            self.add(
                "E109",
                key,
                "must be a list, not a mapping",
                "write each item on a line of its own, after a dash",
            )
            return []
        self.add(
            "W203",
            key,
            "is a single value; it is read as a list of one item",
            "write each item on a line of its own, after a dash",
        )
        return [(path, value)]

    def first_entries(self, key: str, code: str) -> list[tuple[KeyPath, object]]:
        """At most MAX_ITEMS items of the list under *key*; with more, a warning with *code*."""
        found = self.entries(key)
        if len(found) > MAX_ITEMS:
            outcome = (
                f"and all following items are dropped: {key} may have {MAX_ITEMS} items; got {len(found)}"
            )
            self.problems.add(code, found[MAX_ITEMS][0], outcome, "remove some")
        return found[:MAX_ITEMS]

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts of the list under *key*; other items are dropped with a warning."""
        return tuple(text for _, text in self.placed_texts(key))

    def placed_texts(self, key: str) -> list[tuple[KeyPath, str]]:
        """The texts of the list under *key* with their paths."""
        found = list(self._texts(self.first_entries(key, "W212")))
        length = sum(len(text) for _, text in found)
        if length <= MAX_TEXT:
            return found
        self.add("E113", key, _too_long(length), "remove some")
        return []

    def _texts(self, entries: Iterable[tuple[KeyPath, object]]) -> Iterator[tuple[KeyPath, str]]:
        for path, value in entries:
            if is_list(value) or is_mapping(value) or value is None:
                self.problems.add("W212", path, f"is dropped: it must be a text, not {shown(value)}", None)
            elif text := text_at(path, value, self.problems):
                yield path, normalized("NFC", text)
            else:
                self.problems.add("W212", path, "is dropped: it is empty", "remove the line")

    def add(self, code: str, key: str, message: str, hint: str | None = None) -> None:
        """Adds a problem of the value under *key*."""
        self.problems.add(code, (*self.path, key), message, hint)


def _too_long(length: int) -> str:
    return f"must have at most {MAX_TEXT:,} characters; got {length:,}"


_URL_HINT = "write the full public URL, such as https://example.com/page"
_DATE_WARNINGS = {
    "W201": ("has no time zone; it is read as UTC", "add Z or an offset such as +02:00"),
    "W202": ("has no time; it is read as midnight UTC", "write the time too, such as 2023-03-15T21:22:00Z"),
}


def text_at(path: KeyPath, value: object, problems: Problems) -> str | None:
    """*value* as text: numbers, dates and booleans as their source text; None, and E107, for a list or a mapping."""
    if isinstance(value, str):
        return clean(value)
    if is_list(value) or is_mapping(value):
        problems.add("E107", path, f"must be a text, not {shown(value)}", "put the text in quotes")
        return None
    return clean(problems.source_text(path, value))


def why_invalid(text: str) -> str | None:
    """Why *text* is not a valid URL; None when it is one."""
    try:
        canonical_url(text)
    except InvalidUrl as problem:
        return str(problem)
    return None
