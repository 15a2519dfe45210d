"""The fields of a mapping, read with the type the record wants; what does not fit is noted with its path.

Reading never stops at a problem: a note is made, the field is None, and the next one is read, so that
all problems of a document are reported together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph_api.documents.document import ScalarField
from graph_api.documents.limits import MAX_ITEMS, MAX_TEXT
from graph_api.documents.scalars import is_list, is_mapping, value_of
from graph_api.documents.source import Path, Source
from graph_api.documents.texts import clean, moment, shortened, shown, shown_address
from graph_api.documents.urls import canonical_url
from graph_api.documents.yaml_exact import Node
from graph_api.errors import ExactParseRequired, InvalidUrl

_MAX_INT = 2**31 - 1
_MIN_INT = -(2**31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A problem of a value, known by its path; `place` is looked up when the document is done."""

    code: str
    path: Path
    message: str
    hint: str | None


class Notes:
    """What was found odd in one document, or in a part of it."""

    __slots__ = ("noted", "source")

    def __init__(self, source: Source | None) -> None:
        self.source = source
        self.noted: list[Note] = []

    def add(self, code: str, path: Path, message: str, hint: str | None = None) -> None:
        """Notes a problem of the value at *path*; the message starts with the value's name."""
        self.noted.append(Note(code=code, path=path, message=f"{label(path)} {message}", hint=hint))

    def spelled(self, path: Path, value: object) -> str:
        """The source text of the scalar at *path*."""
        if self.source is None:
            raise ExactParseRequired
        return self.source.spelled(path) or str(value)

    def spelled_keys(self, path: Path) -> dict[str, object]:
        """The mapping at *path* with keys as they are spelled: `2020` and `true` are texts there."""
        read = value_of(self.node(path))
        return read if is_mapping(read) else {}

    def node(self, path: Path) -> Node | None:
        """The exact value at *path*."""
        if self.source is None:
            raise ExactParseRequired
        return self.source.node(path)

    def part(self) -> Notes:
        """Notes of their own for a part of the document, to be judged before they count."""
        return Notes(self.source)

    @property
    def errors(self) -> list[Note]:
        """What was noted that is an error."""
        return [note for note in self.noted if note.code[0] == "E"]

    def weaken(self, code: str, errors: Sequence[Note], outcome: str, hint: str | None = None) -> None:
        """Notes the *errors* of a part as one warning, at the place of the first: *outcome* is all they cost."""
        message = f"{'; '.join(error.message for error in errors)}; {outcome}"
        hint = errors[0].hint or hint
        self.noted.append(Note(code=code, path=errors[0].path, message=message, hint=hint))


def label(path: Path) -> str:
    """The path as messages name it: `related[3].webUrl`."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{shortened(step)}" for step in path)
    return "".join(parts).lstrip(".")


class Fields:
    """One mapping of a document, read key by key; what nobody asked for remains in `rest`."""

    __slots__ = ("notes", "path", "rest")

    def __init__(self, mapping: dict[Any, object], path: Path, notes: Notes) -> None:
        if not all(type(key) is str for key in mapping):
            mapping = notes.spelled_keys(path)
        self.rest: dict[str, object] = dict(mapping)
        self.path = path
        self.notes = notes

    def take(self, key: str) -> object:
        """The raw value of *key*, which then counts as read; None when it is absent."""
        return self.rest.pop(key, None)

    def scalars(self, declared: Iterable[ScalarField]) -> dict[str, Any]:
        """The values of these fields by name, each of its declared type."""
        readers = {str: self.text, int: self.number, bool: self.flag, datetime: self.moment}
        return {
            one.name: self.url(one.key) if one.scalar.is_url else readers[one.type](one.key)
            for one in declared
        }

    def text(self, key: str) -> str | None:
        """A text, cleaned; a scalar that YAML takes for something else keeps its source text."""
        text = self.long_text(key)
        if text is None or len(text) <= MAX_TEXT:
            return text
        self.add("E113", key, _too_long(len(text)), "shorten it, or move it to the body")
        return None

    def long_text(self, key: str) -> str | None:
        """A text of any length."""
        value = self.rest.pop(key, None)
        return None if value is None else text_at((*self.path, key), value, self.notes)

    def title(self, key: str, hint: str) -> str | None:
        """The text that names the document; without one a note is made."""
        before = len(self.notes.noted)
        text = self.text(key)
        if not text and len(self.notes.noted) == before:
            self.add("E101", key, "is missing or empty", hint)
        return text or None

    def url(self, key: str) -> str | None:
        """An address as the document writes it, trimmed; None when it is absent, empty or unusable."""
        written = self.rest.get(key)
        text = self.long_text(key)
        if not text:
            return None
        reason = why_unusable(written if isinstance(written, str) else text)  # before breaks are folded
        if reason is None:
            return text
        self.add(
            "E103", key, f"must be an http or https address, not {shown_address(text)}: {reason}", _URL_HINT
        )
        return None

    def number(self, key: str) -> int | None:
        """A whole number of at most 32 bits."""
        value = self.rest.pop(key, None)
        if value is None:
            return None
        if type(value) is not int:
            self.add(
                "E104", key, f"must be a whole number, not {shown(value)}", "write digits without quotes"
            )
        elif not _MIN_INT <= value <= _MAX_INT:
            self.add("E105", key, f"must fit into 32 bits, but is {shown(value)}", f"at most {_MAX_INT:,}")
        else:
            return value
        return None

    def flag(self, key: str) -> bool | None:
        """True or false."""
        value = self.rest.pop(key, None)
        if value is None or isinstance(value, bool):
            return value
        self.add(
            "E106", key, f"must be true or false, not {shown(value)}", "write true or false without quotes"
        )
        return None

    def moment(self, key: str) -> datetime | None:
        """A moment in UTC."""
        value = self.rest.pop(key, None)
        text = value.strip() if isinstance(value, str) else value
        if text is None or text == "":
            return None
        found = moment(text) if isinstance(text, str) else None
        if found is None:
            self.add(
                "E108", key, f"must be a date and time, not {shown(value)}", "such as 2023-03-15T21:22:00Z"
            )
            return None
        if found[1] is not None:
            self.add(found[1], key, *_DATE_WARNINGS[found[1]])
        return found[0]

    def mapping(self, key: str) -> Fields | None:
        """The fields of the mapping under *key*."""
        value = self.rest.pop(key, None)
        if value is None:
            return None
        if not is_mapping(value):
            self.add("E110", key, f"must be a mapping, not {shown(value)}", "indent its keys below it")
            return None
        return Fields(value, (*self.path, key), self.notes)

    def entries(self, key: str) -> list[tuple[Path, object]]:
        """The items of the list under *key* with their paths; a single text counts as a list of one."""
        value = self.rest.pop(key, None)
        path = (*self.path, key)
        if value is None:
            return []
        if is_list(value):
            return [((*path, position), item) for position, item in enumerate(value)]
        if isinstance(value, str) and not value.strip():
            return []
        if is_mapping(value) and key != "images":
            self.add("E109", key, "must be a list, not a mapping", "start each item with a dash")
            return []
        self.add(
            "W203",
            key,
            "is a single value, taken as a list of one",
            "start the value with a dash on a line of its own",
        )
        return [(path, value)]

    def first_entries(self, key: str, code: str) -> list[tuple[Path, object]]:
        """The first items of the list under *key*, with a warning of this code when there are too many."""
        found = self.entries(key)
        if len(found) > MAX_ITEMS:
            outcome = f"is left out, and so is what follows: {key} holds more than {MAX_ITEMS} items"
            self.notes.add(code, found[MAX_ITEMS][0], outcome, "remove those that matter least")
        return found[:MAX_ITEMS]

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts of the list under *key*; what is not a text is left out with a warning."""
        return tuple(text for _, text in self.placed_texts(key))

    def placed_texts(self, key: str) -> list[tuple[Path, str]]:
        """The texts of the list under *key* with their paths."""
        found = list(self._texts(self.first_entries(key, "W212")))
        length = sum(len(text) for _, text in found)
        if length <= MAX_TEXT:
            return found
        self.add("E113", key, _too_long(length), "leave out what matters least")
        return []

    def _texts(self, entries: Iterable[tuple[Path, object]]) -> Iterator[tuple[Path, str]]:
        for path, value in entries:
            if is_list(value) or is_mapping(value) or value is None:
                self.notes.add("W212", path, f"is left out: it must be a text, not {shown(value)}", None)
            elif text := text_at(path, value, self.notes):
                yield path, text
            else:
                self.notes.add("W212", path, "is left out: it is empty", "remove the line")

    def add(self, code: str, key: str, message: str, hint: str | None = None) -> None:
        """Notes a problem of the value under *key*."""
        self.notes.add(code, (*self.path, key), message, hint)


def _too_long(length: int) -> str:
    return f"has {length:,} characters; at most {MAX_TEXT:,} are allowed"


_URL_HINT = "give the full public address, such as https://example.com/page"
_DATE_WARNINGS = {
    "W201": ("has no time zone and is taken as UTC", "add Z or an offset such as +02:00"),
    "W202": ("has no time and is taken as midnight UTC", "write the time too, such as 2023-03-15T21:22:00Z"),
}


def text_at(path: Path, value: object, notes: Notes) -> str | None:
    """The text *value* is or was spelled as; None, and a note, when it is a list or a mapping."""
    if isinstance(value, str):
        return clean(value)
    if is_list(value) or is_mapping(value):
        notes.add("E107", path, f"must be a text, not {shown(value)}", "put the text in quotes")
        return None
    return clean(notes.spelled(path, value))


def why_unusable(text: str) -> str | None:
    """Why *text* is no usable address; None when it is one."""
    try:
        canonical_url(text)
    except InvalidUrl as problem:
        return str(problem)
    return None
