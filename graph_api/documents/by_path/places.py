"""Finds lines and columns in front matter: of keys where it is not YAML, and of the items of a list in any form."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from graph_api.documents.front_matter import KeyPath
from graph_api.documents.values import is_list, is_mapping, shortened
from graph_api.documents.yaml_exact import ListNode, LocatedProblem, MappingNode, Node, ScalarNode

_LINE_KEY = re.compile(r"^[ \t]*(\[{0,2})[ \t]*[\"']?([\w-]+)[\"']?", re.MULTILINE)
_JSON_TOKEN = re.compile(r'"((?:[^"\\]++|\\.)*+)"(\s*+:)?|[{}\[\]]', re.DOTALL)
_ITEM_WINDOW = 4_000  # characters between two items of a list, at most


class Form(Enum):
    """How front matter is written where it is not YAML."""

    TOML = "toml"
    JSON = "json"
    HEADERS = "headers"


@dataclass(frozen=True, slots=True)
class _Place:
    line: int
    column: int
    depth: int  # 1: a key of the document


class TextSource:
    """Front matter that is not YAML: its values have their types, and the text is searched for their keys."""

    def __init__(self, text: str, first_line: int, form: Form, mapping: dict[str, object]) -> None:
        self._text = text
        self._first_line = first_line
        self._form = form
        self._mapping = mapping
        self._places: dict[str, list[_Place]] | None = None

    def place(self, path: KeyPath) -> tuple[int, int]:
        """Line and column of the key that *path* begins with; of the front matter when it is not found."""
        found = self._of(str(path[0])) if path else ()
        first = min(found, key=lambda one: one.depth, default=_Place(self._first_line, 1, 1))
        return first.line, first.column

    def source_text(self, path: KeyPath) -> str | None:
        """None: values have their types in the text."""
        del path
        return None

    def node(self, path: KeyPath) -> Node:
        """The value at *path* as a node."""
        value: object = self._mapping
        for step in path:
            value = _item(value, step)
        return _node(value, *self.place(path))

    def repeated(self, keys: Iterable[str]) -> Iterator[LocatedProblem]:
        """A warning for each of *keys*, at its second place in the text."""
        for key in dict.fromkeys(keys):
            former, last = [*[_Place(self._first_line, 1, 1)] * 2, *self._of(key)][-2:]
            message = f"key {shortened(key)} is already in line {former.line}; the last one counts"
            yield LocatedProblem(code="W217", line=last.line, column=last.column, message=message)

    def _of(self, key: str) -> Sequence[_Place]:
        if self._places is None:
            self._places = defaultdict(list)
            read = _json_keys if self._form is Form.JSON else _line_keys
            line, counted = self._first_line, 0
            for name, at, depth in read(self._text):
                line, counted = line + self._text.count("\n", counted, at), at
                column = at - self._text.rfind("\n", 0, at)
                self._places[self._spelled(name)].append(_Place(line, column, depth))
        return self._places.get(self._spelled(key), ())

    def _spelled(self, key: str) -> str:
        return key.lower() if self._form is Form.HEADERS else key


def _line_keys(text: str) -> Iterator[tuple[str, int, int]]:
    """The first words of lines with their place and depth: below the header of a table keys are not the document's."""
    depth = 1
    for found in _LINE_KEY.finditer(text):
        if found[1]:
            yield found[2], found.start(2), 1
            depth = 2
        else:
            yield found[2], found.start(2), depth


def _json_keys(text: str) -> Iterator[tuple[str, int, int]]:
    depth = 0
    for found in _JSON_TOKEN.finditer(text):
        if found[0] in "{[":
            depth += 1
        elif found[0] in "}]":
            depth -= 1
        elif found[2] is not None:
            yield found[1], found.start(), depth


def _item(value: object, step: str | int) -> object:
    if is_mapping(value):
        return value.get(step)
    return value[step] if is_list(value) and isinstance(step, int) and step < len(value) else None


def _node(value: object, line: int, column: int) -> Node:
    if is_mapping(value):
        values = {str(key): _node(item, line, column) for key, item in value.items()}
        keys = {key: ScalarNode(line=line, column=column, text=key, plain=False) for key in values}
        return MappingNode(line=line, column=column, keys=keys, values=values)
    if is_list(value):
        return ListNode(line=line, column=column, items=[_node(item, line, column) for item in value])
    if isinstance(value, str):
        return ScalarNode(line=line, column=column, text=value, plain=False)
    text = "null" if value is None else str(value).lower()
    return ScalarNode(line=line, column=column, text=text, plain=True)


def item_lines(text: str, first_line: int, key: str, items: Iterable[str]) -> Iterator[int]:
    """The line of each of *items*, texts of the list under *key* in *text*; of the one before where it is not found."""
    opening = re.search(rf"""^[ \t{{,]*["']?{re.escape(key)}["']?\s*[:=]""", text, re.MULTILINE)
    at = opening.end() if opening else 0
    line = first_line + text.count("\n", 0, at)
    for item in items:
        found = text.find(item, at, at + len(item) + _ITEM_WINDOW) if item else -1
        if found >= 0:
            line += text.count("\n", at, found)
            at = found + len(item)  # of one line
        yield line
